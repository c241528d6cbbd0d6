//! `POST /activities/{source}`: what people did comes in, verified like what the source sends, kept, and only then
//! answered, as a webhook is.
//!
//! ```json
//! {"email": "ada@example.com", "activity": "pricing_page", "at": "2026-11-22T10:00:00Z", "id": "evt_1"}
//! ```

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
};
use http::request::Parts;

use super::{
    App, Error, Kind,
    body::Whole,
    health,
    intake::{self, Answer},
};
use crate::{
    engine::Submission,
    intake::{self as read, Format, Over},
};

/// Takes activities in.
pub(super) async fn receive(
    State(app): State<Arc<App>>,
    source: Result<Path<String>, PathRejection>,
    asked: Parts,
    body: Result<Whole, Error>,
) -> Result<Json<Answer>, Error> {
    let webhook = intake::webhook(&app, source)?;
    let source = &webhook.source;
    let content_type = intake::content_type(&asked.headers);
    if !source.format.accepts(content_type) && !Format::Json.accepts(content_type) {
        return Err(Error::new(
            Kind::UnsupportedType,
            "activities are sent as application/json, or as the source sends its leads",
        ));
    }
    let Whole(body) = body?;
    intake::believe(&app, &webhook, &asked, &body)?;
    intake::one_key(&asked.headers)?;
    // They are cheap and come in floods: a `rate` that holds leads back is not spent on them.
    if source.over == Over::Refuse {
        webhook.spend().map_err(|seconds| {
            let detail = "this source sends more than its `rate` allows";
            Error::new(Kind::TooMany, detail).retry_after(seconds)
        })?;
    }
    let reading = read::activities::read(source, content_type, &body);
    let delivery_id = read::delivery_id(source, &asked.headers, None);
    let mut headers = read::kept_headers(source, &asked.headers);
    headers.insert(read::activities::HEADER.to_owned(), String::new());
    let submission = Submission {
        source: source.id.clone(),
        content_type: content_type.map(str::to_owned),
        query: source.stored_query(intake::query(&asked)),
        headers,
        body_hash: read::body_hash(&body),
        delivery_id,
        window: source.window,
        body: source
            .stored_body(content_type, &body)
            .unwrap_or_else(|| body.into()),
    };
    let content = intake::content(reading);
    let content = if intake::is_test(&asked.headers) {
        intake::as_test(&webhook, content)?
    } else {
        content
    };
    let received = app.intake.receive(&submission, &content).await?;
    health::count_submission(&received, &submission.source);
    intake::tell(&received, &submission.source);
    Ok(Json(received.into()))
}
