//! Another submission that speaks of the same person.

use super::{Case, choose::Group};
use crate::domain::{
    contact::{Contact, Field, FieldValue},
    event::{Actor, Audible, FactKind, Heard, MeasureKind, Notice, Say, Sent},
    id::{OfferId, RepId},
    lead::{Clock, Lead, Legs, Offer, OfferLevel, Outcome, State},
    person::{SignKind, is_sure},
    policy::Target,
    route::Reader,
    submission::NewLead,
};

impl Case<'_, '_> {
    /// Another submission joins the lead: whoever has it is told what is new, nobody else is asked. One that has
    /// ended, or is with marketing, comes back where the rules bring it to people.
    pub(super) fn submitted(&mut self, sent: &Sent) {
        let asked = asks_anew(&self.lead, sent).then(|| self.as_asked(sent));
        let waited = self.lead.waits_for_its_person();
        let unknown = self.lead.unknown.take().is_some();
        let news = take_in(&mut self.lead, &sent.new, sent.known.by);
        self.lead.add_marks(&sent.new.marks);
        if sent.new.update && news.what.is_empty() && !waited {
            // Trackers say it on every page.
            return;
        }
        self.fact(
            FactKind::Merged,
            sent.by.clone(),
            None,
            None,
            news.detail(sent),
        );
        // Who stands in a list has not written again: nobody is told, and nothing begins anew.
        if sent.new.import.is_some() && !waited {
            return;
        }
        if !unknown && !sent.new.update {
            self.count(MeasureKind::Duplicate, None, None);
        }
        match asked {
            Some(asked) if waited => {
                self.take_on(asked);
                self.place();
            }
            Some(asked) if self.reader().leads_to_people(&asked) => {
                self.take_on(asked);
                self.come_back();
            }
            Some(_) | None => {
                self.rate_as_sent(sent);
                self.tell_of(sent, &news);
            }
        }
    }

    /// The lead as the rules see it now, asked anew.
    fn as_asked(&self, sent: &Sent) -> Lead {
        let mut lead = as_sent(&self.lead, sent, &self.reader());
        self.reader().route(&mut lead);
        lead
    }

    /// Who wrote again has done something, and says more of themselves: the lead that goes on where it is is rated anew.
    fn rate_as_sent(&mut self, sent: &Sent) {
        let reader = self.reader();
        if asks_for_something(sent) {
            self.lead.activities = as_sent(&self.before, sent, &reader).activities;
        }
        reader.rate(&mut self.lead);
    }

    /// What the rules have found of the lead.
    pub(super) fn take_on(&mut self, asked: Lead) {
        self.lead.activities = asked.activities;
        self.lead.stage = asked.stage;
        self.lead.lead_type = asked.lead_type;
        self.lead.score = asked.score;
        self.lead.intent = asked.intent;
        self.lead.fit = asked.fit;
        self.lead.routing = asked.routing;
        self.lead.trial = asked.trial;
    }

    /// It comes back to life, under a clock of its own: a new wish is to be answered anew, whatever became of the
    /// last one.
    pub(super) fn come_back(&mut self) {
        let was = match &self.lead.state {
            State::Nurture { .. } => "from marketing".to_owned(),
            State::Closed { outcome, .. } => format!("it was {}", ended(*outcome)),
            State::Disqualified { .. } => "it was disqualified".to_owned(),
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Owned { .. } => String::new(),
        };
        self.fact(FactKind::Reopened, Actor::Baton, None, None, was);
        // Whoever had it may be asked again.
        self.lead.epoch += 1;
        self.lead.state = State::Pending;
        self.lead.clock = Clock::default();
        self.lead.legs = Legs::default();
        self.lead.back_at = Some(self.now);
        self.lead.touched_at = self.now;
        self.lead.undo = None;
        self.place_again();
    }

