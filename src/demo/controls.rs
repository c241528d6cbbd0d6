//! What the demo's page can do beside being Slack: post a lead to a real webhook, let ten sample
//! leads in, and skip to the next deadline.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::samples::samples;
use crate::{
    clock::Clock,
    domain::id::SourceId,
    engine::Engine,
    intake::{Format, Scheme, Source, send::Delivery},
    store::{Error, leads},
};

/// How far past a deadline the clock is moved, so that the worker finds it due.
const JUST_PAST: SignedDuration = SignedDuration::from_millis(50);

/// Sample leads come in one after the other, so that one sees them go their ways.
const BETWEEN_SAMPLES: Duration = Duration::from_millis(350);

/// The sources that a form can post to, and the means to do it as they would.
pub(super) struct Desk {
    sources: Vec<SourceId>,
    /// Those of them with a form of Baton's own.
    forms: Vec<SourceId>,
    deliveries: Vec<Delivery>,
    baton_url: String,
    clock: Clock,
    clock_file: PathBuf,
    http: reqwest::Client,
}

#[derive(Clone)]
struct Controls {
    desk: Arc<Desk>,
    engine: Engine,
}

impl Desk {
    pub(super) fn new(
        sources: &[Source],
        baton_url: String,
        clock: Clock,
        clock_file: PathBuf,
    ) -> Self {
        let with_form = sources.iter().filter(|source| source.form.is_some());
        // Nobody can post to a source that has its form only.
        let is_webhook = |source: &&Source| !matches!(source.scheme, Scheme::FormOnly);
        let webhooks = || sources.iter().filter(is_webhook);
        Self {
            sources: webhooks().map(|source| source.id.clone()).collect(),
            forms: with_form.map(|source| source.id.clone()).collect(),
            deliveries: webhooks().map(Delivery::of).collect(),
            baton_url,
            clock,
            clock_file,
            http: reqwest::Client::new(),
        }
    }

    pub(super) fn router(self, engine: Engine) -> Router {
        Router::new()
            .route("/info", get(info))
            .route("/lead", post(lead))
            .route("/samples", post(let_samples_in))
            .route("/skip", post(skip))
            .with_state(Controls {
                desk: Arc::new(self),
                engine,
            })
    }

    /// Posts a lead as its source would; returns what the source is told.
    async fn post(&self, source: usize, lead: &Map<String, Value>) -> anyhow::Result<Value> {
        let delivery = self
            .deliveries
            .get(source)
            .context("the configuration has no source to post to")?;
        let url = format!("{}/webhooks/{}", self.baton_url, self.sources[source]);
        let request = delivery.request(lead, self.clock.now(), &url)?;
        let url = format!("{url}?{}", request.query);
        let sent = self
            .http
            .post(url)
            .headers(request.headers)
            .body(request.body)
            .send()
            .await?;
        let status = sent.status();
        let body: Value = sent.json().await.unwrap_or(Value::Null);
        anyhow::ensure!(
            status.is_success(),
            "{status}: {}",
            body["detail"].as_str().unwrap_or("no reason given")
        );
        Ok(body)
    }
}

/// What goes wrong here is told to the visitor.
struct Told(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Told {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        (
            StatusCode::BAD_GATEWAY,
            Json(json!({"detail": format!("{:#}", self.0)})),
        )
            .into_response()
    }
}

