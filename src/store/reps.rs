//! What Baton has learned of reps: their profile, whether their chat delivers, and how much they carry.

mod absence;
mod sign;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Error, Json, Sql, Tx, row, sql};
use crate::domain::{
    id::RepId,
    policy::Profile,
    world::{Away, Offered},
};

pub use absence::{
    Absence, absence_add, absence_by_id, absence_cancel, absence_told, absences_ahead,
    absences_now, absences_of, absences_over, absences_to_begin, end_absences, end_absences_by,
    missed_in_a_row, next_absence_change,
};
pub use sign::{sign_seen, statuses_seen};

/// A rep as far as Baton has learned of them.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownRep {
    /// Who.
    pub id: RepId,
    /// As in their chat profile.
    pub name: Option<String>,
    /// The time zone in their chat profile.
    pub zone: Option<String>,
    /// Since when the chat does not deliver to them.
    pub unreachable_at: Option<Timestamp>,
    /// In the chat's words.
    pub unreachable_why: Option<String>,
    /// Available outside working hours until then.
    pub extra_until: Option<Timestamp>,
    /// When they were found to be taken out of the configuration.
    pub gone_at: Option<Timestamp>,
    /// Working hours that go before those of the configuration.
    pub hours: Option<String>,
}
row!(KnownRep {
    id,
    name,
    zone,
    unreachable_at,
    unreachable_why,
    extra_until,
    gone_at,
    hours
});

impl KnownRep {
    /// What decides, beside the configuration, when they work.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile {
            zone: self.zone.clone(),
            hours: self.hours.clone(),
        }
    }

    /// Why they can be given no leads as long as their account is what it is.
    #[must_use]
    pub fn barred(&self) -> Option<&str> {
        let why = self.unreachable_why.as_deref();
        why.filter(|why| ["deactivated", "stranger", "guest", "bot"].contains(why))
    }
}

const KNOWN: Sql = sql!(
    "select id, name, zone, unreachable_at, unreachable_why, extra_until, gone_at, hours from rep where id in (select value from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    ")"
);

/// What is known of `reps`; who is missing, nothing is known of.
///
/// # Errors
/// If the database does not answer.
pub async fn known(tx: &mut Tx, reps: &[RepId]) -> Result<BTreeMap<RepId, KnownRep>, Error> {
    let rows: Vec<KnownRep> = tx.q(KNOWN).bind(Json(reps)).all().await?;
    Ok(rows.into_iter().map(|rep| (rep.id.clone(), rep)).collect())
}

/// What decides, beside the configuration, when somebody works; of who is not known, nothing.
///
/// # Errors
/// If the database does not answer.
pub async fn profile(tx: &mut Tx, rep: &RepId) -> Result<Profile, Error> {
    let known = known(tx, std::slice::from_ref(rep)).await?;
    Ok(known.get(rep).map(KnownRep::profile).unwrap_or_default())
}

const ALL: &str = "select id, name, zone, unreachable_at, unreachable_why, extra_until, gone_at, hours from rep order by id";

/// Every rep that Baton ever knew.
///
/// # Errors
/// If the database does not answer.
pub async fn all(tx: &mut Tx) -> Result<Vec<KnownRep>, Error> {
    tx.q(ALL).all().await
}

const UNREACHABLE: &str = "insert into rep (id, unreachable_at, unreachable_why) values ($1, $2, $3) \
     on conflict (id) do update set unreachable_why = excluded.unreachable_why, \
     unreachable_at = coalesce(rep.unreachable_at, excluded.unreachable_at)";

/// The chat does not deliver to this rep; says when that began if it was so before.
///
/// # Errors
/// If the database does not answer.
pub async fn unreachable(tx: &mut Tx, rep: &RepId, why: &str, now: Timestamp) -> Result<(), Error> {
    tx.q(UNREACHABLE)
        .bind(rep)
        .bind(now)
        .bind(why)
        .exec()
        .await?;
    Ok(())
}

