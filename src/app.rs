//! Everything built once, and run until it is told to stop.

pub mod heartbeat;
pub mod import;

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use axum::Router;
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    chat::{
        Chat, Chats,
        slack::{self, inbound::Kind, rotation::Rotation, socket},
        teams,
    },
    clock::Clock,
    commands::CommandWords,
    config::{
        compile::{ApiToken, Compiled, Fixed, Heartbeat, SlackSettings, TeamsSettings},
        raw::TokenRole,
    },
    desk::{self, Desk},
    domain::policy::{Changes, Platform},
    engine::{Engine, Left},
    http,
    intake::fetch::Fetcher,
    rules::Rules,
    store::{Db, configs},
    worker::{Worker, fetch::People},
};

/// How often the clock is compared with the database's, where replicas share one.
const COMPARE_CLOCKS: Duration = Duration::from_secs(60);

/// How long between two questions to a chat that does not answer.
const ASK_AGAIN: Duration = Duration::from_secs(15);

/// How often leads that were over their source's rate are let in.
const LET_IN: Duration = Duration::from_secs(1);

/// Baton, ready to run.
pub struct App {
    engine: Engine,
    chats: Chats,
    desk: Desk,
    people: People,
    http: Arc<http::App>,
    fixed: Arc<Fixed>,
    /// The configuration's files, to be kept when it comes into force.
    files: Vec<(String, String)>,
    /// Sockets side by side in Socket Mode.
    sockets: usize,
    heartbeat: Option<Heartbeat>,
}

impl App {
    /// Opens the database and builds everything on it.
    ///
    /// # Errors
    /// When the database can't be opened, or the chat's settings are of no use.
    pub async fn build(compiled: Compiled, clock: Clock) -> anyhow::Result<Self> {
        warn_of_emptiness(&compiled);
        let db = Db::open(&compiled.database).await?;
        Self::on(db, compiled, clock).await
    }

    /// Builds everything on a database that can't be written, to see what would become of something.
    ///
    /// # Errors
    /// Like [`build`](Self::build), and if there is no database.
    pub async fn reading(compiled: Compiled, clock: Clock) -> anyhow::Result<Self> {
        let db = Db::open_read_only(&compiled.database).await?;
        Self::on(db, compiled, clock).await
    }

    async fn on(db: Db, compiled: Compiled, clock: Clock) -> anyhow::Result<Self> {
        let fixed = Arc::new(Fixed::of(&compiled));
        let engine = Engine::new(db, clock.clone(), Rules::new(compiled.policy));
        engine.agree_on_time().await;
        let slack = compiled.slack.as_ref();
        let slack = slack.map(|settings| connect(settings, &clock));
        let teams = compiled.teams.as_ref();
        let teams = teams.map(|settings| connect_teams(settings, &clock));
        let chats = slack.into_iter().chain(teams);
        let chats = chats.map(|chat| chat.map(Arc::new));
        let chats = Chats::of(chats.collect::<Result<Vec<_>, _>>()?);
        let desk = Desk::new(engine.clone(), chats.clone());
        let limits = http::Limits {
            body: compiled.server.max_body,
            ..http::Limits::default()
        };
        let fetcher = Fetcher::new().context("making the client for vendors")?;
        let app = Self {
            people: People::new(&engine, fetcher),
            http: Arc::new(http::App::new(engine.clone(), desk.clone(), limits)),
            engine,
            chats,
            desk,
            fixed,
            files: compiled.files,
            sockets: compiled.slack.as_ref().map_or(0, |slack| slack.sockets),
            heartbeat: compiled.server.heartbeat.clone(),
        };
        app.http.set_address(&compiled.server.public_url);
        app.people.set_sources(&compiled.sources);
        app.http.set_sources(compiled.sources);
        app.http.set_tokens(tokens(compiled.api_tokens));
        app.desk.set_words(command_words(compiled.slack.as_ref()));
        Ok(app)
    }

    /// The engine, to look at what is there.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What takes submissions in, to let it do by hand what commands ask for.
    #[must_use]
    pub fn intake(&self) -> &http::App {
        &self.http
    }

    /// The desk, to let it do by hand what it does by itself.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Who fetches the people of whom vendors send ids only, to let it do by hand what it does by itself.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Who brings lists in while it runs.
    #[must_use]
    pub fn importer(&self) -> import::Importer {
        import::Importer::of_server(&self.engine, Arc::clone(&self.http))
    }

