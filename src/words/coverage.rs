//! Who of a team is away when, and when it has nobody: for `/away team`, and at the end of a week for managers.
//!
//! ```text
//! Team sales (Europe/Berlin)
//! • Mon 23 Nov 09:00 to Fri 27 Nov 18:00: Jonas Weber is away, Ayşe Yılmaz stands in.
//! • Fri 25 Dec: holiday for Jonas Weber and Selin Kaya.
//! • Nobody Thu 24 Dec 12:00 to 18:00.
//! ```

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{chat_news::deserted, when::When};
use crate::domain::{
    card::{Card, Item, Part, Run},
    coverage::Span,
    event::Deserted,
    id::{RepId, TeamId},
    phrase::Until,
    policy::Policy,
};

/// More lines of a team are only counted.
const MOST: usize = 20;

/// How a team is covered for a while.
#[derive(Clone, Debug)]
pub struct Covered {
    /// Whose.
    pub team: TeamId,
    /// Who is away when.
    pub absences: Vec<Absent>,
    /// Who has a holiday when.
    pub holidays: Vec<(Date, Vec<RepId>)>,
    /// When nobody is there.
    pub nobody: Vec<Span>,
    /// In which zone that is read.
    pub zone: TimeZone,
    /// How many leads usually come then, where that is told.
    pub usual: Option<f64>,
    /// Steps that reach nobody, where that is told.
    pub clocks: Vec<Deserted>,
}

/// One absence, without its reason: that is between the rep and their manager.
#[derive(Clone, Debug)]
pub struct Absent {
    /// Whose.
    pub rep: RepId,
    /// From.
    pub from: Timestamp,
    /// Until.
    pub until: Until,
    /// Who stands in.
    pub cover: Option<RepId>,
    /// Their zone.
    pub zone: TimeZone,
}

/// The calendar of some teams for the days until `end`.
#[must_use]
pub fn calendar(teams: &[Covered], end: Timestamp, policy: &Policy, when: &When) -> Card {
    let until = say_day(end, &TimeZone::get(&when.zone()).unwrap_or(TimeZone::UTC));
    let first = format!("Who is away until {until}");
    let (mut said, mut parts) = (vec![format!("{first}.")], Vec::new());
    parts.push(Part::Title(first));
    for team in teams {
        let name = heading(team, policy);
        let lines = lines(team, policy, &when.in_zone(&team.zone));
        parts.push(Part::Text(vec![Run::bold(name.clone())]));
        if lines.is_empty() {
            let words = "Nobody is away, and there is somebody on every day.";
            parts.push(Part::Text(vec![Run::plain(words)]));
            said.push(format!("{name}: {words}"));
            continue;
        }
        said.push(format!("{name}: {}", lines.join(" ")));
        parts.extend(list(&lines));
    }
    Card {
        summary: super::seen::cut(&said.join(" "), 2_000),
        parts,
    }
}

/// "Team sales (Europe/Berlin)": the clock of what stands below it.
fn heading(team: &Covered, policy: &Policy) -> String {
    let zone = team.zone.iana_name().unwrap_or("UTC");
    format!("Team {} ({zone})", policy.team_name(&team.team))
}

fn list(lines: &[String]) -> Vec<Part> {
    let items = lines.iter().take(MOST).map(|line| Item {
        text: vec![Run::plain(line.clone())],
        buttons: Vec::new(),
    });
    let more = lines.len().saturating_sub(MOST);
    let mut parts = vec![Part::List(items.collect())];
    if more > 0 {
        parts.push(Part::Note(vec![Run::plain(format!("And {more} more."))]));
    }
    parts
}

fn lines(team: &Covered, policy: &Policy, when: &When) -> Vec<String> {
    let absences = team.absences.iter().map(|one| absent(one, policy, when));
    let holidays = team.holidays.iter().map(|(day, reps)| {
        let names: Vec<&str> = reps.iter().map(|rep| policy.name_of(rep)).collect();
        format!(
            "{}: holiday for {}.",
            day.strftime("%a %-d %b"),
            and(&names)
        )
    });
    let nobody = nobody(team);
    let nobody = nobody.into_iter().map(|span| format!("Nobody: {span}."));
    absences.chain(holidays).chain(nobody).collect()
}

fn absent(one: &Absent, policy: &Policy, when: &When) -> String {
    let name = policy.name_of(&one.rep);
    let cover = one.cover.as_ref().map_or_else(String::new, |cover| {
        format!(", {} stands in", policy.name_of(cover))
    });
    let from = if one.from > when.now() {
        format!("from {} ", when.said(one.from))
    } else {
        String::new()
    };
    if let Some(days) = whole_days(one) {
        return format!("{name} is away {days}{cover}.");
    }
    match one.until {
        Until::At(until) => format!("{name} is away {from}until {}{cover}.", when.said(until)),
        Until::Back => format!("{name} is away {from}until they are back{cover}."),
    }
}

