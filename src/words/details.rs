//! Two dialogs to read: everything that is known of a lead, and why it went where it went.

use jiff::Timestamp;

use super::{
    dialogs::titled,
    facts::{because, fact, label, points, reach},
    fate::whereabouts,
    offer::{introduced, owner_buttons, reading_buttons, why_theirs},
    seen::{Seen, begin, cut},
    when::When,
};
use crate::domain::{
    action::Action,
    card::{Card, Dialog, Item, Part, Run},
    contact::Field,
    event::{Actor, Fact as Happened, FactKind},
    id::RepId,
    lead::{Lead, Leg, Legs, Routing, State},
    phrase::say_duration,
    policy::Policy,
    score::Stage,
};

const MAX_VALUE: usize = 300;
const MAX_MESSAGE: usize = 1_500;
const MOST_ATTRIBUTES: usize = 30;
const MOST_HISTORY: usize = 25;
const MOST_LINES: usize = 40;
/// As much of a configuration's hash as `baton config show` needs.
const SHORT_HASH: usize = 12;

/// Everything that is known of the lead, for this reader; `history` oldest first.
#[must_use]
pub fn details(
    lead: &Lead,
    history: &[(Timestamp, Happened)],
    policy: &Policy,
    reader: &RepId,
    when: &When,
) -> Dialog {
    let seen = Seen::by(reader, lead, policy);
    let parts = everything(&seen, history, policy, reader, when);
    to_read(Action::LeadDetails, titled("Lead", lead), lead, parts)
}

/// The same as a message, for `/lead NUMBER`, with what the reader can do with it.
#[must_use]
pub fn lead_card(
    lead: &Lead,
    history: &[(Timestamp, Happened)],
    policy: &Policy,
    reader: &RepId,
    when: &When,
) -> Card {
    let seen = Seen::by(reader, lead, policy);
    let mut parts = vec![Part::Title(format!("Lead {}", seen.called()))];
    parts.extend(everything(&seen, history, policy, reader, when));
    parts.push(Part::Divider);
    parts.extend(reasons(&seen, policy, reader, when));
    let owns = matches!(&lead.state, State::Owned { rep, .. } if rep == reader);
    parts.push(Part::Buttons(if owns {
        owner_buttons(&seen)
    } else {
        reading_buttons(&seen)
    }));
    let now = whereabouts(lead, policy, reader, when);
    Card {
        summary: begin(&format!("{} {now}", introduced(&seen))),
        parts,
    }
}

fn everything(
    seen: &Seen<'_>,
    history: &[(Timestamp, Happened)],
    policy: &Policy,
    reader: &RepId,
    when: &When,
) -> Vec<Part> {
    let mut parts = vec![
        Part::Text(vec![
            Run::bold(seen.who()),
            Run::plain(format!(" {}. ", seen.asks())),
            Run::plain(whereabouts(seen.lead(), policy, reader, when)),
        ]),
        Part::Facts(fields(seen, policy, when)),
    ];
    parts.extend(attributes(seen));
    parts.extend(timeline(history, seen, policy, when));
    parts
}

fn to_read(action: Action, title: String, lead: &Lead, parts: Vec<Part>) -> Dialog {
    Dialog {
        action,
        subject: lead.id.to_string(),
        title,
        submit: String::new(),
        parts,
        inputs: Vec::new(),
    }
}

fn fields(seen: &Seen<'_>, policy: &Policy, when: &When) -> Vec<crate::domain::card::Fact> {
    let lead = seen.lead();
    let ways = reach(seen);
    let given = Field::ALL
        .iter()
        .copied()
        .filter(|field| !matches!(field, Field::Phone | Field::Email))
        .map(|field| {
            let max = if field == Field::Message {
                MAX_MESSAGE
            } else {
                MAX_VALUE
            };
            (field, seen.value(field, max))
        })
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| fact(label(field), value));
    let mut all: Vec<_> = ways.into_iter().chain(given).collect();
    all.push(fact("Came in", when.said_with_zone(lead.created_at)));
    all.push(fact("Source", cut(lead.source.as_str(), 60)));
    all.push(fact("Stage", stage(lead.stage)));
    for (label, at) in [
        ("Came back", lead.back_at),
        ("Unsubscribed", lead.unsubscribed_at),
        ("Deleted at its source", lead.deleted_at),
    ] {
        all.extend(at.map(|at| fact(label, when.said_with_zone(at))));
    }
    all.extend(took(&lead.legs).map(|said| fact("Took", said)));
    if let Some(earlier) = &lead.previous_owner {
        all.push(fact("Earlier owner", policy.name_of(earlier)));
    }
    if seen.hides_something() {
        all.push(fact(
            "Hidden",
            "some of it is shown to whoever claims the lead",
        ));
    }
    all
}