    /// A handle for reloading while it runs.
    #[must_use]
    pub fn reloader(&self) -> Reloader {
        Reloader {
            engine: self.engine.clone(),
            desk: self.desk.clone(),
            people: self.people.clone(),
            http: Arc::clone(&self.http),
            chats: self.chats.clone(),
            fixed: Arc::clone(&self.fixed),
        }
    }

    /// All that is served.
    pub fn router(&self) -> Router {
        http::router(Arc::clone(&self.http))
    }

    /// Takes up what was left by the last run: people who are gone, the time without Baton. Returns the
    /// worker that goes on with it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resume(&self) -> anyhow::Result<Worker> {
        note_in_force(&self.engine, &self.files).await?;
        let left = self
            .engine
            .note_people()
            .await
            .context("comparing the people with those before")?;
        if !left.is_empty() {
            tracing::info!(
                count = left.len(),
                "people take no leads any more; what they had moves on"
            );
        }
        forget_signs(&self.engine).await?;
        let worker = Worker::new(self.engine.clone(), &self.chats);
        worker
            .recall_groups()
            .await
            .context("reading who is in the chat's groups")?;
        worker
            .recall_token()
            .await
            .context("reading Slack's token")?;
        worker
            .take_over()
            .await
            .context("taking over what was under way")?;
        self.people
            .take_over()
            .await
            .context("taking over whom the last run was fetching")?;
        self.people
            .try_again()
            .await
            .context("trying tokens again that were refused")?;
        worker
            .make_up_for_downtime()
            .await
            .context("looking for a time without Baton")?;
        let brought = worker
            .bring_back_cards()
            .await
            .context("bringing back cards from a chat that is not set up any more")?;
        if brought > 0 {
            tracing::info!(
                cards = brought,
                "offers wait in a chat that is no longer in the configuration; they are shown in the other"
            );
        }
        Ok(worker)
    }

    /// Serves until `stop`: then no new requests, running ones finish, and everything is closed.
    ///
    /// # Errors
    /// When the listener or a loop fails.
    pub async fn run(self, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
        let worker = self.resume().await?;
        // The loops outlive the last requests, so that what these write is still sent.
        let stop_loops = CancellationToken::new();
        let mut loops = JoinSet::new();
        loops.spawn(worker.run(stop_loops.clone()));
        let (people, stop_people) = (self.people.clone(), stop_loops.clone());
        loops.spawn(async move {
            people.run(stop_people).await;
            Ok(())
        });
        loops.spawn(let_in(Arc::clone(&self.http), stop_loops.clone()));
        for chat in self.chats.all() {
            let (chat, desk) = (Arc::clone(chat), self.desk.clone());
            loops.spawn(learn_workspace(chat, desk, stop_loops.clone()));
        }
        if self.chats.slack().is_some() {
            let (desk, stop) = (self.desk.clone(), stop_loops.clone());
            loops.spawn(async move {
                desk.keep_homes(stop).await;
                Ok(())
            });
        }
        loops.spawn(keep_time(self.engine.clone(), stop_loops.clone()));
        if let Some(heartbeat) = self.heartbeat.clone() {
            loops.spawn(heartbeat::keep(
                heartbeat,
                self.engine.clone(),
                stop_loops.clone(),
            ));
        }
        // As over HTTP, whoever pressed before the stop is answered while everything else still runs.
        let no_more = stop.child_token();
        let serving = http::serve(listener, self.router(), http::Patience::default(), stop);
        let listening = tokio::spawn(listen(self.desk.clone(), self.sockets, no_more.clone()));
        let served = tokio::select! {
            served = serving => served.context("serving HTTP"),
            ended = loops.join_next() => Err(anyhow::anyhow!("a loop ended by itself: {ended:?}")),
        };
        no_more.cancel();
        listening.await.context("taking requests through sockets")?;
        stop_loops.cancel();
        while loops.join_next().await.is_some() {}
        self.engine.db().close().await;
        served
    }
}

/// Puts a new configuration in force in a Baton that runs.
#[derive(Clone)]
pub struct Reloader {
    engine: Engine,
    desk: Desk,
    people: People,
    http: Arc<http::App>,
    chats: Chats,
    fixed: Arc<Fixed>,
}

impl Reloader {
    /// What takes submissions in, for commands that ask the server.
    #[must_use]
    pub fn intake(&self) -> &http::App {
        &self.http
    }