async fn info(State(controls): State<Controls>) -> Result<Json<Value>, Told> {
    let next = next_deadline(&controls.engine).await?;
    let sources: Vec<Value> = controls
        .desk
        .sources
        .iter()
        .map(|id| json!({"id": id, "label": format!("/webhooks/{id}")}))
        .collect();
    let link = |id: &SourceId| {
        let url = format!("{}/forms/{id}", controls.desk.baton_url);
        json!({"label": format!("Fill in the form at /forms/{id}"), "url": url})
    };
    let links: Vec<Value> = controls.desk.forms.iter().map(link).collect();
    let field = |name: &str, label: &str, kind: &str, value: &str| json!({"name": name, "label": label, "type": kind, "value": value});
    let types = [
        "demo",
        "contact_sales",
        "webinar",
        "download",
        "referral",
        "newsletter",
    ];
    Ok(Json(json!({
        "note": "Posts a signed request to the real webhook, as a form tool would.",
        "now": controls.desk.clock.now(),
        "next_deadline": next,
        "sources": sources,
        "links": links,
        "form": {"fields": [
            field("name", "Name", "text", "Grace Hopper"),
            field("email", "E-mail", "email", "grace@harbour.example"),
            field("company", "Company", "text", "Harbour Systems"),
            field("title", "Job title", "text", "Director"),
            field("phone", "Phone", "tel", "+12025550123"),
            field("country", "Country", "text", "US"),
            field("employees", "Employees", "number", "120"),
            {"name": "type", "label": "Asks for", "type": "select", "value": "demo", "options": types},
            field("message", "Message", "textarea", "Please show us how the hand-off works."),
        ]},
    })))
}

async fn lead(State(controls): State<Controls>, body: Bytes) -> Result<Json<Value>, Told> {
    let mut fields: Map<String, Value> = serde_json::from_slice(&body)?;
    let wanted = fields.remove("source");
    let place = controls
        .desk
        .sources
        .iter()
        .position(|id| Some(id.as_str()) == wanted.as_ref().and_then(Value::as_str));
    fields.retain(|_, value| value.as_str() != Some(""));
    let answer = controls.desk.post(place.unwrap_or(0), &fields).await?;
    Ok(Json(
        json!({"message": format!("{} answered: {}", controls.desk.sources[place.unwrap_or(0)], answer["status"].as_str().unwrap_or("?"))}),
    ))
}

async fn let_samples_in(State(controls): State<Controls>) -> Result<Json<Value>, Told> {
    let json_source = controls
        .desk
        .deliveries
        .iter()
        .position(|delivery| delivery.format() == Format::Json);
    let source = json_source.unwrap_or(0);
    // Each round has people of its own, or they would join the leads of the last one.
    let round = leads_so_far(&controls.engine).await? / 10;
    tokio::spawn(async move {
        for sample in samples() {
            let Value::Object(mut lead) = sample else {
                continue;
            };
            if round > 0
                && let Some(Value::String(email)) = lead.get_mut("email")
            {
                *email = email.replacen('@', &format!("+{round}@"), 1);
            }
            if let Err(error) = controls.desk.post(source, &lead).await {
                tracing::warn!(error = format!("{error:#}"), "a sample lead was not taken");
            }
            tokio::time::sleep(BETWEEN_SAMPLES).await;
        }
    });
    Ok(Json(json!({"message": "Ten leads are on their way."})))
}

async fn skip(State(controls): State<Controls>) -> Result<Json<Value>, Told> {
    let now = controls.desk.clock.now();
    let Some(next) = next_deadline(&controls.engine).await? else {
        return Ok(Json(
            json!({"message": "No clock is running. Post a lead first."}),
        ));
    };
    let by = next.duration_since(now).max(SignedDuration::ZERO) + JUST_PAST;
    controls.desk.clock.advance(by);
    // Whole seconds, rounded up: the clock may stand still over a restart, never go back.
    let kept = controls.desk.clock.shift().as_secs() + 1;
    tokio::fs::write(&controls.desk.clock_file, kept.to_string())
        .await
        .context("remembering the clock")?;
    Ok(Json(
        json!({"message": format!("Skipped {} ahead.", crate::domain::phrase::say_duration(by))}),
    ))
}

/// How many leads there are: numbers count from 1001.
async fn leads_so_far(engine: &Engine) -> Result<i64, Error> {
    let newest = leads::LeadFilter {
        limit: 1,
        ..leads::LeadFilter::default()
    };
    let (newest, _) = engine
        .db()
        .read(async |mut tx| leads::list(&mut tx, &newest).await)
        .await?;
    Ok(newest.first().map_or(0, |lead| lead.number - 1000))
}

async fn next_deadline(engine: &Engine) -> Result<Option<jiff::Timestamp>, Error> {
    engine
        .db()
        .read(async |mut tx| leads::next_wake(&mut tx).await)
        .await
}
