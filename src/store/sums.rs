//! Reasons and worth, added up as it happens: why offers were declined, which choices of rules people put aside, what
//! was put before whom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Error, Json, Sql, Tx, row, sql,
    tally::{self, Scope, quarter_of},
};
use crate::domain::{
    event::{Portion, Sum, Why},
    fairness::GivenRow,
    id::{RepId, RouteId, TeamId},
    lead::Lead,
    reasons::{DECLINED, OVERRIDDEN, ReasonRow},
};

/// Why so often, but for how often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct ReasonKey {
    quarter_at: i64,
    what: &'static str,
    team: String,
    rep: String,
    rule: String,
    reason: String,
}

/// Before whom, but for how much.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct GivenKey {
    quarter_at: i64,
    team: String,
    rep: String,
    intent: &'static str,
    after_hours: i64,
    currency: String,
}

/// How many leads, how many of them with a worth, and what these are worth.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Much {
    n: i64,
    valued: i64,
    worth: f64,
}

#[derive(Serialize)]
struct GivenLine<'k> {
    #[serde(flatten)]
    key: &'k GivenKey,
    #[serde(flatten)]
    much: Much,
}

const COUNT_REASONS: Sql = sql!(
    "insert into reason_tally (quarter_at, what, team, rep, rule, reason, n) \
     select cast(value ->> 'quarter_at' as bigint), value ->> 'what', value ->> 'team', value ->> 'rep', \
     value ->> 'rule', value ->> 'reason', cast(value ->> 'n' as bigint) from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements($1)"]
    " where true on conflict (quarter_at, what, team, rep, rule, reason) do update set n = reason_tally.n + excluded.n"
);

const COUNT_GIVEN: Sql = sql!(
    "insert into given_tally (quarter_at, team, rep, intent, after_hours, currency, n, valued, worth) \
     select cast(value ->> 'quarter_at' as bigint), value ->> 'team', value ->> 'rep', value ->> 'intent', \
     cast(value ->> 'after_hours' as bigint), value ->> 'currency', cast(value ->> 'n' as bigint), \
     cast(value ->> 'valued' as bigint), cast(value ->> 'worth' as double precision) from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements($1)"]
    " where true on conflict (quarter_at, team, rep, intent, after_hours, currency) do update set \
     n = given_tally.n + excluded.n, valued = given_tally.valued + excluded.valued, \
     worth = given_tally.worth + excluded.worth"
);

/// What is to be added up.
#[derive(Debug, Default)]
pub struct Sums {
    reasons: BTreeMap<ReasonKey, i64>,
    given: BTreeMap<GivenKey, Much>,
}

impl Sums {
    /// Adds something up for a lead, or takes it `back` that was added before.
    pub fn add(&mut self, lead: &Lead, sum: &Sum, back: bool) {
        let each = if back { -1 } else { 1 };
        match sum {
            Sum::Declined(why) => self.reason(lead, DECLINED, why, each),
            Sum::Overridden(why) => self.reason(lead, OVERRIDDEN, why, each),
            Sum::Given(given) => self.give(lead, given, each),
        }
    }

    fn reason(&mut self, lead: &Lead, what: &'static str, why: &Why, each: i64) {
        let rule = lead.routing.as_ref().and_then(|it| it.rule.as_ref());
        let key = ReasonKey {
            quarter_at: quarter_of(lead),
            what,
            team: why.team.as_ref().map_or("", TeamId::as_str).to_owned(),
            rep: why.rep.as_ref().map_or("", RepId::as_str).to_owned(),
            rule: rule.map_or("", RouteId::as_str).to_owned(),
            reason: why.reason.clone(),
        };
        *self.reasons.entry(key).or_default() += each;
    }

    fn give(&mut self, lead: &Lead, given: &Portion, each: i64) {
        let key = GivenKey {
            quarter_at: quarter_of(lead),
            team: given.team.to_string(),
            rep: given.rep.to_string(),
            intent: given.intent.word(),
            after_hours: i64::from(given.after_hours),
            currency: given.currency.clone(),
        };
        let sign = if each < 0 { -1.0 } else { 1.0 };
        let much = self.given.entry(key).or_default();
        much.n += each;
        if let Some(worth) = given.worth {
            much.valued += each;
            much.worth += worth * sign;
        }
    }

    /// Writes it, in the same order always, so that no two transactions wait for each other.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn store(&self, tx: &mut Tx) -> Result<(), Error> {
        tally::add(tx, COUNT_REASONS, &self.reasons).await?;
        let given = self.given.iter();
        let given = given.map(|(key, much)| GivenLine { key, much: *much });
        let given: Vec<_> = given.collect();
        if !given.is_empty() {
            tx.q(COUNT_GIVEN).bind(Json(given)).exec().await?;
        }
        Ok(())
    }
}

row!(ReasonRow {
    what,
    team,
    rep,
    rule,
    reason,
    n
});

const REASONS: Sql = sql!(
    "select what, team, rep, rule, reason, cast(sum(n) as bigint) as n from reason_tally \
     where quarter_at >= $1 and quarter_at < $2 and ($3 is null or team in (select value from "
    [sqlite "json_each($3)"] [postgres "jsonb_array_elements_text($3)"]
    ")) and ($4 is null or rep = $4) group by what, team, rep, rule, reason having sum(n) > 0 \
     order by n desc, reason, team, rep, rule"
);

/// Reasons of the leads that arrived from `from` until before `until`, the most frequent first.
///
/// # Errors
/// If the database does not answer.
pub async fn reasons(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
    scope: &Scope,
) -> Result<Vec<ReasonRow>, Error> {
    let query = tx.q(REASONS).bind(from).bind(until);
    let query = query.bind(scope.teams.as_ref().map(Json));
    query.bind(&scope.rep).all().await
}

row!(GivenRow {
    team,
    rep,
    intent,
    after_hours,
    currency,
    n,
    valued,
    worth
});

const GIVEN: Sql = sql!(
    "select team, rep, intent, after_hours, currency, cast(sum(n) as bigint) as n, \
     cast(sum(valued) as bigint) as valued, sum(worth) as worth from given_tally \
     where quarter_at >= $1 and quarter_at < $2 and ($3 is null or team in (select value from "
    [sqlite "json_each($3)"] [postgres "jsonb_array_elements_text($3)"]
    ")) and ($4 is null or rep = $4) group by team, rep, intent, after_hours, currency having sum(n) > 0 \
     order by team, rep, intent, after_hours, currency"
);

/// What was put before whom of the leads that arrived from `from` until before `until`.
///
/// # Errors
/// If the database does not answer.
pub async fn given(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
    scope: &Scope,
) -> Result<Vec<GivenRow>, Error> {
    let query = tx.q(GIVEN).bind(from).bind(until);
    let query = query.bind(scope.teams.as_ref().map(Json));
    query.bind(&scope.rep).all().await
}