    /// The engine, for commands that ask the server.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What a new configuration says otherwise of named accounts than the one in force.
    #[must_use]
    pub fn accounts_changed(&self, compiled: &Compiled) -> Changes {
        let before = self.engine.rules();
        compiled.policy.accounts.changes(&before.policy.accounts)
    }

    /// The keys of a new configuration that wait for a restart.
    #[must_use]
    pub fn waiting(&self, compiled: &Compiled) -> Vec<&'static str> {
        self.fixed.changed(compiled)
    }

    /// Replaces rules, sources, tokens and secrets; moves what people who left had, and says whose leads that are.
    /// Warns of what waits for a restart.
    ///
    /// # Errors
    /// When the database does not answer; the rules are in force all the same.
    pub async fn reload(&self, compiled: Compiled) -> anyhow::Result<Vec<Left>> {
        let waiting = self.waiting(&compiled);
        if !waiting.is_empty() {
            tracing::warn!(
                keys = waiting.join(", "),
                "these keys have changed and wait for a restart"
            );
        }
        self.engine.set_rules(Rules::new(compiled.policy));
        note_in_force(&self.engine, &compiled.files).await?;
        self.http.set_address(&compiled.server.public_url);
        self.people.set_sources(&compiled.sources);
        self.http.set_sources(compiled.sources);
        self.http.set_tokens(tokens(compiled.api_tokens));
        self.desk.set_words(command_words(compiled.slack.as_ref()));
        if let (Some(slack), Some(settings)) = (self.chats.slack(), &compiled.slack) {
            slack.set_secrets(secrets(settings));
        }
        if let (Some(teams), Some(settings)) = (self.chats.teams(), &compiled.teams) {
            teams.set_credential(settings.credential.clone());
        }
        let left = self
            .engine
            .note_people()
            .await
            .context("moving what people who left had")?;
        forget_signs(&self.engine).await?;
        self.people
            .try_again()
            .await
            .context("trying tokens again that were refused")?;
        Ok(left)
    }
}

/// Whoever is away by a sign of the chat that is ignored now is there again.
async fn forget_signs(engine: &Engine) -> anyhow::Result<()> {
    let back = engine.forget_signs().await;
    let back = back.context("ending absences by what the chat says, which is ignored now")?;
    if back > 0 {
        tracing::info!(
            count = back,
            "what the chat says of who is away is ignored now; people whom it said away are there again"
        );
    }
    Ok(())
}

/// Keeps the configuration that the engine goes by from now on, for `baton config`.
async fn note_in_force(engine: &Engine, files: &[(String, String)]) -> anyhow::Result<()> {
    let (rules, now) = (engine.rules(), engine.clock().now());
    let hash = &rules.policy.hash;
    let noted = engine
        .db()
        .write(async |mut tx| configs::note(&mut tx, hash, files, now).await);
    noted
        .await
        .map(drop)
        .context("keeping the configuration that is in force")
}

/// Says what is missing for a lead to come in and to get to somebody.
fn warn_of_emptiness(compiled: &Compiled) {
    let parts = [
        ("[[source]]", compiled.sources.is_empty()),
        ("[[team]]", compiled.policy.teams.is_empty()),
        ("[[route]]", compiled.policy.routes.is_empty()),
    ];
    let missing: Vec<&str> = parts.iter().filter(|it| it.1).map(|it| it.0).collect();
    if !missing.is_empty() {
        tracing::warn!(
            missing = missing.join(", "),
            "no lead can get to anybody yet: the configuration lacks tables; `baton check` says what to write"
        );
    }
}

async fn let_in(app: Arc<http::App>, stop: CancellationToken) -> anyhow::Result<()> {
    // At once after a start, so that who comes now stands behind those who wait.
    loop {
        if let Err(error) = http::let_in_held(&app).await {
            tracing::warn!(%error, "held submissions could not be let in; trying again");
        }
        if !sleep(LET_IN, &stop).await {
            return Ok(());
        }
    }
}

/// Keeps the clock with the database's, so that replicas agree what is due.
async fn keep_time(engine: Engine, stop: CancellationToken) -> anyhow::Result<()> {
    while sleep(COMPARE_CLOCKS, &stop).await {
        engine.agree_on_time().await;
    }
    Ok(())
}

/// Sleeps; whether to go on.
async fn sleep(time: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(time) => true,
    }
}

