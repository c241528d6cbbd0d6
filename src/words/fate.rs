//! What became of an offer, and who has the lead now: truthfully and by name.

use super::{seen::cut, when::When};
use crate::domain::{
    id::RepId,
    lead::{Lead, Offer, OfferState, Outcome, State},
    policy::Policy,
};

const MAX_NOTE: usize = 120;

/// What became of an offer that is over, for the rep who had it: "You declined it (Too busy). Jonas Weber
/// has it since today 14:05."
#[must_use]
pub fn fate(lead: &Lead, offer: &Offer, policy: &Policy, when: &When) -> String {
    let mut said = vec![
        own_part(offer, policy, when),
        whereabouts(lead, policy, &offer.rep, when),
    ];
    said.retain(|sentence| !sentence.is_empty());
    said.join(" ")
}

fn own_part(offer: &Offer, policy: &Policy, when: &When) -> String {
    match offer.state {
        OfferState::Pending => String::new(),
        OfferState::Accepted => match offer.released_at {
            Some(at) => format!("You had it until {}.", when.said(at)),
            None => String::new(),
        },
        OfferState::Declined => {
            let reason = decline_words(offer, policy);
            let said = offer.decided_at.map(|at| format!(" {}", when.said(at)));
            format!("You declined it{}{reason}.", said.unwrap_or_default())
        }
        OfferState::Expired => match offer.decided_at {
            Some(at) => format!(
                "It had no answer by {}, so it {}.",
                when.said(at),
                went_words(offer)
            ),
            None => format!("It had no answer in time, so it {}.", went_words(offer)),
        },
        OfferState::Withdrawn => withdrawn_words(offer),
    }
}

/// The reason of a decline in brackets, as the rep chose it.
fn decline_words(offer: &Offer, policy: &Policy) -> String {
    let reason = offer.reason.as_ref();
    let label = reason.map(|reason| {
        policy
            .decline(&reason.id)
            .map_or(reason.id.as_str(), |rule| rule.label.as_str())
    });
    label.map_or_else(String::new, |label| format!(" ({})", cut(label, 60)))
}

/// What becomes of a lead whose offer comes to nothing: its owner keeps what a colleague does not take over.
fn went_words(offer: &Offer) -> &'static str {
    if offer.is_hand_over() {
        "was not handed over"
    } else {
        "moved on"
    }
}

fn withdrawn_words(offer: &Offer) -> String {
    let reason = offer.reason.as_ref().map(|reason| reason.id.as_str());
    let why = match reason {
        Some("away") => "you were away",
        Some("undeliverable" | "not shown") => "the chat could not show it to you",
        Some("left") => "you are no longer in the list of reps",
        Some(_) | None => return taken_words(reason).to_owned(),
    };
    let went = if offer.is_hand_over() {
        "not handed over"
    } else {
        "passed on"
    };
    format!("It was {went} because {why}.")
}

/// Why an offer was taken back by what somebody did with the lead.
fn taken_words(reason: Option<&str>) -> &'static str {
    match reason {
        Some("moved on") => "Nobody claimed it in time.",
        Some("assigned") => "It was given out by hand.",
        Some("rerouted") => "A rule was wrong, so it was routed anew; it cost you no turn.",
        Some("undone") => "Whoever had it before you took it back.",
        Some("review" | "queued") => "Somebody asked for another way.",
        // Where it is now says it all.
        Some("claimed" | "closed" | "disqualified") => "",
        Some(_) | None => "It was taken back.",
    }
}

/// Who has the lead now, for `reader`: "Jonas Weber has it since today 14:05."
#[must_use]
pub fn whereabouts(lead: &Lead, policy: &Policy, reader: &RepId, when: &When) -> String {
    match &lead.state {
        State::Pending => "It is on its way to somebody.".to_owned(),
        State::Offered { offer } => match lead.offer(offer).map(|offer| &offer.rep) {
            Some(rep) if rep == reader => "You are asked.".to_owned(),
            Some(rep) => format!("{} is asked now.", policy.name_of(rep)),
            None => "Somebody is asked now.".to_owned(),
        },
        State::Pooled { team, .. } => {
            let team = policy.team_name(team);
            format!("Team {team} may claim it; nobody has it yet.")
        }
        State::Queued { team, waiting } => {
            let team = team.as_ref().map(|team| policy.team_name(team));
            queued_words(team, waiting.is_some())
        }
        State::Review { team } => {
            let team = policy.team_name(team);
            format!("A manager of team {team} decides where it goes.")
        }
        State::Nurture { label } if lead.unsubscribed_at.is_none() => nurture_words(label),
        State::Nurture { .. } => "It is put by: they want no more mailings.".to_owned(),
        State::Owned { rep, offer } => owned_words(lead, rep, offer.as_str(), policy, reader, when),
        State::Closed { rep, .. } => closed_words(&ended_words(lead), rep.as_ref(), policy, reader),
        State::Disqualified { reason, .. } if reason.trim().is_empty() => {
            "It was dropped: nobody needs to call.".to_owned()
        }
        State::Disqualified { reason, .. } => {
            format!(
                "It was dropped: {}.",
                cut(reason, MAX_NOTE).trim_end_matches('.')
            )
        }
    }
}

fn queued_words(team: Option<&str>, waits: bool) -> String {
    match (team, waits) {
        (_, true) => "Nobody has it yet; it goes to the first who is free.".to_owned(),
        (Some(team), false) => format!("Nobody has it yet; it is in the queue of team {team}."),
        (None, false) => "Nobody has it yet; it is in the queue.".to_owned(),
    }
}

fn nurture_words(label: &str) -> String {
    match label {
        "" | "by hand" => "It went to marketing.".to_owned(),
        label => format!("It went to marketing ({}).", cut(label, 40)),
    }
}

fn owned_words(
    lead: &Lead,
    rep: &RepId,
    offer: &str,
    policy: &Policy,
    reader: &RepId,
    when: &When,
) -> String {
    let since = lead
        .offers
        .iter()
        .find(|one| one.id.as_str() == offer)
        .and_then(|one| one.decided_at);
    let since = since.map_or_else(String::new, |at| format!(" since {}", when.said(at)));
    if rep == reader {
        format!("You have it{since}.")
    } else {
        format!("{} has it{since}.", policy.name_of(rep))
    }
}

fn closed_words(ended: &str, rep: Option<&RepId>, policy: &Policy, reader: &RepId) -> String {
    match rep {
        Some(rep) if rep == reader => format!("It is closed as {ended}."),
        Some(rep) => format!("It is closed as {ended}; {} had it.", policy.name_of(rep)),
        None => format!("It is closed as {ended}."),
    }
}

/// How a closed lead ended: "won, 12000 EUR", "lost: price"; empty while it is not closed.
#[must_use]
pub fn ended_words(lead: &Lead) -> String {
    let State::Closed {
        outcome,
        note,
        deal,
        ..
    } = &lead.state
    else {
        return String::new();
    };
    let worth = deal
        .as_ref()
        .map_or(String::new(), |deal| format!(", {}", deal.said()));
    let why = if note.is_empty() {
        String::new()
    } else {
        format!(": {}", cut(note, MAX_NOTE).trim_end_matches('.'))
    };
    format!("{}{worth}{why}", outcome_words(*outcome))
}

/// "won", "lost", "a duplicate".
fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Won => "won",
        Outcome::Lost => "lost",
        Outcome::Duplicate => "a duplicate",
    }
}
