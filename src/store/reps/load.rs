//! How much reps carry: what limits of theirs ask for, and no more.

use std::ops::{AddAssign, SubAssign};

use jiff::{SignedDuration, Timestamp, fmt::serde::timestamp::microsecond};
use serde::Serialize;

use crate::{
    domain::{
        id::RepId,
        lead::{Lead, Offer, State},
        world::Offered,
    },
    store::{Error, Json, Sql, Tx, row, sql},
};

/// Of whom the load is asked, and how much of it beside the offers that wait for an answer: what no limit of theirs
/// needs is not counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wanted {
    /// Who.
    pub rep: RepId,
    /// Count open leads, those that they own if touched since then.
    #[serde(serialize_with = "microsecond::optional::serialize")]
    pub open_since: Option<Timestamp>,
    /// Count the offers of the last hour, day and week.
    pub offered: bool,
}

/// How much a rep carries. A pool's card asks nobody in person and counts nowhere here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Offers that wait for an answer.
    pub pending: u32,
    /// Pending offers plus owned, unclosed leads touched lately; 0 if not wanted.
    pub open: u32,
    /// Offers lately; 0 if not wanted.
    pub offered: Offered,
}

impl Load {
    /// What `lead` is of what a rep carries; what is not `wanted` of them is left out.
    #[must_use]
    pub fn of(lead: &Lead, wanted: &Wanted, now: Timestamp) -> Self {
        let theirs = |offer: &&Offer| offer.rep == wanted.rep && offer.asks_in_person();
        let count = |offers: usize| u32::try_from(offers).unwrap_or(u32::MAX);
        let pending = count(lead.pending().filter(theirs).count());
        let owned = matches!(&lead.state, State::Owned { rep, .. } if *rep == wanted.rep);
        let open = wanted.open_since.map_or(0, |since| {
            pending + u32::from(owned && lead.touched_at >= since)
        });
        let lately = |ago| {
            let offers = lead.offers.iter().filter(theirs);
            count(offers.filter(|offer| offer.offered_at > ago).count())
        };
        let offered = wanted.offered.then(|| {
            let [hour, day, week] = ago(now).map(lately);
            Offered { hour, day, week }
        });
        Self {
            pending,
            open,
            offered: offered.unwrap_or_default(),
        }
    }
}

impl AddAssign for Load {
    fn add_assign(&mut self, other: Self) {
        self.pending += other.pending;
        self.open += other.open;
        self.offered.hour += other.offered.hour;
        self.offered.day += other.offered.day;
        self.offered.week += other.offered.week;
    }
}

impl SubAssign for Load {
    fn sub_assign(&mut self, other: Self) {
        self.pending = self.pending.saturating_sub(other.pending);
        self.open = self.open.saturating_sub(other.open);
        let offered = &mut self.offered;
        offered.hour = offered.hour.saturating_sub(other.offered.hour);
        offered.day = offered.day.saturating_sub(other.offered.day);
        offered.week = offered.week.saturating_sub(other.offered.week);
    }
}

/// Since when offers count for the last hour, day and week.
fn ago(now: Timestamp) -> [Timestamp; 3] {
    [1, 24, 24 * 7].map(|hours| {
        let span = SignedDuration::from_hours(hours);
        now.checked_sub(span).unwrap_or(Timestamp::MIN)
    })
}

#[derive(Debug)]
struct Counts {
    rep: RepId,
    pending: i64,
    owned: Option<i64>,
    hour: i64,
    day: i64,
    week: i64,
}
row!(Counts {
    rep,
    pending,
    owned,
    hour,
    day,
    week
});

const KEEP: &str = "select pg_advisory_xact_lock(rep) from (select distinct hashtextextended(value, 3) as rep \
     from jsonb_array_elements_text($1) order by rep) people";

/// Waits until no other transaction has called this for one of these people, and keeps others waiting until this one ends:
/// for PostgreSQL, where two could read at once that somebody has room for one more.
///
/// # Errors
/// If the database does not answer.
pub async fn keep_loads(tx: &mut Tx, people: &[&RepId]) -> Result<(), Error> {
    tx.q(KEEP).bind(Json(people)).exec().await.map(drop)
}

/// Everything by an index, in one statement, for all reps asked for.
const LOADS: Sql = sql!(
    "with wanted as (select value ->> 'rep' as rep, cast(value ->> 'open_since' as bigint) as since, "
    [sqlite "value ->> 'offered' = 1"] [postgres "cast(value ->> 'offered' as boolean)"] " as offered from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements($1)"] ") \
     select w.rep, (select count(*) from offer o where o.rep = w.rep and o.state = 'pending' \
         and o.kind in ('push', 'given')) as pending, \
     case when w.since is not null then (select count(*) from lead l where l.owner = w.rep \
         and l.state = 'owned' and l.touched_at >= w.since) end as owned, \
     cast(coalesce(t.hour, 0) as bigint) as hour, cast(coalesce(t.day, 0) as bigint) as day, \
     cast(coalesce(t.week, 0) as bigint) as week \
     from wanted w left join (select o.rep, sum(case when o.offered_at > $2 then 1 else 0 end) as hour, \
         sum(case when o.offered_at > $3 then 1 else 0 end) as day, count(*) as week \
         from wanted c join offer o on o.rep = c.rep and o.offered_at > $4 and o.kind in ('push', 'given') \
         where c.offered group by o.rep) t on t.rep = w.rep"
);

/// What each of those `wanted` carries `now`.
///
/// # Errors
/// If the database does not answer.
pub async fn loads(
    tx: &mut Tx,
    wanted: &[Wanted],
    now: Timestamp,
) -> Result<Vec<(RepId, Load)>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let [hour, day, week] = ago(now);
    let query = tx.q(LOADS).bind(Json(wanted));
    let query = query.bind(hour).bind(day).bind(week);
    let rows: Vec<Counts> = query.all().await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.rep.clone(), row.load()))
        .collect())
}

impl Counts {
    fn load(self) -> Load {
        let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Load {
            pending: count(self.pending),
            open: self.owned.map_or(0, |owned| count(owned + self.pending)),
            offered: Offered {
                hour: count(self.hour),
                day: count(self.day),
                week: count(self.week),
            },
        }
    }
}
