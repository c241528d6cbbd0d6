//! What a rep's leads want of them, and in which order: `/leads`, the home page and the summary on coming back count
//! and sort by it.

use jiff::{SignedDuration, Timestamp};

use super::{lists::Reader, when::When};
use crate::domain::{
    id::RepId,
    lead::{Lead, Offer, State},
};

/// What is planned within it stands among what has a deadline.
const SOON: SignedDuration = SignedDuration::from_hours(24);

/// What a lead wants of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// Their answer.
    Answer,
    /// A first call.
    Call,
    /// What was planned for now.
    Step,
    /// What is planned for later.
    Later,
    /// Nobody was reached, and nothing is planned.
    Unreached,
    /// Nothing: they were reached.
    Nothing,
}

impl Wants {
    /// What `lead` wants of `rep`.
    pub(super) fn of(rep: &RepId, lead: &Lead, when: &When) -> Self {
        let owns = matches!(&lead.state, State::Owned { rep: owner, .. } if owner == rep);
        if offer_to(rep, lead).is_some() {
            return Self::Answer;
        }
        if !owns {
            return Self::Nothing;
        }
        let clock = &lead.clock;
        match (&lead.next_step, clock.attempted_at, clock.contacted_at) {
            (Some(step), ..) if step.due_at <= when.now() => Self::Step,
            (_, None, _) => Self::Call,
            (Some(_), Some(_), _) => Self::Later,
            (None, Some(_), None) => Self::Unreached,
            (None, Some(_), Some(_)) => Self::Nothing,
        }
    }

    /// How many of `leads` want one of `these` of `rep`.
    pub(super) fn count<'l>(
        these: &[Self],
        rep: &RepId,
        leads: impl Iterator<Item = &'l Lead>,
        when: &When,
    ) -> usize {
        let wanted = leads.filter(|lead| these.contains(&Self::of(rep, lead, when)));
        wanted.count()
    }

    /// What comes first: a deadline, then a call without one, then what is planned for another day, then what rests.
    fn rank(self, by: Option<Timestamp>, when: &When) -> u8 {
        match (self, by) {
            (Self::Answer | Self::Call | Self::Step, Some(_)) => 0,
            (Self::Later, Some(by)) if by <= when.now() + SOON => 0,
            (Self::Answer | Self::Call | Self::Step, None) => 1,
            (Self::Later, _) => 2,
            (Self::Unreached, _) => 3,
            (Self::Nothing, _) => 4,
        }
    }
}

/// The rep's pending offer of a lead.
pub(super) fn offer_to<'l>(rep: &RepId, lead: &'l Lead) -> Option<&'l Offer> {
    lead.pending().find(|offer| offer.rep == *rep)
}

/// By when something is to be done: an answer, the first call, or what is planned, whichever comes first.
fn due(rep: &RepId, lead: &Lead) -> Option<Timestamp> {
    if let Some(offer) = offer_to(rep, lead) {
        return offer.until;
    }
    let untried = lead.clock.attempted_at.is_none();
    let plan = lead.plan.as_ref().filter(|_| untried);
    let contact_by = plan.and_then(|plan| plan.contact_by);
    let step = lead.next_step.as_ref().map(|step| step.due_at);
    [contact_by, step].into_iter().flatten().min()
}

/// What is to be done by when comes first, then what rests, the longest untouched first.
pub(super) fn by_urgency<'l>(reader: Reader<'_>, leads: &[&'l Lead]) -> Vec<&'l Lead> {
    let mut sorted: Vec<&Lead> = leads.to_vec();
    sorted.sort_by_key(|lead| {
        let by = due(reader.rep, lead);
        let rank = Wants::of(reader.rep, lead, reader.when).rank(by, reader.when);
        (rank, by, lead.touched_at, lead.number)
    });
    sorted
}

/// "You have 4 leads, 2 to answer or call, 1 planned for later".
pub(super) fn headline(reader: Reader<'_>, leads: &[&Lead]) -> String {
    let all = leads.len();
    let many = if all == 1 {
        "1 lead".to_owned()
    } else {
        format!("{all} leads")
    };
    let kinds: [(&[Wants], &str); 4] = [
        (&[Wants::Answer, Wants::Call], "to answer or call"),
        (&[Wants::Step], "planned for now"),
        (&[Wants::Later], "planned for later"),
        (&[Wants::Unreached], "not reached yet"),
    ];
    let counted = kinds.map(|(these, what)| {
        let leads = leads.iter().copied();
        let n = Wants::count(these, reader.rep, leads, reader.when);
        (n, what)
    });
    let said: Vec<String> = counted
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}"))
        .collect();
    let whole = counted.iter().find(|(n, _)| *n == all);
    match (said.is_empty(), whole) {
        (true, _) => format!("You have {many}, all contacted"),
        (false, Some((_, what))) => format!("You have {many} {what}"),
        (false, None) => format!("You have {many}, {}", said.join(", ")),
    }
}
