//! What came while somebody was away: to their teams, of theirs to others, to their own leads; and what waits for
//! them now.

use jiff::{SignedDuration, Timestamp};

use super::{actors, fate::whereabouts, lists::Reader, seen::Seen, urgency::Wants};
use crate::domain::{
    action::Action,
    card::{Button, Card, Item, Part, Run},
    event::{Actor, FactKind, Sign},
    id::TeamId,
    lead::Lead,
};

/// More leads of a kind are only counted.
const MOST: usize = 8;
/// Of an absence that was over as soon as it began there is nothing to tell, unless something came.
const A_MOMENT: SignedDuration = SignedDuration::from_mins(5);

/// What came meanwhile, and what waits.
#[derive(Clone, Copy, Debug)]
pub struct Meanwhile<'a> {
    /// Since when they were away.
    pub from: Timestamp,
    /// How many leads came to each of their teams.
    pub came: &'a [(TeamId, i64)],
    /// What was theirs, or was offered to them, and went to others.
    pub covered: &'a [Lead],
    /// What is theirs and moved on, with what happened last.
    pub moved: &'a [(Lead, FactKind)],
    /// What they are asked for and what they own.
    pub waiting: &'a [Lead],
    /// What they could take from the queue.
    pub queue: usize,
}

impl Meanwhile<'_> {
    fn is_nothing(&self) -> bool {
        let leads = [self.covered.len(), self.moved.len(), self.waiting.len()];
        leads.iter().all(|n| *n == 0) && self.came.is_empty() && self.queue == 0
    }
}

/// `first`, and under it what came meanwhile.
#[must_use]
pub fn back(first: &str, reader: Reader<'_>, meanwhile: &Meanwhile<'_>) -> Card {
    if meanwhile.is_nothing() && reader.when.now().duration_since(meanwhile.from) < A_MOMENT {
        return Card::sentence(first);
    }
    let came = came_words(reader, meanwhile);
    let waits = waits_words(reader, meanwhile);
    let (covered, moved) = (covered(reader, meanwhile), moved(reader, meanwhile));
    let mut said = vec![first.to_owned(), came.clone()];
    let mut parts = vec![Part::Text(vec![Run::bold(first)]), text(&came)];
    for (heading, lines) in [
        ("Covered by others", covered),
        ("Yours that moved on", moved),
    ] {
        if lines.is_empty() {
            continue;
        }
        let heading = format!("{heading} ({}):", lines.len());
        parts.push(text(&heading));
        said.push(heading);
        let more = lines.len().saturating_sub(MOST);
        let shown: Vec<_> = lines.into_iter().take(MOST).collect();
        said.extend(shown.iter().map(|(called, now)| format!("{called}: {now}")));
        let item = |(called, now)| Item {
            text: vec![Run::bold(called), Run::plain(format!(": {now}"))],
            buttons: Vec::new(),
        };
        parts.push(Part::List(shown.into_iter().map(item).collect()));
        if more > 0 {
            parts.push(Part::Note(vec![Run::plain(format!("And {more} more."))]));
        }
    }
    parts.push(text(&waits));
    said.push(waits);
    let buttons = buttons(meanwhile);
    if !buttons.is_empty() {
        parts.push(Part::Buttons(buttons));
    }
    Card {
        summary: super::seen::cut(&said.join(" "), 2_000),
        parts,
    }
}

fn text(words: &str) -> Part {
    Part::Text(vec![Run::plain(words)])
}

fn came_words(reader: Reader<'_>, meanwhile: &Meanwhile<'_>) -> String {
    let since = reader.when.said(meanwhile.from);
    let came: Vec<String> = meanwhile
        .came
        .iter()
        .enumerate()
        .map(|(nth, (team, n))| {
            let came = if nth == 0 { " came" } else { "" };
            let team = reader.policy.team_name(team);
            format!("{}{came} to team {team}", leads(*n))
        })
        .collect();
    if came.is_empty() {
        return format!("Since {since} no leads came to your teams.");
    }
    format!("Since {since}, {}.", came.join(", "))
}

fn leads(n: i64) -> String {
    match n {
        1 => "1 lead".to_owned(),
        n => format!("{n} leads"),
    }
}

