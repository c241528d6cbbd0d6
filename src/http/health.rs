//! `/healthz`, `/readyz`, `/metrics`.
//!
//! | metric | labels | what |
//! | --- | --- | --- |
//! | `baton_submissions_total` | `source`, `status` | what came in by webhook |
//! | `baton_filtered_total` | `source`, `filter`, `then` (`drop`, `park`, `mark`) | submissions of which a filter held |
//! | `baton_measures_total` | `measure` | what managers count: `arrived`, `offered`, `accepted`, `declined`, `expired`, … |
//! | `baton_presses_total` | `action`, `outcome` (`done`, `refused`, `failed`), `chat` | what people pressed or sent off |
//! | `baton_commands_total` | `command`, `chat` | what people typed |
//! | `baton_chat_silent_seconds` | `chat` | for how long every call to a chat has failed; 0: it answers |
//! | `baton_http_requests_total` | `method`, `route`, `status` | requests |
//! | `baton_http_request_duration_seconds` | `method`, `route`, `status` | how long they took; a histogram |
//! | `baton_outbox_waiting` | | messages that wait to be delivered |
//! | `baton_outbox_oldest_seconds` | | for how long the oldest of them has been due |
//! | `baton_fetches_total` | `source`, `outcome` (`fetched`, `later`, `missing`, `refused`) | people whom a vendor was asked for |
//! | `baton_fetches_waiting` | `source` | people whose vendor has not said yet who they are |
//! | `baton_fetches_refused` | `source` | of these those whose token the vendor refuses: somebody has to act |
//! | `baton_fetches_oldest_seconds` | `source` | for how long the first of them has been waited for |
//! | `baton_step_lateness_seconds` | | how long after their moment leads had done what was due; a histogram |
//! | `baton_worker_lateness_seconds` | | for how long the most overdue lead has been |
//!
//! No label names a person, a lead, or anything that a caller could make up.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::CONTENT_TYPE};
use jiff::Timestamp;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::json;

use super::{App, Error};
use crate::{
    chat::{Chats, Reach},
    domain::id::SourceId,
    engine::Received,
    store::{self, Db, fetches, gauges, leads},
};

/// How long the database may take to be ready.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// Seconds; a press must be answered within three.
const BUCKETS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0,
];

/// Seconds; a step is late by a fraction of one, or Baton was down.
const LATE_BUCKETS: [f64; 11] = [
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 10.0, 60.0, 3600.0,
];

/// A process has one place where its metrics are gathered. Somebody else's recorder is left alone;
/// `/metrics` is empty then.
static GATHERED: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    let lateness = Matcher::Full("baton_step_lateness_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets(&BUCKETS);
    let builder =
        builder.and_then(|builder| builder.set_buckets_for_metric(lateness, &LATE_BUCKETS));
    let recorder = builder.unwrap_or_default().build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another recorder gathers this process's metrics");
    }
    handle
});

/// Begins to gather metrics; what is counted before is lost.
pub(super) fn gather() {
    LazyLock::force(&GATHERED);
}

pub(super) fn count_submission(received: &Received, source: &SourceId) {
    let labels = [
        ("source", source.to_string()),
        ("status", received.status.word().to_owned()),
    ];
    metrics::counter!("baton_submissions_total", &labels).increment(1);
    for hit in &received.hits {
        let labels = [
            ("source", source.to_string()),
            ("filter", hit.filter.clone()),
            ("then", hit.then.word().to_owned()),
        ];
        metrics::counter!("baton_filtered_total", &labels).increment(1);
    }
}

pub(super) fn count_request(method: &'static str, route: &str, status: u16, took: Duration) {
    let labels = [
        ("method", method.to_owned()),
        ("route", route.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("baton_http_requests_total", &labels).increment(1);
    metrics::histogram!("baton_http_request_duration_seconds", &labels).record(took);
}

/// Alive: there is somebody to answer.
pub(super) async fn alive() -> Json<serde_json::Value> {
    Json(json!({"status": "ok"}))
}

/// Ready: the database answers. Its tables are up to date, or Baton would not have started.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    let asked = app
        .engine
        .db()
        .read(async |mut tx| gauges::answers(&mut tx).await);
    let why = match tokio::time::timeout(READY_WITHIN, asked).await {
        Ok(Ok(())) => return Json(json!({"status": "ok", "reasons": []})).into_response(),
        Ok(Err(error)) => {
            tracing::warn!(error = %Error::cause_of(error), "not ready");
            "the database does not answer"
        }
        Err(_) => "the database does not answer within a second",
    };
    let body = json!({"status": "unavailable", "reasons": [why]});
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

/// Everything that was measured, in Prometheus' words.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Error> {
    measure_waiting(app.engine.db(), app.engine.clock().now()).await?;
    measure_fetches(&app).await?;
    measure_chats(app.desk.chats());
    GATHERED.run_upkeep();
    let headers = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((headers, GATHERED.render()).into_response())
}

fn measure_chats(chats: &Chats) {
    for chat in chats.all() {
        let silent = match chat.reach() {
            Reach::Unknown | Reach::Answers => 0.0,
            Reach::SilentFor(time) => time.as_secs_f64(),
        };
        let name = chat.platform().word();
        metrics::gauge!("baton_chat_silent_seconds", "chat" => name).set(silent);
    }
}

/// Also of sources of which nobody is waited for: a gauge stays where it was.
async fn measure_fetches(app: &App) -> Result<(), store::Error> {
    let now = app.engine.clock().now();
    let db = app.engine.db();
    let standing = db
        .read(async |mut tx| fetches::standing(&mut tx).await)
        .await?;
    let webhooks = app.webhooks.load();
    let fetching = webhooks.all().filter(|it| it.source.fetches());
    let names: BTreeSet<&SourceId> = fetching
        .map(|webhook| &webhook.source.id)
        .chain(standing.iter().map(|it| &it.source))
        .collect();
    for name in names {
        let of = standing.iter().find(|it| it.source == *name);
        let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        let oldest = of.map_or(0.0, |it| now.duration_since(it.since).as_secs_f64());
        let label = name.to_string();
        metrics::gauge!("baton_fetches_waiting", "source" => label.clone())
            .set(count(of.map_or(0, |it| it.waiting)));
        metrics::gauge!("baton_fetches_refused", "source" => label.clone())
            .set(count(of.map_or(0, |it| it.refused)));
        metrics::gauge!("baton_fetches_oldest_seconds", "source" => label).set(oldest.max(0.0));
    }
    Ok(())
}

async fn measure_waiting(db: &Db, now: Timestamp) -> Result<(), store::Error> {
    let read = db.read(async |mut tx| {
        let outbox = gauges::outbox(&mut tx).await?;
        Ok::<_, store::Error>((outbox, leads::next_wake(&mut tx).await?))
    });
    let (outbox, wake) = read.await?;
    let late = |since: Option<Timestamp>| {
        since.map_or(0.0, |since| {
            now.duration_since(since).as_secs_f64().max(0.0)
        })
    };
    let count = u32::try_from(outbox.count).unwrap_or(u32::MAX);
    metrics::gauge!("baton_outbox_waiting").set(count);
    metrics::gauge!("baton_outbox_oldest_seconds").set(late(outbox.oldest));
    metrics::gauge!("baton_worker_lateness_seconds").set(late(wake));
    Ok(())
}
