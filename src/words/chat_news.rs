//! What managers hear of the chat itself, that it was down, that it takes nothing for a channel; and of a vendor that
//! does not say who its leads are.

use jiff::{Timestamp, Unit};

use super::{rules::action_words, seen::cut, when::When};
use crate::domain::{
    card::{Card, Part, Run},
    event::{Deserted, Notice, Numbers},
    policy::Policy,
};

const MAX_WHY: usize = 300;
/// So many times are named of those at which nobody is there.
const MOST_TIMES: usize = 3;

/// The message for a notice that is about no lead; `None` for the others.
#[must_use]
pub fn news(notice: &Notice, when: &When, policy: &Policy) -> Option<Card> {
    match notice {
        Notice::NobodyThere { team, clocks } => {
            let team = policy.team_name(team);
            let headline = format!("Nobody of team {team} will be there for some leads.");
            let each = clocks
                .iter()
                .map(|clock| deserted("Those", clock, when, policy));
            let lines: Vec<String> = each.collect();
            let advice = "Absences count, hours that people chose, and whom the chat does not reach. A cover, or backups, would help.";
            Some(card(headline, format!("{} {advice}", lines.join(" "))))
        }
        Notice::WasDown {
            from,
            until,
            waited,
            extended,
        } => {
            let headline = format!(
                "Baton did not run from {} to {}.",
                when.said(minute(*from)),
                when.said_with_zone(minute(*until))
            );
            Some(card(headline, meanwhile(waited, extended)))
        }
        Notice::ChatWasDown {
            chat,
            from,
            until,
            leads,
        } => {
            let headline = format!(
                "{} could not be reached from {} to {}.",
                chat.name(),
                when.said(minute(*from)),
                when.said_with_zone(minute(*until))
            );
            Some(card(headline, was_down(*leads)))
        }
        Notice::ChannelRefuses { team, why } => {
            let headline = format!("The chat takes nothing for the channel of team {team}.");
            Some(card(headline, to_do(why)))
        }
        Notice::FetchRefused { source, why } => {
            let headline = format!("Leads of {source} wait: Baton may not fetch who they are.");
            Some(card(headline, to_mend(why)))
        }
        // How many there are now has to be looked up first.
        Notice::Quarantined { .. }
        | Notice::AnswerDue { .. }
        | Notice::ContactDue { .. }
        | Notice::Late { .. }
        | Notice::NobodyFree { .. }
        | Notice::Rerouted { .. }
        | Notice::StoodIn { .. }
        | Notice::WentOn { .. }
        | Notice::Left { .. }
        | Notice::CannotReach { .. }
        | Notice::WroteAgain { .. }
        | Notice::StepDue { .. }
        | Notice::News { .. } => None,
    }
}

/// Named by `leads`: "Those under SLA demo that come in from Mon 09:00 to Mon 18:00 find nobody at these steps: the next of the team."
pub(super) fn deserted(leads: &str, clock: &Deserted, when: &When, policy: &Policy) -> String {
    let steps = clock.steps.iter().map(|step| action_words(policy, step));
    let steps: Vec<String> = steps.collect();
    let times = clock.arrivals.iter().take(MOST_TIMES);
    let times = times.map(|(from, until)| {
        let (from, until) = (minute(*from), minute(*until));
        format!("from {} to {}", when.said(from), when.said(until))
    });
    let mut times: Vec<String> = times.collect();
    match clock.arrivals.len().saturating_sub(MOST_TIMES) {
        0 => {}
        1 => times.push("once more in the coming week".to_owned()),
        more => times.push(format!("{more} more times in the coming week")),
    }
    format!(
        "{leads} under SLA {} that come in {} find nobody at these steps: {}.",
        clock.sla,
        times.join(", "),
        steps.join("; ")
    )
}

/// What a stop of Baton's meant for leads.
fn meanwhile(waited: &Numbers, extended: &Numbers) -> String {
    let mut said = Vec::new();
    if waited.all > 0 {
        let (numbers, was) = (numbered(waited), each(waited, "was", "were"));
        let takes = each(
            waited,
            "It takes the one that it",
            "Each takes the one that it",
        );
        said.push(format!(
            "{numbers} {was} due for a step meanwhile. {takes} has come to by now."
        ));
    }
    if extended.all > 0 {
        let (numbers, was) = (numbered(extended), each(extended, "was", "were"));
        said.push(format!(
            "{numbers} {was} in front of somebody, who has the time back."
        ));
    }
    said.push(
        "Clocks of leads went on; what was missed meanwhile counts against nobody.".to_owned(),
    );
    said.join(" ")
}

fn each(leads: &Numbers, one: &'static str, several: &'static str) -> &'static str {
    if leads.all == 1 { one } else { several }
}

/// "Lead 12", "Leads 12 and 14", "Leads 12, 14, 15 and 3 more".
fn numbered(leads: &Numbers) -> String {
    let mut named: Vec<String> = leads.shown.iter().map(ToString::to_string).collect();
    let more = leads.all.saturating_sub(named.len());
    if more > 0 {
        named.push(format!("{more} more"));
    }
    let last = named.pop().unwrap_or_default();
    if named.is_empty() {
        format!("Lead {last}")
    } else {
        format!("Leads {} and {last}", named.join(", "))
    }
}

fn was_down(leads: usize) -> String {
    let offers = match leads {
        0 => String::new(),
        1 => "One lead stays as much longer with whoever is asked. ".to_owned(),
        more => format!("{more} leads stay as much longer with whoever is asked. "),
    };
    format!("{offers}What was to be said meanwhile is said now.")
}

/// Nobody counts seconds here.
fn minute(at: Timestamp) -> Timestamp {
    at.round(Unit::Minute).unwrap_or(at)
}

/// What the manager can do about it.
fn to_do(why: &str) -> String {
    let advice = match why {
        "not_in_channel" | "channel_not_found" => {
            "Invite the bot: type /invite and its name in that channel. If the channel is gone, name \
             another one in the configuration."
        }
        "is_archived" => "Bring that channel back, or name another one in the configuration.",
        _ => "Whoever looks after the chat can say why.",
    };
    format!(
        "{advice} Until then leads for everybody are shown in direct messages only. (The chat says: {}.)",
        cut(why, MAX_WHY)
    )
}

/// What whoever looks after Baton can do about it.
fn to_mend(why: &str) -> String {
    format!(
        "Nobody is lost: they are fetched as soon as the token in `fetch` of that source works again. (What is wrong: {}.)",
        cut(why, MAX_WHY)
    )
}

fn card(headline: String, more: String) -> Card {
    Card {
        summary: format!("{headline} {more}"),
        parts: vec![
            Part::Text(vec![Run::bold(headline)]),
            Part::Text(vec![Run::plain(more)]),
        ],
    }
}
