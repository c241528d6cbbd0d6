//! One simulation in words: what it rests on, then rules, teams and reps.

use std::collections::BTreeMap;

use jiff::{SignedDuration, tz::TimeZone};

use super::{Gathered, Played, Report};
use crate::{
    cli::{
        import::count::grouped,
        shown::{Paint, Table},
    },
    domain::{
        chart::{Chart, Label, Series, Tone},
        event::MeasureKind,
        phrase::say_duration,
        policy::Policy,
    },
    simulate::{Answers, Line},
};

/// With more the names could not be read.
const MOST_ROWS: usize = 15;

/// Everything, for people.
pub fn text(report: &Report<'_>, paint: Paint) -> String {
    let outcome = &report.one.outcome;
    let mut said = heading(report.gathered, report.answers, &report.one.name, paint);
    if outcome.fates.is_empty() {
        return said + "No leads came in then.\n";
    }
    said += &total(&outcome.total);
    for (why, many) in &outcome.kept_out {
        said += &format!("{} {why}\n", grouped(*many));
    }
    let order = |name: &str| {
        let routes = &report.one.rules.policy.routes;
        routes.iter().position(|route| route.id.as_str() == name)
    };
    let mut rules: Vec<_> = outcome.rules.iter().collect();
    rules.sort_by_key(|(name, _)| (order(name).unwrap_or(usize::MAX), (*name).clone()));
    said += &format!("\n{}", table("rule", rules, "no rule").render(paint));
    let teams: Vec<_> = outcome.teams.iter().collect();
    said += &format!("\n{}", table("team", teams, "no team").render(paint));
    said += &format!("\n{}", reps(report.one, report.gathered).render(paint));
    said + "\n" + &paint.faint(NOTE) + "\n"
}

const NOTE: &str = "had: median and 9 of 10 from arrival until somebody had it. answered, contacted: SLA kept, of the \
clocks that have ended. at once: the most open leads at a time, of how many.";

/// What it rests on.
pub fn heading(gathered: &Gathered, answers: &Answers, name: &str, paint: Paint) -> String {
    let arrivals = &gathered.arrivals;
    let day = |at: jiff::Timestamp| at.to_zoned(TimeZone::UTC).strftime("%-d %b %Y").to_string();
    let ends = arrivals.first().zip(arrivals.last());
    let when = ends.map_or_else(String::new, |(first, last)| {
        format!(", {} to {},", day(first.at), day(last.at))
    });
    let many = grouped(arrivals.len() as u64);
    let title = paint.strong(&format!("{many} leads{when} through {name}"));
    let left_out = gathered.left_out.iter();
    let left_out: Vec<String> = left_out
        .map(|(why, many)| format!("{} {why}", grouped(*many)))
        .collect();
    let left_out = match left_out.as_slice() {
        [] => String::new(),
        some => format!("Left out: {}.\n", some.join(", ")),
    };
    format!("{title}\n{left_out}{}\n\n", supposed(answers))
}

/// How people answer.
fn supposed(answers: &Answers) -> String {
    let usual = answers.usual();
    let known = match answers.known() {
        0 => "No answers are known: ".to_owned(),
        known => format!(
            "{} answers are known; where none is: ",
            grouped(known as u64)
        ),
    };
    format!(
        "{known}accepted after {}, contacted {} later, ended after {}.",
        say_duration(usual.accept),
        say_duration(usual.contact),
        say_duration(usual.end)
    )
}

fn total(line: &Line) -> String {
    format!(
        "{} leads: answered in time {}, contacted in time {}, had by somebody after {} (median) and {} (9 of 10); \
         {} wait, {} in review, {} not for reps\n",
        grouped(line.leads),
        percent(line.stats.acknowledge_kept()),
        percent(line.stats.contact_kept()),
        took(line.wait(0.5)),
        took(line.wait(0.9)),
        grouped(line.waiting),
        grouped(line.review),
        grouped(line.aside),
    )
}

fn table(of: &str, lines: Vec<(&String, &Line)>, none: &str) -> Table {
    let head = [
        of,
        "leads",
        "had",
        "p90",
        "answered",
        "contacted",
        "escalated",
        "waiting",
        "review",
        "aside",
    ];
    let row = |(name, line): (&String, &Line)| {
        let name = if name.is_empty() { none } else { name };
        vec![
            name.to_owned(),
            grouped(line.leads),
            took(line.wait(0.5)),
            took(line.wait(0.9)),
            percent(line.stats.acknowledge_kept()),
            percent(line.stats.contact_kept()),
            grouped(line.stats.count(MeasureKind::Escalated)),
            grouped(line.waiting),
            grouped(line.review),
            grouped(line.aside),
        ]
    };
    Table {
        head: head.map(str::to_owned).to_vec(),
        rows: lines.into_iter().map(row).collect(),
    }
}

