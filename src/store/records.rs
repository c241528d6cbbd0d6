//! How each rep's leads ended lately, added up as it happens: what `best-match` and `top-performer` go by.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Error, Json, Sql, Tx, row, sql};
use crate::domain::{
    event::{Ended, Ending},
    id::RepId,
    lead::Lead,
    strategy::{Odds, RECENT, Record, Tally, likeness},
};

/// Endings are kept by the week, which begins where the count of time did: on a Thursday.
const WEEK: i64 = 7 * 24 * 3600 * 1_000_000;

/// How far back it counts for what leads like one come to.
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

/// All leads, whatever they are like.
const ALL: &str = "";

fn week(at: Timestamp) -> i64 {
    let at = at.as_microsecond();
    at - at.rem_euclid(WEEK)
}

const COUNT: &str = "insert into record (rep, likeness, week_at, won, ended) values ($1, $2, $3, $4, 1) \
     on conflict (rep, likeness, week_at) do update set won = record.won + excluded.won, ended = record.ended + 1";

/// Adds the ending of a rep's lead to their record. One that was none says nothing about whoever had it.
///
/// # Errors
/// If the database does not answer.
pub async fn count(tx: &mut Tx, lead: &Lead, ended: &Ended, now: Timestamp) -> Result<(), Error> {
    let won = match ended.ending {
        Ending::Won => 1_i64,
        Ending::Lost | Ending::Disqualified => 0,
        Ending::Duplicate | Ending::Nurture => return Ok(()),
    };
    let Some(rep) = ended.rep.as_ref().filter(|_| !ended.invalid) else {
        return Ok(());
    };
    for likeness in [ALL, &likeness(lead)] {
        let query = tx.q(COUNT).bind(rep).bind(likeness);
        query.bind(week(now)).bind(won).exec().await?;
    }
    Ok(())
}

const ODDS_LIKE: &str = "select likeness, cast(sum(won) as bigint) as won, cast(sum(ended) as bigint) as ended \
     from record where likeness in ('', $2) and week_at >= $1 group by likeness";

const ODDS: &str = "select likeness, cast(sum(won) as bigint) as won, cast(sum(ended) as bigint) as ended \
     from record where week_at >= $1 group by likeness";

/// How the leads that ended within the last year did, whoever had them: those like `lead`, or of every kind.
///
/// # Errors
/// If the database does not answer.
pub async fn odds(tx: &mut Tx, lead: Option<&Lead>, now: Timestamp) -> Result<Odds, Error> {
    let since = week(now.checked_sub(YEAR).unwrap_or(Timestamp::MIN));
    let query = match lead {
        Some(lead) => tx.q(ODDS_LIKE).bind(since).bind(likeness(lead)),
        None => tx.q(ODDS).bind(since),
    };
    let sums: Vec<(String, i64, i64)> = query.all().await?;
    let mut odds = Odds::default();
    for (likeness, won, ended) in sums {
        let tally = Tally {
            won: number(won),
            ended: number(ended),
        };
        if likeness == ALL {
            odds.all = tally;
        } else {
            odds.like.insert(likeness, tally);
        }
    }
    Ok(odds)
}

fn number(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[derive(Debug)]
struct Sum {
    rep: RepId,
    likeness: String,
    won: i64,
    ended: i64,
}
row!(Sum {
    rep,
    likeness,
    won,
    ended
});

const LATELY: Sql = sql!(
    "select rep, likeness, cast(sum(won) as bigint) as won, cast(sum(ended) as bigint) as ended from record \
     where rep in (select value from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements_text($1)"]
    ") and likeness in ('', $2) and week_at >= $3 group by rep, likeness"
);

/// How the leads of `reps` ended lately, and those like `lead`; whose ended none is missing.
///
/// # Errors
/// If the database does not answer.
pub async fn lately(
    tx: &mut Tx,
    reps: &[RepId],
    lead: &Lead,
    now: Timestamp,
) -> Result<BTreeMap<RepId, Record>, Error> {
    let since = now.checked_sub(RECENT).unwrap_or(Timestamp::MIN);
    let query = tx.q(LATELY).bind(Json(reps)).bind(likeness(lead));
    let sums: Vec<Sum> = query.bind(week(since)).all().await?;
    let mut records: BTreeMap<RepId, Record> = BTreeMap::new();
    for sum in sums {
        let tally = Tally {
            won: number(sum.won),
            ended: number(sum.ended),
        };
        let record = records.entry(sum.rep).or_default();
        if sum.likeness == ALL {
            record.all = tally;
        } else {
            record.like = tally;
        }
    }
    Ok(records)
}
