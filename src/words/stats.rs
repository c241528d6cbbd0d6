//! What `/leadstats` answers: who was asked, who answered, how fast, and what was kept.

use jiff::{SignedDuration, Timestamp};

use super::{
    commands::{CommandWords, Topic},
    endings,
    facts::fact,
    reasons,
    when::When,
};
use crate::domain::{
    card::{Card, Column, Fact, Item, Part, Run, Table},
    fairness::Balance,
    lead::Leg,
    phrase::say_duration,
    stats::EndingRow,
};

/// More groups than this are only counted.
const MOST_ROWS: usize = 30;

/// As many are named who accepted and did nothing.
const MOST_NAMED: usize = 8;

/// The numbers of one group, or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Leads that came in.
    pub arrived: u64,
    /// Leads that a rule sent somewhere; again when it was asked again.
    pub routed: u64,
    /// Leads that were brought in with a list, apart from those.
    pub imported: u64,
    /// Submissions that made none, as their person or they themselves were known.
    pub caught: u64,
    /// Offers made.
    pub offered: u64,
    /// Offers accepted.
    pub accepted: u64,
    /// Offers declined.
    pub declined: u64,
    /// Offers that nobody answered.
    pub expired: u64,
    /// Steps of escalations taken.
    pub escalated: u64,
    /// Accepts of which nothing came.
    pub hollow: u64,
    /// Leads won.
    pub won: u64,
    /// Leads that somebody ended otherwise.
    pub lost: u64,
    /// Arrival to first attempt, median: speed to lead.
    pub contact_median: Option<SignedDuration>,
    /// Arrival to first attempt, 90th percentile.
    pub contact_p90: Option<SignedDuration>,
    /// How long the legs of leads' ways took, in the order of [`Leg::ALL`].
    pub legs: [LegTimes; 4],
    /// Whether leads were accepted in time.
    pub answered: Kept,
    /// Whether leads were tried in time.
    pub contacted: Kept,
}

/// How the line of the four legs is called.
const WHOSE_TIME: &str = "Whose time";

/// How long a leg took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegTimes {
    /// By the wall clock.
    pub wall: Times,
    /// In the hours of the leads' clocks.
    pub open: Times,
}

/// How long something took: half of it, and nine of ten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// The median.
    pub median: Option<SignedDuration>,
    /// The 90th percentile.
    pub p90: Option<SignedDuration>,
}

/// How often one target was met, of the clocks that have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Met.
    pub kept: u64,
    /// Not met.
    pub missed: u64,
}

impl Numbers {
    /// Delivery to accept.
    #[must_use]
    pub fn to_accept(&self) -> Times {
        let [_, _, accepted, _] = self.legs;
        accepted.wall
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was asked for, with its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Whose numbers, as a heading: "Team sdr", "Jonas Weber".
    pub whose: String,
    /// Whether that is one person: leads come in and escalate at a team.
    pub of_one: bool,
    /// By what they are split: `rep`, `team`, …
    pub by: Option<String>,
    /// For which time, as people say it: "this week", "1 to 15 Nov".
    pub period: String,
    /// The first moment.
    pub from: Timestamp,
    /// The moment after the last.
    pub to: Timestamp,
    /// Everything together.
    pub total: Numbers,
    /// Each group, in the order shown.
    pub groups: Vec<Line>,
    /// Why offers were declined.
    pub declined: Option<String>,
    /// What to say of rules whose leads people keep giving to others.
    pub questioned: Vec<String>,
    /// The money in which balances are told; `""`: none.
    pub currency: String,
    /// How leads ended.
    pub endings: Vec<EndingRow>,
}

/// One line of a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// As people call it.
    pub name: String,
    /// What was counted.
    pub numbers: Numbers,
    /// Why its offers were declined, in words.
    pub declined: Option<String>,
    /// How many of its leads people gave to somebody else: "12 of 30".
    pub by_hand: Option<String>,
    /// What a rep was given beside the others.
    pub balance: Option<Balance>,
}

