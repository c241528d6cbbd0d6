//! The columns of a lead: all taken from the lead itself, in one place, so that they can't disagree with it.

use jiff::{Timestamp, fmt::serde::timestamp::microsecond};
use serde::Serialize;

use crate::{
    domain::{contact::Field, id::RepId, id::RouteId, id::TeamId, lead::Lead},
    store::Query,
};

/// What is stored beside the lead, to find it by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::store) struct Columns {
    pub(in crate::store) state: &'static str,
    pub(in crate::store) stage: &'static str,
    pub(in crate::store) intent: &'static str,
    pub(in crate::store) fit: &'static str,
    pub(in crate::store) owner: Option<RepId>,
    pub(in crate::store) team: Option<TeamId>,
    pub(in crate::store) rule: Option<RouteId>,
    pub(in crate::store) waiting: bool,
    pub(in crate::store) epoch: i64,
    #[serde(serialize_with = "microsecond::optional::serialize")]
    pub(in crate::store) wake_at: Option<Timestamp>,
    #[serde(serialize_with = "microsecond::required::serialize")]
    pub(in crate::store) touched_at: Timestamp,
    pub(in crate::store) lead_type: String,
    pub(in crate::store) email: Option<String>,
    pub(in crate::store) external_id: Option<String>,
    pub(in crate::store) words: String,
}

impl Columns {
    /// Those of `lead`.
    pub(in crate::store) fn of(lead: &Lead) -> Self {
        Self {
            state: lead.state_word(),
            stage: lead.stage.word(),
            intent: lead.intent.word(),
            fit: lead.fit.word(),
            owner: lead.owner().cloned(),
            team: lead.team().cloned(),
            rule: lead.routing.as_ref().and_then(|r| r.rule.clone()),
            waiting: lead.is_waiting(),
            epoch: i64::from(lead.epoch),
            wake_at: lead.next_wake(),
            touched_at: lead.touched_at,
            lead_type: lead.lead_type.clone(),
            email: given(&lead.contact.text(Field::Email).to_lowercase()),
            external_id: given(lead.contact.text(Field::ExternalId)),
            words: words(lead),
        }
    }

    pub(super) fn same_contact(&self, other: &Self) -> bool {
        self.lead_type == other.lead_type
            && self.email == other.email
            && self.external_id == other.external_id
            && self.words == other.words
    }

    pub(super) fn same_place(&self, other: &Self) -> bool {
        self.state == other.state
            && self.stage == other.stage
            && self.intent == other.intent
            && self.fit == other.fit
            && self.owner == other.owner
            && self.team == other.team
            && self.rule == other.rule
            && self.waiting == other.waiting
    }

    /// Binds all of them, `state` to `words`.
    pub(super) fn bind<'t>(&self, query: Query<'t>) -> Query<'t> {
        query
            .bind(self.state)
            .bind(self.stage)
            .bind(self.intent)
            .bind(self.fit)
            .bind(&self.owner)
            .bind(&self.team)
            .bind(&self.rule)
            .bind(self.waiting)
            .bind(self.epoch)
            .bind(self.wake_at)
            .bind(self.touched_at)
            .bind(&self.lead_type)
            .bind(&self.email)
            .bind(&self.external_id)
            .bind(&self.words)
    }
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What people search by, in lower case, apart by line breaks so that no match spans two fields.
fn words(lead: &Lead) -> String {
    let texts = Field::SEARCHED.map(|field| lead.contact.text(field).to_lowercase());
    let given: Vec<&str> = texts
        .iter()
        .map(String::as_str)
        .filter(|t| !t.is_empty())
        .collect();
    given.join("\n")
}
