//! What is to be said in a chat: written in the transaction of its reason, delivered afterwards, each recipient's
//! one after the other. What may have been sent already waits outside that line until somebody has looked.

mod card;
mod claim;
mod settle;
mod unknown;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Channel, Error, Json, Row, RowRef, Sql, Tx, sql};
use crate::domain::{
    event::{Audible, CardRef, Say, Told},
    id::{LeadId, OfferId, RepId, TeamId},
    policy::Platform,
};

pub use card::{
    Card, card, card_by_message, card_gone, card_put, cards_at, cards_of, cards_that_ask,
    notice_put, open_leads_in,
};
pub use claim::{Lanes, bundle_mates, claim, edit_lane, edited_in, is_edit, next_due};
pub use settle::{
    dropped, failed, hurry, put_back, reclaim_expired, retry, sent, set_back, take_over, unknown,
};
pub use unknown::{claim_unknown, is_second, not_there, once_more};

/// What is to be delivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// A card must show the present state.
    Show(CardRef),
    /// Somebody is told something of a lead.
    Say(Say),
    /// A rep is told something of themselves.
    Tell(Told),
}

/// A message in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// In which chat.
    pub platform: Platform,
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
    /// By what name it is found in the chat: its own, or that of the message that spoke for it.
    pub mark: String,
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
            mark: match row.get::<Option<String>, _>("mark")? {
                Some(mark) => mark,
                None => mark_of(row.get("id")?, row.get("created_at")?),
            },
            attempts: row.get("attempts")?,
            revision: row.get("revision")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// The moment keeps a new database's first message from being taken for an old one's.
fn mark_of(id: i64, created_at: Timestamp) -> String {
    format!("{id}-{}", created_at.as_microsecond())
}

/// What tells a channel from a person in the name of a card.
const CHANNEL: &str = "channel:";

/// The name of a lead's card.
#[must_use]
pub fn card_key(lead: &LeadId, card: &CardRef) -> String {
    match card {
        CardRef::Offer { offer, rep } => format!("{lead}/offer/{offer}/{rep}"),
        CardRef::Pool { team, epoch } => format!("{lead}/pool/{team}/{epoch}"),
        CardRef::Review { rep, epoch } => format!("{lead}/review/{rep}/{epoch}"),
        CardRef::Late { to, notice } => match to {
            Audible::Rep(rep) => format!("{lead}/late/{notice}/{rep}"),
            Audible::Channel(team) => format!("{lead}/late/{notice}/{CHANNEL}{team}"),
        },
    }
}

/// The card with this name: the inverse of [`card_key`].
#[must_use]
pub fn card_of_key(key: &str) -> Option<CardRef> {
    let (_lead, card) = key.split_once('/')?;
    let (kind, card) = card.split_once('/')?;
    // A notice's key may hold more of these; the name of a rep or a team holds none.
    let (first, last) = card.rsplit_once('/')?;
    Some(match kind {
        "offer" => CardRef::Offer {
            offer: OfferId::from(first),
            rep: RepId::from(last),
        },
        "pool" => CardRef::Pool {
            team: TeamId::from(first),
            epoch: last.parse().ok()?,
        },
        "review" => CardRef::Review {
            rep: RepId::from(first),
            epoch: last.parse().ok()?,
        },
        "late" => CardRef::Late {
            to: match last.strip_prefix(CHANNEL) {
                Some(team) => Audible::Channel(TeamId::from(team)),
                None => Audible::Rep(RepId::from(last)),
            },
            notice: first.to_owned(),
        },
        _ => return None,
    })
}

const SHOW: Sql = sql!(
    "insert into outbox (kind, lead_id, recipient, key, doc, state, due_at, lease, attempts, revision, created_at) \
     select 'show', value ->> 'lead', coalesce((select (value ->> 'recipient') \
         || case card.platform when 'slack' then '' else '#' || card.platform end || '#edit' \
         from card where card.key = value ->> 'key'), value ->> 'recipient'), \
     value ->> 'key', value -> 'doc', 'pending', $2, 0, 0, 1, $2 from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements($1)"]
    " where true on conflict (key) do update set revision = outbox.revision + 1, recipient = excluded.recipient, \
     due_at = case when outbox.leased_until is null and outbox.state <> 'unknown' then excluded.due_at \
         else outbox.due_at end, \
     attempts = case when outbox.state in ('pending', 'unknown') then outbox.attempts else 0 end, \
     state = case when outbox.state = 'unknown' then 'unknown' else 'pending' end"
);