fn reps(played: &Played, gathered: &Gathered) -> Table {
    let policy = &played.rules.policy;
    let had = had_in_fact(gathered);
    let mut head = [
        "rep",
        "offers",
        "accepted",
        "declined",
        "silent",
        "leads",
        "had",
        "p90",
        "answered",
        "contacted",
        "at once",
    ]
    .map(str::to_owned)
    .to_vec();
    if !had.is_empty() {
        head.push("in fact".to_owned());
    }
    let row = |(id, line): (&String, &Line)| {
        let count = |what| grouped(line.stats.count(what));
        let mut row = vec![
            name(policy, id),
            count(MeasureKind::Offered),
            count(MeasureKind::Accepted),
            count(MeasureKind::Declined),
            count(MeasureKind::Expired),
            grouped(line.leads),
            took(line.wait(0.5)),
            took(line.wait(0.9)),
            percent(line.stats.acknowledge_kept()),
            percent(line.stats.contact_kept()),
            at_once(policy, id, line),
        ];
        if !had.is_empty() {
            row.push(grouped(had.get(id.as_str()).copied().unwrap_or(0)));
        }
        row
    };
    Table {
        rows: played.outcome.reps.iter().map(row).collect(),
        head,
    }
}

/// How many of the leads each rep had in fact; empty if nobody knows.
fn had_in_fact(gathered: &Gathered) -> BTreeMap<&str, u64> {
    let mut had = BTreeMap::new();
    let owners = gathered.arrivals.iter();
    for owner in owners.filter_map(|it| it.was.as_ref()?.owner.as_ref()) {
        *had.entry(owner.as_str()).or_default() += 1;
    }
    had
}

fn at_once(policy: &Policy, id: &str, line: &Line) -> String {
    let capacity = policy.reps.get(id).and_then(|rep| rep.capacity);
    match capacity {
        Some(capacity) => format!("{}/{capacity}", line.most),
        None => line.most.to_string(),
    }
}

/// A rep's name.
pub fn name(policy: &Policy, id: &str) -> String {
    let rep = policy.reps.get(id);
    rep.map_or(id, |rep| rep.name.as_str()).to_owned()
}

/// A time, or a dash.
pub fn took(took: Option<SignedDuration>) -> String {
    took.map_or_else(|| "–".to_owned(), say_duration)
}

/// A share, or a dash.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.0}%", share * 100.0))
}

/// Who would have how many, and how many of them in time; by both configurations if there are two.
pub fn chart(report: &Report<'_>) -> Chart {
    let played: Vec<&Played> = std::iter::once(report.one).chain(report.other).collect();
    let bars = bars(&played);
    let label = |(played, id): &(&Played, &String)| {
        let file = match report.other {
            Some(_) => format!(", {}", played.name),
            None => String::new(),
        };
        Label {
            name: format!("{}{file}", name(&played.rules.policy, id)),
            plain: format!("{id}{file}"),
        }
    };
    let counts = |kept: Option<bool>| {
        let count = |(played, id): &(&Played, &String)| {
            let fates = played.outcome.fates.iter();
            let theirs =
                fates.filter(|it| it.owner.as_ref().is_some_and(|rep| rep.as_str() == *id));
            theirs.filter(|it| it.answered == kept).count() as u64
        };
        bars.iter().map(count).collect()
    };
    let series = |name: &str, tone, kept| Series {
        name: name.to_owned(),
        tone,
        values: counts(kept),
    };
    let many = grouped(report.gathered.arrivals.len() as u64);
    Chart {
        title: format!("Who has how many of {many} leads, simulated"),
        unit: "leads".to_owned(),
        rows: bars.iter().map(label).collect(),
        series: vec![
            series("Answered in time", Tone::Good, Some(true)),
            series("No clock", Tone::Fair, None),
            series("Too late", Tone::Bad, Some(false)),
        ],
    }
}

/// Whose bars are shown: every rep's, once for each simulation.
fn bars<'p>(played: &[&'p Played]) -> Vec<(&'p Played, &'p String)> {
    let mut reps: Vec<&String> = played
        .iter()
        .flat_map(|it| it.outcome.reps.keys())
        .collect();
    reps.sort();
    reps.dedup();
    let each = reps.into_iter();
    each.flat_map(|id| played.iter().map(move |it| (*it, id)))
        .take(MOST_ROWS)
        .collect()
}
