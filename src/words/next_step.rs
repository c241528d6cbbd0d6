//! What an owner plans next: the dialog that asks, the line on the card, the reminder when it is due.

use jiff::{SignedDuration, Timestamp, civil::time};

use super::{
    dialogs::{about, pick, titled},
    facts,
    seen::{Seen, cut},
    when::When,
};
use crate::domain::{
    action::Action,
    card::{Button, Card, Choice, Dialog, Input, InputKind, Part, Run},
    lead::{Lead, NextStep},
};

/// The key of the answer that says what is planned in other words.
pub const WHAT: &str = "what";
/// The key of the answer that says what is planned, where a dialog asks something else first.
pub const NEXT: &str = "next";
/// The key of the answer that says when.
pub const AT: &str = "at";
/// The choice for what is not in the list.
pub const OTHER: &str = "other";
/// From when on a reminder says since when it is due: one that was put off, or comes again.
const OVERDUE: SignedDuration = SignedDuration::from_mins(15);
/// What is planned, as stored and as said.
const KNOWN: [(&str, &str); 5] = [
    ("call", "Call"),
    ("mail", "Write a mail"),
    ("meeting", "Meet"),
    ("proposal", "Send a proposal"),
    ("follow_up", "Follow up"),
];

/// Asks what comes next and when. Answers: the choice, [`WHAT`], [`AT`].
#[must_use]
pub fn dialog(lead: &Lead, when: &When) -> Dialog {
    let now = lead.next_step.as_ref();
    let choices = KNOWN.iter().map(|(value, label)| choice(value, label));
    let choices = choices.chain([choice(OTHER, "Something else")]).collect();
    let known = |step: &NextStep| KNOWN.iter().any(|(value, _)| *value == step.what);
    let first = now.map_or("call", |step| if known(step) { &step.what } else { OTHER });
    let ahead = now.filter(|step| !when.is_past(step.due_at));
    let at = ahead.map_or_else(|| usual(when), |step| step.due_at);
    Dialog {
        action: Action::LeadNextStep,
        subject: lead.id.to_string(),
        title: titled("Next step", lead),
        submit: "Save".to_owned(),
        parts: vec![about(&Seen::whole(lead))],
        inputs: vec![
            Input {
                initial: Some(first.to_owned()),
                ..pick("What comes next?", choices)
            },
            Input {
                id: WHAT.to_owned(),
                label: "In your words".to_owned(),
                hint: Some("Needed for something else; else it replaces the choice.".to_owned()),
                kind: InputKind::ShortText {
                    max: u16::try_from(NextStep::MAX_WHAT).unwrap_or(u16::MAX),
                },
                optional: true,
                initial: now
                    .filter(|step| !known(step))
                    .map(|step| step.what.clone()),
            },
            Input {
                id: AT.to_owned(),
                label: format!("When? ({})", when.zone()),
                hint: Some("I'll remind you then.".to_owned()),
                kind: InputKind::Moment,
                optional: false,
                initial: Some(at.to_string()),
            },
        ],
    }
}

/// The same asked beside something else: what comes next may stay open. Answers: [`NEXT`], [`AT`].
#[must_use]
pub fn inputs(lead: &Lead, when: &When) -> [Input; 2] {
    let own = lead
        .next_step
        .as_ref()
        .filter(|step| step.attempt.is_none() && !when.is_past(step.due_at));
    let planned = own.map(|step| {
        let at = when.said(step.due_at);
        format!(
            "Planned: {}, {at}. Left open, that stays.",
            what_words(step)
        )
    });
    let choices = KNOWN.iter().map(|(value, label)| choice(value, label));
    let open = |id: &str, label, kind| Input {
        id: id.to_owned(),
        label,
        hint: None,
        kind,
        optional: true,
        initial: None,
    };
    let next = open(
        NEXT,
        "What comes next?".to_owned(),
        InputKind::Choice(choices.collect()),
    );
    let at = open(AT, format!("When? ({})", when.zone()), InputKind::Moment);
    [
        Input {
            hint: planned,
            ..next
        },
        Input {
            hint: Some("I'll remind you then.".to_owned()),
            ..at
        },
    ]
}

