//! The home tab: when somebody gets leads, what waits for their answer, whom to call now; for managers what
//! waits and what is late.

use jiff::Timestamp;

use super::{
    commands::Topic,
    lists::{self, Reader},
    seen::{Seen, begin, cut},
};
use crate::domain::{
    action::Action,
    card::{Button, ButtonStyle, Card, Fact, Item, Part, Run},
    id::TeamId,
    lead::{Lead, State},
    phrase::Until,
    world::{Unfit, a_span},
};

/// As many offers are shown with their buttons.
const MOST_ASKED: usize = 8;
/// As many own leads: two blocks each, and a page has a hundred.
const MOST_OWN: usize = 15;
/// As many of each of what a manager watches.
const MOST_WATCHED: usize = 6;
const MAX_REASON: usize = 100;
const OFF: &str = "You are switched off in the rules: please ask an operator.";

/// Everything that the page shows.
#[derive(Debug)]
pub struct Home<'a> {
    /// Whose page.
    pub reader: Reader<'a>,
    /// Whether they get leads now.
    pub presence: Presence,
    /// Their working hours as written, with the zone.
    pub hours: String,
    /// Absences to come, the next first.
    pub planned: Vec<Planned>,
    /// What they are asked for and what they own.
    pub leads: Vec<&'a Lead>,
    /// Leads that they could take from the queue.
    pub queue: usize,
    /// For a manager: what they watch.
    pub watch: Option<Watch<'a>>,
}

/// Whether somebody gets leads.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// They do; until then, if it ends by itself.
    Here(Option<Timestamp>),
    /// Away.
    Away {
        /// Until when.
        until: Until,
        /// In their words.
        reason: String,
    },
    /// Out of hours; when they begin.
    Closed(Option<Timestamp>),
    /// There, and passed over all the same.
    Held(Unfit),
    /// Switched off in the rules.
    Off,
}

/// Why somebody who is there gets no leads; nothing if that is not why.
#[must_use]
pub fn held_words(why: &Unfit) -> Option<String> {
    let count = |n: u32, what: &str| match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    };
    Some(match why {
        Unfit::Full { open, capacity } => {
            let open = count(*open, "lead");
            format!(
                "You get no new leads now: you have {open}, offers included, and your limit is {capacity}."
            )
        }
        Unfit::Pending(most) => {
            let offers = count(*most, "offer");
            format!(
                "You get no new leads until you have answered: {offers} of yours may wait at once."
            )
        }
        Unfit::Capped(span, most) => {
            let leads = count(*most, "lead");
            format!(
                "You get no new leads for now: {leads} in {} are your limit.",
                a_span(span)
            )
        }
        Unfit::Unreachable => {
            "You get no leads: the chat could not show you one. Press I'm back when it can."
                .to_owned()
        }
        Unfit::Unknown | Unfit::Inactive => OFF.to_owned(),
        Unfit::Away(_)
        | Unfit::Closed(_)
        | Unfit::HadIt
        | Unfit::NotMatching(_)
        | Unfit::OwnsIt => return None,
    })
}

/// An absence to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// From.
    pub from: Timestamp,
    /// Until.
    pub until: Until,
}

/// What a manager watches.
#[derive(Debug)]
pub struct Watch<'a> {
    /// The teams.
    pub teams: Vec<TeamId>,
    /// To decide.
    pub review: Vec<&'a Lead>,
    /// What nobody has.
    pub waiting: Vec<&'a Lead>,
    /// What was not taken or not tried in time.
    pub late: Vec<&'a Lead>,
}

/// The page.
#[must_use]
pub fn home(home: &Home<'_>) -> Card {
    let reader = home.reader;
    let (asked, owned): (Vec<&Lead>, Vec<&Lead>) = home
        .leads
        .iter()
        .partition(|lead| lead.pending().any(|offer| offer.rep == *reader.rep));
    let mut parts = presence(home);
    parts.push(Part::Divider);
    parts.extend(section(
        reader,
        &asked,
        MOST_ASKED,
        "Waiting for your answer",
        "Nothing waits for your answer.",
    ));
    parts.push(Part::Divider);
    let none = "You have no open leads.";
    parts.extend(section(
        reader,
        &owned,
        MOST_OWN,
        "Your leads, whom to call first",
        none,
    ));
    parts.push(Part::Buttons(queue_buttons(home.queue)));
    if let Some(watch) = &home.watch {
        parts.push(Part::Divider);
        parts.extend(watched(reader, watch));
    }
    let said = presence_words(home);
    Card {
        summary: begin(&said),
        parts,
    }
}

fn presence(home: &Home<'_>) -> Vec<Part> {
    let mut facts = vec![Fact {
        label: "Working hours".to_owned(),
        value: vec![Run::plain(home.hours.clone())],
    }];
    let when = home.reader.when;
    let planned: Vec<String> = home
        .planned
        .iter()
        .take(3)
        .map(|one| match one.until {
            Until::At(until) => format!("{} to {}", when.said(one.from), when.said(until)),
            Until::Back => format!("from {} on", when.said(one.from)),
        })
        .collect();
    if !planned.is_empty() {
        facts.push(Fact {
            label: "Away".to_owned(),
            value: vec![Run::plain(planned.join("; "))],
        });
    }
    vec![
        Part::Title(heading(&home.presence).to_owned()),
        Part::Text(vec![Run::plain(presence_words(home))]),
        Part::Facts(facts),
        Part::Buttons(presence_buttons(home)),
    ]
}

fn heading(presence: &Presence) -> &'static str {
    match presence {
        Presence::Here(_) => "You get leads",
        Presence::Away { .. } => "You are away",
        Presence::Closed(_) => "You are out of hours",
        Presence::Held(_) | Presence::Off => "You get no leads",
    }
}