/// The report as a card.
#[must_use]
pub fn stats(report: &Report, words: &CommandWords, when: &When) -> Card {
    let heading = format!("{}, {}", report.whose, report.period);
    if report.total.is_empty() {
        return Card::sentence(format!(
            "{heading}: no leads yet. Try a longer period, such as {}.",
            words.typed(Topic::LeadStats, "quarter")
        ));
    }
    let mut facts = facts(report);
    facts.extend(endings::facts(&report.endings));
    let spoken_fact = |fact: &Fact| format!("{}: {}", fact.label, fact.value[0].words());
    // A spoken text is cut where a chat takes no more: what the groups have to say goes before the longest line.
    let (long, short): (Vec<&Fact>, Vec<&Fact>) =
        facts.iter().partition(|fact| fact.label == WHOSE_TIME);
    let said: Vec<String> = short.into_iter().map(spoken_fact).collect();
    let said_last: Vec<String> = long.into_iter().map(spoken_fact).collect();
    let rows = report.groups.iter().take(MOST_ROWS);
    let caught = caught_anywhere(report);
    let rows: Vec<String> = rows.map(|line| spoken(line, caught)).collect();
    let mut parts = vec![Part::Title(heading.clone()), Part::Facts(facts)];
    if !report.groups.is_empty() {
        parts.push(Part::Table(table(report)));
    }
    let mut said_more = report.questioned.clone();
    said_more.extend(reasons_of_groups(report));
    let items = said_more.iter().map(|line| Item {
        text: vec![Run::plain(line.clone())],
        buttons: Vec::new(),
    });
    let items: Vec<Item> = items.collect();
    if !items.is_empty() {
        parts.push(Part::List(items));
    }
    let balances = balances(report);
    if !balances.is_empty() {
        parts.push(Part::Note(vec![Run::plain(reasons::BALANCE)]));
        parts.push(Part::Table(reasons::balance(&balances, &report.currency)));
        let spoken = balances.iter();
        let spoken = spoken.map(|(name, one)| reasons::balance_spoken(name, one));
        said_more.extend(spoken);
    }
    let more = report.groups.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        parts.push(Part::Note(vec![Run::plain(format!("And {more} more."))]));
    }
    parts.push(Part::Note(vec![Run::plain(format!(
        "Leads that came in {}. Speed to lead is arrival to first attempt; accept is from delivery on, without what Baton or the chat was down for.",
        span(report, when)
    ))]));
    Card {
        summary: [
            format!("{heading}. {}.", said.join(". ")),
            rows.join(" "),
            said_more.join(" "),
            said_last.join(". "),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" "),
        parts,
    }
}

/// "hot, declined: Too busy 4, Not my territory 3", of the groups that are shown.
fn reasons_of_groups(report: &Report) -> Vec<String> {
    let shown = report.groups.iter().take(MOST_ROWS);
    let told = shown.filter_map(|line| {
        let declined = line.declined.as_ref()?;
        let name = super::seen::cut(&line.name, 24);
        Some(format!("{name}, declined: {declined}."))
    });
    told.collect()
}

/// Everybody's balance; one alone is in balance.
fn balances(report: &Report) -> Vec<(String, Balance)> {
    let shown = report.groups.iter().take(MOST_ROWS);
    let all = shown.filter_map(|line| Some((line.name.clone(), line.balance.clone()?)));
    let all: Vec<(String, Balance)> = all.collect();
    if all.len() > 1 { all } else { Vec::new() }
}

/// "Mon 16 Nov 00:00 to today 14:00 (Europe/Berlin)".
fn span(report: &Report, when: &When) -> String {
    let to = report.to.min(when.now()).max(report.from);
    format!("{} to {}", when.said(report.from), when.said_with_zone(to))
}

fn facts(report: &Report) -> Vec<Fact> {
    let total = &report.total;
    let answered = format!(
        "{} accepted, {} declined, {} without an answer, of {}",
        total.accepted, total.declined, total.expired, total.offered
    );
    let of_team = |label, n: u64| (!report.of_one).then(|| fact(label, n.to_string()));
    let groups = report.groups.iter();
    let of_groups: Vec<(&str, &Numbers)> = groups
        .map(|line| (line.name.as_str(), &line.numbers))
        .collect();
    let speed = both(Times {
        median: total.contact_median,
        p90: total.contact_p90,
    });
    let imported = of_team("From lists", total.imported).filter(|_| total.imported > 0);
    let facts = [
        of_team("Leads", total.arrived),
        imported,
        of_team("Duplicates caught", total.caught),
        Some(fact("Offers", answered)),
        report
            .declined
            .as_ref()
            .map(|declined| fact("Declined because", declined)),
        Some(fact("Speed to lead", speed)),
        legs(total),
        Some(fact("SLA kept", kept(total))),
        hollow(total, &of_groups).map(|said| fact("Hollow accepts", said)),
        of_team("Escalated", total.escalated),
    ];
    facts.into_iter().flatten().collect()
}

/// Accepts of which nothing came in time, and whose: "2 of 9 (Jonas Weber 2)"; nothing if there are none.
#[must_use]
pub fn hollow(all: &Numbers, groups: &[(&str, &Numbers)]) -> Option<String> {
    let of = |(name, numbers): &(&str, &Numbers)| {
        let name = super::seen::cut(name, 24);
        (numbers.hollow > 0).then(|| format!("{name} {}", numbers.hollow))
    };
    let whose: Vec<String> = groups.iter().filter_map(of).take(MOST_NAMED).collect();
    let whose = match whose.as_slice() {
        [] => String::new(),
        some => format!(" ({})", some.join(", ")),
    };
    (all.hollow > 0).then(|| format!("{} of {}{whose}", all.hollow, all.accepted))
}

/// How long each leg took, and whose time it was: "half: Baton 0 s, chat 1 s, accept 15 h (2 min open), call 9 min;
/// nine of ten: …"; what was not measured is left out.
#[must_use]
pub fn legs(numbers: &Numbers) -> Option<Fact> {
    let of = |one: fn(Times) -> Option<SignedDuration>| {
        let each = Leg::ALL.into_iter().zip(numbers.legs);
        let each = each.filter_map(|(leg, took)| Some((leg, one(took.wall)?, one(took.open))));
        let each =
            each.map(|(leg, wall, open)| format!("{} {}", leg_word(leg), lasted(wall, open)));
        let said: Vec<String> = each.collect();
        said.join(", ")
    };
    let (half, most) = (of(|times| times.median), of(|times| times.p90));
    let said = format!("half: {half}; nine of ten: {most}");
    (!half.is_empty()).then(|| fact(WHOSE_TIME, said))
}

