//! What Baton has learned of reps: their profile, whether their chat delivers, when they are away, how much they carry.

mod absence;
mod dated;
mod load;
mod sign;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Error, Json, Sql, Tx, row, sql};
use crate::domain::{id::RepId, policy::Profile, world::Away};

pub use absence::{
    Absence, absence_add, absence_by_id, absence_cancel, absence_hands_on, absence_told,
    absences_ahead, absences_now, absences_of, absences_over, absences_to_begin,
    absences_to_hand_on, end_absence, end_absences, end_absences_by, missed_in_a_row,
    next_absence_change,
};
pub use dated::{Dated, dated, hours, leaving};
pub use load::{Load, Wanted, keep_loads, loads};
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
    Ok(profile_of(&known, rep))
}

/// The same of somebody among those that are `known`.
#[must_use]
pub fn profile_of(known: &BTreeMap<RepId, KnownRep>, rep: &RepId) -> Profile {
    known.get(rep).map(KnownRep::profile).unwrap_or_default()
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
