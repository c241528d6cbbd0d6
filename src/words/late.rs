//! What managers are told of late leads, with what they can do about each. All managers have the same
//! message; it is changed where it stands, so that everybody sees who has seen to it.

use std::collections::{BTreeMap, BTreeSet};

use super::{fate::whereabouts, seen::Seen, when::When};
use crate::domain::{
    action::Action,
    card::{Button, ButtonStyle, Card, Item, Part, Run},
    id::RepId,
    lead::{Lead, OfferState, State},
    policy::Policy,
};

/// More leads than this are only counted.
const MOST_LINES: usize = 10;
/// So many accepts without a contact are several.
const SEVERAL: i64 = 2;

/// How many leads that came in the last thirty days owners have accepted and not tried to reach in time.
pub type HollowAccepts = BTreeMap<RepId, i64>;

/// The message about these leads as it must look now: in `reader`'s direct messages, or in a channel.
#[must_use]
pub fn late_card(
    leads: &[Lead],
    reader: Option<&RepId>,
    hollow: &HollowAccepts,
    policy: &Policy,
    when: &When,
) -> Card {
    let telling = Telling {
        reader,
        hollow,
        policy,
        when,
    };
    let mut leads: Vec<&Lead> = leads.iter().collect();
    // Leads that were due at one moment come in any order; people read them in theirs.
    leads.sort_by(|one, other| (one.number, &one.id).cmp(&(other.number, &other.id)));
    leads.dedup_by(|one, other| one.id == other.id);
    let items: Vec<Item> = leads
        .iter()
        .take(MOST_LINES)
        .map(|lead| telling.item(lead))
        .collect();
    let headline = headline(&leads);
    let said: Vec<String> = items
        .iter()
        .map(|item| item.text.iter().map(Run::words).collect())
        .collect();
    let mut parts = vec![
        Part::Text(vec![Run::bold(format!("{headline}."))]),
        Part::List(items),
    ];
    let more = leads.len().saturating_sub(MOST_LINES);
    if more > 0 {
        parts.push(Part::Note(vec![Run::plain(format!("And {more} more."))]));
    }
    Card {
        summary: format!("{headline}. {}", said.join(" ")),
        parts,
    }
}

fn headline(leads: &[&Lead]) -> String {
    let late = leads.iter().filter(|lead| lead.alarm.is_some()).count();
    match (late, leads.len()) {
        (0, 0 | 1) => "A lead was late".to_owned(),
        (0, some) => format!("{some} leads were late"),
        (1, 1) => "A lead is late".to_owned(),
        (late, all) if late == all => format!("{all} leads are late"),
        (1, all) => format!("1 of {all} leads is still late"),
        (late, all) => format!("{late} of {all} leads are still late"),
    }
}

struct Telling<'a> {
    reader: Option<&'a RepId>,
    hollow: &'a HollowAccepts,
    policy: &'a Policy,
    when: &'a When,
}

impl Telling<'_> {
    fn item(&self, lead: &Lead) -> Item {
        let seen = match self.reader {
            Some(rep) => Seen::by(rep, lead, self.policy),
            None => Seen::in_channel(lead),
        };
        let words = if lead.alarm.is_some() {
            self.late_words(lead)
        } else {
            self.whereabouts(lead)
        };
        Item {
            text: vec![Run::bold(seen.called()), Run::plain(format!(": {words}"))],
            buttons: self.buttons(lead, &seen),
        }
    }

    fn whereabouts(&self, lead: &Lead) -> String {
        let nobody = RepId::from("");
        whereabouts(lead, self.policy, self.reader.unwrap_or(&nobody), self.when)
    }

    /// What is late, who had it, where it is now, and who wants to hear of it again.
    fn late_words(&self, lead: &Lead) -> String {
        let (owned, tried_at) = (lead.owner().is_some(), lead.clock.tried_at());
        let what = match (owned, tried_at) {
            (true, Some(at)) => {
                let at = self.when.said(at);
                format!("they were tried {at} and not reached, and nobody has tried again since")
            }
            (true, None) => "nobody has tried to reach them".to_owned(),
            (false, _) => "nobody has accepted it".to_owned(),
        };
        let plan = lead.plan.as_ref();
        let due = match (owned, tried_at) {
            (true, Some(_)) => lead.next_step.as_ref().map(|step| step.due_at),
            (true, None) => plan.and_then(|plan| plan.contact_by),
            (false, _) => plan.and_then(|plan| plan.acknowledge_by),
        };
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
        words.push_str(&self.hollow_words(lead));
        words.push_str(&self.snoozed_words(lead));
        words
    }

    /// Whose habit it is to take leads and not call, for managers; a channel is told nothing of it.
    fn hollow_words(&self, lead: &Lead) -> String {
        let manages = self
            .reader
            .is_some_and(|reader| self.policy.manages(reader, lead));
        let owner = lead.owner().filter(|_| manages);
        let times = owner.and_then(|owner| Some((owner, *self.hollow.get(owner)?)));
        times.filter(|(_, times)| *times >= SEVERAL).map_or_else(String::new, |(owner, times)| {
            let name = self.policy.name_of(owner);
            format!(" Of the leads that came in the last 30 days {name} has accepted {times} that were not tried in time.")
        })
    }

    fn snoozed_words(&self, lead: &Lead) -> String {
        let snoozed = lead.alarm.as_ref().and_then(|alarm| alarm.snoozed.as_ref());
        snoozed.map_or_else(String::new, |snooze| {
            let by = self.policy.name_of(&snooze.by);
            let until = self.when.said(snooze.until);
            format!(" Quiet until {until}, says {by}.")
        })
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

    /// What a manager can do as long as nobody has seen to it. In a channel others see it too: pressed by one of them,
    /// it says that it is the managers'.
    fn buttons(&self, lead: &Lead, seen: &Seen<'_>) -> Vec<Button> {
        let manages = |rep: &RepId| self.policy.manages(rep, lead);
        let directs = match self.reader {
            Some(reader) => manages(reader),
            None => self.policy.reps.keys().any(manages),
        };
        let Some(alarm) = lead.alarm.as_ref().filter(|_| directs) else {
            return Vec::new();
        };
        let (id, spoken) = (lead.id.as_str(), seen.spoken());
        let mut buttons = Vec::new();
        if self.reader.is_none() || lead.owner() != self.reader {
            buttons.push(
                Button::new(Action::EscalationTake, id, "Take it")
                    .styled(ButtonStyle::Primary)
                    .spoken(format!("Take {spoken}")),
            );
        }
        buttons.push(
            Button::new(Action::EscalationAssign, id, "Assign…")
                .spoken(format!("Assign {spoken}"))
                .opening_dialog(),
        );
        if asks_next(lead) {
            buttons.push(
                Button::new(Action::EscalationReoffer, id, "Ask the next one")
                    .spoken(format!("Ask the next one for {spoken}")),
            );
        }
        if alarm.snoozed.is_none() {
            buttons.push(
                Button::new(Action::EscalationSnooze, id, "Later…")
                    .spoken(format!("Tell me later of {spoken}"))
                    .opening_dialog(),
            );
        }
        buttons
    }
}

/// Whether the next one can be asked: not of a lead that waits because nobody is free.
fn asks_next(lead: &Lead) -> bool {
    match &lead.state {
        State::Offered { .. } | State::Pooled { .. } | State::Owned { .. } => true,
        State::Queued { waiting, .. } => waiting.is_none(),
        State::Review { .. }
        | State::Pending
        | State::Nurture { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => false,
    }
}