/// How long each leg of its way took: "offered after 2 s, in a chat after 1 s, accepted after 16 h (20 min of open
/// hours; the 5 min that Baton or the chat was down don't count)".
fn took(legs: &Legs) -> Option<String> {
    let lost = legs.lost.map_or_else(String::new, |lost| {
        let down = say_duration(lost.wall);
        format!("; the {down} that Baton or the chat was down don't count")
    });
    let words = [
        ("offered after", Leg::Offered),
        ("in a chat after", Leg::Delivered),
        ("accepted after", Leg::Accepted),
        ("called after", Leg::Contacted),
    ];
    let said = words.into_iter().filter_map(|(word, leg)| {
        let took = legs.of(leg)?;
        let lost = if leg == Leg::Accepted {
            lost.as_str()
        } else {
            ""
        };
        let open = if took.open == took.wall {
            String::new()
        } else {
            format!("; {} of open hours", say_duration(took.open))
        };
        let more = format!("{open}{lost}");
        let more = more.strip_prefix("; ");
        let more = more.map_or_else(String::new, |more| format!(" ({more})"));
        Some(format!("{word} {}{more}", say_duration(took.wall)))
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join(", "))
}

fn attributes(seen: &Seen<'_>) -> Option<Part> {
    let all = &seen.lead().attributes;
    let mut facts: Vec<_> = all
        .iter()
        .take(MOST_ATTRIBUTES)
        .map(|(name, value)| fact(seen.shown(name, 60), seen.shown(value, MAX_VALUE)))
        .collect();
    let more = all.len().saturating_sub(MOST_ATTRIBUTES);
    if more > 0 {
        facts.push(fact("Also", format!("{more} more answers")));
    }
    (!facts.is_empty()).then_some(Part::Facts(facts))
}

fn timeline(
    history: &[(Timestamp, Happened)],
    seen: &Seen<'_>,
    policy: &Policy,
    when: &When,
) -> Vec<Part> {
    if history.is_empty() {
        return Vec::new();
    }
    let items = history
        .iter()
        .rev()
        .take(MOST_HISTORY)
        .map(|(at, fact)| Item {
            text: vec![
                when.moment(*at),
                Run::plain(format!(": {}", happened(fact, seen, policy))),
            ],
            buttons: Vec::new(),
        });
    let mut parts = vec![
        Part::Divider,
        Part::Text(vec![Run::bold("What happened, latest first")]),
        Part::List(items.collect()),
    ];
    let more = history.len().saturating_sub(MOST_HISTORY);
    if more > 0 {
        parts.push(Part::Note(vec![Run::plain(format!("And {more} earlier."))]));
    }
    parts
}

/// One line of the history in words: "Jonas Weber declined it: Too busy now".
#[must_use]
pub fn happened(fact: &Happened, seen: &Seen<'_>, policy: &Policy) -> String {
    let rep = fact
        .rep
        .as_ref()
        .map_or("somebody", |rep| policy.name_of(rep));
    let actor = match &fact.actor {
        Actor::Rep(rep) => policy.name_of(rep),
        Actor::Api(name) => name.as_str(),
        Actor::Source(source) => source.as_str(),
        Actor::Baton => "Baton",
    };
    let detail = seen.shown(&fact.detail, MAX_VALUE);
    let reason = policy.decline(&fact.detail).map(|rule| rule.label.clone());
    let said = match fact.event {
        FactKind::Created => with("came in", &detail, " "),
        FactKind::Merged if is_told_by_another(&fact.detail) => detail,
        FactKind::Merged => with("wrote again", &detail, ": "),
        FactKind::Routed => with("routed", &detail, " by "),
        FactKind::Offered => format!("offered to {rep}"),
        FactKind::Delivered => with(&format!("{rep} has the card"), &detail, "; "),
        FactKind::Reminded => format!("{rep} was reminded"),
        FactKind::Declined => with(
            &format!("{rep} declined it"),
            &reason.unwrap_or(detail),
            ": ",
        ),
        FactKind::Expired if fact.actor != Actor::Baton => format!("{rep} {detail}"),
        FactKind::Expired => format!("{rep} did not answer"),
        FactKind::Withdrawn if fact.rep.is_none() => detail,
        FactKind::Withdrawn => with(&format!("taken back from {rep}"), &detail, ": "),
        FactKind::Escalated if fact.rep.is_some() => {
            with("escalated", &format!("{detail} {rep}"), ": ")
        }
        FactKind::Escalated => with("escalated", &detail, ": "),
        FactKind::Assigned => format!("{actor} gave it to {rep}"),
        FactKind::Owned => format!("{rep} has it"),
        FactKind::HandedOver => format!("{rep} took it over"),
        FactKind::Attempted | FactKind::Contacted if matches!(fact.actor, Actor::Source(_)) => {
            format!("{}, says {actor}", detail.replace('_', " "))
        }
        FactKind::Attempted => with(&format!("{actor} tried"), &detail.replace('_', " "), ": "),
        FactKind::Contacted => with(&format!("{actor} reached them"), &detail, ": "),
        FactKind::Staged => with("stage", &detail, ": "),
        FactKind::Nurtured => with("went to marketing", &detail, ": "),
        FactKind::Reviewed => with(&format!("in review, {actor}"), &detail, ": "),
        FactKind::Closed => with(&format!("{actor} closed it"), &detail, ": "),
        FactKind::Reopened => with("opened again", &detail, ": "),
        FactKind::Erased => "the person was erased".to_owned(),
    };
    begin(&said)
}

/// Whether it is not the person who wrote, but their vendor.
fn is_told_by_another(detail: &str) -> bool {
    let own = [FactKind::UNSUBSCRIBED, FactKind::DELETED];
    detail.starts_with(FactKind::CHANGED) || own.contains(&detail)
}

/// A stage, as marketing and sales call it.
pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Subscriber => "Subscriber",
        Stage::Lead => "Lead",
        Stage::Mql => "MQL (marketing qualified)",
        Stage::Sal => "SAL (sales accepted)",
        Stage::Sql => "SQL (sales qualified)",
        Stage::Opportunity => "Opportunity",
        Stage::Customer => "Customer",
    }
}

