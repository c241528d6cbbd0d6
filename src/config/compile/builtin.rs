//! What holds without being written: the SLAs of the contract, the default escalation, the usual
//! reasons for declining, and what is a contact made elsewhere.

use jiff::SignedDuration;

use crate::domain::{
    calendar::Period,
    event::ContactHow,
    policy::{AfterDecline, Assignee, Audience, DeclineReason, Rung, Sla, Step, StepAction, Turn},
};

const fn minutes(minutes: i64) -> Period {
    Period::Time(SignedDuration::from_mins(minutes))
}

const fn hours(hours: i64) -> Period {
    Period::Time(SignedDuration::from_hours(hours))
}

/// Name, `acknowledge` and `contact`.
pub(super) const SLAS: [(&str, Period, Period); 4] = [
    ("demo", minutes(15), minutes(30)),
    ("mql", hours(4), hours(8)),
    ("event", hours(48), hours(72)),
    ("download", Period::BusinessDays(5), hours(240)),
];

/// What leads of a team have when nothing else gives them an SLA.
pub(in crate::config) const LAST_SLA: &str = "mql";

/// What people do that is a contact, made in another program. Mails are not among them: most are sent by a program that
/// nobody would call a person.
pub(super) const CONTACTS: [(&str, ContactHow); 5] = [
    ("email_replied", ContactHow::Reached),
    ("call_connected", ContactHow::Reached),
    ("meeting_booked", ContactHow::Meeting),
    ("meeting_held", ContactHow::Meeting),
    ("call_attempted", ContactHow::NoAnswer),
];

/// One of the built-in SLAs.
pub(super) fn sla(name: &str, acknowledge: Period, contact: Period) -> Sla {
    Sla {
        id: Some(name.into()),
        acknowledge: Some(acknowledge),
        contact: Some(contact),
        at_least: None,
        calendar: None,
        escalation: escalation(acknowledge),
        untouched: untouched(contact),
        retry: Vec::new(),
        exhausted: None,
    }
}

/// The steps of an SLA that gives none.
pub(super) fn escalation(acknowledge: Period) -> Vec<Step> {
    let steps = [
        (times(acknowledge, 2, 3), StepAction::Remind),
        (acknowledge, StepAction::Reoffer(Rung::Team)),
        (times(acknowledge, 2, 1), StepAction::Reoffer(Rung::Backups)),
        (
            times(acknowledge, 3, 1),
            StepAction::Notify(Audience::Managers),
        ),
        (
            times(acknowledge, 4, 1),
            StepAction::Assign(Assignee::Managers),
        ),
    ];
    planned(steps)
}

/// The steps of a built-in SLA for a lead that was accepted and not called.
fn untouched(contact: Period) -> Vec<Step> {
    planned([
        (times(contact, 2, 3), StepAction::Remind),
        (contact, StepAction::Notify(Audience::Managers)),
    ])
}

fn planned(steps: impl IntoIterator<Item = (Period, StepAction)>) -> Vec<Step> {
    // Of one business day two thirds are no whole day.
    let steps = steps
        .into_iter()
        .filter(|(after, _)| *after != Period::BusinessDays(0));
    let step = |(after, action)| Step {
        after,
        action,
        repeat: None,
    };
    steps.map(step).collect()
}

fn times(period: Period, by: u32, over: u32) -> Period {
    match period {
        Period::Time(time) => {
            let by = i32::try_from(by).unwrap_or(i32::MAX);
            let over = i32::try_from(over).unwrap_or(1);
            Period::Time(time.checked_mul(by).unwrap_or(time) / over)
        }
        Period::BusinessDays(days) => Period::BusinessDays(days.saturating_mul(by) / over),
    }
}

/// The reasons everybody knows.
pub(super) fn declines() -> Vec<DeclineReason> {
    let reason = |id: &str, label: &str, then, turn| DeclineReason {
        id: id.to_owned(),
        label: label.to_owned(),
        then,
        turn,
        managers_only: false,
        per_day: None,
    };
    vec![
        reason("busy", "I have no time right now", AfterDecline::Next, None),
        reason(
            "territory",
            "Not my territory",
            AfterDecline::Next,
            Some(Turn::Back),
        ),
        reason(
            "language",
            "I don't speak their language",
            AfterDecline::Next,
            Some(Turn::Back),
        ),
        reason(
            "conflict",
            "Conflict of interest",
            AfterDecline::Next,
            Some(Turn::Back),
        ),
        reason(
            "duplicate",
            "Somebody has this lead already",
            AfterDecline::Review,
            Some(Turn::Back),
        ),
        reason(
            "spam",
            "Spam, or no lead at all",
            AfterDecline::Disqualify,
            Some(Turn::Back),
        ),
    ]
}
