//! When reps are away: planned, running and past.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    domain::{id::RepId, world::Away},
    store::{Channel, Error, Json, Sql, Tx, row, sql},
};

/// One time away.
#[derive(Clone, Debug, PartialEq)]
pub struct Absence {
    /// Its name.
    pub id: String,
    /// Whose.
    pub rep: RepId,
    /// When it begins.
    pub from_at: Timestamp,
    /// When it ends; absent: when they say that they are back.
    pub until_at: Option<Timestamp>,
    /// In their words.
    pub reason: String,
    /// Who stands in.
    pub cover: Option<RepId>,
    /// Who said so.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
}
row!(Absence {
    id,
    rep,
    from_at,
    until_at,
    reason,
    cover,
    made_by,
    made_at
});

const ADD: &str = "insert into absence (id, rep, from_at, until_at, reason, cover, made_by, made_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Stores an absence; its beginning, should it lie in the past, is still to be acted on.
///
/// # Errors
/// If the database does not answer.
pub async fn absence_add(tx: &mut Tx, absence: &Absence) -> Result<(), Error> {
    let query = tx.q(ADD).bind(&absence.id).bind(&absence.rep);
    let query = query.bind(absence.from_at).bind(absence.until_at);
    let query = query.bind(&absence.reason).bind(&absence.cover);
    let query = query.bind(&absence.made_by).bind(absence.made_at);
    query.exec().await?;
    // The worker may sleep until a later moment.
    tx.notify(Channel::Leads);
    Ok(())
}

#[derive(Debug)]
struct Running {
    rep: RepId,
    until_at: Option<Timestamp>,
    cover: Option<RepId>,
}
row!(Running {
    rep,
    until_at,
    cover
});

const NOW: Sql = sql!(
    "select rep, until_at, cover from absence where cancelled_at is null and from_at <= $2 \
     and (until_at is null or until_at > $2) and rep in (select value from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    ") order by rep, case when until_at is null then 1 else 0 end, until_at"
);

/// Who of `reps` is away `now`. Of two absences that overlap the one that ends later counts.
///
/// # Errors
/// If the database does not answer.
pub async fn absences_now(
    tx: &mut Tx,
    reps: &[RepId],
    now: Timestamp,
) -> Result<BTreeMap<RepId, Away>, Error> {
    let rows: Vec<Running> = tx.q(NOW).bind(Json(reps)).bind(now).all().await?;
    let away = |running: Running| {
        let Running {
            rep,
            until_at: until,
            cover,
        } = running;
        (rep, Away { until, cover })
    };
    Ok(rows.into_iter().map(away).collect())
}

const OF: &str = "select id, rep, from_at, until_at, reason, cover, made_by, made_at from absence \
     where rep = $1 and cancelled_at is null and (until_at is null or until_at > $2) order by from_at, id";

/// The running and planned absences of a rep, in order.
///
/// # Errors
/// If the database does not answer.
pub async fn absences_of(tx: &mut Tx, rep: &RepId, now: Timestamp) -> Result<Vec<Absence>, Error> {
    tx.q(OF).bind(rep).bind(now).all().await
}

const AHEAD: Sql = sql!(
    "select id, rep, from_at, until_at, reason, cover, made_by, made_at from absence \
     where cancelled_at is null and (until_at is null or until_at > $2) and rep in (select value from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    ") order by rep, from_at, id"
);

/// The running and planned absences of each of these reps, in order; who has none is missing.
///
/// # Errors
/// If the database does not answer.
pub async fn absences_ahead(
    tx: &mut Tx,
    reps: &[RepId],
    now: Timestamp,
) -> Result<BTreeMap<RepId, Vec<Absence>>, Error> {
    let rows: Vec<Absence> = tx.q(AHEAD).bind(Json(reps)).bind(now).all().await?;
    let mut ahead: BTreeMap<RepId, Vec<Absence>> = BTreeMap::new();
    for absence in rows {
        ahead.entry(absence.rep.clone()).or_default().push(absence);
    }
    Ok(ahead)
}

