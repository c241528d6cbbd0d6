//! Taking what is due: of each recipient the first, new messages before changes of old cards.

use jiff::Timestamp;

use super::Claimed;
use crate::{
    domain::policy::Platform,
    store::{Error, Json, Sql, Tx, sql},
};

/// What stands at the end of a recipient's name in the line for changes of cards that stand already.
const EDIT: &str = "#edit";

/// Whether a line is one for changes of old cards.
#[must_use]
pub fn is_edit(recipient: &str) -> bool {
    recipient.ends_with(EDIT)
}

/// The end of a recipient's line for changes of cards that stand in this chat.
#[must_use]
pub fn edit_lane(platform: Platform) -> &'static str {
    match platform {
        Platform::Slack => EDIT,
        Platform::Teams => "#teams#edit",
    }
}

/// In which chat the cards stand whose changes wait in a line; `None` for new messages.
#[must_use]
pub fn edited_in(recipient: &str) -> Option<Platform> {
    let teams = recipient.ends_with(edit_lane(Platform::Teams));
    is_edit(recipient).then_some(if teams {
        Platform::Teams
    } else {
        Platform::Slack
    })
}

/// What may be taken besides new messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// So many changes of cards that stand already.
    pub edits: i64,
    /// Whether look-ups are possible now.
    pub look_ups: bool,
}

impl Lanes {
    /// Everything.
    pub const ALL: Self = Self {
        edits: i64::MAX,
        look_ups: true,
    };
}

/// The first of each recipient: `line` walks from one recipient to the next by the index, however much waits
/// for each. What failed for the moment keeps its place at the head; what is to be sent later holds up nobody,
/// and neither does what may have been sent already, except news of the same lead.
macro_rules! first_in_line {
    ($($then:tt)*) => {
        sql!(
            "with recursive line (recipient) as ( \
                 select min(recipient) from outbox where state in ('pending', 'unknown') \
                 union all \
                 select (select min(o.recipient) from outbox o where o.state in ('pending', 'unknown') \
                     and o.recipient > line.recipient) from line where line.recipient is not null \
             ), first (id) as ( \
                 select (select o.id from outbox o where o.state in ('pending', 'unknown') and o.state = 'pending' \
                     and o.recipient = line.recipient and (o.due_at <= $1 or o.attempts > 0) \
                     and not exists (select 1 from outbox u where u.state in ('pending', 'unknown') \
                         and u.state = 'unknown' and u.recipient = o.recipient and u.lead_id = o.lead_id \
                         and u.id < o.id) order by o.id limit 1) \
                 from line where line.recipient is not null and line.recipient not in (select value from "
            [sqlite "json_each($2)"] [postgres "jsonb_array_elements_text($2)"]
            ") and not exists (select 1 from outbox b where b.recipient = line.recipient \
                 and b.leased_until is not null and b.state <> 'unknown')) "
            $($then)*
        )
    };
}

const CLAIM: Sql = first_in_line!(
    "update outbox set leased_by = $3, leased_until = $4, lease = lease + 1, attempts = attempts + 1 \
     where id in (select o.id from outbox o where o.state = 'pending' and o.leased_until is null and o.id in ( \
         select ready.id from ( \
             select o.id, o.due_at, o.recipient like '%#edit' as edit, \
                 row_number() over (partition by o.recipient like '%#edit' order by o.due_at, o.id) as nth \
             from outbox o join first on first.id = o.id where o.due_at <= $1) ready \
         where not ready.edit or ready.nth <= $6 order by ready.edit, ready.due_at, ready.id limit $5)"
    [postgres " for update of o skip locked"]
    ") returning id, lease, leased_by, leased_until, lead_id, recipient, key, cause, doc, state, mark, attempts, \
     revision, created_at"
);

/// Takes up to `limit` deliveries that are due, at most one of each recipient and none of those who are `busy`,
/// for `worker` until `until`; of changes of old cards at most `edits`, and these last. A recipient of whom one
/// is being delivered has to wait.
///
/// # Errors
/// If the database does not answer.
pub async fn claim(
    tx: &mut Tx,
    worker: &str,
    (now, until): (Timestamp, Timestamp),
    (limit, edits): (i64, i64),
    busy: &[String],
) -> Result<Vec<Claimed>, Error> {
    let query = tx.q(CLAIM).bind(now).bind(Json(busy));
    let query = query.bind(worker).bind(until).bind(limit).bind(edits);
    let mut claimed: Vec<Claimed> = query.all().await?;
    claimed.sort_by_key(|claimed| claimed.id);
    Ok(claimed)
}

const MATES: &str = "update outbox set leased_by = $3, leased_until = $4, lease = lease + 1, \
     attempts = attempts + 1, mark = $5 where cause = $1 and recipient = $2 and state = 'pending' and kind = 'say' \
     and leased_until is null \
     returning id, lease, leased_by, leased_until, lead_id, recipient, key, cause, doc, state, mark, attempts, \
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
    let query = query.bind(&first.worker).bind(first.until);
    let mut mates: Vec<Claimed> = query.bind(&first.mark).all().await?;
    mates.sort_by_key(|claimed| claimed.id);
    Ok(mates)
}

const NEXT_DUE: Sql = first_in_line!(
    "select min(at) from (select min(o.due_at) as at from outbox o join first on first.id = o.id \
         where $3 or not (o.recipient like '%#edit') \
     union all select min(due_at) from outbox where state in ('pending', 'unknown') and due_at > $1 \
     union all select min(due_at) from outbox where $4 and state = 'unknown' and leased_until is null \
         and recipient not in (select value from "
    [sqlite "json_each($2)"] [postgres "jsonb_array_elements_text($2)"]
    ") union all select min(leased_until) from outbox where leased_until is not null) as ats"
);

/// When there is something to do next: a delivery that nobody holds up, a look-up, or a lease that ends.
///
/// # Errors
/// If the database does not answer.
pub async fn next_due(
    tx: &mut Tx,
    now: Timestamp,
    busy: &[String],
    lanes: Lanes,
) -> Result<Option<Timestamp>, Error> {
    let query = tx.q(NEXT_DUE).bind(now).bind(Json(busy));
    let query = query.bind(lanes.edits > 0).bind(lanes.look_ups);
    Ok(query.one::<(Option<Timestamp>,)>().await?.0)
}
