//! A whole Baton in front of a playground: a team of three reps and a manager, one route, two
//! webhooks, a clock that stands still until a test moves it.

use std::{collections::BTreeMap, sync::Arc};

use ::hmac::{Hmac as Mac256, KeyInit, Mac};
use baton::{
    chat::{
        Chat, Chats,
        slack::{Secrets, Settings, Slack},
    },
    clock::Clock,
    desk::Desk,
    domain::{
        calendar::Period,
        id::{OfferId, RepId},
        lead::Lead,
        policy::{
            AfterDecline, Caps, DeclineReason, Level, Policy, Rep, Role, Route, Sla, Step,
            StepAction, Strategy, Target, Team, TeamSla, TurnRule, WhenClosed,
        },
    },
    engine::Engine,
    http::{ApiToken, App, Limits, Patience, router, serve},
    intake::{
        Format, Over, Rate, Scheme, Sending, Source,
        verify::{Hmac, HmacSettings, Token, TokenPlace},
    },
    playground::{self, Playground},
    rules::Rules,
    store::{Db, leads},
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// What Slack's requests are signed with.
pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
/// What the source `website` signs with.
pub const WEBSITE_SECRET: &str = "whsec";
/// What the source `newsletter` shows.
pub const NEWSLETTER_TOKEN: &str = "t0ken";

/// A running Baton with everything around it.
pub struct Stage {
    pub db: Db,
    pub clock: Clock,
    pub engine: Engine,
    pub app: Arc<App>,
    pub chat: Arc<Chat>,
    pub desk: Desk,
    pub slack: Playground,
    pub url: String,
    pub client: Client,
    _stop: DropGuard,
}

impl Stage {
    /// Starts one on `db`.
    pub async fn new(db: Db) -> Self {
        let clock = Clock::manual("2026-11-20T10:00:00Z".parse().unwrap());
        let stop = CancellationToken::new();
        let baton = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", baton.local_addr().unwrap());
        let theirs = clock.clone();
        let now: playground::Clock = Arc::new(move || theirs.now());
        let settings = playground::Settings::new(&url, SIGNING_SECRET, now);
        let (slack, slack_url) = playground(settings, &stop).await;
        let engine = Engine::new(db.clone(), clock.clone(), Rules::new(policy()));
        let chat = Arc::new(Chat::Slack(slack_client(&slack_url)));
        let desk = Desk::new(engine.clone(), Chats::of([Arc::clone(&chat)]));
        let app = Arc::new(App::new(engine.clone(), desk.clone(), Limits::default()));
        app.set_sources(sources());
        app.set_tokens(tokens());
        let served = serve(
            baton,
            router(Arc::clone(&app)),
            Patience::default(),
            stop.clone(),
        );
        tokio::spawn(async move { served.await.unwrap() });
        let client = Client::builder().no_proxy().build().unwrap();
        Self {
            db,
            clock,
            engine,
            app,
            chat,
            desk,
            slack,
            url,
            client,
            _stop: stop.drop_guard(),
        }
    }

    /// A request to a path.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    /// A POST to a path.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url))
    }

    /// A signed submission to a JSON source.
    pub fn submission(&self, source: &str, body: &str) -> RequestBuilder {
        let sending = Sending {
            url: "",
            body: body.as_bytes(),
            now: self.clock.now(),
            id: "1",
        };
        let proof = hmac().prove(&sending).unwrap();
        let request = self
            .post(&format!("/webhooks/{source}"))
            .headers(proof.headers);
        request
            .header("content-type", "application/json")
            .body(body.to_owned())
    }

    /// Sends a lead through `website`; the answer's JSON.
    pub async fn send(&self, body: &str) -> Value {
        let answer = self.submission("website", body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        json(answer).await
    }

    /// Asks the API as `token`.
    pub async fn api(&self, token: &str, path: &str) -> Response {
        self.get(&format!("/api/v1{path}"))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
    }

    /// How many rows a table has.
    pub async fn count(&self, sql: &'static str) -> i64 {
        self.db
            .read(async |mut tx| tx.q(sql).one::<(i64,)>().await)
            .await
            .unwrap()
            .0
    }

    /// The only lead there is.
    pub async fn only_lead(&self) -> Lead {
        let filter = leads::LeadFilter::default();
        let (mut all, _) = self
            .db
            .read(async |mut tx| leads::list(&mut tx, &filter).await)
            .await
            .unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

/// The body of a JSON answer.
pub async fn json(answer: Response) -> Value {
    answer.json().await.unwrap()
}

/// The pending offer of a lead, and whose it is.
pub fn pending(lead: &Lead) -> (OfferId, RepId) {
    let offer = lead.pending().next().unwrap();
    (offer.id.clone(), offer.rep.clone())
}

/// The user on Slack whom the policy gives a rep.
pub fn user_of(rep: &RepId) -> String {
    format!("U0{}", rep.as_str().to_uppercase())
}

/// A signature as Slack makes it.
pub fn signed(secret: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Mac256::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

/// Starts a stand-in for Slack; it, and where it is.
pub async fn playground(
    settings: playground::Settings,
    stop: &CancellationToken,
) -> (Playground, String) {
    let slack = Playground::new(settings).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (running, token) = (slack.clone(), stop.clone());
    tokio::spawn(async move { running.run(listener, token).await });
    (slack, url)
}

fn slack_client(url: &str) -> Slack {
    let url = format!("{url}/api/").parse().unwrap();
    let secrets = Secrets::http("xoxb-test", SIGNING_SECRET);
    Slack::new(Settings::new(url, secrets)).unwrap()
}

fn tokens() -> Vec<ApiToken> {
    use baton::http::Role;
    [
        ("bi", "r3ader", Role::Reader),
        ("ops", "m4nager", Role::Manager),
    ]
    .map(|(name, token, role)| ApiToken {
        name: name.to_owned(),
        token: token.into(),
        role,
    })
    .into()
}

fn hmac() -> Scheme {
    let settings = HmacSettings::new("x-signature", vec![WEBSITE_SECRET.into()]);
    Scheme::HmacSha256(Hmac::new(settings).unwrap())
}

fn source(id: &str, format: Format, scheme: Scheme) -> Source {
    Source {
        scheme,
        ..Source::new(id.into(), format)
    }
}

/// `website` signs JSON, `newsletter` shows a token with a form; `busy` and `strict` are the website's
/// with two submissions a minute, held and refused beyond that.
pub fn sources() -> Vec<Source> {
    let token = Token::new(vec![NEWSLETTER_TOKEN.into()], TokenPlace::QueryOrBearer).unwrap();
    let rate = Some(Rate {
        count: 2,
        per: SignedDuration::from_mins(1),
    });
    vec![
        source("website", Format::Json, hmac()),
        source("newsletter", Format::Form, Scheme::Token(token)),
        Source {
            rate,
            ..source("busy", Format::Json, hmac())
        },
        Source {
            rate,
            over: Over::Refuse,
            ..source("strict", Format::Json, hmac())
        },
    ]
}

/// Selin, Jonas and Ayse take leads in turn, Marta manages them; they have 15 minutes.
pub fn policy() -> Policy {
    let reps = [
        ("selin", Role::Rep),
        ("jonas", Role::Rep),
        ("ayse", Role::Rep),
        ("marta", Role::Manager),
    ];
    Policy {
        hash: "sha256:test".to_owned(),
        reps: reps
            .into_iter()
            .map(|(id, role)| (id.into(), rep(id, role)))
            .collect(),
        teams: vec![team()],
        slas: BTreeMap::from([("demo".into(), sla())]),
        routes: vec![Route {
            id: "all".into(),
            when: None,
            to: vec![Target::Team("sales".into())],
            sla: Some("demo".into()),
            team: None,
            strategy: None,
        }],
        declines: vec![
            reason("busy", "No time", AfterDecline::Next),
            reason("unclear", "Somebody should decide", AfterDecline::Review),
        ],
        ..Policy::default()
    }
}

fn reason(id: &str, label: &str, then: AfterDecline) -> DeclineReason {
    DeclineReason {
        id: id.to_owned(),
        label: label.to_owned(),
        then,
        turn: None,
        managers_only: false,
        per_day: None,
    }
}

fn team() -> Team {
    Team {
        id: "sales".into(),
        name: "sales".to_owned(),
        members: ["selin", "jonas", "ayse"].map(RepId::from).into(),
        managers: vec!["marta".into()],
        named: usize::MAX,
        groups: Vec::new(),
        backups: Vec::new(),
        channel: None,
        timezone: None,
        strategy: Strategy::RoundRobin,
        prefer: Vec::new(),
        share: None,
        held: None,
        filter: None,
        when_closed: WhenClosed::Wait,
        sla: TeamSla::default(),
        turns: TurnRule::default(),
    }
}

fn sla() -> Sla {
    let minutes = |n| Period::Time(SignedDuration::from_mins(n));
    let step = |after, action| Step {
        after: minutes(after),
        action,
        repeat: None,
    };
    Sla {
        id: Some("demo".into()),
        acknowledge: Some(minutes(15)),
        contact: Some(minutes(30)),
        escalation: vec![
            step(10, StepAction::Remind),
            step(15, StepAction::Reoffer(baton::domain::policy::Rung::Team)),
        ],
        ..Sla::default()
    }
}

fn rep(id: &str, role: Role) -> Rep {
    let rep = RepId::from(id);
    Rep {
        name: id.to_owned(),
        email: format!("{id}@example.com"),
        slack: Some(user_of(&rep)),
        id: rep,
        teams: None,
        chat: baton::domain::policy::Platform::Slack,
        level: Level::default(),
        role,
        timezone: None,
        country: None,
        weight: 1.0,
        languages: Vec::new(),
        territories: Vec::new(),
        skills: Vec::new(),
        functions: Vec::new(),
        cover: None,
        external: BTreeMap::new(),
        calendar: None,
        pending: None,
        missed: None,
        caps: Caps::default(),
        capacity: None,
        stale: SignedDuration::from_hours(24 * 14),
        active: true,
        from: None::<Timestamp>,
        until: None,
        ramp: None,
    }
}
