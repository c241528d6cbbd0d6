//! What is to be said in a chat: written in the transaction of its reason, delivered afterwards, each recipient's
//! one after the other.

mod card;
mod settle;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Channel, Error, Json, Row, RowRef, Sql, Tx, sql};
use crate::domain::{
    event::{CardRef, Say},
    id::LeadId,
};

pub use card::{Card, card, card_by_message, card_gone, card_put, cards_of};
pub use settle::{dropped, failed, reclaim_expired, retry, sent, take_over, unknown};

/// What is to be delivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// A card must show the present state.
    Show(CardRef),
    /// Somebody is told something.
    Say(Say),
}

/// A message in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The channel or direct messages it is in.
    pub conversation: String,
    /// Its name there.
    pub message: String,
}

/// Something to deliver that nobody else delivers meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// Its number, which the message carries so that it can be found again.
    pub id: i64,
    /// Proves that it is still ours when we are done.
    pub lease: i64,
    /// Who delivers it.
    pub worker: String,
    /// Until when it is ours.
    pub until: Timestamp,
    /// The lead it is about.
    pub lead: Option<LeadId>,
    /// For whom.
    pub recipient: String,
    /// Its name; a card's is that of [`card_key`].
    pub key: String,
    /// Those with the same cause become one message.
    pub cause: Option<String>,
    /// What.
    pub work: Work,
    /// It may have been sent already: look before it is sent again.
    pub maybe_sent: bool,
    /// Tries since it was asked for, this one included.
    pub attempts: i64,
    /// Of a show: which asking is served.
    pub revision: i64,
    /// When it was written.
    pub created_at: Timestamp,
}