fn presence_words(home: &Home<'_>) -> String {
    let (when, words) = (home.reader.when, home.reader.words);
    match &home.presence {
        Presence::Here(Some(until)) => {
            format!("You get leads until {}.", when.said_with_zone(*until))
        }
        Presence::Here(None) => format!("You get leads at any time ({}).", when.zone()),
        Presence::Away { until, reason } => {
            let reason = cut(reason, MAX_REASON);
            let reason = if reason.is_empty() {
                reason
            } else {
                format!(": {reason}")
            };
            match until {
                Until::At(at) => {
                    format!("You are away until {}{reason}.", when.said_with_zone(*at))
                }
                Until::Back => format!(
                    "You are away until you say {}{reason}.",
                    words.word(Topic::Back)
                ),
            }
        }
        Presence::Closed(Some(opens)) => {
            format!("Your hours begin {}.", when.said_with_zone(*opens))
        }
        Presence::Closed(None) => "Your hours never begin: please tell an operator.".to_owned(),
        Presence::Held(why) => {
            held_words(why).unwrap_or_else(|| "You get no leads now.".to_owned())
        }
        Presence::Off => OFF.to_owned(),
    }
}

fn presence_buttons(home: &Home<'_>) -> Vec<Button> {
    let away = |after: &str, label: &str| Button::new(Action::AwayStart, after, label);
    let more = super::entered::button;
    let mut buttons = match &home.presence {
        Presence::Away { .. } | Presence::Held(Unfit::Unreachable) => {
            vec![super::availability::back_button(), more()]
        }
        Presence::Here(_) | Presence::Held(_) => vec![
            away("for 1h", "Away for an hour"),
            away("", "Away until my next working day"),
            away("until back", "Away until I'm back"),
            more(),
        ],
        Presence::Closed(_) => vec![
            Button::new(Action::AwayEnd, "", "Take leads now")
                .styled(ButtonStyle::Primary)
                .spoken("Get leads from now on, before your hours begin"),
            more(),
        ],
        Presence::Off => vec![more()],
    };
    buttons.push(super::hours::button(home.reader.rep));
    buttons
}

fn section(
    reader: Reader<'_>,
    leads: &[&Lead],
    most: usize,
    heading: &str,
    nothing: &str,
) -> Vec<Part> {
    if leads.is_empty() {
        return vec![Part::Text(vec![Run::plain(nothing)])];
    }
    let heading = format!("{heading} ({})", leads.len());
    let mut parts = vec![
        Part::Text(vec![Run::bold(heading)]),
        Part::List(lists::mine_items(reader, leads, most)),
    ];
    let more = leads.len().saturating_sub(most);
    if more > 0 {
        let all = reader.words.typed(Topic::Leads, "mine");
        parts.push(Part::Note(vec![Run::plain(format!(
            "And {more} more: {all} shows all of them."
        ))]));
    }
    parts
}

fn queue_buttons(queue: usize) -> Vec<Button> {
    let next = (queue > 0).then(|| {
        let leads = if queue == 1 {
            "1 waits".to_owned()
        } else {
            format!("{queue} wait")
        };
        Button::new(
            Action::QueueNext,
            "",
            format!("Take the next one ({leads})"),
        )
        .spoken(format!("Take the next lead from the queue, {leads}"))
    });
    let refresh =
        Button::new(Action::HomeRefresh, "", "Refresh").spoken("Show this page as it is now");
    next.into_iter().chain([refresh]).collect()
}

fn watched(reader: Reader<'_>, watch: &Watch<'_>) -> Vec<Part> {
    let teams = watch.teams.iter();
    let teams: Vec<&str> = teams.map(|team| reader.policy.team_name(team)).collect();
    let heading = match teams.as_slice() {
        [one] => format!("Team {one}"),
        several => format!("Teams {}", cut(&several.join(", "), 100)),
    };
    let mut parts = vec![Part::Title(heading)];
    let kinds = [
        ("Late", &watch.late, "Nothing is late."),
        (
            "To decide",
            &watch.review,
            "Nothing waits for your decision.",
        ),
        (
            "Without an owner",
            &watch.waiting,
            "Every lead has somebody.",
        ),
    ];
    for (name, leads, nothing) in kinds {
        if leads.is_empty() {
            parts.push(Part::Text(vec![Run::plain(nothing)]));
            continue;
        }
        let shown = leads.iter().take(MOST_WATCHED);
        parts.push(Part::Text(vec![Run::bold(format!(
            "{name} ({})",
            leads.len()
        ))]));
        parts.push(Part::List(
            shown.map(|lead| watched_item(reader, lead)).collect(),
        ));
        let more = leads.len().saturating_sub(MOST_WATCHED);
        if more > 0 {
            parts.push(Part::Note(vec![Run::plain(format!("And {more} more."))]));
        }
    }
    parts
}

fn watched_item(reader: Reader<'_>, lead: &Lead) -> Item {
    let seen = Seen::by(reader.rep, lead, reader.policy);
    let now = super::fate::whereabouts(lead, reader.policy, reader.rep, reader.when);
    let assign = matches!(lead.state, State::Review { .. }).then(|| {
        Button::new(Action::ReviewAssign, lead.id.as_str(), "Assign…")
            .spoken(format!("Assign {}", seen.spoken()))
            .opening_dialog()
    });
    Item {
        text: vec![
            Run::bold(seen.called()),
            Run::plain(format!(": came in {} ago. {now}", reader.age(lead))),
        ],
        buttons: assign
            .into_iter()
            .chain([lists::details(lead, &seen)])
            .collect(),
    }
}
