//! Notices: short new messages, since an edited card notifies nobody. Each is said in the words of the
//! moment at which it is sent, and not at all if it is no longer true then.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    account, facts,
    fate::whereabouts,
    heard,
    late::{self, HollowAccepts},
    left, next_step,
    offer::contact_words,
    seen::{Seen, cut},
    unreachable,
    when::When,
};
use crate::domain::{
    action::Action,
    card::{Button, Card, Item, Part, Run},
    event::{Actor, Audible, News, Notice, Say},
    id::{OfferId, RepId, TeamId},
    lead::{Lead, Offer, OfferState, State},
    policy::Policy,
};

/// More leads than this are only counted.
const MOST_LINES: usize = 10;
const MAX_WHY: usize = 300;

/// The message for these notices, each with its lead: one, or several of one cause for the same reader.
/// `None` when none of them is true any more.
#[must_use]
pub fn notice(
    about: &[(&Say, &Lead)],
    hollow: &HollowAccepts,
    policy: &Policy,
    when: When,
) -> Option<Card> {
    let (say, lead) = *about.first()?;
    let telling = Telling {
        to: &say.to,
        policy,
        when,
    };
    match &say.notice {
        Notice::AnswerDue { offer } => telling.answer_due(offer, lead),
        Notice::ContactDue { offer } => telling.contact_due(offer, lead),
        Notice::Late { .. } => telling.late(about, hollow),
        Notice::NobodyFree { team } => telling.nobody_free(team, &each(about)),
        Notice::Rerouted { rule } => Some(telling.rerouted(rule, &each(about))),
        Notice::CannotReach { rep, why, once } => {
            Some(telling.cannot_reach(rep, (why, *once), &each(about)))
        }
        Notice::WroteAgain {
            offer,
            what,
            how,
            by,
        } => heard::again(&telling.seen(lead), lead.offer(offer)?, what, (*how, *by)),
        // About no lead: chat_news has the words.
        Notice::WasDown { .. }
        | Notice::NobodyThere { .. }
        | Notice::ChatWasDown { .. }
        | Notice::ChannelRefuses { .. }
        | Notice::FetchRefused { .. }
        | Notice::Quarantined { .. } => None,
        Notice::StepDue { offer } => telling.step_due(offer, lead),
        Notice::Left { .. } => None,
        Notice::StoodIn { offer } => account::stood_in(&telling, offer, lead),
        Notice::WentOn { .. } => account::went_on(&telling, about),
        Notice::News { offer, news } => telling.news(offer, news, lead),
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
        when: When::for_what_stands(now, viewer_zone),
    };
    match &say.notice {
        Notice::CannotReach { rep, why, once } => {
            Some(telling.cannot_reach(rep, (why, *once), &[]))
        }
        Notice::Left { .. } => left::said(&say.notice, &telling.when),
        Notice::AnswerDue { .. }
        | Notice::ContactDue { .. }
        | Notice::Late { .. }
        | Notice::NobodyFree { .. }
        | Notice::Rerouted { .. }
        | Notice::WroteAgain { .. }
        | Notice::WasDown { .. }
        | Notice::NobodyThere { .. }
        | Notice::ChatWasDown { .. }
        | Notice::StepDue { .. }
        | Notice::StoodIn { .. }
        | Notice::WentOn { .. }
        | Notice::News { .. }
        | Notice::ChannelRefuses { .. }
        | Notice::FetchRefused { .. }
        | Notice::Quarantined { .. } => None,
    }
}

/// The leads, each once.
pub(super) fn each<'l>(about: &[(&Say, &'l Lead)]) -> Vec<&'l Lead> {
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
        | Notice::Rerouted { .. }
        | Notice::CannotReach { .. }
        | Notice::Left { .. }
        | Notice::WroteAgain { .. }
        | Notice::StepDue { .. }
        | Notice::StoodIn { .. }
        | Notice::WentOn { .. }
        | Notice::News { .. }
        | Notice::WasDown { .. }
        | Notice::NobodyThere { .. }
        | Notice::ChatWasDown { .. }
        | Notice::ChannelRefuses { .. }
        | Notice::FetchRefused { .. }
        | Notice::Quarantined { .. } => false,
    }
}