/// Whole days, by the clock of whoever is away: "Mon 23 Nov to Fri 27 Nov".
fn whole_days(one: &Absent) -> Option<String> {
    let Until::At(until) = one.until else {
        return None;
    };
    let [from, until] = [one.from, until].map(|at| one.zone.to_datetime(at));
    let whole = [from, until].iter().all(|at| at.time() == Time::midnight());
    let last = until.date().yesterday().ok().filter(|_| whole)?;
    let said = |day: Date| day.strftime("%a %-d %b").to_string();
    Some(match from.date() == last {
        true => said(last),
        false => format!("{} to {}", said(from.date()), said(last)),
    })
}

/// When nobody is there, by the team's clock: "Thu 24 Dec 12:00 to 18:00".
fn nobody(team: &Covered) -> Vec<String> {
    let said = team.nobody.iter().map(|(from, until)| {
        let (from, until) = (team.zone.to_datetime(*from), team.zone.to_datetime(*until));
        let end = if from.date() == until.date() {
            until.strftime("%H:%M").to_string()
        } else {
            until.strftime("%a %-d %b %H:%M").to_string()
        };
        format!("{} to {end}", from.strftime("%a %-d %b %H:%M"))
    });
    said.collect()
}

fn say_day(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%a %-d %b").to_string()
}

fn and(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// Where the coming week has nobody, for the manager of these teams, and which steps reach nobody then; nothing if there
/// are none such.
#[must_use]
pub fn forecast(teams: &[Covered], monday: Date, policy: &Policy, when: &When) -> Option<Card> {
    let has_gaps = teams.iter().any(|team| !team.nobody.is_empty());
    let what = match has_gaps {
        true => "hours with nobody",
        false => "steps that reach nobody",
    };
    let first = format!("The week of {} has {what}", monday.strftime("%a %-d %b"));
    let mut parts = vec![Part::Title(first.clone())];
    let mut said = vec![format!("{first}.")];
    for team in teams {
        let heading = heading(team, policy);
        parts.push(Part::Text(vec![Run::bold(heading.clone())]));
        said.push(format!("{heading}:"));
        if !team.nobody.is_empty() {
            let (lines, usual) = (nobody(team), usual(team.usual.unwrap_or(0.0)));
            said.push(format!("{}. {usual}", lines.join("; ")));
            parts.extend(list(&lines));
            parts.push(Part::Text(vec![Run::plain(usual)]));
        }
        let there = When::for_what_stands(when.now(), &team.zone);
        for clock in &team.clocks {
            let steps = deserted("Leads", clock, &there, policy);
            parts.push(Part::Text(vec![Run::plain(steps.clone())]));
            said.push(steps);
        }
    }
    let has_steps = teams.iter().any(|team| !team.clocks.is_empty());
    let why = match (has_gaps, has_steps) {
        (true, false) => {
            "Neither a member nor a backup is there then: by working hours, holidays and planned absences."
        }
        (true, true) => {
            "Hours with nobody, neither a member nor a backup: by working hours, holidays and planned absences. Steps that reach nobody: also by hours that people chose, and whom the chat does not reach."
        }
        (false, _) => {
            "By planned absences, hours that people chose, and whom the chat does not reach."
        }
    };
    parts.push(Part::Note(vec![Run::plain(why)]));
    (!teams.is_empty()).then(|| Card {
        summary: super::seen::cut(&said.join(" "), 2_000),
        parts,
    })
}

/// "In such hours 3 leads usually come."
fn usual(leads: f64) -> String {
    let rounded = super::seen::number_words((leads * 10.0).round() / 10.0);
    match rounded.as_str() {
        "0" => "In these hours hardly a lead came in the last weeks.".to_owned(),
        "1" => "In these hours 1 lead usually comes.".to_owned(),
        some => format!("In these hours {some} leads usually come."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::{Rung, StepAction};

    #[test]
    fn hours_and_steps_of_a_team_are_said_on_the_same_clock() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let span = (at("2026-11-24T23:00:00Z"), at("2026-11-25T23:00:00Z"));
        let team = Covered {
            team: "sales".into(),
            absences: Vec::new(),
            holidays: Vec::new(),
            nobody: vec![span],
            zone: TimeZone::get("Pacific/Honolulu").unwrap(),
            usual: Some(2.0),
            clocks: vec![Deserted {
                sla: "demo".into(),
                steps: vec![StepAction::Reoffer(Rung::Team)],
                arrivals: vec![span],
            }],
        };
        let friday = at("2026-11-20T15:00:00Z");
        let berlin = When::for_what_stands(friday, &TimeZone::get("Europe/Berlin").unwrap());
        let monday = Date::constant(2026, 11, 23);
        let card = forecast(&[team], monday, &Policy::default(), &berlin).unwrap();
        let Some(Part::Note(why)) = card.parts.last() else {
            panic!("no note: {card:?}");
        };
        let why: String = why.iter().map(Run::words).collect();
        assert!(
            why.contains("by working hours") && why.contains("whom the chat does not reach"),
            "{why}"
        );
        insta::assert_snapshot!(card.summary, @"The week of Mon 23 Nov has hours with nobody. Team sales (Pacific/Honolulu): Tue 24 Nov 13:00 to Wed 25 Nov 13:00. In these hours 2 leads usually come. Leads under SLA demo that come in from Tue 24 Nov 13:00 to Wed 25 Nov 13:00 find nobody at these steps: the next of the team.");
    }
}
