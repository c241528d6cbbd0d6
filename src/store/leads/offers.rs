//! The offers of a lead as rows, to count them and to find leads by them.

use serde::Serialize;

use crate::{
    domain::{
        id::{LeadId, OfferId, RepId, TeamId},
        lead::{Offer, OfferKind},
    },
    store::{Error, Json, Sql, Tx, row, sql},
};

/// One offer's row; times are microseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::store) struct OfferRow {
    pub(in crate::store) id: OfferId,
    pub(in crate::store) rep: RepId,
    pub(in crate::store) team: Option<TeamId>,
    pub(in crate::store) kind: String,
    pub(in crate::store) state: String,
    pub(in crate::store) epoch: i64,
    pub(in crate::store) offered_at: i64,
    pub(in crate::store) delivered_at: Option<i64>,
    pub(in crate::store) until_at: Option<i64>,
    pub(in crate::store) decided_at: Option<i64>,
    pub(in crate::store) released_at: Option<i64>,
    pub(in crate::store) reason: Option<String>,
    /// Not known of what was stored before this was kept.
    pub(in crate::store) taken: Option<bool>,
}

row!(OfferRow {
    id,
    rep,
    team,
    kind,
    state,
    epoch,
    offered_at,
    delivered_at,
    until_at,
    decided_at,
    released_at,
    reason,
    taken
});

impl OfferRow {
    /// That of `offer`.
    pub(in crate::store) fn of(offer: &Offer) -> Self {
        Self {
            id: offer.id.clone(),
            rep: offer.rep.clone(),
            team: offer.team.clone(),
            kind: kind_word(offer.kind).to_owned(),
            state: offer.state.word().to_owned(),
            epoch: i64::from(offer.epoch),
            offered_at: offer.offered_at.as_microsecond(),
            delivered_at: offer.delivered_at.map(jiff::Timestamp::as_microsecond),
            until_at: offer.until.map(jiff::Timestamp::as_microsecond),
            decided_at: offer.decided_at.map(jiff::Timestamp::as_microsecond),
            released_at: offer.released_at.map(jiff::Timestamp::as_microsecond),
            reason: offer.reason.as_ref().map(|reason| reason.id.clone()),
            taken: Some(offer.taken),
        }
    }

    /// Whether it is as `right` says, as far as it is known.
    pub(in crate::store) fn fits(&self, right: &Self) -> bool {
        let taken = self.taken.and(right.taken);
        let right = Self {
            taken,
            ..right.clone()
        };
        *self == right
    }

    /// Whether one of the unique indexes counts it.
    fn is_live(&self) -> bool {
        self.state == "pending" || self.state == "accepted" && self.released_at.is_none()
    }
}

fn kind_word(kind: OfferKind) -> &'static str {
    match kind {
        OfferKind::Push => "push",
        OfferKind::Pool => "pool",
        OfferKind::Given => "given",
        OfferKind::HandOver => "hand_over",
    }
}

/// An offer as it is written.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    lead: LeadId,
    #[serde(flatten)]
    row: OfferRow,
}

impl Line {
    /// That of an offer of `lead`.
    pub(super) fn of(lead: &LeadId, offer: &Offer) -> Self {
        Self {
            lead: lead.clone(),
            row: OfferRow::of(offer),
        }
    }
}

const SAVE: Sql = sql!(
    "insert into offer (id, lead_id, rep, team, kind, state, epoch, offered_at, delivered_at, until_at, \
     decided_at, released_at, reason, taken) \
     select value ->> 'id', value ->> 'lead', value ->> 'rep', value ->> 'team', value ->> 'kind', value ->> 'state', \
     cast(value ->> 'epoch' as bigint), cast(value ->> 'offered_at' as bigint), \
     cast(value ->> 'delivered_at' as bigint), cast(value ->> 'until_at' as bigint), \
     cast(value ->> 'decided_at' as bigint), cast(value ->> 'released_at' as bigint), value ->> 'reason', "
    [sqlite "value ->> 'taken'"] [postgres "cast(value ->> 'taken' as boolean)"] " from " [sqlite "json_each($1)"] [postgres "jsonb_array_elements($1)"] " where true \
     on conflict (id) do update set state = excluded.state, delivered_at = excluded.delivered_at, \
     until_at = excluded.until_at, decided_at = excluded.decided_at, released_at = excluded.released_at, \
     reason = excluded.reason, taken = excluded.taken, team = excluded.team, epoch = excluded.epoch"
);

/// Writes offers that are new or not as they were before, in one statement.
pub(super) async fn save(tx: &mut Tx, mut lines: Vec<Line>) -> Result<(), Error> {
    if lines.is_empty() {
        return Ok(());
    }
    // First what ends, so that the unique indexes never see two live ones.
    lines.sort_by_key(|line| line.row.is_live());
    tx.q(SAVE).bind(Json(lines)).exec().await.map(drop)
}