/// Who is told, and when.
pub(super) struct Telling<'a> {
    pub(super) to: &'a Audible,
    pub(super) policy: &'a Policy,
    pub(super) when: When,
}

impl Telling<'_> {
    pub(super) fn seen<'l>(&self, lead: &'l Lead) -> Seen<'l> {
        match self.to {
            Audible::Rep(rep) => Seen::by(rep, lead, self.policy),
            Audible::Channel(_) => Seen::in_channel(lead),
        }
    }

    /// Where the lead is now, to whoever is told.
    pub(super) fn whereabouts(&self, lead: &Lead) -> String {
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

    fn late(&self, about: &[(&Say, &Lead)], hollow: &HollowAccepts) -> Option<Card> {
        let mut still: Vec<(&Say, &Lead)> = about.to_vec();
        still.retain(|(say, lead)| is_of_this_stretch(say, lead) && lead.alarm.is_some());
        let still: Vec<Lead> = each(&still).into_iter().cloned().collect();
        if still.is_empty() {
            return None;
        }
        let reader = self.to.rep();
        Some(late::late_card(
            &still,
            reader,
            hollow,
            self.policy,
            &self.when,
        ))
    }

    fn step_due(&self, offer: &OfferId, lead: &Lead) -> Option<Card> {
        let owned = matches!(&lead.state, State::Owned { offer: by, .. } if by == offer);
        owned.then(|| next_step::due(lead, &self.seen(lead), &self.when))?
    }

    /// What became of a lead or an offer, to whom an edited card would not tell it.
    fn news(&self, offer: &OfferId, news: &News, lead: &Lead) -> Option<Card> {
        let offer = lead.offer(offer)?;
        let called = self.seen(lead).called();
        let owns = matches!(&lead.state, State::Owned { offer: by, .. } if *by == offer.id);
        let words = match news {
            News::TakenBack { by } if !offer.is_pending() => format!(
                "No need to answer lead {called}: {} takes it after all.",
                self.policy.name_of(by)
            ),
            News::Moved { by } if !owns => format!(
                "Lead {called} is no longer yours: {}. {}",
                self.mover_words(by),
                self.whereabouts(lead)
            ),
            News::Exhausted if !owns => format!(
                "Lead {called} is no longer yours: every attempt reached nobody. {}",
                self.whereabouts(lead)
            ),
            News::HandedOver { to } if !owns => {
                format!("{} has taken over lead {called}.", self.policy.name_of(to))
            }
            News::Returned { to } if !owns => format!(
                "{} is back, and lead {called} is theirs again.",
                self.policy.name_of(to)
            ),
            News::YoursAgain { from } if owns => format!(
                "Lead {called} is yours: {} stood in for you. {}",
                self.policy.name_of(from),
                account::so_far(lead, &self.when)
            ),
            News::NotHandedOver { asked } if owns => {
                let asked = lead.offer(asked)?;
                format!(
                    "{} It stays yours: lead {called}.",
                    self.refused_words(asked)
                )
            }
            News::Unsubscribed { source } if heard::holds(&self.seen(lead), offer) => format!(
                "Lead {called} has unsubscribed, says {}: they want no more mailings.",
                cut(source.as_str(), 40)
            ),
            News::Deleted { source } if heard::holds(&self.seen(lead), offer) => format!(
                "{} has deleted lead {called}. Here everything is kept as it was.",
                cut(source.as_str(), 40)
            ),
            News::Warmer {
                activity,
                intent,
                mql,
            } if heard::holds(&self.seen(lead), offer) => {
                format!("Lead {called} {}.", heard::warmer(activity, *intent, *mql))
            }
            News::ContactElsewhere {
                activity,
                source,
                reached,
                first,
            } if owns => heard::contact(&called, activity, source.as_str(), (*reached, *first)),
            News::TakenBack { .. }
            | News::ContactElsewhere { .. }
            | News::Warmer { .. }
            | News::Unsubscribed { .. }
            | News::Deleted { .. }
            | News::Moved { .. }
            | News::Exhausted
            | News::HandedOver { .. }
            | News::Returned { .. }
            | News::YoursAgain { .. }
            | News::NotHandedOver { .. } => return None,
        };
        Some(Card::sentence(words))
    }

    fn mover_words(&self, by: &Actor) -> String {
        match by {
            Actor::Baton => "nobody had tried to reach them in time".to_owned(),
            Actor::Rep(rep) => format!("{} decided so", self.policy.name_of(rep)),
            Actor::Api(name) => format!("the program {} decided so", cut(name, 40)),
            Actor::Source(_) => "it was decided otherwise".to_owned(),
        }
    }

    /// Why a colleague does not take a lead over.
    fn refused_words(&self, asked: &Offer) -> String {
        let name = self.policy.name_of(&asked.rep);
        match asked.state {
            OfferState::Declined => {
                let reason = asked.reason.as_ref();
                let label = reason.and_then(|reason| self.policy.decline(&reason.id));
                let label = label.map_or_else(String::new, |rule| format!(" ({})", rule.label));
                let note = reason.map_or_else(String::new, |reason| cut(&reason.note, MAX_WHY));
                let note = if note.is_empty() {
                    note
                } else {
                    format!(" “{note}”")
                };
                format!("{name} does not take it over{label}.{note}")
            }
            OfferState::Expired => format!("{name} has not answered."),
            OfferState::Pending | OfferState::Accepted | OfferState::Withdrawn => {
                format!("{name} can't be asked now.")
            }
        }
    }

    fn nobody_free(&self, team: &TeamId, leads: &[&Lead]) -> Option<Card> {
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
        let team = self.policy.team_name(team);
        let headline = format!("Nobody in team {team} is free; {count}");
        let lines: Vec<(&Lead, String)> = waiting
            .iter()
            .map(|lead| (*lead, self.again_words(lead)))
            .collect();
        let mut card = self.listed(headline, &lines);
        let why = cut(&self.why_nobody(waiting[0]), MAX_WHY);
        if !why.is_empty() {
            card.summary.push_str(&format!(" {why}."));
            card.parts
                .push(Part::Note(vec![Run::plain(format!("{why}."))]));
        }
        Some(card)
    }

    /// Leads that a wrong rule had given to the reader.
    fn rerouted(&self, rule: &str, leads: &[&Lead]) -> Card {
        let count = match leads {
            [_] => "a lead was routed anew".to_owned(),
            more => format!("{} leads were routed anew", more.len()),
        };
        let rule = cut(rule, 40);
        let headline = format!("The rule {rule} was wrong: {count}, and cost you no turn");
        let lines: Vec<(&Lead, String)> = leads
            .iter()
            .map(|lead| (*lead, self.whereabouts(lead)))
            .collect();
        self.listed(headline, &lines)
    }

    /// Everybody's reason, by the reader's clock.
    fn why_nobody(&self, lead: &Lead) -> String {
        let candidates = lead.routing.iter().flat_map(|routing| &routing.candidates);
        let said: Vec<String> = candidates
            .filter(|one| !one.eligible)
            .map(|one| {
                let name = self.policy.name_of(&one.rep);
                format!("{name} {}", facts::because(one, &self.when))
            })
            .collect();
        if said.is_empty() {
            "nobody is in the team".to_owned()
        } else {
            said.join(", ")
        }
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

    /// `once`: it is about these leads' cards, and not about the rep.
    fn cannot_reach(&self, rep: &RepId, (why, once): (&str, bool), leads: &[&Lead]) -> Card {
        let name = self.policy.name_of(rep);
        let headline = if once {
            format!("The chat did not show {name} what they were asked")
        } else {
            format!("The chat does not deliver to {name}")
        };
        let lines: Vec<(&Lead, String)> = leads
            .iter()
            .map(|lead| (*lead, self.whereabouts(lead)))
            .collect();
        let mut card = self.listed(headline, &lines);
        let reason = cut(&unreachable::reason(why), MAX_WHY);
        let then = if once {
            "is asked again with the next lead"
        } else {
            "gets no leads until this is mended"
        };
        let advice = format!("The chat says: {reason}. {name} {then}.");
        card.summary.push_str(&format!(" {advice}"));
        card.parts.push(Part::Note(vec![Run::plain(advice)]));
        card
    }

    /// A headline, and up to ten leads with a sentence each.
    pub(super) fn listed(&self, headline: String, lines: &[(&Lead, String)]) -> Card {
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