const REACHABLE: &str = "update rep set unreachable_at = null, unreachable_why = null \
     where id = $1 and unreachable_at is not null";

/// The chat delivers to this rep; whether that is news.
///
/// # Errors
/// If the database does not answer.
pub async fn reachable(tx: &mut Tx, rep: &RepId) -> Result<bool, Error> {
    Ok(tx.q(REACHABLE).bind(rep).exec().await? == 1)
}

const EXTRA: &str = "insert into rep (id, extra_until) values ($1, $2) \
     on conflict (id) do update set extra_until = excluded.extra_until";

/// Makes a rep available outside working hours until then, or no longer.
///
/// # Errors
/// If the database does not answer.
pub async fn extra_until(tx: &mut Tx, rep: &RepId, until: Option<Timestamp>) -> Result<(), Error> {
    tx.q(EXTRA).bind(rep).bind(until).exec().await?;
    Ok(())
}

const HOURS: &str = "insert into rep (id, hours) values ($1, $2) \
     on conflict (id) do update set hours = excluded.hours";

/// Keeps the working hours that go before those of the configuration, or that none do.
///
/// # Errors
/// If the database does not answer.
pub async fn hours(tx: &mut Tx, rep: &RepId, hours: Option<&str>) -> Result<(), Error> {
    tx.q(HOURS).bind(rep).bind(hours).exec().await?;
    Ok(())
}

const DECLINED: &str = "select coalesce(reason, '') as reason, count(*) as n from offer \
     where rep = $1 and offered_at > $2 and state = 'declined' and kind <> 'hand_over' and decided_at > $3 \
     group by reason";

/// A day, within which declines are counted.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// No offer waits longer for its answer.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);

/// How often a rep has declined within 24 hours, by reason.
///
/// # Errors
/// If the database does not answer.
pub async fn declined(
    tx: &mut Tx,
    rep: &RepId,
    now: Timestamp,
) -> Result<BTreeMap<String, u32>, Error> {
    let query = tx.q(DECLINED).bind(rep).bind(now - LONGEST);
    let rows: Vec<(String, i64)> = query.bind(now - DAY).all().await?;
    let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(rows.into_iter().map(|(why, n)| (why, number(n))).collect())
}

const GONE: &str = "insert into rep (id, gone_at) values ($1, $2) \
     on conflict (id) do update set gone_at = excluded.gone_at where rep.gone_at is null";

/// The rep was taken out of the configuration; whether that is news.
///
/// # Errors
/// If the database does not answer.
pub async fn gone(tx: &mut Tx, rep: &RepId, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.q(GONE).bind(rep).bind(now).exec().await? == 1)
}

const HERE: &str = "insert into rep (id) values ($1) on conflict (id) do update set gone_at = null";

/// The rep stands in the configuration; also makes their row, for [`lock`].
///
/// # Errors
/// If the database does not answer.
pub async fn here(tx: &mut Tx, rep: &RepId) -> Result<(), Error> {
    tx.q(HERE).bind(rep).exec().await?;
    Ok(())
}

const LOCK: Sql = sql!("select id from rep where id = $1" [postgres " for update"]);

/// Holds a rep until the transaction ends; before any turns and leads, for events about the rep.
///
/// # Errors
/// If the database does not answer.
pub async fn lock(tx: &mut Tx, rep: &RepId) -> Result<(), Error> {
    tx.q(LOCK).bind(rep).opt::<(RepId,)>().await?;
    Ok(())
}

/// Of whom the load is asked, and how much of it beside the offers that wait for an answer: what no limit of theirs
/// needs is not counted.
#[derive(Clone, Debug, Serialize)]
pub struct Wanted {
    /// Who.
    pub rep: RepId,
    /// Count open leads, those that they own if touched since then.
    #[serde(serialize_with = "micros")]
    pub open_since: Option<Timestamp>,
    /// Count the offers of the last hour, day and week.
    pub offered: bool,
}

