//! The dialogs in which a lead is given to somebody: to a colleague, back to the team, by a manager; and
//! the one in which a manager asks to be told later.

use std::collections::BTreeSet;

use super::{
    dialogs::{about, note, pick, titled},
    fate::whereabouts,
    seen::Seen,
    when::When,
};
use crate::domain::{
    action::Action,
    card::{Choice, Dialog, Input, Part, Run},
    id::RepId,
    lead::Lead,
    policy::{Policy, Team},
};

/// The key of the answer that says whether whoever gets it is asked.
pub const HOW: &str = "how";
/// They have it at once.
pub const NOW: &str = "now";
/// They are asked first.
pub const OFFER: &str = "offer";
/// A receiver that is a team is written so.
pub const TEAM: &str = "team:";
/// A receiver that is a person is written so.
pub const REP: &str = "rep:";
/// For how long an alarm can be put off: minutes, and in words.
pub const SNOOZES: [(i32, &str); 4] = [
    (15, "15 minutes"),
    (60, "1 hour"),
    (240, "4 hours"),
    (1_440, "A day"),
];

/// Asks to whom an owner hands the lead, or where a manager moves it, and why. Answers: the choice,
/// [`HOW`] for managers, and a note.
#[must_use]
pub fn reassign(lead: &Lead, reader: &RepId, policy: &Policy) -> Dialog {
    let seen = Seen::by(reader, lead, policy);
    let mut inputs = vec![Input {
        hint: Some("A team's next one is chosen by its own rules.".to_owned()),
        ..fold_out(pick("To whom?", receivers(lead, policy)))
    }];
    if policy.manages(reader, lead) {
        inputs.push(how());
    }
    inputs.push(Input {
        label: "Why?".to_owned(),
        optional: false,
        ..note("They read it on the card")
    });
    let mut parts = vec![about(&seen)];
    if !policy.manages(reader, lead) {
        let stays = "They are asked first. The lead stays yours until they accept.";
        parts.push(Part::Text(vec![Run::plain(stays)]));
    }
    Dialog {
        action: Action::LeadReassign,
        subject: lead.id.to_string(),
        title: titled("Hand over", lead),
        submit: "Hand over".to_owned(),
        parts,
        inputs,
    }
}

fn how() -> Input {
    let choices = [
        (NOW, "They have it at once"),
        (OFFER, "They are asked first"),
    ];
    let choices = choices.map(|(value, label)| choice(value, label)).to_vec();
    Input {
        id: HOW.to_owned(),
        initial: Some(NOW.to_owned()),
        ..pick("How?", choices)
    }
}

/// Asks why the owner gives the lead back. Answers: a note.
#[must_use]
pub fn release(lead: &Lead) -> Dialog {
    let says = "Somebody else is asked, under a new clock. You are not asked again for it.";
    Dialog {
        action: Action::LeadRelease,
        subject: lead.id.to_string(),
        title: titled("Give back", lead),
        submit: "Give back".to_owned(),
        parts: vec![
            about(&Seen::whole(lead)),
            Part::Text(vec![Run::plain(says)]),
        ],
        inputs: vec![Input {
            label: "Why?".to_owned(),
            optional: false,
            ..note("It stays in the lead's history")
        }],
    }
}

/// Asks a manager who gets a lead that is in review, or late. Answers: the choice, and a note.
#[must_use]
pub fn assign(action: Action, lead: &Lead, reader: &RepId, policy: &Policy, when: &When) -> Dialog {
    let now = whereabouts(lead, policy, reader, when);
    Dialog {
        action,
        subject: lead.id.to_string(),
        title: titled("Assign", lead),
        submit: "Assign".to_owned(),
        parts: vec![
            about(&Seen::by(reader, lead, policy)),
            Part::Text(vec![Run::plain(now)]),
        ],
        inputs: vec![
            Input {
                hint: Some("They become the owner at once.".to_owned()),
                ..pick("Who gets it?", people(lead, policy))
            },
            note("A word to them, if it helps"),
        ],
    }
}

/// Asks a manager for how long nobody is told again. Answers: the choice, minutes.
#[must_use]
pub fn snooze(lead: &Lead) -> Dialog {
    let choices = SNOOZES.map(|(minutes, label)| choice(&minutes.to_string(), label));
    let goes_on = "The lead goes its way meanwhile; only the managers hear nothing of it.";
    Dialog {
        action: Action::EscalationSnooze,
        subject: lead.id.to_string(),
        title: titled("Later", lead),
        submit: "Tell me later".to_owned(),
        parts: vec![Part::Text(vec![Run::plain(goes_on)])],
        inputs: vec![Input {
            initial: Some("60".to_owned()),
            ..pick(
                "If nobody has seen to it, tell us again in",
                choices.to_vec(),
            )
        }],
    }
}

/// A manager may take a lead to people of its team: those who can be asked first, by name. Without a team to everybody.
fn people(lead: &Lead, policy: &Policy) -> Vec<Choice> {
    let team = lead.team().and_then(|team| policy.team(team));
    let people: BTreeSet<RepId> = match team {
        Some(team) => team.people().collect(),
        None => policy
            .reps
            .values()
            .filter(|rep| rep.active)
            .map(|rep| rep.id.clone())
            .collect(),
    };
    let known = people.iter().filter(|rep| policy.reps.contains_key(*rep));
    let others = known.filter(|rep| lead.owner() != Some(*rep));
    others
        .map(|rep| choice(&format!("{REP}{rep}"), policy.name_of(rep)))
        .collect()
}

/// The colleagues of the lead's team first, then the teams, then everybody else.
fn receivers(lead: &Lead, policy: &Policy) -> Vec<Choice> {
    let near = people(lead, policy);
    let teams = policy.teams.iter().map(team_choice);
    let all = policy.reps.values().filter(|rep| rep.active);
    let far = all.map(|rep| choice(&format!("{REP}{}", rep.id), &rep.name));
    let owner = lead.owner().map(|owner| format!("{REP}{owner}"));
    let mut seen = BTreeSet::new();
    near.into_iter()
        .chain(teams)
        .chain(far)
        .filter(|one| Some(&one.value) != owner.as_ref())
        .filter(|one| seen.insert(one.value.clone()))
        .collect()
}

fn team_choice(team: &Team) -> Choice {
    choice(
        &format!("{TEAM}{}", team.id),
        &format!("Team {}: whoever is next", team.name),
    )
}

fn choice(value: &str, label: &str) -> Choice {
    Choice {
        value: value.to_owned(),
        label: label.to_owned(),
    }
}

/// A long list folds out, even when it happens to be short.
fn fold_out(input: Input) -> Input {
    use crate::domain::card::InputKind;
    let kind = match input.kind {
        InputKind::Radio(choices) => InputKind::Choice(choices),
        kind @ (InputKind::Choice(_)
        | InputKind::ShortText { .. }
        | InputKind::LongText { .. }
        | InputKind::Number
        | InputKind::Moment) => kind,
    };
    Input { kind, ..input }
}
