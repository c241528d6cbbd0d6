//! `GET /api/v1/leads`, `GET /api/v1/leads/{id or number}`: leads for programs.
//!
//! ```sh
//! curl -H "Authorization: Bearer $TOKEN" 'https://baton.example.com/api/v1/leads?state=queued&limit=20'
//! ```
//!
//! A `reader` sees no contact data, so it can't search by it either.

use std::sync::Arc;

use axum::{
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header::CONTENT_TYPE};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ApiToken, App, Error, Kind, api_lead::LeadView, guard};
use crate::{
    domain::{event::Fact, id::LeadId, lead::Lead},
    store::{self, Db, Tx, facts, leads},
};

/// The most leads on a page.
const MOST: u32 = 200;
/// Leads on a page if nobody says.
const USUAL: u32 = 50;

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    state: Option<String>,
    owner: Option<String>,
    team: Option<String>,
    source: Option<String>,
    email: Option<String>,
    external_id: Option<String>,
    q: Option<String>,
    since: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Page<'a> {
    leads: Vec<LeadView<'a>>,
    next: Option<String>,
}

type Told = (Lead, Vec<(Timestamp, Fact)>);

/// A page of leads, the newest first.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Error> {
    let token = guard::token_of(&app, &headers)?;
    let Query(wanted) =
        wanted.map_err(|rejection| Error::new(Kind::BadRequest, rejection.body_text()))?;
    let filter = filter(wanted, &token)?;
    let (told, next) = read_page(app.engine.db(), &filter).await?;
    let page = Page {
        leads: told
            .iter()
            .map(|(lead, timeline)| LeadView::new(lead, timeline, token.role))
            .collect(),
        next: next.map(|cursor| cursor.to_string()),
    };
    Ok(json(&page))
}

/// One lead, by its id or its number.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    lead: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let token = guard::token_of(&app, &headers)?;
    let none = || Error::new(Kind::NotFound, "there is no such lead");
    let Path(name) = lead.map_err(|_| none())?;
    let told = app
        .engine
        .db()
        .read(async |mut tx| read_one(&mut tx, &name).await)
        .await?;
    let (lead, timeline) = told.ok_or_else(none)?;
    Ok(json(&LeadView::new(&lead, &timeline, token.role)))
}

async fn read_one(tx: &mut Tx, name: &str) -> Result<Option<Told>, store::Error> {
    let lead = match name.parse() {
        Ok(number) => leads::by_number(tx, number).await?,
        Err(_) => leads::get(tx, &LeadId::from(name)).await?,
    };
    let Some(lead) = lead else { return Ok(None) };
    let timeline = facts::timeline(tx, &lead.id).await?;
    Ok(Some((lead, timeline)))
}

async fn read_page(
    db: &Db,
    filter: &leads::LeadFilter,
) -> Result<(Vec<Told>, Option<leads::Cursor>), store::Error> {
    db.read(async |mut tx| {
        let (leads, next) = leads::list(&mut tx, filter).await?;
        let mut told = Vec::with_capacity(leads.len());
        for lead in leads {
            let timeline = facts::timeline(&mut tx, &lead.id).await?;
            told.push((lead, timeline));
        }
        Ok((told, next))
    })
    .await
}

fn filter(wanted: Wanted, token: &ApiToken) -> Result<leads::LeadFilter, Error> {
    let by_contact = wanted.email.is_some() || wanted.external_id.is_some() || wanted.q.is_some();
    if by_contact && !token.role.sees_contacts() {
        let detail = "a reader's token can't search by `email`, `external_id` or `q`";
        return Err(Error::new(Kind::Forbidden, detail));
    }
    let bad = |detail: &str| Error::new(Kind::BadRequest, detail);
    let since = wanted
        .since
        .map(|text| text.parse::<Timestamp>())
        .transpose();
    let cursor = wanted.cursor.map(|text| {
        leads::Cursor::parse(&text).ok_or_else(|| bad("`cursor` is not one that `next` gave"))
    });
    let limit = wanted.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(bad("`limit` is a number from 1 to 200"));
    }
    Ok(leads::LeadFilter {
        state: wanted.state,
        owner: wanted.owner.map(Into::into),
        team: wanted.team.map(Into::into),
        source: wanted.source.map(Into::into),
        email: wanted.email,
        external_id: wanted.external_id,
        q: wanted.q,
        since: since.map_err(|_| bad("`since` is a time like 2026-11-21T10:15:00Z"))?,
        cursor: cursor.transpose()?,
        limit,
        ..leads::LeadFilter::default()
    })
}

fn json(body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => Error::internal(error).into_response(),
    }
}
