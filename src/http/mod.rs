//! What Baton answers over HTTP: webhooks, Slack's requests, the JSON API, health and metrics.
//!
//! | path | for |
//! | --- | --- |
//! | POST `/webhooks/{source}` | leads in |
//! | GET, POST `/forms/{source}` | the form that Baton itself shows |
//! | POST `/activities/{source}` | what people do in |
//! | POST `/slack/commands`, `/slack/interactions`, `/slack/events` | Slack |
//! | POST `/api/messages` | Microsoft Teams |
//! | `/api/v1/…` | programs, with a bearer token |
//! | GET `/healthz`, `/readyz`, `/metrics` | whoever runs it |
//!
//! ```no_run
//! # use std::sync::Arc;
//! # async fn example(
//! #     engine: baton::engine::Engine,
//! #     desk: baton::desk::Desk,
//! #     stop: tokio_util::sync::CancellationToken,
//! # ) -> std::io::Result<()> {
//! use baton::http::{App, Limits, Patience, router, serve};
//! let app = Arc::new(App::new(engine, desk, Limits::default()));
//! app.set_sources(Vec::new()); // again after each reload
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! serve(listener, router(app), Patience::default(), stop).await
//! # }
//! ```

mod activities;
mod api;
mod body;
mod error;
mod forms;
mod guard;
mod health;
mod held;
mod intake;
mod interactions;
mod observe;
mod patience;
mod replay;
pub mod rows;
mod serve;
mod teams;
pub mod webhooks;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use arc_swap::ArcSwap;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use secrecy::SecretString;
use tower_http::catch_panic::CatchPanicLayer;
use url::Url;

use crate::{desk::Desk, domain::id::SourceId, engine::Engine, intake::Source};

pub use error::{Error, Kind};
pub use guard::Role;
pub use held::let_in_held;
pub use replay::{How, Outcome, Replayed, put_away, replay};
pub use serve::{Patience, serve};
use webhooks::Webhooks;

/// The largest request, if the configuration does not say.
pub const MAX_BODY: usize = 256 * 1024;

/// What one request may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body: usize,
    /// The longest time, reading the body included.
    pub time: Duration,
    /// The longest time until the body is there.
    pub body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: MAX_BODY,
            time: Duration::from_secs(30),
            body_time: Duration::from_secs(15),
        }
    }
}

/// A program that may ask.
#[derive(Clone, Debug)]
pub struct ApiToken {
    /// Whom the log names.
    pub name: String,
    /// What it shows.
    pub token: SecretString,
    /// What it may do.
    pub role: Role,
}

/// What every request may need. Sources and tokens are replaced by a reload, the rest stays.
pub struct App {
    engine: Engine,
    /// For submissions, which come in floods.
    intake: Engine,
    desk: Desk,
    limits: Limits,
    /// What the internet calls it, without a slash at the end.
    address: ArcSwap<String>,
    webhooks: ArcSwap<Webhooks>,
    tokens: ArcSwap<Vec<ApiToken>>,
    /// What forms are signed with, once it was asked for.
    form_key: OnceLock<Arc<str>>,
}

impl App {
    /// Knows no source and no token yet.
    #[must_use]
    pub fn new(engine: Engine, desk: Desk, limits: Limits) -> Self {
        health::gather();
        Self {
            intake: engine.in_line(),
            engine,
            desk,
            limits,
            address: ArcSwap::default(),
            webhooks: ArcSwap::default(),
            tokens: ArcSwap::default(),
            form_key: OnceLock::new(),
        }
    }

    /// Is called so by the internet from now on: vendors who sign the address sign this one.
    pub fn set_address(&self, public: &Url) {
        let address = public.origin().ascii_serialization();
        self.address.store(Arc::new(address));
    }

    /// Takes leads from these sources from now on. Requests that run keep the source they came by;
    /// a source whose rate is as it was goes on counting where it is.
    pub fn set_sources(&self, sources: Vec<Source>) {
        let webhooks = Webhooks::new(sources, &self.webhooks.load(), self.engine.clock());
        self.webhooks.store(Arc::new(webhooks));
    }

    /// Lets these programs ask from now on.
    pub fn set_tokens(&self, tokens: Vec<ApiToken>) {
        self.tokens.store(Arc::new(tokens));
    }

    /// The source of this name that is in force.
    #[must_use]
    pub fn source(&self, id: &SourceId) -> Option<Source> {
        let known = self.webhooks.load().get(id);
        known.map(|webhook| webhook.source.clone())
    }

    fn webhook(&self, id: &str) -> Result<Arc<webhooks::Webhook>, Error> {
        let known = self.webhooks.load().get(&SourceId::from(id));
        known.ok_or_else(|| Error::new(Kind::NotFound, "there is no such source"))
    }
}

/// All that is served.
pub fn router(app: Arc<App>) -> Router {
    let limits = app.limits;
    Router::new()
        .route("/webhooks/{source}", post(intake::receive).get(intake::ask))
        .route("/forms/{source}", get(forms::show).post(forms::send))
        .route("/activities/{source}", post(activities::receive))
        .route("/slack/commands", post(interactions::command))
        .route("/slack/interactions", post(interactions::interaction))
        .route("/slack/events", post(interactions::event))
        .route("/api/messages", post(teams::message))
        .merge(api::router())
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(guard::not_found)
        .method_not_allowed_fallback(guard::method_not_allowed)
        .layer(DefaultBodyLimit::max(limits.body))
        .layer(middleware::from_fn_with_state(limits, guard::in_time))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            observe::observe,
        ))
        .with_state(app)
}