    /// Where the rules name a team, whoever had the lead before is asked first, and it is nobody's turn. A rule that
    /// names or means a person, or asks a manager, holds as it is.
    fn place_again(&mut self) {
        self.begin_plan();
        self.tell_rule();
        let to_a_team = match self.targets().first() {
            Some(Target::Team(_) | Target::Pool { .. } | Target::Queue { .. }) => true,
            Some(
                Target::Rep(_)
                | Target::AccountOwner
                | Target::PreviousOwner
                | Target::Review(_)
                | Target::Nurture(_)
                | Target::Disqualify(_),
            )
            | None => false,
        };
        let earlier = self.lead.previous_owner.clone().filter(|_| to_a_team);
        let asked = earlier.is_some_and(|rep| self.ask_earlier_owner(rep));
        if !asked && !self.try_targets_from(0) {
            self.wait();
        }
    }

    fn ask_earlier_owner(&mut self, rep: RepId) -> bool {
        let group = Group {
            reps: vec![self.or_cover(rep)],
            team: None,
        };
        self.push(&OfferLevel::Hand, &group)
    }

    /// Tells whoever has the lead, or is asked, what the person has sent.
    fn tell_of(&mut self, sent: &Sent, news: &Learned) {
        let how = if sent.new.update {
            Heard::Changed
        } else {
            Heard::Wrote
        };
        let what = news.lines();
        let key = format!("again:{}", self.now.as_microsecond());
        self.tell_holders(&key, |offer| Notice::WroteAgain {
            offer,
            what: what.clone(),
            how,
            by: sent.known.by,
        });
    }

    /// Tells whoever has the lead, or is asked, of their offer.
    pub(super) fn tell_holders(&mut self, key: &str, notice: impl Fn(OfferId) -> Notice) {
        for offer in self.holders() {
            self.say(Say {
                key: format!("{key}:{}", offer.id),
                to: Audible::Rep(offer.rep),
                cause: None,
                notice: notice(offer.id),
            });
        }
    }

    /// The offers of those who have the lead or are asked.
    pub(super) fn holders(&self) -> Vec<Offer> {
        let all = self.lead.offers.iter();
        let holding = all.filter(|offer| offer.is_pending() || self.is_owners(offer));
        holding.cloned().collect()
    }
}

/// Whether the rules are asked again because of what was sent.
pub(super) fn asks_anew(lead: &Lead, sent: &Sent) -> bool {
    if lead.waits_for_its_person() {
        return true;
    }
    let wrote = asks_for_something(sent);
    match &lead.state {
        State::Nurture { .. } | State::Closed { .. } => wrote,
        // What a person has dropped only a person takes up again.
        State::Disqualified { by_hand, .. } => {
            wrote && (!by_hand || matches!(sent.by, Actor::Rep(_)))
        }
        State::Pending
        | State::Offered { .. }
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Owned { .. } => false,
    }
}

/// Whether the person wrote themselves; a tracker or a list only says more of them.
fn asks_for_something(sent: &Sent) -> bool {
    !sent.new.update && sent.new.import.is_none()
}

/// The lead with what was sent, as if it had come by the same webhook; what they asked for is counted.
pub(super) fn as_sent(lead: &Lead, sent: &Sent, reader: &Reader<'_>) -> Lead {
    let (mut lead, was) = (lead.clone(), lead.lead_type.clone());
    take_in(&mut lead, &sent.new, sent.known.by);
    lead.source.clone_from(&sent.source);
    lead.lead_type.clone_from(&sent.new.lead_type);
    if asks_for_something(sent) {
        reader.count_request(&mut lead);
    }
    if lead.lead_type.is_empty() {
        lead.lead_type = was;
    }
    lead
}

/// What a submission says that was not known.
struct Learned {
    /// What is new or differs.
    what: Vec<(Field, String)>,
    /// How many answers were too many.
    left_out: usize,
}

impl Learned {
    /// Field by field, as its reader gets it.
    fn lines(&self) -> Vec<String> {
        let line =
            |(field, text): &(Field, String)| format!("{}: {text}", field.name().replace('_', " "));
        self.what.iter().map(line).collect()
    }

