//! Leads that were decided, stored together: one transaction may decide many.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Columns, offers, stand_ins, text, written};
use crate::{
    domain::{
        id::LeadId,
        lead::{Lead, Offer},
    },
    store::{Channel, Error, Json, Sql, Tx, sql},
};

/// One lead as it is written; `version` is the one that it had.
#[derive(Debug, Serialize)]
struct Line {
    id: LeadId,
    version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<Box<RawValue>>,
    #[serde(flatten)]
    columns: Columns,
}

macro_rules! update {
    ($columns:literal) => {
        sql!(
            "update lead set version = lead.version + 1, updated_at = $2, doc = "
            [sqlite "v.value -> 'doc'"] [postgres "cast(v.doc as json)"] ", \
             epoch = cast(v.value ->> 'epoch' as bigint), wake_at = cast(v.value ->> 'wake_at' as bigint), \
             touched_at = cast(v.value ->> 'touched_at' as bigint)" $columns " from "
            [sqlite "json_each($1) v"] [postgres "rows from (jsonb_array_elements($1), unnest($3)) v (value, doc)"]
            " where lead.id = v.value ->> 'id' and lead.version = cast(v.value ->> 'version' as bigint)"
        )
    };
}

/// What changes when a lead stays where it is, such as from one rep to the next; SQLite writes every index anew of which
/// a column is set, even to what it was.
const IN_PLACE: Sql = update!("");

/// What changes when a lead moves; the indexes on the rest are left alone.
const MOVED: Sql = update!(
    ", state = v.value ->> 'state', stage = v.value ->> 'stage', intent = v.value ->> 'intent', \
     fit = v.value ->> 'fit', owner = v.value ->> 'owner', team = v.value ->> 'team', rule = v.value ->> 'rule', \
     waiting = cast(v.value ->> 'waiting' as boolean)"
);

const MOVED_WITH_CONTACT: Sql = update!(
    ", state = v.value ->> 'state', stage = v.value ->> 'stage', intent = v.value ->> 'intent', \
     fit = v.value ->> 'fit', owner = v.value ->> 'owner', team = v.value ->> 'team', rule = v.value ->> 'rule', \
     waiting = cast(v.value ->> 'waiting' as boolean), type = v.value ->> 'lead_type', email = v.value ->> 'email', \
     external_id = v.value ->> 'external_id', words = v.value ->> 'words'"
);

/// Leads that are to be stored, none of them twice: nobody reads them meanwhile as they are.
#[derive(Debug, Default)]
pub struct Saves {
    in_place: Vec<Line>,
    moved: Vec<Line>,
    moved_with_contact: Vec<Line>,
    offers: Vec<offers::Line>,
    stand_ins: Vec<stand_ins::Change>,
    /// Something is due at another time than before.
    wakes: bool,
}

impl Saves {
    /// Adds `lead`, which is stored as it was `before` at `version`.
    ///
    /// # Errors
    /// If it can't be written down.
    pub fn add(&mut self, lead: &Lead, version: i64, before: &Lead) -> Result<(), Error> {
        let (columns, was) = (Columns::of(lead), Columns::of(before));
        let lines = match (columns.same_contact(&was), columns.same_place(&was)) {
            (true, true) => &mut self.in_place,
            (true, false) => &mut self.moved,
            (false, _) => &mut self.moved_with_contact,
        };
        self.wakes |= columns.wake_at.is_some() && columns.wake_at != was.wake_at;
        lines.push(Line {
            id: lead.id.clone(),
            version,
            doc: Some(written(lead)?),
            columns,
        });
        let changed =
            |offer: &&Offer| before.offers.iter().find(|old| old.id == offer.id) != Some(offer);
        let changed = lead.offers.iter().filter(changed);
        self.offers
            .extend(changed.map(|offer| offers::Line::of(&lead.id, offer)));
        self.stand_ins
            .extend(stand_ins::Change::of(lead, Some(before)));
        Ok(())
    }

    /// Stores them, changed at `now`, and wakes the worker if something is due at another time.
    ///
    /// # Errors
    /// [`Error::Conflict`] by the name of `lead_version` if somebody else has changed one meanwhile; else if the
    /// database does not answer.
    pub async fn store(self, tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
        let all = [
            (IN_PLACE, self.in_place),
            (MOVED, self.moved),
            (MOVED_WITH_CONTACT, self.moved_with_contact),
        ];
        for (sql, mut lines) in all {
            let expected = lines.len();
            if expected == 0 {
                continue;
            }
            let apart = if tx.is_shared() {
                apart(&mut lines)
            } else {
                Vec::new()
            };
            let query = tx.q(sql).bind(Json(lines)).bind(now).bind(apart);
            if query.exec().await? != expected as u64 {
                return Err(Error::conflict("lead_version"));
            }
        }
        offers::save(tx, self.offers).await?;
        for change in &self.stand_ins {
            change.store(tx).await?;
        }
        if self.wakes {
            tx.notify(Channel::Leads);
        }
        Ok(())
    }
}

/// Takes the leads out of the lines: PostgreSQL stores them as they are, and would take them apart with the lines.
fn apart(lines: &mut [Line]) -> Vec<String> {
    let docs = lines.iter_mut().filter_map(|line| line.doc.take());
    docs.map(text).collect()
}