fn connect(settings: &SlackSettings, clock: &Clock) -> anyhow::Result<Chat> {
    let settings = slack::Settings {
        elapsed: clock.stopwatch(),
        paced: settings.paced,
        ..slack::Settings::new(settings.api_url.clone(), secrets(settings))
    };
    Ok(Chat::Slack(
        slack::Slack::new(settings).context("making the client for Slack")?,
    ))
}

/// The client of a tenant's Teams; nothing is called yet.
///
/// # Errors
/// When the process has no TLS provider or no certificates to trust.
pub fn connect_teams(settings: &TeamsSettings, clock: &Clock) -> anyhow::Result<Chat> {
    let (settings, clock_of_assertions) = (settings.clone(), clock.clone());
    let settings = teams::Settings {
        app_id: settings.app_id,
        tenant_id: settings.tenant_id,
        credential: settings.credential,
        issuer: settings.issuer,
        metadata_url: settings.metadata_url,
        login_url: settings.login_url,
        graph_url: settings.graph_url,
        service_url: settings.service_url,
        hosts: settings.hosts,
        catalog_id: settings.catalog_id,
        timeout: Duration::from_secs(10),
        elapsed: clock.stopwatch(),
        now: Arc::new(move || clock_of_assertions.now()),
    };
    let teams = teams::Teams::new(settings).context("making the client for Microsoft Teams")?;
    Ok(Chat::Teams(teams))
}

/// What the commands are called here.
fn command_words(slack: Option<&SlackSettings>) -> CommandWords {
    CommandWords::new(
        slack
            .map(|slack| slack.commands.clone())
            .unwrap_or_default(),
    )
}

fn secrets(settings: &SlackSettings) -> slack::Secrets {
    slack::Secrets {
        bot_token: settings.bot_token.clone(),
        signing: settings.signing_secrets.clone(),
        app_token: settings.app_token.clone(),
        rotation: settings.rotation.as_ref().map(|known| Rotation {
            client_id: known.client_id.clone(),
            client_secret: known.client_secret.clone(),
            refresh_token: known.refresh_token.clone(),
        }),
    }
}

/// Takes requests through sockets, for as long as there is an app's token.
async fn listen(desk: Desk, sockets: usize, stop: CancellationToken) {
    let chats = desk.chats().clone();
    let Some(slack) = chats.slack() else {
        return;
    };
    let clock = desk.engine().clock().clone();
    let options = socket::Options {
        connections: sockets,
        pace: socket::Pace::default(),
        chance: Arc::new(move || clock.chance(clock.now()).fraction()),
    };
    let handle = move |kind, payload| answer(desk.clone(), kind, payload);
    slack.listen(&options, handle, &stop).await;
}

/// What Slack gets for a request through a socket; one that makes no sense is not repeated either.
async fn answer(desk: Desk, kind: Kind, payload: Value) -> Option<Value> {
    let answered = desk::slack::answer(&desk, kind, &payload).await;
    answered.unwrap_or_else(|unreadable| {
        tracing::warn!(%unreadable, "a request of Slack's can't be understood");
        None
    })
}

fn tokens(configured: Vec<ApiToken>) -> Vec<http::ApiToken> {
    let role = |role: TokenRole| match role {
        TokenRole::Reader => http::Role::Reader,
        TokenRole::Manager => http::Role::Manager,
        TokenRole::Admin => http::Role::Admin,
    };
    let token = |token: ApiToken| http::ApiToken {
        name: token.name,
        token: token.token,
        role: role(token.role),
    };
    configured.into_iter().map(token).collect()
}

/// Asks the chat which workspace Baton is in, until it says so: then nobody of another one may press.
async fn learn_workspace(
    chat: Arc<Chat>,
    desk: Desk,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    loop {
        match chat.check().await {
            Ok(identity) => {
                let name = chat.platform().name();
                tracing::info!(
                    chat = name,
                    team = identity.team_id,
                    "connected to the chat"
                );
                match chat.platform() {
                    Platform::Slack => desk.set_workspace(&identity.team_id),
                    // Every request there proves its tenant.
                    Platform::Teams => {}
                }
                break;
            }
            Err(error) => {
                let name = chat.platform().name();
                tracing::warn!(%error, chat = name, "the chat does not say who Baton is; trying again");
            }
        }
        if !sleep(ASK_AGAIN, &stop).await {
            return Ok(());
        }
    }
    stop.cancelled().await;
    Ok(())
}
