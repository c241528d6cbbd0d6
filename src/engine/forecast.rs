//! At the end of a week each manager reads where the next one has nobody, and which steps reach nobody then. Once: whoever is first among replicas and
//! restarts writes the message, under the week's name.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{Coverage, Engine, Error, nightly::deserted};
use crate::{
    domain::{
        coverage::Span,
        event::{Deserted, Told},
        id::{RepId, TeamId},
        policy::WeekTime,
    },
    store::outbox,
};

/// What was not said by then is not said any more: Baton was down over the weekend.
const LATEST: SignedDuration = SignedDuration::from_hours(60);

/// Of a team that has nobody for a while, or steps that reach nobody: when, and how many leads usually come then.
#[derive(Clone, Debug)]
pub struct Uncovered {
    /// The team, and when.
    pub coverage: Coverage,
    /// How many leads usually come in these hours.
    pub usual: f64,
    /// Steps of its clocks that reach nobody because people are not there as the configuration says.
    pub clocks: Vec<Deserted>,
}

impl Engine {
    /// Tells the managers whose moment has come where the coming week has nobody; who was told in this week or has no
    /// gaps is noted in `seen`, so that it is not worked out again. Returns how many were told.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn tell_forecasts(&self, seen: &mut BTreeMap<RepId, Date>) -> Result<usize, Error> {
        let rules = self.rules();
        let Some(when) = rules.policy.forecast else {
            return Ok(0);
        };
        let now = self.clock.now();
        let mut told = 0;
        for manager in self.managers_of(|_| true) {
            let Some(rep) = rules
                .policy
                .reps
                .get(&manager)
                .filter(|rep| rep.is_employed(now))
            else {
                continue;
            };
            let zone = self.zone_of(rep).await?;
            let Some(monday) = due(when, &zone, now) else {
                continue;
            };
            if seen.get(&manager) == Some(&monday) {
                continue;
            }
            if !self.uncovered(&manager, monday, &zone).await?.is_empty() {
                let word = Told::Forecast { monday };
                let key = key(monday);
                self.db
                    .write(async |mut tx| {
                        Ok::<_, Error>(outbox::tell(&mut tx, &manager, &word, &key, now).await?)
                    })
                    .await?;
                told += 1;
            }
            // Not before: what could not be read is tried again.
            seen.insert(manager, monday);
        }
        Ok(told)
    }

    /// Where the week that begins on `monday` has nobody, of the teams that somebody manages.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn uncovered(
        &self,
        manager: &RepId,
        monday: Date,
        zone: &TimeZone,
    ) -> Result<Vec<Uncovered>, Error> {
        let Some(week) = week(monday, zone) else {
            return Ok(Vec::new());
        };
        let rules = self.rules();
        let teams = rules.policy.teams.iter();
        let teams = teams.filter(|team| team.managers.contains(manager));
        let teams: Vec<TeamId> = teams.map(|team| team.id.clone()).collect();
        let now = self.clock.now();
        let standings = self.people_ahead(now).await?.standings(now);
        let written = standings.as_written();
        let mut uncovered = Vec::new();
        for coverage in self.coverage(&teams, week).await? {
            let team = rules.policy.team(&coverage.team);
            let clocks = team.map(|team| deserted(&rules, team, (&written, &standings), week));
            let clocks = clocks.unwrap_or_default();
            let (team, hours) = (&coverage.team, &coverage.nobody);
            if hours.is_empty() && clocks.is_empty() {
                continue;
            }
            let usual = self.usual_arrivals(team, hours, &coverage.zone).await?;
            uncovered.push(Uncovered {
                coverage,
                usual,
                clocks,
            });
        }
        Ok(uncovered)
    }
}

/// The name of the message of that week.
pub(super) fn key(monday: Date) -> String {
    format!("forecast/{monday}")
}

fn week(monday: Date, zone: &TimeZone) -> Option<Span> {
    let from = zone.to_zoned(monday.into()).ok()?;
    let until = from.checked_add(1.week()).ok()?;
    Some((from.timestamp(), until.timestamp()))
}

/// The Monday of the week to tell of, if its moment has come in this zone and is not long past.
fn due(when: WeekTime, zone: &TimeZone, now: Timestamp) -> Option<Date> {
    let today = zone.to_datetime(now).date();
    let since = i64::from(today.weekday().since(when.weekday));
    let mut day = today.checked_sub(since.days()).ok()?;
    let moment = |day: Date| Some(zone.to_zoned(day.to_datetime(when.time)).ok()?.timestamp());
    let mut at = moment(day)?;
    if at > now {
        day = day.checked_sub(1.week()).ok()?;
        at = moment(day)?;
    }
    let ahead = i64::from(jiff::civil::Weekday::Monday.since(day.weekday()));
    let ahead = if ahead == 0 { 7 } else { ahead };
    let monday = day.checked_add(ahead.days()).ok()?;
    (now.duration_since(at) < LATEST).then_some(monday)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, time};

    use super::*;

    #[test]
    fn the_moment_comes_once_a_week_in_the_managers_zone() {
        let friday = WeekTime {
            weekday: Weekday::Friday,
            time: time(16, 0, 0, 0),
        };
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        for (now, monday) in [
            ("2026-11-20T14:59:59Z", None),
            ("2026-11-20T15:00:00Z", Some("2026-11-23")),
            ("2026-11-22T22:00:00Z", Some("2026-11-23")),
            ("2026-11-23T05:00:00Z", None),
            ("2026-11-26T15:00:00Z", None),
            ("2026-12-31T23:00:00Z", None),
            ("2027-01-01T15:00:00Z", Some("2027-01-04")),
        ] {
            let found = due(friday, &zone, now.parse().expect("a moment"));
            let expected = monday.map(|day| day.parse::<Date>().expect("a day"));
            assert_eq!(found, expected, "{now}");
        }
    }
}