fn leg_word(leg: Leg) -> &'static str {
    match leg {
        Leg::Offered => "Baton",
        Leg::Delivered => "chat",
        Leg::Accepted => "accept",
        Leg::Contacted => "call",
    }
}

/// "15 h (2 min open)", where the hours of the clock make a difference.
fn lasted(wall: SignedDuration, open: Option<SignedDuration>) -> String {
    let (wall, open) = (say_duration(wall), open.map(say_duration));
    match open.filter(|open| *open != wall) {
        Some(open) => format!("{wall} ({open} open)"),
        None => wall,
    }
}

fn both(took: Times) -> String {
    match (took.median, took.p90) {
        (Some(median), Some(p90)) => {
            let (median, p90) = (say_duration(median), say_duration(p90));
            format!("half within {median}, nine of ten within {p90}")
        }
        (Some(one), None) | (None, Some(one)) => say_duration(one),
        (None, None) => "nothing measured yet".to_owned(),
    }
}

/// "answered 3 of 4, contacted 2 of 3"; only what a clock has ended for.
fn kept(numbers: &Numbers) -> String {
    let told = [
        ("answered", numbers.answered),
        ("contacted", numbers.contacted),
    ];
    let told: Vec<String> = told
        .iter()
        .filter_map(|(what, kept)| Some(format!("{what} {}", kept.said()?)))
        .collect();
    if told.is_empty() {
        return "no clock has ended yet".to_owned();
    }
    told.join(", ")
}

impl Kept {
    /// "3 of 4"; `None` as long as no clock has ended.
    fn said(self) -> Option<String> {
        let all = self.kept.saturating_add(self.missed);
        (all > 0).then(|| format!("{} of {all}", self.kept))
    }
}

/// A table is read to nobody, so each of its rows is a sentence as well.
fn spoken(line: &Line, caught: bool) -> String {
    let numbers = &line.numbers;
    let caught = if caught {
        format!(", duplicates caught {}", numbers.caught)
    } else {
        String::new()
    };
    let by_hand = line.by_hand.as_ref();
    let by_hand = by_hand.map_or_else(String::new, |said| {
        format!(", given to others by hand {said}")
    });
    format!(
        "{}: {} offers, {} accepted, {} declined, {} without an answer, speed to lead {}, SLA {}{caught}{by_hand}.",
        super::seen::cut(&line.name, 24),
        numbers.offered,
        numbers.accepted,
        numbers.declined,
        numbers.expired,
        numbers
            .contact_median
            .map_or_else(|| "not measured".to_owned(), say_duration),
        kept(numbers)
    )
}

fn table(report: &Report) -> Table {
    let by = report.by.as_deref().unwrap_or("Group");
    let number = |label: &str| Column {
        label: label.to_owned(),
        number: true,
    };
    let mut columns = vec![Column {
        label: super::seen::begin(by),
        number: false,
    }];
    columns.extend(
        [
            "Offers",
            "Yes",
            "No",
            "Silent",
            "To lead",
            "Answered",
            "Contacted",
        ]
        .into_iter()
        .map(number),
    );
    let caught = caught_anywhere(report);
    columns.extend(caught.then(|| number("Caught")));
    let by_hand = report.groups.iter().any(|line| line.by_hand.is_some());
    columns.extend(by_hand.then(|| number("By hand")));
    let rows = report.groups.iter().take(MOST_ROWS).map(|line| {
        let numbers = &line.numbers;
        let mut cells = vec![
            super::seen::cut(&line.name, 24),
            numbers.offered.to_string(),
            numbers.accepted.to_string(),
            numbers.declined.to_string(),
            numbers.expired.to_string(),
            numbers.contact_median.map_or_else(dash, say_duration),
            numbers.answered.said().unwrap_or_else(dash),
            numbers.contacted.said().unwrap_or_else(dash),
        ];
        cells.extend(caught.then(|| numbers.caught.to_string()));
        cells.extend(by_hand.then(|| line.by_hand.clone().unwrap_or_else(dash)));
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

/// Whether a line has something to say of duplicates: they are no rep's.
fn caught_anywhere(report: &Report) -> bool {
    report.groups.iter().any(|line| line.numbers.caught > 0)
}

fn dash() -> String {
    "–".to_owned()
}

/// Whoever asked may see only their own numbers.
#[must_use]
pub fn not_yours(words: &CommandWords) -> String {
    format!(
        "You can see your own numbers with {}; a team's are for its managers.",
        words.typed(Topic::LeadStats, "me")
    )
}

/// There is nothing to split by.
#[must_use]
pub fn no_territories() -> String {
    "By territory is not in effect yet: the rules name no territories. Operators add them as [territory.NAME]."
        .to_owned()
}
