//! `GET /api/v1/leads`, `GET /api/v1/leads/{id or number}`: leads for programs.
//!
//! ```sh
//! curl -H "Authorization: Bearer $TOKEN" 'https://baton.example.com/api/v1/leads?state=queued&limit=20'
//! ```
//!
//! A `reader` sees no contact data, so it can't search by it either.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Call,
    input::{self, Nothing, PLAIN},
    lead::{LeadState, LeadView},
};
use crate::{
    domain::{event::Fact, id::LeadId, lead::Lead},
    http::{Error, Kind},
    store::{
        self, Tx, facts,
        leads::{self, Cursor, LeadFilter},
    },
};

/// Which leads are wanted; what is not said does not matter.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// Who has it.
    state: Option<LeadState>,
    /// Owned by this rep, also before it ended.
    #[schemars(regex(pattern = PLAIN))]
    owner: Option<String>,
    /// The team behind it.
    #[schemars(regex(pattern = PLAIN))]
    team: Option<String>,
    /// The source it came by.
    #[schemars(regex(pattern = PLAIN))]
    source: Option<String>,
    /// The mail address, in any case; not for readers.
    #[schemars(regex(pattern = PLAIN))]
    email: Option<String>,
    /// The other system's id; not for readers.
    #[schemars(regex(pattern = PLAIN))]
    external_id: Option<String>,
    /// Part of the name, company, address or phone; not for readers.
    #[schemars(regex(pattern = PLAIN))]
    q: Option<String>,
    /// It came then or later.
    #[serde(default, deserialize_with = "input::moment")]
    since: Option<Timestamp>,
    /// The `next` of the page before.
    #[schemars(regex(pattern = PLAIN))]
    cursor: Option<String>,
    /// How many on a page; 50 if not said.
    #[serde(default, deserialize_with = "input::page")]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u32>,
}

/// A page of leads, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Leads")]
pub(super) struct Page {
    leads: Vec<LeadView>,
    /// The `cursor` of the next page, if there is one.
    next: Option<String>,
}

type Told = (Lead, Vec<(Timestamp, Fact)>);

/// A page of leads, the newest first.
pub(super) async fn list(call: Call, filter: Filter) -> Result<Page, Error> {
    let open = call.sees_contacts();
    let filter = meant(filter, open)?;
    let db = call.app.engine.db().at_length();
    let read = db.read(async |mut tx| {
        let (leads, next) = leads::list(&mut tx, &filter).await?;
        let mut told: Vec<Told> = Vec::with_capacity(leads.len());
        for lead in leads {
            let timeline = facts::timeline(&mut tx, &lead.id).await?;
            told.push((lead, timeline));
        }
        Ok::<_, store::Error>((told, next))
    });
    let (told, next) = read.await?;
    let leads = told
        .into_iter()
        .map(|(lead, timeline)| view(&call, lead, timeline));
    Ok(Page {
        leads: leads.collect(),
        next: next.map(|cursor| cursor.to_string()),
    })
}

fn meant(asked: Filter, open: bool) -> Result<LeadFilter, Error> {
    let contact = asked.email.is_some() || asked.external_id.is_some() || asked.q.is_some();
    if contact && !open {
        let detail = "a reader's token can't search by `email`, `external_id` or `q`";
        return Err(Error::new(Kind::Forbidden, detail));
    }
    Ok(LeadFilter {
        state: asked.state.map(|state| state.word().to_owned()),
        owner: asked.owner.map(Into::into),
        team: asked.team.map(Into::into),
        source: asked.source.map(Into::into),
        email: asked.email,
        external_id: asked.external_id,
        q: asked.q,
        since: asked.since,
        cursor: asked.cursor.as_deref().map(cursor).transpose()?,
        limit: input::limit(asked.limit),
        ..LeadFilter::default()
    })
}

fn cursor(text: &str) -> Result<Cursor, Error> {
    let wrong = || Error::new(Kind::BadRequest, "`cursor` is not one that `next` gave");
    Cursor::parse(text).ok_or_else(wrong)
}

/// One lead, by its id or its number.
pub(super) async fn show(call: Call, _: Nothing) -> Result<LeadView, Error> {
    let read = call.app.engine.db().read(async |mut tx| {
        let Some(lead) = find(&mut tx, &call.name).await? else {
            return Ok(None);
        };
        let timeline = facts::timeline(&mut tx, &lead.id).await?;
        Ok::<_, store::Error>(Some((lead, timeline)))
    });
    let (lead, timeline) = read.await?.ok_or_else(no_such_lead)?;
    Ok(view(&call, lead, timeline))
}

/// As whoever calls may see it, with its points as they are worth now.
fn view(call: &Call, lead: Lead, timeline: Vec<(Timestamp, Fact)>) -> LeadView {
    let engine = &call.app.engine;
    let rules = engine.rules();
    let rated = rules.policy.rated(lead, engine.clock().now());
    LeadView::new(rated, timeline, &rules.policy, call.sees_contacts())
}

pub(super) fn no_such_lead() -> Error {
    Error::new(Kind::NotFound, "there is no such lead")
}

/// The lead of this id or number.
pub(super) async fn find(tx: &mut Tx, name: &str) -> Result<Option<Lead>, store::Error> {
    // PostgreSQL takes no NUL, and no id has control characters.
    if name.contains(char::is_control) {
        return Ok(None);
    }
    match name.parse() {
        Ok(number) => leads::by_number(tx, number).await,
        Err(_) => leads::get(tx, &LeadId::from(name)).await,
    }
}
