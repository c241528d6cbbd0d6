//! What `/leadstats experiment ID` answers: each arm's numbers, and what they prove.

use jiff::{SignedDuration, Timestamp};

use super::{
    commands::{CommandWords, Topic},
    seen::{begin, cut},
    when::When,
};
use crate::domain::{
    card::{Card, Column, Item, Part, Run, Table},
    findings::{ArmNumbers, Compared, Effect, Finding, Findings, Half, Share},
    id::RouteId,
    phrase::say_duration,
};

/// How an experiment stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// As named in the rules.
    pub id: String,
    /// On which rule.
    pub on: RouteId,
    /// What each arm does, in the order of the numbers.
    pub does: Vec<String>,
    /// When its first lead came, of those that are counted here.
    pub since: Option<Timestamp>,
    /// For which time, as people say it; none: since it began.
    pub period: Option<String>,
    /// The numbers.
    pub findings: Findings,
}

/// The experiment as a card.
#[must_use]
pub fn experiment(standing: &Standing, when: &When) -> Card {
    let heading = heading(standing);
    let arms = standing.findings.arms.iter().zip(&standing.does);
    let does: Vec<(String, String)> = arms
        .map(|(arm, does)| (cut(&arm.arm, 24), cut(does, 200)))
        .collect();
    let mut parts = vec![
        Part::Title(heading.clone()),
        Part::List(does.iter().map(|(arm, does)| arm_item(arm, does)).collect()),
    ];
    let Some(since) = standing.since else {
        let nothing = "No lead has come into it yet.";
        parts.push(Part::Text(vec![Run::plain(nothing)]));
        return Card {
            summary: format!("{heading}. {nothing}"),
            parts,
        };
    };
    parts.push(Part::Table(table(&standing.findings.arms)));
    let said = sentences(&standing.findings);
    let items = said.iter().map(|sentence| Item {
        text: vec![Run::plain(sentence.clone())],
        buttons: Vec::new(),
    });
    parts.push(Part::List(items.collect()));
    let since = format!(
        "Leads that came {} or later. {NOTE}",
        when.said_with_zone(since)
    );
    parts.push(Part::Note(vec![Run::plain(since)]));
    let arms: Vec<String> = standing.findings.arms.iter().map(spoken).collect();
    Card {
        summary: format!("{heading}. {} {}", arms.join(" "), said.join(" ")),
        parts,
    }
}

/// "Experiment speed on rule hot-but-small, since it began".
#[must_use]
pub fn heading(standing: &Standing) -> String {
    let period = standing.period.as_deref().unwrap_or("since it began");
    format!(
        "Experiment {} on rule {}, {period}",
        standing.id, standing.on
    )
}

/// How the numbers are to be read.
pub const NOTE: &str = "In brackets: between which the truth lies, 95 % sure. Of each company, or person without one, \
    the first lead counts: more of theirs prove nothing more. A lead counts in its arm whatever became \
    of it later, and one that nobody has tried yet as later than all. Decide beforehand when to stop: who looks every \
    day finds something by chance.";

fn arm_item(arm: &str, does: &str) -> Item {
    Item {
        text: vec![Run::bold(arm), Run::plain(format!(": {does}"))],
        buttons: Vec::new(),
    }
}

/// The columns of the numbers.
pub const COLUMNS: [&str; 5] = ["Arm", "Leads", "Contacted", "Won", "Half tried within"];

fn table(arms: &[ArmNumbers]) -> Table {
    let column = |label: &str| Column {
        label: label.to_owned(),
        number: label != COLUMNS[0],
    };
    Table {
        columns: COLUMNS.into_iter().map(column).collect(),
        rows: arms.iter().map(|arm| cells(arm).to_vec()).collect(),
    }
}

/// An arm's line of the table.
#[must_use]
pub fn cells(arm: &ArmNumbers) -> [String; 5] {
    [
        cut(&arm.arm, 24),
        arm.leads.to_string(),
        share(arm.contacted),
        share(arm.won),
        half(arm.half),
    ]
}

/// A table is read to nobody, so each of its rows is a sentence as well.
fn spoken(arm: &ArmNumbers) -> String {
    let [name, leads, contacted, won, half] = cells(arm);
    format!("{name}: {leads} leads, contacted {contacted}, won {won}, half tried within {half}.")
}

/// "12 % (7 to 20)".
fn share(share: Share) -> String {
    match (share.rate.share(), share.between) {
        (Some(is), Some((low, high))) => {
            format!("{} % ({} to {})", percent(is), percent(low), percent(high))
        }
        (Some(is), None) => format!("{} %", percent(is)),
        (None, _) => "–".to_owned(),
    }
}

/// Whole, but for what is rare.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 9.95 {
        format!("{percent:.1}")
    } else {
        format!("{percent:.0}")
    }
}

