//! `GET /api/v1/leads`, `GET /api/v1/leads/{id or number}`: leads for programs.
//!
//! ```sh
//! curl -H "Authorization: Bearer $TOKEN" 'https://baton.example.com/api/v1/leads?state=queued&limit=20'
//! ```
//!
//! A `reader` sees no contact data, so it can't search by it either.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header::CONTENT_TYPE};
use jiff::Timestamp;
use serde::Serialize;

use super::{App, Error, Kind, api_lead::LeadView, api_query, guard};
use crate::{
    domain::{event::Fact, id::LeadId, lead::Lead},
    store::{self, Db, Tx, facts, leads},
};

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
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let token = guard::token_of(&app, &headers)?;
    let filter = api_query::filter(query.as_deref().unwrap_or_default(), &token)?;
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
    // PostgreSQL takes no NUL, and no id has control characters.
    if name.contains(char::is_control) {
        return Err(none());
    }
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

fn json(body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => Error::internal(error).into_response(),
    }
}
