//! What a press or a sent dialog is answered, to the person who did it.

use jiff::{SignedDuration, Timestamp};

use super::{
    facts,
    fate::whereabouts,
    offer::{contact_runs, contact_words, owner_buttons},
    seen::Seen,
    when::When,
};
use crate::domain::{
    card::{Card, Part, Run},
    event::{ContactHow, Ending, Refusal},
    id::RepId,
    lead::{Lead, State},
    policy::Policy,
};

/// For so long after an accept another press of the same button counts as the same.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(1);

/// The lead is theirs now: how to reach it, and until when.
#[must_use]
pub fn accepted(lead: &Lead, when: &When) -> Card {
    let seen = Seen::whole(lead);
    let mine = format!("Lead {} is yours.", seen.called());
    let reach = facts::reach(&seen);
    let ways: Vec<String> = reach
        .iter()
        .map(|fact| format!("{} {}.", fact.label, fact.value[0].words()))
        .collect();
    let summary = format!("{mine} {} {}", ways.join(" "), contact_words(lead, when));
    let mut first = vec![Run::bold(mine), Run::plain(" ")];
    first.extend(contact_runs(lead, when));
    let mut parts = vec![Part::Text(first)];
    if !reach.is_empty() {
        parts.push(Part::Facts(reach));
    }
    parts.push(Part::Buttons(owner_buttons(&seen)));
    Card {
        summary: super::seen::cut(&summary, 600),
        parts,
    }
}

/// They passed the lead on.
#[must_use]
pub fn declined(lead: &Lead, policy: &Policy, by: &RepId, when: &When) -> String {
    let seen = Seen::by(by, lead, policy);
    let now = whereabouts(lead, policy, by, when);
    format!("You passed on lead {}. {now}", seen.called())
}

/// A contact was logged.
#[must_use]
pub fn contact_logged(lead: &Lead, how: ContactHow) -> String {
    let who = Seen::whole(lead).called();
    let next = match how {
        ContactHow::Reached => "you reached them",
        ContactHow::Meeting => "a meeting",
        ContactHow::NoAnswer => "no answer. Try again later",
        ContactHow::Voicemail => "a voicemail. Try again later",
        ContactHow::MailSent => "a mail. Call when you can",
        ContactHow::WrongNumber => "the number is wrong. A mail may still reach them",
    };
    format!("Saved for lead {who}: {next}.")
}

/// A lead was closed.
#[must_use]
pub fn closed(lead: &Lead, ending: Ending) -> String {
    let who = Seen::whole(lead).called();
    match ending {
        Ending::Won => format!("Lead {who} is closed as won. Well done."),
        Ending::Lost => format!("Lead {who} is closed as lost."),
        Ending::Disqualified => format!("Lead {who} is dropped; nobody is asked to call."),
        Ending::Nurture => format!("Lead {who} went back to marketing."),
        Ending::Duplicate => format!("Lead {who} is closed as a duplicate."),
    }
}

/// A manager gave the lead to somebody.
#[must_use]
pub fn assigned(lead: &Lead, to: &RepId, policy: &Policy) -> String {
    let who = Seen::whole(lead).called();
    format!("Lead {who} is now with {}.", policy.name_of(to))
}

/// A manager sent the lead on by the rules, or dropped it.
#[must_use]
pub fn reviewed(lead: &Lead, by: &RepId, policy: &Policy, when: &When) -> String {
    let who = Seen::by(by, lead, policy).called();
    format!("Lead {who}: {}", whereabouts(lead, policy, by, when))
}