/// What is planned by this answer to [`NEXT`]; without one to follow up.
#[must_use]
pub fn chosen(answer: &str) -> &'static str {
    let known = KNOWN.iter().find(|(value, _)| *value == answer);
    known.map_or("follow_up", |(value, _)| value)
}

fn choice(value: &str, label: &str) -> Choice {
    Choice {
        value: value.to_owned(),
        label: label.to_owned(),
    }
}

/// Tomorrow at nine, by the reader's clock.
fn usual(when: &When) -> Timestamp {
    when.tomorrow_at(time(9, 0, 0, 0))
        .unwrap_or_else(|| when.now() + SignedDuration::from_hours(24))
}

/// What is planned, in words: "call", "write a mail", or as the owner put it.
#[must_use]
pub fn what_words(step: &NextStep) -> String {
    if let Some(attempt) = step.attempt {
        return format!("try again (attempt {attempt})");
    }
    let known = KNOWN.iter().find(|(value, _)| *value == step.what);
    known.map_or_else(
        || cut(&step.what, NextStep::MAX_WHAT),
        |(_, label)| label.to_lowercase(),
    )
}

/// The line on the owner's card: "Next: call, Mon 23 Nov 09:00."
#[must_use]
pub fn line(lead: &Lead, when: &When) -> Option<Vec<Run>> {
    let step = lead.next_step.as_ref()?;
    Some(vec![
        Run::bold("Next: "),
        Run::plain(format!("{}, ", what_words(step))),
        when.moment(step.due_at),
        Run::plain("."),
    ])
}

/// The same for the reader's own list: " Next: call, tomorrow 09:00.", or since when it is overdue.
#[must_use]
pub fn listed(lead: &Lead, when: &When) -> String {
    lead.next_step.as_ref().map_or_else(String::new, |step| {
        let (what, at) = (what_words(step), when.said(step.due_at));
        if step.due_at <= when.now() {
            format!(" Now: {what}, due since {at}.")
        } else {
            format!(" Next: {what}, {at}.")
        }
    })
}

/// The same in plain words.
#[must_use]
pub fn said(lead: &Lead, when: &When) -> String {
    lead.next_step.as_ref().map_or_else(String::new, |step| {
        let at = when.said_with_zone(step.due_at);
        format!(" Next: {}, {at}.", what_words(step))
    })
}

/// The reminder when it is due; nothing if the owner has planned something else meanwhile.
#[must_use]
pub fn due(lead: &Lead, seen: &Seen<'_>, when: &When) -> Option<Card> {
    let step = lead.next_step.as_ref()?;
    if step.due_at > when.now() {
        return None;
    }
    let what = what_words(step);
    let called = seen.called();
    let since = if when.now().duration_since(step.due_at) < OVERDUE {
        "Planned for now".to_owned()
    } else {
        format!("Due since {}", when.said(step.due_at))
    };
    let mut parts = vec![Part::Text(vec![
        Run::plain(format!("{since}: ")),
        Run::bold(what.clone()),
        Run::plain(format!(", lead {called}.")),
    ])];
    let reach = facts::reach(seen);
    if !reach.is_empty() {
        parts.push(Part::Facts(reach));
    }
    let (id, spoken) = (lead.id.as_str(), seen.spoken());
    parts.push(Part::Buttons(vec![
        Button::new(Action::LeadContacted, id, "Contacted")
            .spoken(format!("Log a contact with {spoken}"))
            .opening_dialog(),
        Button::new(Action::LeadNextStep, id, "Next step")
            .spoken(format!("Plan the next step with {spoken}"))
            .opening_dialog(),
    ]));
    Some(Card {
        summary: format!("{since}: {what}, lead {called}."),
        parts,
    })
}