const ONE: &str = "select id, rep, from_at, until_at, reason, cover, made_by, made_at from absence \
     where id = $1 and cancelled_at is null";

/// The absence of that name, unless it was taken back.
///
/// # Errors
/// If the database does not answer.
pub async fn absence_by_id(tx: &mut Tx, id: &str) -> Result<Option<Absence>, Error> {
    tx.q(ONE).bind(id).opt().await
}

const CANCEL: &str = "update absence set cancelled_at = $3 where id = $1 and rep = $2 and cancelled_at is null \
     and (until_at is null or until_at > $3)";

/// Takes back an absence of the rep that is not over; whether there was one.
///
/// # Errors
/// If the database does not answer.
pub async fn absence_cancel(
    tx: &mut Tx,
    rep: &RepId,
    id: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let query = tx.q(CANCEL).bind(id).bind(rep).bind(now);
    Ok(query.exec().await? == 1)
}

const END_ONE: &str = "update absence set until_at = $3, begun_at = coalesce(begun_at, $3), returned_at = $3 \
     where id = $1 and rep = $2 and cancelled_at is null and from_at <= $3 and (until_at is null or until_at > $3) \
     returning id, rep, from_at, until_at, reason, cover, made_by, made_at";

/// Ends one absence of the rep if it runs now; other ones go on. Who ends it says what came meanwhile.
///
/// # Errors
/// If the database does not answer.
pub async fn end_absence(
    tx: &mut Tx,
    rep: &RepId,
    id: &str,
    now: Timestamp,
) -> Result<Option<Absence>, Error> {
    tx.q(END_ONE).bind(id).bind(rep).bind(now).opt().await
}

const END: &str = "update absence set until_at = $2, begun_at = coalesce(begun_at, $2), returned_at = $2 where rep = $1 \
     and cancelled_at is null and from_at <= $2 and (until_at is null or until_at > $2) \
     returning id, rep, from_at, until_at, reason, cover, made_by, made_at";

/// Ends what absences of the rep run now, the one that began first before the others. Who ends them says what came
/// meanwhile.
///
/// # Errors
/// If the database does not answer.
pub async fn end_absences(tx: &mut Tx, rep: &RepId, now: Timestamp) -> Result<Vec<Absence>, Error> {
    let mut ended: Vec<Absence> = tx.q(END).bind(rep).bind(now).all().await?;
    ended.sort_by(|a, b| (a.from_at, &a.id).cmp(&(b.from_at, &b.id)));
    Ok(ended)
}

const END_BY: &str = "update absence set until_at = $3, begun_at = coalesce(begun_at, $3), returned_at = $3 where rep = $1 \
     and made_by = $2 and cancelled_at is null and from_at <= $3 and (until_at is null or until_at > $3)";

/// Ends what absences of the rep run now that this actor has made; other ones go on.
///
/// # Errors
/// If the database does not answer.
pub async fn end_absences_by(
    tx: &mut Tx,
    rep: &RepId,
    made_by: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let query = tx.q(END_BY).bind(rep).bind(made_by).bind(now);
    query.exec().await?;
    Ok(())
}

const OVER: &str = "select id, rep, from_at, until_at, reason, cover, made_by, made_at from absence \
     where returned_at is null and cancelled_at is null and begun_at is not null and until_at <= $1 order by until_at, id";

/// The absences that have ended by themselves, and of which nobody has said what came meanwhile.
///
/// # Errors
/// If the database does not answer.
pub async fn absences_over(tx: &mut Tx, now: Timestamp) -> Result<Vec<Absence>, Error> {
    tx.q(OVER).bind(now).all().await
}

const TOLD: &str = "update absence set returned_at = $2 where id = $1 and returned_at is null";

/// Notes that it is said what came in an absence; whether that had not been.
///
/// # Errors
/// If the database does not answer.
pub async fn absence_told(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.q(TOLD).bind(id).bind(now).exec().await? == 1)
}

