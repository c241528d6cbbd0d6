//! Who of a team is there when, as far as it is known: working hours, holidays and absences that are planned.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{Engine, Error};
use crate::{
    domain::{
        calendar::Calendar,
        coverage::{self, Span},
        id::{RepId, TeamId},
        policy::{Profile, Rep, Team},
        world::Clocks,
    },
    rules::Rules,
    store::{
        leads,
        reps::{self, Absence},
    },
};

/// So many weeks tell how many leads usually come.
const WEEKS: i32 = 8;

/// How a team is covered for a while.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Whose.
    pub team: TeamId,
    /// Absences of its members that lie in it, the first first, each with their zone.
    pub absences: Vec<(Absence, TimeZone)>,
    /// Days on which somebody who works then otherwise has a holiday.
    pub holidays: BTreeMap<Date, Vec<RepId>>,
    /// When it should have somebody and has nobody, neither a member nor a backup.
    pub nobody: Vec<Span>,
    /// In which zone it is read.
    pub zone: TimeZone,
}

/// One person's hours: as they are, and as they would be without holidays.
struct Person {
    rep: RepId,
    calendar: Calendar,
    usual: Calendar,
    employed: Span,
    away: Vec<Span>,
}

impl Person {
    fn there(&self, (from, until): Span) -> Vec<Span> {
        let open = self.calendar.open_from(from, until);
        coverage::without(&coverage::within(&open, self.employed), &self.away)
    }

    fn usually(&self, (from, until): Span) -> Vec<Span> {
        coverage::within(&self.usual.open_from(from, until), self.employed)
    }

    fn has_holiday(&self, day: Date) -> bool {
        let zone = self.calendar.zone();
        let midnight = |date: Date| Some(zone.to_zoned(date.into()).ok()?.timestamp());
        let Some((from, until)) = midnight(day).zip(day.tomorrow().ok().and_then(midnight)) else {
            return false;
        };
        let open = |calendar: &Calendar| calendar.open_between(from, until);
        open(&self.calendar).is_zero() && !open(&self.usual).is_zero()
    }
}

impl Engine {
    /// How these teams are covered in a span of time, as far as it is known now.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn coverage(&self, teams: &[TeamId], span: Span) -> Result<Vec<Coverage>, Error> {
        let rules = self.rules();
        let teams = teams.iter().filter_map(|team| rules.policy.team(team));
        let teams: Vec<&Team> = teams.collect();
        let mut ids: Vec<RepId> = teams.iter().flat_map(|team| team.people()).collect();
        ids.sort();
        ids.dedup();
        let (known, absences) = self
            .db
            .read(async |mut tx| {
                let known = reps::known(&mut tx, &ids).await?;
                let absences = reps::absences_ahead(&mut tx, &ids, span.0).await?;
                Ok::<_, Error>((known, absences))
            })
            .await?;
        let people: BTreeMap<RepId, Person> = ids
            .iter()
            .filter_map(|id| rules.policy.reps.get(id))
            .map(|rep| {
                let theirs = absences.get(&rep.id).map_or(&[][..], Vec::as_slice);
                (
                    rep.id.clone(),
                    person(&rules, rep, &reps::profile_of(&known, &rep.id), theirs),
                )
            })
            .collect();
        let covered = teams.into_iter();
        Ok(covered
            .map(|team| covered_by(&rules, team, &people, &absences, span))
            .collect())
    }

    /// How many leads usually come to a team in these hours of a week: the mean of the last weeks, as far as it has been
    /// there.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn usual_arrivals(
        &self,
        team: &TeamId,
        hours: &[Span],
        zone: &TimeZone,
    ) -> Result<f64, Error> {
        let now = self.clock.now();
        let since = now - SignedDuration::from_hours(24 * 7 * i64::from(WEEKS));
        let came = self
            .db
            .read(async |mut tx| leads::came_by_hour(&mut tx, team, since).await)
            .await?;
        let Some(first) = came.iter().map(|(at, _)| *at).min() else {
            return Ok(0.0);
        };
        let weeks = now.duration_since(first).as_secs_f64() / (7.0 * 86_400.0);
        let weeks = weeks.ceil().clamp(1.0, f64::from(WEEKS));
        let mut all = 0;
        for back in 1..=WEEKS {
            for (from, until) in hours {
                let then = |at: &Timestamp| {
                    let then = at.to_zoned(zone.clone()).checked_sub(back.weeks());
                    then.map_or(Timestamp::MAX, |then| then.timestamp())
                };
                let (from, until) = (then(from), then(until));
                let there = came.iter().filter(|(at, _)| from <= *at && *at < until);
                all += there.map(|(_, n)| n).sum::<i64>();
            }
        }
        Ok(f64::from(i32::try_from(all).unwrap_or(i32::MAX)) / weeks)
    }
}