/// "12 min (9 min to 15 min)".
fn half(half: Half) -> String {
    let said = |at: Option<SignedDuration>| at.map(say_duration);
    let Some(low) = said(half.low) else {
        return said(half.within).unwrap_or_else(|| "–".to_owned());
    };
    let within = said(half.within).unwrap_or_else(|| "not yet".to_owned());
    match said(half.high) {
        Some(high) => format!("{within} ({low} to {high})"),
        None => format!("{within} ({low} or more)"),
    }
}

/// What the numbers prove, a sentence or two for each thing compared.
#[must_use]
pub fn sentences(findings: &Findings) -> Vec<String> {
    let fewest = findings.arms.iter().map(|arm| arm.leads).min();
    if findings.arms.len() < 2 || fewest.is_none_or(|leads| leads == 0) {
        return vec!["There is nothing to compare yet: not every arm has had a lead.".to_owned()];
    }
    let again: u64 = findings.arms.iter().map(|arm| arm.again).sum();
    let left = match again {
        0 => None,
        1 => Some("1 later lead of a company that is counted already is left out.".to_owned()),
        more => Some(format!(
            "{more} later leads of companies that are counted already are left out."
        )),
    };
    let mut said: Vec<String> = findings
        .found
        .iter()
        .map(|finding| sentence(finding, &findings.arms))
        .collect();
    said.extend(left);
    if findings.found.iter().all(|it| it.what != Compared::Speed) {
        said.push("Speed: too few leads to compare, it takes eight in each arm.".to_owned());
    }
    said
}

fn sentence(finding: &Finding, arms: &[ArmNumbers]) -> String {
    let of = |name: &str| arms.iter().find(|arm| arm.arm == name);
    let (arm, first) = (of(&finding.arm), of(&finding.against));
    let differs = match finding.effect {
        Effect::Rate(difference) => {
            let rate = |arm: &ArmNumbers| match finding.what {
                Compared::Won => arm.won.rate.share(),
                Compared::Contacted | Compared::Speed => arm.contacted.rate.share(),
            };
            let has = |arm: Option<&ArmNumbers>| percent(arm.and_then(rate).unwrap_or_default());
            format!(
                "{} has {} % against {} % of {}: {}",
                finding.arm,
                has(arm),
                has(first),
                finding.against,
                points(difference.is, difference.low, difference.high)
            )
        }
        Effect::Sooner(share) => format!(
            "of 100 leads of {} about {:.0} are tried sooner than one of {}",
            finding.arm,
            share * 100.0,
            finding.against
        ),
    };
    let what = match finding.what {
        Compared::Contacted => "Contacted",
        Compared::Speed => "Speed",
        Compared::Won => "Won",
    };
    format!("{what}: {differs}. {}", verdict(finding, arm, first))
}

/// "4.0 points more (1.2 to 6.9)".
fn points(is: f64, low: f64, high: f64) -> String {
    let said = |points: f64| format!("{:.1}", points * 100.0).replace('-', "−");
    let more = if is < 0.0 { "less" } else { "more" };
    format!(
        "{} points {more} ({} to {})",
        said(is.abs()),
        said(low),
        said(high)
    )
}

fn verdict(finding: &Finding, arm: Option<&ArmNumbers>, first: Option<&ArmNumbers>) -> String {
    let p = chance(finding.p);
    if finding.is_proved() {
        return format!("That is more than chance ({p}).");
    }
    let leads = |arm: Option<&ArmNumbers>| arm.map_or(0, |arm| arm.leads);
    match finding.needed {
        Some(needed) if needed > leads(arm).min(leads(first)) => format!(
            "That may be chance ({p}): to prove a difference like this one each arm needs about {needed} leads, \
             and they have {} and {}.",
            leads(arm),
            leads(first)
        ),
        Some(_) => format!("That may be chance ({p})."),
        None => format!("There is no difference to prove ({p})."),
    }
}

fn chance(p: f64) -> String {
    if p < 0.001 {
        "p below 0.001".to_owned()
    } else {
        format!("p {p:.3}")
    }
}

/// There is no experiment of this name, or none was named and there are several.
#[must_use]
pub fn which(asked: Option<&str>, known: &[&str], words: &CommandWords) -> String {
    if known.is_empty() {
        return "No experiment runs. Operators add one as [[experiment]].".to_owned();
    }
    let asked = asked.map_or_else(
        || "Several experiments run".to_owned(),
        |asked| format!("No experiment is called {}", cut(asked, 60)),
    );
    let typed = known
        .iter()
        .map(|id| words.typed(Topic::LeadStats, &format!("experiment {id}")));
    let typed: Vec<String> = typed.collect();
    begin(&format!("{asked}. Say {}.", typed.join(" or ")))
}