fn micros<S: serde::Serializer>(at: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    at.map(Timestamp::as_microsecond).serialize(to)
}

/// How much a rep carries. A pool's card asks nobody in person and counts nowhere here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Offers that wait for an answer; 0 if not wanted.
    pub pending: u32,
    /// Pending offers plus owned, unclosed leads touched lately; 0 if not wanted.
    pub open: u32,
    /// Offers lately; 0 if not wanted.
    pub offered: Offered,
}

/// How a rep stands, as far as the database knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// What decides, beside the configuration, when they work.
    pub profile: Profile,
    /// Available outside working hours until then.
    pub extra_until: Option<Timestamp>,
    /// Whether the chat does not deliver to them.
    pub unreachable: bool,
    /// Whether they are away.
    pub away: Option<Away>,
    /// What they carry.
    pub load: Load,
}

#[derive(Debug)]
struct Known {
    rep: RepId,
    zone: Option<String>,
    hours: Option<String>,
    extra_until: Option<Timestamp>,
    unreachable_at: Option<Timestamp>,
    away: bool,
    until_at: Option<Timestamp>,
    cover: Option<RepId>,
}
row!(Known {
    rep,
    zone,
    hours,
    extra_until,
    unreachable_at,
    away,
    until_at,
    cover
});

/// Of two absences of one rep that overlap the one that ends later comes last.
const STATUS: Sql = sql!(
    "select w.value as rep, k.zone, k.hours, k.extra_until, k.unreachable_at, a.rep is not null as away, a.until_at, a.cover from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    " w left join rep k on k.id = w.value left join absence a on a.rep = w.value and a.cancelled_at is null \
     and a.from_at <= $2 and (a.until_at is null or a.until_at > $2) \
     order by case when a.until_at is null then 1 else 0 end, a.until_at"
);

/// How each of `reps` stands `now`, with as much of what they carry as is `wanted`.
///
/// # Errors
/// If the database does not answer.
pub async fn status(
    tx: &mut Tx,
    reps: &[RepId],
    wanted: &[Wanted],
    now: Timestamp,
) -> Result<BTreeMap<RepId, Status>, Error> {
    let rows: Vec<Known> = tx.q(STATUS).bind(Json(reps)).bind(now).all().await?;
    let mut all: BTreeMap<RepId, Status> = BTreeMap::new();
    for known in rows {
        let status = all.entry(known.rep).or_default();
        let (zone, hours) = (known.zone, known.hours);
        status.profile = Profile { zone, hours };
        status.extra_until = known.extra_until;
        status.unreachable = known.unreachable_at.is_some();
        let (until, cover) = (known.until_at, known.cover);
        status.away = known.away.then_some(Away { until, cover });
    }
    for (rep, load) in loads(tx, wanted, now).await? {
        all.entry(rep).or_default().load = load;
    }
    Ok(all)
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
    let ago = |hours| {
        let span = SignedDuration::from_hours(hours);
        now.checked_sub(span).unwrap_or(Timestamp::MIN)
    };
    let query = tx.q(LOADS).bind(Json(wanted));
    let query = query.bind(ago(1)).bind(ago(24)).bind(ago(24 * 7));
    let rows: Vec<Counts> = query.all().await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.rep.clone(), row.load()))
        .collect())
}

const OWNED: Sql = sql!(
    "select owner, count(*) from lead where state = 'owned' and owner in (select value from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    ") group by owner"
);

/// How many leads each of these reps owns, however long ago they touched them; who owns none is missing.
///
/// # Errors
/// If the database does not answer.
pub async fn owned(tx: &mut Tx, reps: &[RepId]) -> Result<BTreeMap<RepId, u32>, Error> {
    let rows: Vec<(RepId, i64)> = tx.q(OWNED).bind(Json(reps)).all().await?;
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(rows.into_iter().map(|(rep, n)| (rep, count(n))).collect())
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