fn person(rules: &Rules, rep: &Rep, profile: &Profile, absences: &[Absence]) -> Person {
    Person {
        rep: rep.id.clone(),
        calendar: rules.hours_of(rep, profile),
        usual: rules.usual_hours(rep, profile),
        employed: rep.employment(),
        away: absences
            .iter()
            .map(|one| (one.from_at, one.until_at.unwrap_or(Timestamp::MAX)))
            .collect(),
    }
}

fn covered_by(
    rules: &Rules,
    team: &Team,
    people: &BTreeMap<RepId, Person>,
    absences: &BTreeMap<RepId, Vec<Absence>>,
    span: Span,
) -> Coverage {
    let zone = team.zone();
    let of =
        |ids: &[RepId]| -> Vec<&Person> { ids.iter().filter_map(|id| people.get(id)).collect() };
    let members = of(&team.members);
    let there = members.iter().copied().chain(of(&team.backups));
    let there: Vec<Span> = there
        .clone()
        .flat_map(|person| person.there(span))
        .collect();
    let of = |person: &&Person| {
        let theirs = absences.get(&person.rep).cloned().unwrap_or_default();
        let zone = person.calendar.zone().clone();
        theirs
            .into_iter()
            .map(move |absence| (absence, zone.clone()))
    };
    let mut theirs: Vec<(Absence, TimeZone)> = members
        .iter()
        .flat_map(of)
        .filter(|(absence, _)| absence.from_at < span.1)
        .collect();
    theirs.sort_by(|(a, _), (b, _)| (a.from_at, &a.rep).cmp(&(b.from_at, &b.rep)));
    Coverage {
        team: team.id.clone(),
        absences: theirs,
        holidays: holidays(&members, &zone, span),
        nobody: coverage::gaps(&wanted(rules, team, &members, &zone, span), &there),
        zone,
    }
}

/// When a team should have somebody: in the hours of its clocks, else in those that its members usually work.
fn wanted(
    rules: &Rules,
    team: &Team,
    members: &[&Person],
    zone: &TimeZone,
    span: Span,
) -> Vec<Span> {
    let slas = team.sla.by_type.values().chain(&team.sla.default);
    let calendars = slas.filter_map(|sla| rules.policy.slas.get(sla)?.calendar.as_ref());
    let clocks: Vec<Span> = calendars
        .flat_map(|name| rules.clock(Some(name), zone).open_from(span.0, span.1))
        .collect();
    if !clocks.is_empty() {
        return coverage::union(clocks);
    }
    let usual = members.iter().flat_map(|person| person.usually(span));
    coverage::union(usual.collect())
}

fn holidays(members: &[&Person], zone: &TimeZone, span: Span) -> BTreeMap<Date, Vec<RepId>> {
    let mut all: BTreeMap<Date, Vec<RepId>> = BTreeMap::new();
    let mut day = zone.to_datetime(span.0).date();
    let last = zone.to_datetime(span.1).date();
    while day < last {
        let off = members.iter().filter(|person| person.has_holiday(day));
        let off: Vec<RepId> = off.map(|person| person.rep.clone()).collect();
        if !off.is_empty() {
            all.insert(day, off);
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    all
}