/// What went to others, with who has it now.
fn covered(reader: Reader<'_>, meanwhile: &Meanwhile<'_>) -> Vec<(String, String)> {
    let line = |lead: &Lead| {
        let called = Seen::by(reader.rep, lead, reader.policy).called();
        (
            called,
            whereabouts(lead, reader.policy, reader.rep, reader.when),
        )
    };
    meanwhile.covered.iter().map(line).collect()
}

fn moved(reader: Reader<'_>, meanwhile: &Meanwhile<'_>) -> Vec<(String, String)> {
    let line = |(lead, what): &(Lead, FactKind)| {
        let called = Seen::by(reader.rep, lead, reader.policy).called();
        (called, happened(*what).to_owned())
    };
    meanwhile.moved.iter().map(line).collect()
}

fn happened(what: FactKind) -> &'static str {
    match what {
        FactKind::Merged => "wrote again.",
        FactKind::Assigned | FactKind::HandedOver => "was given to you.",
        FactKind::Attempted => "somebody else tried to reach them.",
        FactKind::Contacted => "somebody else has reached them.",
        FactKind::Staged => "is in another stage now.",
        FactKind::Escalated => "was reported as late.",
        FactKind::Reopened => "came back.",
        FactKind::Created
        | FactKind::Routed
        | FactKind::Offered
        | FactKind::Delivered
        | FactKind::Reminded
        | FactKind::Declined
        | FactKind::Expired
        | FactKind::Withdrawn
        | FactKind::Owned
        | FactKind::Nurtured
        | FactKind::Reviewed
        | FactKind::Closed
        | FactKind::Erased => "has changed.",
    }
}

fn waits_words(reader: Reader<'_>, meanwhile: &Meanwhile<'_>) -> String {
    let kinds = [
        (Wants::Answer, "to answer"),
        (Wants::Call, "to call"),
        (Wants::Step, "planned for now"),
        (Wants::Later, "planned for later"),
        (Wants::Unreached, "not reached yet"),
        (Wants::Nothing, "contacted before"),
    ];
    let own = kinds.map(|(wants, what)| {
        let waiting = meanwhile.waiting.iter();
        let n = Wants::count(&[wants], reader.rep, waiting, reader.when);
        (n, what)
    });
    let queue = (meanwhile.queue, "in the queue");
    let parts = own.into_iter().chain([queue]).filter(|(n, _)| *n > 0);
    let parts: Vec<String> = parts.map(|(n, what)| format!("{n} {what}")).collect();
    if parts.is_empty() {
        return "Nothing waits for you.".to_owned();
    }
    format!("Waiting for you now: {}.", parts.join(", "))
}

fn buttons(meanwhile: &Meanwhile<'_>) -> Vec<Button> {
    let page = |name: &str, label: &str| Button::new(Action::LeadsPage, format!("{name}:0"), label);
    let mine = (!meanwhile.waiting.is_empty()).then(|| page("mine", "What to call now"));
    let queue = (meanwhile.queue > 0).then(|| page("queue", "The queue"));
    mine.into_iter().chain(queue).collect()
}

/// An absence has ended by itself.
#[must_use]
pub fn over(until: Option<Timestamp>, reader: Reader<'_>) -> String {
    match until {
        Some(until) => format!(
            "Welcome back. Your absence was over {}, and you get leads again.",
            reader.when.said(until)
        ),
        None => "Welcome back. You get leads again.".to_owned(),
    }
}

/// Somebody else has said that the reader is back, or the chat does.
#[must_use]
pub fn said_by(by: &Actor, reader: Reader<'_>) -> String {
    if *by == Actor::sign(Sign::DoNotDisturb) {
        return "Slack may disturb you again: you get leads.".to_owned();
    }
    let by = match by {
        Actor::Source(_) => "Your profile".to_owned(),
        Actor::Baton => {
            return "What your chat says makes nobody away any more: you get leads again."
                .to_owned();
        }
        Actor::Rep(_) | Actor::Api(_) => actors::name_or_baton(by, reader.policy),
    };
    format!("{by} has noted that you are back: you get leads again.")
}