/// A card that must show the present state.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Of which lead.
    pub lead: LeadId,
    /// Which.
    pub card: CardRef,
    /// In whose line.
    pub recipient: String,
}

/// A card as it is written.
#[derive(Serialize)]
struct ShownRow<'s> {
    lead: &'s LeadId,
    recipient: &'s str,
    key: String,
    doc: Work,
}

/// Asks for cards to show the present state. A card that stands already waits in a line of its own, for
/// edits: what changes an old card must not hold up a new one. There is one row for each card: asked again before it was
/// shown, it is shown once; asked again while it is being shown, it is shown once more.
///
/// # Errors
/// If the database does not answer.
pub async fn show(tx: &mut Tx, cards: &[Shown], now: Timestamp) -> Result<(), Error> {
    let mut rows: Vec<ShownRow<'_>> = Vec::new();
    let mut keys = BTreeSet::new();
    for shown in cards {
        let key = card_key(&shown.lead, &shown.card);
        // No row can be written twice by one statement.
        if keys.insert(key.clone()) {
            rows.push(ShownRow {
                lead: &shown.lead,
                recipient: &shown.recipient,
                key,
                doc: Work::Show(shown.card.clone()),
            });
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    tx.q(SHOW).bind(Json(rows)).bind(now).exec().await?;
    tx.notify(Channel::Outbox);
    Ok(())
}

/// A message that is being sent, or may have been, counts as sent now.
const SAY: Sql = sql!(
    "insert into outbox (kind, lead_id, recipient, key, cause, doc, state, due_at, lease, attempts, revision, \
     created_at) select 'say', value ->> 'lead', value ->> 'recipient', value ->> 'key', value ->> 'cause', \
     value -> 'doc', 'pending', \
     coalesce((select max(coalesce(sent_at, $2)) + cast(value ->> 'bundle' as bigint) from outbox \
         where cause = value ->> 'cause' and recipient = value ->> 'recipient' \
         and (sent_at > $2 - cast(value ->> 'bundle' as bigint) \
             or sent_at is null and (leased_until is not null or state = 'unknown'))), $2), 0, 0, 1, $2 from "
    [sqlite "json_each($1)"] [postgres "jsonb_array_elements($1)"]
    " where true on conflict (key) do nothing"
);

/// A notice that is to be sent, once for its key and recipient.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    key: String,
    lead: Option<LeadId>,
    recipient: String,
    cause: Option<String>,
    doc: Work,
    /// Microseconds.
    bundle: i64,
}

impl Said {
    /// One about a lead. If it has a cause it waits if a message of that cause went to this recipient less than `bundle`
    /// ago, so that the next ones become one.
    #[must_use]
    pub fn of_lead(lead: &LeadId, recipient: &str, say: &Say, bundle: SignedDuration) -> Self {
        Self {
            lead: Some(lead.clone()),
            ..Self::about(lead.as_str(), recipient, say, bundle)
        }
    }

    /// The same about a person and no lead.
    #[must_use]
    pub fn of_rep(rep: &RepId, recipient: &str, say: &Say, bundle: SignedDuration) -> Self {
        Self::about(&format!("rep/{rep}"), recipient, say, bundle)
    }

    fn about(about: &str, recipient: &str, say: &Say, bundle: SignedDuration) -> Self {
        Self {
            key: format!("{about}/say/{}/{recipient}", say.key),
            lead: None,
            recipient: recipient.to_owned(),
            cause: say.cause.clone(),
            doc: Work::Say(say.clone()),
            bundle: i64::try_from(bundle.as_micros()).unwrap_or(i64::MAX / 2),
        }
    }
}

/// Asks for notices to be sent, in their order.
///
/// # Errors
/// If the database does not answer.
pub async fn say(tx: &mut Tx, notices: &[Said], now: Timestamp) -> Result<(), Error> {
    if notices.is_empty() {
        return Ok(());
    }
    tx.q(SAY).bind(Json(notices)).bind(now).exec().await?;
    tx.notify(Channel::Outbox);
    Ok(())
}

/// Asks for a rep to be told something that is about no lead, once for its key.
///
/// # Errors
/// If the database does not answer.
pub async fn tell(
    tx: &mut Tx,
    rep: &RepId,
    told: &Told,
    key: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let (recipient, key) = (format!("rep:{rep}"), told_key(rep, key));
    about_no_lead(tx, &recipient, &key, None, Work::Tell(told.clone()), now).await
}

const TOLD_AT: &str = "select created_at from outbox where key = $1";

/// When a rep was told something that is about no lead; absent: they were not.
///
/// # Errors
/// If the database does not answer.
pub async fn told_at(tx: &mut Tx, rep: &RepId, key: &str) -> Result<Option<Timestamp>, Error> {
    let query = tx.q(TOLD_AT).bind(told_key(rep, key));
    Ok(query.opt::<(Timestamp,)>().await?.map(|(at,)| at))
}

fn told_key(rep: &RepId, key: &str) -> String {
    format!("tell/{key}/{rep}")
}

/// Asks for a notice that is about no lead to be sent, once for its key and recipient.
///
/// # Errors
/// If the database does not answer.
pub async fn announce(
    tx: &mut Tx,
    recipient: &str,
    say: &Say,
    now: Timestamp,
) -> Result<(), Error> {
    let key = format!("baton/say/{}/{recipient}", say.key);
    let (cause, work) = (say.cause.as_deref(), Work::Say(say.clone()));
    about_no_lead(tx, recipient, &key, cause, work, now).await
}

const ABOUT_NO_LEAD: &str = "insert into outbox (kind, recipient, key, cause, doc, state, due_at, lease, attempts, \
     revision, created_at) values ('say', $1, $2, $3, $4, 'pending', $5, 0, 0, 1, $5) on conflict (key) do nothing";

async fn about_no_lead(
    tx: &mut Tx,
    recipient: &str,
    key: &str,
    cause: Option<&str>,
    work: Work,
    now: Timestamp,
) -> Result<(), Error> {
    let query = tx.q(ABOUT_NO_LEAD).bind(recipient).bind(key).bind(cause);
    if query.bind(Json(work)).bind(now).exec().await? > 0 {
        tx.notify(Channel::Outbox);
    }
    Ok(())
}

const GATHER: &str = "insert into outbox (kind, recipient, key, cause, doc, state, due_at, lease, attempts, revision, \
     created_at) select 'say', $1, $2, $3, $4, 'pending', case when last.at + $7 > $5 + $6 then last.at + $7 \
     else $5 + $6 end, 0, 0, 1, $5 from (select coalesce(max(sent_at), 0) as at from outbox \
         where cause = $3 and recipient = $1) as last \
     where not exists (select 1 from outbox where cause = $3 and recipient = $1 and leased_until is null \
         and state in ('pending', 'unknown')) on conflict (key) do nothing";

/// Asks for a notice that is about no lead and tells of all that happened until it is sent: after `bundle`, and after
/// `pause` since the last one of its cause. While one waits it stands for what happens, and no other is written.
///
/// # Errors
/// If the database does not answer.
pub async fn gather(
    tx: &mut Tx,
    recipient: &str,
    say: &Say,
    now: Timestamp,
    (bundle, pause): (SignedDuration, SignedDuration),
) -> Result<(), Error> {
    let key = format!("baton/say/{}/{recipient}", say.key);
    let micros = |time: SignedDuration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4);
    let query = tx.q(GATHER).bind(recipient).bind(key).bind(&say.cause);
    let query = query.bind(Json(Work::Say(say.clone()))).bind(now);
    let query = query.bind(micros(bundle)).bind(micros(pause));
    if query.exec().await? > 0 {
        tx.notify(Channel::Outbox);
    }
    Ok(())
}

const FORGET: &str =
    "delete from outbox where cause = $1 and state in ('sent', 'failed', 'dropped')";

/// Forgets that something was said: should it be so again, it is said again.
///
/// # Errors
/// If the database does not answer.
pub async fn forget_cause(tx: &mut Tx, cause: &str) -> Result<(), Error> {
    tx.q(FORGET).bind(cause).exec().await?;
    Ok(())
}
