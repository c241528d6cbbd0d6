//! Notices: short new messages, since an edited card notifies nobody. Each is said in the words of the
//! moment at which it is sent, and not at all if it is no longer true then.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    facts,
    fate::whereabouts,
    offer::contact_words,
    seen::{Seen, cut},
    when::When,
};
use crate::domain::{
    action::Action,
    card::{Button, Card, Fact, Item, Part, Run},
    event::{Audible, Notice, Say},
    id::{OfferId, RepId, TeamId},
    lead::{Lead, OfferState, State},
    plan::{PlannedStep, StepDone},
    policy::{Policy, StepAction},
};

/// More leads than this are only counted.
const MOST_LINES: usize = 10;
const MAX_WHY: usize = 300;
const MAX_NEWS: usize = 8;

/// The message for these notices, each with its lead: one, or several of one cause for the same reader.
/// `None` when none of them is true any more.
#[must_use]
pub fn notice(
    about: &[(&Say, &Lead)],
    policy: &Policy,
    viewer_zone: &TimeZone,
    now: Timestamp,
) -> Option<Card> {
    let (say, lead) = *about.first()?;
    let telling = Telling {
        to: &say.to,
        policy,
        when: When::new(now, viewer_zone),
    };
    match &say.notice {
        Notice::AnswerDue { offer } => telling.answer_due(offer, lead),
        Notice::ContactDue { offer } => telling.contact_due(offer, lead),
        Notice::Late { .. } => telling.late(about),
        Notice::NobodyFree { team, why } => telling.nobody_free(team, why, &each(about)),
        Notice::CannotReach { rep, why } => Some(telling.cannot_reach(rep, why, &each(about))),
        Notice::WroteAgain { offer, what } => telling.wrote_again(offer, what, lead),
        // About no lead: chat_news has the words.
        Notice::ChatWasDown { .. } | Notice::ChannelRefuses { .. } => None,
    }
}

/// The message for a notice that is about a person and no lead.
#[must_use]
pub fn of_person(
    say: &Say,
    policy: &Policy,
    viewer_zone: &TimeZone,
    now: Timestamp,
) -> Option<Card> {
    let telling = Telling {
        to: &say.to,
        policy,
        when: When::new(now, viewer_zone),
    };
    match &say.notice {
        Notice::CannotReach { rep, why } => Some(telling.cannot_reach(rep, why, &[])),
        Notice::AnswerDue { .. }
        | Notice::ContactDue { .. }
        | Notice::Late { .. }
        | Notice::NobodyFree { .. }
        | Notice::WroteAgain { .. }
        | Notice::ChatWasDown { .. }
        | Notice::ChannelRefuses { .. } => None,
    }
}

/// The leads, each once.
fn each<'l>(about: &[(&Say, &'l Lead)]) -> Vec<&'l Lead> {
    let mut known = BTreeSet::new();
    let leads = about.iter().map(|(_, lead)| *lead);
    leads.filter(|lead| known.insert(&lead.id)).collect()
}

/// Whether a notice of lateness is about the stretch that the lead is in now.
fn is_of_this_stretch(say: &Say, lead: &Lead) -> bool {
    match &say.notice {
        Notice::Late { epoch, .. } => lead.epoch == *epoch,
        Notice::AnswerDue { .. }
        | Notice::ContactDue { .. }
        | Notice::NobodyFree { .. }
        | Notice::CannotReach { .. }
        | Notice::WroteAgain { .. }
        | Notice::ChatWasDown { .. }
        | Notice::ChannelRefuses { .. } => false,
    }
}

/// Who is told, and when.
struct Telling<'a> {
    to: &'a Audible,
    policy: &'a Policy,
    when: When,
}