    /// The line of history that it makes, without personal data.
    fn detail(&self, sent: &Sent) -> String {
        let fields: Vec<&str> = self.what.iter().map(|(field, _)| field.name()).collect();
        let fields = fields.join(", ");
        let changed = if sent.new.update {
            format!("{}{fields}", FactKind::CHANGED)
        } else {
            fields
        };
        let by = match sent.known.by {
            SignKind::Email => String::new(),
            sign @ (SignKind::Phone | SignKind::ExternalId | SignKind::Name) => {
                format!("known by the {}", sign.name())
            }
        };
        let more = match self.left_out {
            0 => String::new(),
            1 => format!("one more answer is in {} only", sent.submission),
            many => format!("{many} more answers are in {} only", sent.submission),
        };
        let also = sent.known.also_words();
        let all = [changed, by, also, more];
        let said: Vec<String> = all.into_iter().filter(|part| !part.is_empty()).collect();
        said.join("; ")
    }
}

/// Adds to the lead what `new` knows and it doesn't. What a person is known by is never overwritten by a form that
/// anybody can fill in: it is kept beside. Of somebody of whom it is not sure that they are the same nothing is taken
/// over.
fn take_in(lead: &mut Lead, new: &NewLead, known_by: SignKind) -> Learned {
    let mut differs: Vec<(Field, FieldValue)> = new
        .contact
        .iter()
        .filter(|(field, value)| lead.contact.get(*field) != Some(*value))
        .map(|(field, value)| (field, value.clone()))
        .collect();
    if is_sure(known_by, &new.contact, &lead.contact) {
        fill(&mut lead.contact, &new.contact);
    }
    let mut left_out = lead.add_attributes(&new.attributes);
    differs.retain(|(field, value)| {
        let taken = lead.contact.get(*field) == Some(value);
        let kept = !taken && is_kept_beside(*field, new.update) && {
            let label = format!("{}, said later", field.name());
            lead.put_attribute(&label, &value.to_string(), &mut left_out)
        };
        // What is said on every page, and was said before, is no news.
        is_news(*field, new.update) && (taken || kept || !new.update)
    });
    let text = |(field, value): (Field, FieldValue)| (field, value.to_string());
    Learned {
        what: differs.into_iter().map(text).collect(),
        left_out,
    }
}

/// Whether somebody who has the lead wants to know it: a form says more of itself than of the person.
fn is_news(field: Field, update: bool) -> bool {
    match field {
        Field::ClickId | Field::FormId | Field::ExternalId | Field::SubmittedAt => false,
        Field::Page
        | Field::Referrer
        | Field::Form
        | Field::Campaign
        | Field::Ad
        | Field::UtmSource
        | Field::UtmMedium
        | Field::UtmCampaign
        | Field::UtmTerm
        | Field::UtmContent
        | Field::Language
        | Field::Timezone => !update,
        Field::Email
        | Field::Name
        | Field::FirstName
        | Field::LastName
        | Field::Phone
        | Field::Company
        | Field::Website
        | Field::Title
        | Field::Country
        | Field::Region
        | Field::City
        | Field::PostalCode
        | Field::Industry
        | Field::Employees
        | Field::Revenue
        | Field::Message
        | Field::Product
        | Field::UseCase
        | Field::DealValue
        | Field::Currency
        | Field::Tags
        | Field::Consent
        | Field::Type => true,
    }
}

/// Whether a value that differs from the known one is kept to be read beside it.
fn is_kept_beside(field: Field, update: bool) -> bool {
    let who = [
        Field::Email,
        Field::Name,
        Field::Phone,
        Field::Company,
        Field::Message,
    ];
    who.contains(&field) || update && is_news(field, true)
}

fn fill(contact: &mut Contact, new: &Contact) {
    contact.fill_from(new);
    if !new.text(Field::Message).is_empty() {
        contact.set_text(Field::Message, new.text(Field::Message));
    }
}

fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Won => "won",
        Outcome::Lost => "lost",
        Outcome::Duplicate => "closed as a duplicate",
    }
}