/// The reason `no answer` stands where the rep could have answered; the index on reps and the time of the offer serves it.
/// What they were given without being asked is no answer of theirs; of old offers it is not known who took them.
const MISSED: &str = "select state from offer where rep = $1 \
     and (kind = 'push' or kind = 'given' and coalesce(taken, true)) and offered_at > (select coalesce(max(case when cancelled_at is null then until_at else cancelled_at end), $2) \
         from absence where rep = $1 and from_at <= $3 and (until_at <= $3 or cancelled_at is not null)) \
     and offered_at > $2 and (state in ('accepted', 'declined') or state = 'expired' and reason = 'no answer') \
     order by offered_at desc limit $4";

/// How many of the last `most` offers that a rep could answer they let go by, counted from the newest to the first that
/// they did answer, or took a lead themselves: since `since`, and since they were last back from an absence.
///
/// # Errors
/// If the database does not answer.
pub async fn missed_in_a_row(
    tx: &mut Tx,
    rep: &RepId,
    most: u32,
    since: Timestamp,
    now: Timestamp,
) -> Result<u32, Error> {
    let query = tx.q(MISSED).bind(rep).bind(since).bind(now);
    let last: Vec<(String,)> = query.bind(i64::from(most)).all().await?;
    let missed = last.iter().take_while(|(state,)| state == "expired");
    Ok(u32::try_from(missed.count()).unwrap_or(u32::MAX))
}

const BEGIN: &str = "update absence set begun_at = $1 where cancelled_at is null and begun_at is null \
     and from_at <= $1 returning id, rep, from_at, until_at, reason, cover, made_by, made_at";

/// The absences whose beginning has come and is to be acted on, each told once. One that is over already (Baton
/// was down) is left out.
///
/// # Errors
/// If the database does not answer.
pub async fn absences_to_begin(tx: &mut Tx, now: Timestamp) -> Result<Vec<Absence>, Error> {
    let mut begun: Vec<Absence> = tx.q(BEGIN).bind(now).all().await?;
    begun.retain(|absence| absence.until_at.is_none_or(|until| until > now));
    begun.sort_by(|a, b| (a.from_at, &a.id).cmp(&(b.from_at, &b.id)));
    Ok(begun)
}

const HAND_ON_AT: &str = "update absence set hand_on_at = $2 where id = $1";

/// Lets what the rep of an absence without an end owns go on at that moment, if they are not back by then.
///
/// # Errors
/// If the database does not answer.
pub async fn absence_hands_on(tx: &mut Tx, id: &str, at: Timestamp) -> Result<(), Error> {
    tx.q(HAND_ON_AT).bind(id).bind(at).exec().await.map(drop)
}

const HAND_ON: &str = "update absence set hand_on_at = null where hand_on_at <= $1 and hand_on_at is not null \
     and cancelled_at is null and until_at is null \
     returning id, rep, from_at, until_at, reason, cover, made_by, made_at";

/// The absences that have lasted so long now that what their reps own goes on, each told once.
///
/// # Errors
/// If the database does not answer.
pub async fn absences_to_hand_on(tx: &mut Tx, now: Timestamp) -> Result<Vec<Absence>, Error> {
    let mut lasting: Vec<Absence> = tx.q(HAND_ON).bind(now).all().await?;
    lasting.sort_by(|a, b| (a.from_at, &a.id).cmp(&(b.from_at, &b.id)));
    Ok(lasting)
}

const NEXT_CHANGE: &str = "select min(at) from ( \
     select min(hand_on_at) as at from absence where hand_on_at is not null and cancelled_at is null and until_at is null union all \
     select min(from_at) as at from absence where cancelled_at is null and begun_at is null \
     union all select min(until_at) from absence where cancelled_at is null and until_at is not null \
         and until_at > $1) as ats";

/// When somebody next goes, has been away for long, or comes back. A beginning that was not acted on yet is told, even if it is past.
///
/// # Errors
/// If the database does not answer.
pub async fn next_absence_change(tx: &mut Tx, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let query = tx.q(NEXT_CHANGE).bind(now);
    Ok(query.one::<(Option<Timestamp>,)>().await?.0)
}