impl Row for Claimed {
    fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.get("id")?,
            lease: row.get("lease")?,
            worker: row.get("leased_by")?,
            until: row.get("leased_until")?,
            lead: row.get("lead_id")?,
            recipient: row.get("recipient")?,
            key: row.get("key")?,
            cause: row.get("cause")?,
            work: row.get::<Json<Work>, _>("doc")?.0,
            maybe_sent: row.get::<String, _>("state")? == "unknown",
            attempts: row.get("attempts")?,
            revision: row.get("revision")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// The name of a lead's card.
#[must_use]
pub fn card_key(lead: &LeadId, card: &CardRef) -> String {
    match card {
        CardRef::Offer { offer, rep } => format!("{lead}/offer/{offer}/{rep}"),
        CardRef::Pool { team, epoch } => format!("{lead}/pool/{team}/{epoch}"),
        CardRef::Review { rep, epoch } => format!("{lead}/review/{rep}/{epoch}"),
    }
}

const SHOW: Sql = sql!(
    "insert into outbox (kind, lead_id, recipient, key, doc, state, due_at, lease, attempts, revision, created_at) \
     values ('show', $1, case when exists (select 1 from card where card.key = $3) then $2 || '#edit' else $2 end, \
     $3, $4, 'pending', $5, 0, 0, 1, $5) \
     on conflict (key) do update set revision = outbox.revision + 1, recipient = excluded.recipient, \
     due_at = case when outbox.leased_until is null and outbox.state <> 'unknown' then excluded.due_at \
         else outbox.due_at end, \
     attempts = case when outbox.state in ('pending', 'unknown') then outbox.attempts else 0 end, \
     state = case when outbox.state = 'unknown' then 'unknown' else 'pending' end"
);

/// Asks for a card to show the present state. A card that stands already waits in a line of its own, for
/// edits: what changes an old card must not hold up a new one. There is one row for each card: asked again before it was
/// shown, it is shown once; asked again while it is being shown, it is shown once more.
///
/// # Errors
/// If the database does not answer.
pub async fn show(
    tx: &mut Tx,
    card: &CardRef,
    lead: &LeadId,
    recipient: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let query = tx.q(SHOW).bind(lead).bind(recipient);
    let query = query.bind(card_key(lead, card));
    let query = query.bind(Json(Work::Show(card.clone()))).bind(now);
    query.exec().await?;
    tx.notify(Channel::Outbox).await
}

/// A message that is being sent counts as sent now.
const SAY: Sql = sql!(
    "insert into outbox (kind, lead_id, recipient, key, cause, doc, state, due_at, lease, attempts, revision, \
     created_at) select 'say', $1, $2, $3, $4, $5, 'pending', \
     coalesce((select max(coalesce(sent_at, $6)) + $7 from outbox where cause = $4 and recipient = $2 \
         and (sent_at > $6 - $7 or sent_at is null and leased_until is not null)), $6), 0, 0, 1, $6 \
     where true on conflict (key) do nothing"
);

/// Asks for a notice to be sent, once for its key and recipient. One with a cause waits if a message of that
/// cause went to this recipient less than `bundle` ago, so that the next ones become one.
///
/// # Errors
/// If the database does not answer.
pub async fn say(
    tx: &mut Tx,
    lead: &LeadId,
    recipient: &str,
    say: &Say,
    now: Timestamp,
    bundle: SignedDuration,
) -> Result<(), Error> {
    let key = format!("{lead}/say/{}/{recipient}", say.key);
    let query = tx.q(SAY).bind(lead).bind(recipient).bind(key);
    let query = query.bind(&say.cause).bind(Json(Work::Say(say.clone())));
    let micros = i64::try_from(bundle.as_micros()).unwrap_or(i64::MAX / 2);
    if query.bind(now).bind(micros).exec().await? == 0 {
        return Ok(());
    }
    tx.notify(Channel::Outbox).await
}

/// The first of each recipient: `line` walks from one recipient to the next by the index, however much waits
/// for each. What failed for the moment keeps its place at the head; what is to be sent later holds up nobody.
macro_rules! first_in_line {
    ($($then:tt)*) => {
        sql!(
            "with recursive line (recipient) as ( \
                 select min(recipient) from outbox where state in ('pending', 'unknown') \
                 union all \
                 select (select min(o.recipient) from outbox o where o.state in ('pending', 'unknown') \
                     and o.recipient > line.recipient) from line where line.recipient is not null \
             ), first (id) as ( \
                 select (select o.id from outbox o where o.state in ('pending', 'unknown') \
                     and o.recipient = line.recipient and (o.due_at <= $1 or o.attempts > 0) order by o.id limit 1) \
                 from line where line.recipient is not null and line.recipient not in (select value from "
            [sqlite "json_each($2)"] [postgres "jsonb_array_elements_text($2)"]
            ") and not exists (select 1 from outbox b where b.recipient = line.recipient \
                 and b.leased_until is not null)) "
            $($then)*
        )
    };
}

const CLAIM: Sql = first_in_line!(
    "update outbox set leased_by = $3, leased_until = $4, lease = lease + 1, attempts = attempts + 1 \
     where id in (select o.id from outbox o join first on first.id = o.id where o.due_at <= $1 \
         and o.leased_until is null and o.state in ('pending', 'unknown') order by o.due_at, o.id limit $5"
    [postgres " for update of o skip locked"]
    ") returning id, lease, leased_by, leased_until, lead_id, recipient, key, cause, doc, state, attempts, \
     revision, created_at"
);

/// Takes up to `limit` deliveries that are due, at most one of each recipient and none of those who are `busy`,
/// for `worker` until `until`. A recipient of whom one is being delivered has to wait.
///
/// # Errors
/// If the database does not answer.
pub async fn claim(
    tx: &mut Tx,
    worker: &str,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
    busy: &[String],
) -> Result<Vec<Claimed>, Error> {
    let query = tx.q(CLAIM).bind(now).bind(Json(busy));
    let mut claimed: Vec<Claimed> = query.bind(worker).bind(until).bind(limit).all().await?;
    claimed.sort_by_key(|claimed| claimed.id);
    Ok(claimed)
}

const MATES: &str = "update outbox set leased_by = $3, leased_until = $4, lease = lease + 1, \
     attempts = attempts + 1 where cause = $1 and recipient = $2 and state = 'pending' and kind = 'say' \
     and leased_until is null \
     returning id, lease, leased_by, leased_until, lead_id, recipient, key, cause, doc, state, attempts, \
     revision, created_at";

/// Takes all that can go into one message with `first`: what has the same cause and recipient, due or not.
///
/// # Errors
/// If the database does not answer.
pub async fn bundle_mates(tx: &mut Tx, first: &Claimed) -> Result<Vec<Claimed>, Error> {
    if first.cause.is_none() {
        return Ok(Vec::new());
    }
    let query = tx.q(MATES).bind(&first.cause).bind(&first.recipient);
    let mut mates: Vec<Claimed> = query.bind(&first.worker).bind(first.until).all().await?;
    mates.sort_by_key(|claimed| claimed.id);
    Ok(mates)
}

const NEXT_DUE: Sql = first_in_line!(
    "select min(at) from (select min(o.due_at) as at from outbox o join first on first.id = o.id \
     union all select min(due_at) from outbox where state in ('pending', 'unknown') and due_at > $1 \
     union all select min(leased_until) from outbox where leased_until is not null) as ats"
);

/// When there is something to do next: a delivery that nobody holds up, or a lease that ends.
///
/// # Errors
/// If the database does not answer.
pub async fn next_due(
    tx: &mut Tx,
    now: Timestamp,
    busy: &[String],
) -> Result<Option<Timestamp>, Error> {
    let query = tx.q(NEXT_DUE).bind(now).bind(Json(busy));
    Ok(query.one::<(Option<Timestamp>,)>().await?.0)
}