impl Telling<'_> {
    fn seen<'l>(&self, lead: &'l Lead) -> Seen<'l> {
        match self.to {
            Audible::Rep(rep) => Seen::by(rep, lead, self.policy),
            Audible::Channel(_) => Seen::in_channel(lead, self.policy),
        }
    }

    /// Where the lead is now, to whoever is told.
    fn whereabouts(&self, lead: &Lead) -> String {
        let nobody = RepId::from("");
        let reader = match self.to {
            Audible::Rep(rep) => rep,
            Audible::Channel(_) => &nobody,
        };
        whereabouts(lead, self.policy, reader, &self.when)
    }

    fn answer_due(&self, offer: &OfferId, lead: &Lead) -> Option<Card> {
        let offer = lead.offer(offer)?;
        if !offer.is_pending() {
            return None;
        }
        let seen = self.seen(lead);
        let mut runs = vec![
            Run::plain("Still waiting for your answer: "),
            Run::bold(seen.called()),
        ];
        let mut said = format!("Still waiting for your answer: lead {}.", seen.called());
        match offer.until.filter(|until| !self.when.is_past(*until)) {
            Some(until) => {
                runs.extend([
                    Run::plain(". It moves on "),
                    self.when.moment(until),
                    Run::plain("."),
                ]);
                said.push_str(&format!(
                    " It moves on {}.",
                    self.when.said_with_zone(until)
                ));
            }
            None => runs.push(Run::plain(".")),
        }
        Some(Card {
            summary: said,
            parts: vec![Part::Text(runs)],
        })
    }

    fn contact_due(&self, offer: &OfferId, lead: &Lead) -> Option<Card> {
        let owned = matches!(&lead.state, State::Owned { offer: by, .. } if by == offer);
        if !owned || lead.clock.attempted_at.is_some() {
            return None;
        }
        let seen = self.seen(lead);
        let due = contact_words(lead, &self.when);
        let first = Run::plain("Nobody has tried to reach ");
        let mut parts = vec![Part::Text(vec![
            first,
            Run::bold(seen.called()),
            Run::plain(format!(" yet. {due}")),
        ])];
        let reach = facts::reach(&seen);
        if !reach.is_empty() {
            parts.push(Part::Facts(reach));
        }
        let log = Button::new(Action::LeadContacted, lead.id.as_str(), "Contacted")
            .spoken(format!("Log a contact with {}", seen.spoken()))
            .opening_dialog();
        parts.push(Part::Buttons(vec![log]));
        Some(Card {
            summary: format!(
                "Nobody has tried to reach lead {} yet. {due}",
                seen.called()
            ),
            parts,
        })
    }

    fn late(&self, about: &[(&Say, &Lead)]) -> Option<Card> {
        let mut still: Vec<(&Say, &Lead)> = about.to_vec();
        still.retain(|(say, lead)| is_of_this_stretch(say, lead) && is_late(lead, &self.when));
        let still = each(&still);
        let lines = still.iter().map(|lead| (*lead, self.late_words(lead)));
        let headline = match still.as_slice() {
            [] => return None,
            [_] => "A lead is late".to_owned(),
            more => format!("{} leads are late", more.len()),
        };
        Some(self.listed(headline, &lines.collect::<Vec<_>>()))
    }

    /// What is late, who had it, and where it is now.
    fn late_words(&self, lead: &Lead) -> String {
        let what = if lead.owner().is_some() {
            "nobody has tried to reach them"
        } else {
            "nobody has accepted it"
        };
        let plan = lead.plan.as_ref();
        let due = plan.and_then(|plan| match lead.owner() {
            Some(_) => plan.contact_by,
            None => plan.acknowledge_by,
        });
        let due = due.map_or_else(String::new, |at| format!(" (due {})", self.when.said(at)));
        let mut words = format!("{what}{due}. ");
        for (verb, state) in [
            ("declined", OfferState::Declined),
            ("did not answer", OfferState::Expired),
        ] {
            let names = self.names_of(lead, state);
            if !names.is_empty() {
                words.push_str(&format!("{names} {verb}. "));
            }
        }
        words.push_str(&self.whereabouts(lead));
        words
    }

    /// Whose offers of the lead's present stretch ended so.
    fn names_of(&self, lead: &Lead, state: OfferState) -> String {
        let ended = lead
            .offers
            .iter()
            .filter(|offer| offer.epoch == lead.epoch && offer.state == state);
        let reps: BTreeSet<&str> = ended.map(|offer| self.policy.name_of(&offer.rep)).collect();
        let mut names: Vec<&str> = reps.into_iter().collect();
        let last = names.pop().unwrap_or_default();
        match names.as_slice() {
            [] => last.to_owned(),
            more => format!("{} and {last}", more.join(", ")),
        }
    }

    fn nobody_free(&self, team: &TeamId, why: &str, leads: &[&Lead]) -> Option<Card> {
        let waiting: Vec<&Lead> = leads
            .iter()
            .copied()
            .filter(|lead| lead.is_waiting())
            .collect();
        let count = match waiting.as_slice() {
            [] => return None,
            [_] => "a lead waits".to_owned(),
            more => format!("{} leads wait", more.len()),
        };
        let headline = format!("Nobody in team {team} is free; {count}");
        let lines: Vec<(&Lead, String)> = waiting
            .iter()
            .map(|lead| (*lead, self.again_words(lead)))
            .collect();
        let mut card = self.listed(headline, &lines);
        let why = cut(why, MAX_WHY);
        if !why.is_empty() {
            card.summary.push_str(&format!(" {why}."));
            card.parts
                .push(Part::Note(vec![Run::plain(format!("{why}."))]));
        }
        Some(card)
    }

    fn again_words(&self, lead: &Lead) -> String {
        let again = match &lead.state {
            State::Queued {
                waiting: Some(waiting),
                ..
            } => waiting.again_at,
            State::Queued { waiting: None, .. }
            | State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => None,
        };
        match again.filter(|at| !self.when.is_past(*at)) {
            Some(at) => format!("is offered again {}.", self.when.said(at)),
            None => "is offered as soon as somebody is free.".to_owned(),
        }
    }

    fn cannot_reach(&self, rep: &RepId, why: &str, leads: &[&Lead]) -> Card {
        let name = self.policy.name_of(rep);
        let headline = format!("The chat does not deliver to {name}");
        let lines: Vec<(&Lead, String)> = leads
            .iter()
            .map(|lead| (*lead, self.whereabouts(lead)))
            .collect();
        let mut card = self.listed(headline, &lines);
        let reason = match why {
            "deactivated" => "the account is deactivated".to_owned(),
            "guest" => "it is a guest's account".to_owned(),
            "stranger" => "the account is of another company's workspace".to_owned(),
            "bot" => "the account is a program's".to_owned(),
            other => cut(other, MAX_WHY),
        };
        let advice = format!("The chat says: {reason}. {name} gets no leads until this is mended.");
        card.summary.push_str(&format!(" {advice}"));
        card.parts.push(Part::Note(vec![Run::plain(advice)]));
        card
    }

    fn wrote_again(&self, offer: &OfferId, what: &[String], lead: &Lead) -> Option<Card> {
        let offer = lead.offer(offer)?;
        let holds = offer.is_pending()
            || matches!(&lead.state, State::Owned { offer: by, .. } if *by == offer.id);
        if !holds {
            return None;
        }
        let seen = self.seen(lead);
        let news: Vec<Fact> = what
            .iter()
            .filter_map(|line| line.split_once(": "))
            .filter(|(name, _)| {
                let field = crate::domain::contact::Field::by_name(&name.replace(' ', "_"));
                field.is_none_or(|field| !seen.hides(field))
            })
            .map(|(name, value)| facts::fact(super::seen::begin(name), seen.shown(value, 200)))
            .take(MAX_NEWS)
            .collect();
        let headline = format!("Lead {} wrote again", seen.called());
        let said: Vec<String> = news
            .iter()
            .map(|fact| format!("{}: {}", fact.label, fact.value[0].words()))
            .collect();
        let mut parts = vec![Part::Text(vec![Run::bold(format!("{headline}."))])];
        if !news.is_empty() {
            parts.push(Part::Facts(news));
        }
        Some(Card {
            summary: cut(&format!("{headline}. {}", said.join(". ")), 600),
            parts,
        })
    }

    /// A headline, and up to ten leads with a sentence each.
    fn listed(&self, headline: String, lines: &[(&Lead, String)]) -> Card {
        // Leads that were due at one moment come in any order; people read them in theirs.
        let mut lines: Vec<&(&Lead, String)> = lines.iter().collect();
        lines.sort_by_key(|(lead, _)| lead.number);
        let said: Vec<(String, &str)> = lines
            .iter()
            .take(MOST_LINES)
            .map(|(lead, words)| (self.seen(lead).called(), words.as_str()))
            .collect();
        let spoken: Vec<String> = said
            .iter()
            .map(|(called, words)| format!("{called}: {words}"))
            .collect();
        let items = said.into_iter().map(|(called, words)| Item {
            text: vec![Run::bold(called), Run::plain(format!(": {words}"))],
            buttons: Vec::new(),
        });
        let mut parts = vec![
            Part::Text(vec![Run::bold(format!("{headline}."))]),
            Part::List(items.collect()),
        ];
        let more = lines.len().saturating_sub(MOST_LINES);
        if more > 0 {
            parts.push(Part::Note(vec![Run::plain(format!("And {more} more."))]));
        }
        Card {
            summary: format!("{headline}. {}", spoken.join(" ")),
            parts,
        }
    }
}

/// Whether a lead is still late: nobody has it, or its owner has let the time to call go by.
fn is_late(lead: &Lead, when: &When) -> bool {
    if lead.owner().is_none() {
        return lead.runs_a_clock();
    }
    let told = |step: &PlannedStep| {
        matches!(step.action, StepAction::Notify(_)) && step.done == StepDone::Taken
    };
    let overdue = lead.plan.as_ref().is_some_and(|plan| {
        plan.contact_by.is_some_and(|by| when.is_past(by)) || plan.untouched.iter().any(told)
    });
    lead.runs_a_clock() && lead.clock.attempted_at.is_none() && overdue
}