fn with(said: &str, detail: &str, between: &str) -> String {
    if detail.is_empty() {
        said.to_owned()
    } else {
        format!("{said}{between}{detail}")
    }
}

/// Why the lead went where it went: rules, people, points, and by which configuration.
#[must_use]
pub fn why(lead: &Lead, policy: &Policy, reader: &RepId, when: &When) -> Dialog {
    let seen = Seen::by(reader, lead, policy);
    let mut parts = vec![Part::Text(vec![
        Run::bold(seen.called()),
        Run::plain(": "),
        Run::plain(whereabouts(lead, policy, reader, when)),
    ])];
    parts.extend(reasons(&seen, policy, reader, when));
    to_read(Action::LeadWhy, titled("Why", lead), lead, parts)
}

/// Who was found by which rule, the points, and the configuration that said so.
fn reasons(seen: &Seen<'_>, policy: &Policy, reader: &RepId, when: &When) -> Vec<Part> {
    let lead = seen.lead();
    let mut parts = Vec::new();
    let own = lead.offers.iter().rev().find(|offer| offer.rep == *reader);
    if let Some(offer) = own {
        let why = why_theirs(lead, offer, policy);
        parts.push(Part::Text(vec![
            Run::bold("Why you: "),
            Run::plain(format!("{why}.")),
        ]));
    }
    match &lead.routing {
        Some(routing) => parts.extend(decided(seen, routing, policy, reader, when)),
        None => parts.push(Part::Text(vec![Run::plain("No rule has been asked yet.")])),
    }
    parts.push(Part::Text(vec![Run::bold(format!(
        "Score {}: fit {}, engagement {}",
        points(lead.score.total()),
        points(lead.score.fit),
        points(lead.score.engagement)
    ))]));
    let why = lead.score.why();
    parts.extend(bullets(why.map(|line| seen.shown(line, MAX_VALUE))));
    parts.extend(lead.routing.as_ref().map(by_configuration));
    parts
}

/// Which configuration said so.
pub(super) fn by_configuration(routing: &Routing) -> Part {
    let hash = routing
        .config
        .strip_prefix("sha256:")
        .unwrap_or(&routing.config);
    let short: String = hash.chars().take(SHORT_HASH).collect();
    Part::Note(vec![Run::plain(format!(
        "Decided by configuration {short}."
    ))])
}

/// By which rule, and who was considered; of colleagues a rep reads what the rules ask of them, and not what they win.
pub(super) fn decided(
    seen: &Seen<'_>,
    routing: &Routing,
    policy: &Policy,
    reader: &RepId,
    when: &When,
) -> Vec<Part> {
    let rule = routing.rule.as_ref().map_or_else(
        || "No rule held".to_owned(),
        |rule| format!("Rule {rule} decided"),
    );
    let mut parts = vec![Part::Text(vec![Run::bold(rule)])];
    let told = |line: &&String| !(seen.hides(Field::Company) && Routing::tells_company(line));
    let why = routing.why.iter().filter(told);
    parts.extend(bullets(why.map(|line| seen.shown(line, MAX_VALUE))));
    if routing.candidates.is_empty() {
        return parts;
    }
    parts.push(Part::Text(vec![Run::bold("Who was considered")]));
    let manages = policy.manages(reader, seen.lead());
    let said = routing.candidates.iter().map(|candidate| {
        let mark = if candidate.eligible {
            "could take it"
        } else {
            "could not"
        };
        let name = policy.name_of(&candidate.rep);
        let openly = candidate.openly.as_ref();
        let openly = openly.filter(|_| !manages && candidate.rep != *reader);
        let because = openly.map_or_else(|| because(candidate, when), Clone::clone);
        let because = seen.shown(&because, MAX_VALUE);
        format!("{name} {mark}: {because}{}", candidate.stood())
    });
    parts.extend(bullets(said));
    parts
}

fn bullets(lines: impl Iterator<Item = String>) -> Option<Part> {
    let items: Vec<Item> = lines
        .take(MOST_LINES)
        .map(|line| Item {
            text: vec![Run::plain(cut(&line, MAX_VALUE))],
            buttons: Vec::new(),
        })
        .collect();
    (!items.is_empty()).then_some(Part::List(items))
}
