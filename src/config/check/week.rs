//! `baton check --calendar`: who works when in the coming week, and when a team has nobody.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::{
    config::check::Profiles,
    domain::{
        calendar::Holidays,
        coverage,
        policy::{HolidayRule, Profile, Rep, Team},
    },
    rules::Rules,
};

const DAYS: i64 = 7;
/// How many holidays ahead are shown of each person.
const HOLIDAYS: usize = 3;
/// Stretches without anybody shorter than this are a lunch break.
const GAP: SignedDuration = SignedDuration::from_hours(1);
/// Said where nothing is known of people but the file.
const UNKNOWN: &str = "By the file alone: the hours that people choose in the chat, and the zones of their profiles there, are in the\n\
     database, which could not be read.\n";

/// The whole text.
pub(super) fn hours(rules: &Rules, stored: Option<&Profiles>, now: Timestamp) -> String {
    let mut out = String::new();
    let of = |rep: &Rep| stored.and_then(|stored| stored.get(&rep.id).cloned());
    let of = |rep: &Rep| of(rep).unwrap_or_default();
    for rep in rules.policy.reps.values() {
        person(&mut out, rules, rep, &of(rep), now);
    }
    for team in &rules.policy.teams {
        gaps(&mut out, rules, team, &of, now);
    }
    if stored.is_none() {
        out.push_str(UNKNOWN);
    }
    out
}

fn person(out: &mut String, rules: &Rules, rep: &Rep, profile: &Profile, now: Timestamp) {
    let calendar = rules.hours_of(rep, profile);
    let name = zone_name(calendar.zone());
    let _ = writeln!(out, "{} ({}), {name}", rep.name, rep.id);
    if !rep.active {
        out.push_str("  not active\n");
    }
    if let Some(own) = &profile.hours {
        let _ = writeln!(out, "  chosen in the chat: {own}");
    }
    if rep.calendar.is_none() && profile.hours.is_none() {
        out.push_str("  always\n");
    } else {
        for (from, until) in calendar.open_from(now, now + SignedDuration::from_hours(24 * DAYS)) {
            let _ = writeln!(out, "  {}", stretch(from, until, calendar.zone()));
        }
    }
    let today = calendar.zone().to_datetime(now).date();
    let next: Vec<String> = holidays_after(rules, rep, today)
        .iter()
        .map(|day| day.strftime("%a %e %b %Y").to_string())
        .collect();
    if !next.is_empty() {
        let _ = writeln!(out, "  next holidays: {}", next.join(", "));
    }
    out.push('\n');
}

fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// A stretch of time in words.
pub(in crate::config) fn stretch(from: Timestamp, until: Timestamp, zone: &TimeZone) -> String {
    let (from, until) = (from.to_zoned(zone.clone()), until.to_zoned(zone.clone()));
    let end = if from.date() == until.date() {
        until.strftime("%H:%M")
    } else {
        until.strftime("%a %e %b %H:%M")
    };
    format!("{} to {end}", from.strftime("%a %e %b %H:%M"))
}

fn holidays_after(rules: &Rules, rep: &Rep, today: Date) -> Vec<Date> {
    let rule = rep.calendar.as_ref();
    let rule = rule.and_then(|it| rules.policy.calendars.get(it));
    let own = || rep.country.as_deref().and_then(|it| Holidays::of(it).ok());
    let holidays = match rule.map(|it| &it.holidays) {
        Some(HolidayRule::Fixed(holidays)) => Some(holidays.clone()),
        Some(HolidayRule::Rep) => own(),
        Some(HolidayRule::None) | None => None,
    };
    let days = holidays.iter().flat_map(Holidays::days);
    days.filter(|day| *day >= today).take(HOLIDAYS).collect()
}

/// When nobody of the team works.
fn gaps(
    out: &mut String,
    rules: &Rules,
    team: &Team,
    profile: &dyn Fn(&Rep) -> Profile,
    now: Timestamp,
) {
    let end = now + SignedDuration::from_hours(24 * DAYS);
    let there = team
        .members
        .iter()
        .filter_map(|id| rules.policy.reps.get(id));
    let open = there
        .filter(|rep| rep.active)
        .flat_map(|rep| rules.hours_of(rep, &profile(rep)).open_from(now, end));
    let mut nobody = coverage::without(&[(now, end)], &open.collect::<Vec<_>>());
    nobody.retain(|(from, until)| until.duration_since(*from) >= GAP);
    let shown = team.zone();
    let lines: Vec<String> = nobody
        .into_iter()
        .map(|(from, until)| format!("  {}\n", stretch(from, until, &shown)))
        .collect();
    let _ = match lines.len() {
        0 => writeln!(out, "{}: somebody is there all the time", team.id),
        _ => writeln!(out, "{}: nobody ({})", team.id, zone_name(&shown)),
    };
    out.extend(lines);
}