/// Why something can't be done, and who has the lead now.
#[must_use]
pub fn refusal(
    refusal: &Refusal,
    lead: &Lead,
    policy: &Policy,
    viewer: &RepId,
    when: &When,
) -> String {
    let number = lead.number;
    let now = whereabouts(lead, policy, viewer, when);
    match refusal {
        Refusal::OfferOver => format!("Too late for lead #{number}. {now}"),
        Refusal::NoSuchOffer => format!("This offer of lead #{number} is gone. {now}"),
        Refusal::NotYours => format!("This offer of lead #{number} is for somebody else. {now}"),
        Refusal::AlreadyYours if lead.owner() == Some(viewer) => yours_already(lead, when),
        Refusal::AlreadyYours => format!("Lead #{number} is theirs already. {now}"),
        Refusal::NotToBeTaken => {
            format!("Lead #{number} is for another team, so you can't take it yourself. {now}")
        }
        Refusal::NotOwner => {
            format!("Only the owner of lead #{number} or a manager of its team can do that. {now}")
        }
        Refusal::Closed => format!("Lead #{number} is done already. {now}"),
        Refusal::NoSuchReason => {
            format!(
                "That reason is no longer in the list. Please open the card of lead #{number} again."
            )
        }
        Refusal::ForManagers => {
            format!("Only a manager can give that reason. Lead #{number} waits for another one.")
        }
        Refusal::HoldsEnough { most } => format!("{} {now}", holds_enough(*most)),
        Refusal::ReasonUsedUp { most } => format!("{}. {now}", used_up("given that reason", *most)),
        Refusal::DeclinesUsedUp { most } => {
            format!(
                "{}. A manager can still move it. {now}",
                used_up("declined", *most)
            )
        }
        Refusal::NoSuchTeam => {
            format!("That team is no longer there. Lead #{number} stays where it is. {now}")
        }
        Refusal::TooLate => format!("It is too late to take that back. {now}"),
        Refusal::KeepsPlace => format!(
            "Lead #{number} gives no turn back: it did already, or another one did within a day. {now}"
        ),
        Refusal::NobodyFree => {
            format!("Nobody there can be asked now. Lead #{number} stays where it is. {now}")
        }
        Refusal::BadTime => "Please choose a time in the coming year.".to_owned(),
        Refusal::NoSuchRep => {
            format!(
                "That person is no longer in the list of reps. Lead #{number} stays where it is. {now}"
            )
        }
    }
}

/// A press that came twice reads as the one that counted; later ones get to know that they are late.
fn yours_already(lead: &Lead, when: &When) -> String {
    let taken = match &lead.state {
        State::Owned { offer, .. } => lead.offer(offer).and_then(|offer| offer.decided_at),
        State::Pending
        | State::Offered { .. }
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => None,
    };
    let just_now = |at: Timestamp| when.now().duration_since(at) <= JUST_NOW;
    if taken.is_some_and(just_now) {
        let called = Seen::whole(lead).called();
        return format!("Lead {called} is yours. {}", contact_words(lead, when));
    }
    format!("Lead #{} is yours already.", lead.number)
}

/// The button belongs to nothing that is known.
#[must_use]
pub fn unknown_lead() -> String {
    "I don't know this lead; it may have been erased.".to_owned()
}

/// Whoever pressed or typed is not in the configuration.
#[must_use]
pub fn stranger() -> String {
    "You are not in the list of reps yet. Whoever runs Baton can add you to baton.toml.".to_owned()
}

/// "You have declined twice in 24 hours, as often as you may".
fn used_up(done: &str, most: u32) -> String {
    let often = match most {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    };
    format!("You have {done} {often} in 24 hours, as often as you may")
}

/// Somebody has too many open leads to take one more from a queue.
#[must_use]
pub fn holds_enough(most: u32) -> String {
    format!(
        "Who takes a lead from this queue may have at most {most} open ones, with the new one. Close one first."
    )
}

/// The same where the reason is chosen.
#[must_use]
pub fn cannot_decline(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::ForManagers => Some("Only a manager can give that reason.".to_owned()),
        Refusal::ReasonUsedUp { most } => {
            let used_up = used_up("given that reason", *most);
            Some(format!("{used_up}. Please choose another one."))
        }
        Refusal::DeclinesUsedUp { most } => {
            let used_up = used_up("declined", *most);
            Some(format!(
                "{used_up}. It moves on by itself, or a manager moves it."
            ))
        }
        Refusal::OfferOver
        | Refusal::NoSuchOffer
        | Refusal::NotYours
        | Refusal::AlreadyYours
        | Refusal::NotToBeTaken
        | Refusal::HoldsEnough { .. }
        | Refusal::NotOwner
        | Refusal::Closed
        | Refusal::NoSuchReason
        | Refusal::NoSuchRep
        | Refusal::NoSuchTeam
        | Refusal::TooLate
        | Refusal::KeepsPlace
        | Refusal::NobodyFree
        | Refusal::BadTime => None,
    }
}
