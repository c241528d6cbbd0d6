//! An office: Baton as its configuration says, the stand-in for Slack in front of it, and people who
//! press, type and read. Nothing happens by itself: a story moves the clock, and everything that is due
//! until then is done in its order.

mod people;
mod seen;

use std::{collections::BTreeMap, path::Path, sync::Mutex};

use baton::{
    app::App,
    clock::Clock,
    config::{self, compile::Compiled},
    engine::Error,
    http::{Patience, serve},
    playground::{self, Channel, Person, Playground, Rotation},
    store::{leads, reps},
    worker::Worker,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Response};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    db::{Fresh, both_fresh},
    harness::{self, SIGNING_SECRET},
};

/// What the source `website` asks for.
const WEBSITE_TOKEN: &str = "t0ken";
/// The API's token, a manager's.
const API_TOKEN: &str = "m4nager";
/// A Friday, 11:00 in Berlin.
pub const FRIDAY: &str = "2026-11-20T10:00:00Z";
/// More moments than any story has: then something is due again and again.
const MOST_MOMENTS: usize = 5_000;

/// Everybody in the workspace; the configuration says who of them does what.
const PEOPLE: [(&str, &str); 6] = [
    ("ayse", "Ayşe Yılmaz"),
    ("jonas", "Jonas Weber"),
    ("selin", "Selin Kaya"),
    ("deniz", "Deniz Aydın"),
    ("marta", "Marta Lind"),
    ("oskar", "Oskar Holm"),
];

/// What `sales` is in most stories: Ayşe, Jonas and Selin take turns, Deniz steps in, Marta manages.
pub const SALES: &str = r#"
people = ["ayse", "jonas", "selin", "deniz", "marta"]

[[team]]
id = "sales"
members = ["ayse", "jonas", "selin"]
backups = ["deniz"]
managers = ["marta"]
channel = "slack:C0SALES"
timezone = "Europe/Berlin"
sla = "demo"

[[route]]
id = "all"
to = { team = "sales" }

[sla.demo]
acknowledge = "15m"
contact = "30m"
at_least = "5m"
escalation = [
  { after = "10m", remind = "rep" },
  { after = "15m", reoffer = "team" },
  { after = "25m", reoffer = "backups" },
  { after = "40m", notify = "managers" },
  { after = "60m", assign = "managers" },
]
untouched = [
  { after = "20m", remind = "rep" },
  { after = "30m", notify = "managers" },
  { after = "60m", reoffer = "team" },
]

[notices]
bundle = "5m"
"#;

/// Tells a story on a database of each kind. `rules` is a configuration without its server, people and
/// sources: [`SALES`] or one's own, which opens with `people = […]`.
pub async fn on_both(rules: &str, story: impl AsyncFn(&mut Office)) {
    on_both_at(FRIDAY, rules, story).await;
}

/// The same, beginning at another moment.
pub async fn on_both_at(begin: &str, rules: &str, story: impl AsyncFn(&mut Office)) {
    both_fresh(async |fresh| {
        let mut office = Office::open(fresh, rules, begin.parse().unwrap(), None).await;
        story(&mut office).await;
        office.close().await;
    })
    .await;
}

/// The same with a token that expires after this time.
pub async fn on_both_with_token_for(life: &str, rules: &str, story: impl AsyncFn(&mut Office)) {
    let rotation = Rotation::new(life.parse().unwrap());
    both_fresh(async |fresh| {
        let rotation = Some(rotation.clone());
        let mut office = Office::open(fresh, rules, FRIDAY.parse().unwrap(), rotation).await;
        story(&mut office).await;
        office.close().await;
    })
    .await;
}

/// What somebody reads next, as an inline snapshot: what is new or has changed since they looked last.
#[macro_export]
macro_rules! reads {
    ($office:expr, $who:expr, @$snapshot:literal) => {{
        let read = $office.read($who);
        insta::allow_duplicates! { insta::assert_snapshot!(read, @$snapshot) }
    }};
}

/// What only one person is told, as an inline snapshot.
#[macro_export]
macro_rules! told {
    ($office:expr, $who:expr, @$snapshot:literal) => {{
        let told = $office.told($who).await;
        insta::allow_duplicates! { insta::assert_snapshot!(told, @$snapshot) }
    }};
}

/// An office at work.
pub struct Office {
    pub clock: Clock,
    pub slack: Playground,
    baton: String,
    chat: String,
    database: String,
    rules: String,
    rotation: Option<Rotation>,
    client: Client,
    running: Option<Running>,
    /// What everybody has read, by room.
    read: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    _stop: DropGuard,
}

/// Baton between its start and its end.
struct Running {
    app: App,
    worker: Worker,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

impl Office {
    async fn open(
        fresh: &Fresh,
        rules: &str,
        begin: Timestamp,
        rotation: Option<Rotation>,
    ) -> Self {
        let clock = Clock::manual(begin);
        let stop = CancellationToken::new();
        // Baton comes back to the same address after each of its ends.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let baton = listener.local_addr().unwrap().to_string();
        let theirs = clock.clone();
        let mut settings = playground::Settings::new(
            format!("http://{baton}"),
            SIGNING_SECRET,
            std::sync::Arc::new(move || theirs.now()),
        );
        settings.people = PEOPLE.map(|(id, name)| person(id, name)).into();
        settings.channels = vec![Channel::new("C0SALES", "sales")];
        settings.rotation.clone_from(&rotation);
        let (slack, chat) = harness::playground(settings, &stop).await;
        let mut office = Self {
            clock,
            slack,
            baton,
            chat,
            database: fresh.url.clone(),
            rules: rules.to_owned(),
            rotation,
            client: Client::builder().no_proxy().build().unwrap(),
            running: None,
            read: Mutex::default(),
            _stop: stop.drop_guard(),
        };
        office.start_on(listener).await;
        office
    }

    /// Whether other Batons may run on the same database.
    pub fn is_shared(&self) -> bool {
        self.database.starts_with("postgres")
    }

    // ---- Baton itself ---------------------------------------------------------------------------

    /// Baton ends, in the middle of whatever it was about to do.
    pub async fn stop(&mut self) {
        let running = self.running.take().expect("Baton runs");
        running.stop.cancel();
        running.server.await.unwrap();
        running.app.engine().db().close().await;
    }

    /// Baton starts again on the same database.
    pub async fn start(&mut self) {
        let listener = TcpListener::bind(&self.baton).await.unwrap();
        self.start_on(listener).await;
    }

    async fn start_on(&mut self, listener: TcpListener) {
        let app = App::build(self.compiled(), self.clock.clone())
            .await
            .unwrap();
        let worker = app.resume().await.unwrap();
        let stop = CancellationToken::new();
        let served = serve(listener, app.router(), Patience::default(), stop.clone());
        let server = tokio::spawn(async move { served.await.unwrap() });
        self.running = Some(Running {
            app,
            worker,
            stop,
            server,
        });
        self.settle().await;
    }

    /// The app is installed again in Slack, and its tokens are put into the configuration.
    pub async fn install_again(&mut self) {
        let rotation = self.slack.install_again().expect("tokens expire here");
        self.rotation = Some(rotation);
        let rules = self.rules.clone();
        self.reload(&rules).await;
    }

    /// Puts another configuration in force while Baton runs.
    pub async fn reload(&mut self, rules: &str) {
        rules.clone_into(&mut self.rules);
        let compiled = self.compiled();
        let reloader = self.running().app.reloader();
        reloader.reload(compiled).await.unwrap();
        self.settle().await;
    }

    async fn close(mut self) {
        self.stop().await;
    }

    /// The configuration as an operator would write it, read as `baton serve` reads it.
    fn compiled(&self) -> Compiled {
        let text = self.configuration();
        let open = |_: &Path| Ok(text.clone());
        let loaded = config::load_with(Path::new("baton.toml"), &|_| None, &open, self.clock.now());
        let said = config::plain(&loaded.complaints, &loaded.sources);
        loaded
            .compiled
            .unwrap_or_else(|| panic!("the configuration is of no use:\n{said}"))
    }

    fn configuration(&self) -> String {
        let (people, rules) = self
            .rules
            .trim_start()
            .split_once('\n')
            .expect("rules open with people");
        let mut text = format!(
            r#"
[server]
listen = "{baton}"
public_url = "http://{baton}"

[database]
url = "{database}"

[slack]
{tokens}
signing_secret = "{SIGNING_SECRET}"
api_url = "{chat}/api/"

[[api.token]]
name = "ops"
token = "{API_TOKEN}"
role = "manager"

[[source]]
id = "website"
format = "json"
verify = {{ scheme = "token", token = "{WEBSITE_TOKEN}" }}
type = "demo"
"#,
            baton = self.baton,
            database = self.database,
            chat = self.chat,
            tokens = self.tokens(),
        );
        for (id, name) in PEOPLE {
            if people.contains(&format!("\"{id}\"")) {
                text.push_str(&format!(
                    "\n[[rep]]\nid = \"{id}\"\nname = \"{name}\"\nemail = \"{id}@example.com\"\nslack = \"{}\"\n",
                    user(id)
                ));
            }
        }
        text + rules
    }

    fn tokens(&self) -> String {
        let Some(rotation) = &self.rotation else {
            return "bot_token = \"xoxb-office\"".to_owned();
        };
        format!(
            "bot_token = \"{}\"\nrefresh_token = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"",
            rotation.access_token,
            rotation.refresh_token,
            rotation.client_id,
            rotation.client_secret
        )
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("Baton runs")
    }

    /// The engine, for what no story can see from outside.
    pub fn engine(&self) -> &baton::engine::Engine {
        self.running().app.engine()
    }

    /// The desk, for what it does by itself.
    pub fn desk(&self) -> &baton::desk::Desk {
        self.running().app.desk()
    }

    // ---- time -----------------------------------------------------------------------------------

    /// Does everything that is due now.
    pub async fn settle(&self) {
        for _ in 0..MOST_MOMENTS {
            let done = self.running().worker.tick().await.unwrap();
            if done.leads + done.absences + done.messages == 0 {
                return;
            }
        }
        panic!("something is due again and again");
    }

    /// Lets time pass, from one moment at which something is due to the next.
    pub async fn after(&self, time: &str) {
        let until = self.clock.now() + time.parse::<SignedDuration>().unwrap();
        for _ in 0..MOST_MOMENTS {
            self.settle().await;
            if !self.something_waits().await {
                self.expect_true_cards().await;
            }
            let next = self.next_moment().await.filter(|next| *next <= until);
            let now = self.clock.now();
            match next {
                Some(next) => {
                    assert!(next > now, "something stays due");
                    self.clock.advance(next.duration_since(now));
                }
                None => {
                    self.clock.advance(until.duration_since(now));
                    return self.settle().await;
                }
            }
        }
        panic!("time does not pass");
    }

    /// Lets time pass for everybody but Baton, which does nothing meanwhile.
    pub fn sleep(&self, time: &str) {
        self.clock.advance(time.parse().unwrap());
    }

    async fn next_moment(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        let moments = self.engine().db().read(async |mut tx| {
            let lead = leads::next_wake(&mut tx).await?;
            let absence = reps::next_absence_change(&mut tx, now).await?;
            Ok::<_, Error>([lead, absence])
        });
        let message = self.running().worker.next_delivery().await.unwrap();
        let moments = moments.await.unwrap().into_iter().flatten();
        moments.chain(message).min()
    }

    /// Whether a message is still to be sent.
    pub async fn something_waits(&self) -> bool {
        let waiting = "select count(*) from outbox where state in ('pending', 'unknown')";
        let waiting = self
            .engine()
            .db()
            .read(async |mut tx| tx.q(waiting).one::<(i64,)>().await);
        waiting.await.unwrap().0 > 0
    }

    // ---- leads ----------------------------------------------------------------------------------

    /// Posts a submission, and lets Baton do what follows from it.
    pub async fn lead(&self, body: Value) -> Value {
        let answer = self.submit(body).await;
        self.settle().await;
        answer
    }

    /// Posts a submission; Baton's worker does not run yet.
    pub async fn submit(&self, body: Value) -> Value {
        let url = format!(
            "http://{}/webhooks/website?token={WEBSITE_TOKEN}",
            self.baton
        );
        let answer = self.client.post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// A lead as the API gives it.
    pub async fn api_lead(&self, number: i64) -> Value {
        let url = format!("http://{}/api/v1/leads/{number}", self.baton);
        let asked = self.client.get(url).bearer_auth(API_TOKEN);
        let answer: Response = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "lead {number}");
        answer.json().await.unwrap()
    }

    /// What the API answers to a program that writes.
    pub async fn api(&self, path: &str, body: &Value) -> Value {
        let url = format!("http://{}/api/v1/{path}", self.baton);
        let asked = self.client.post(url).bearer_auth(API_TOKEN).json(body);
        let answer: Response = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// Who has a lead, and who was asked how: `owned by jonas: ayse declined, jonas accepted`.
    pub async fn story_of(&self, number: i64) -> String {
        let lead = self.api_lead(number).await;
        let word = |value: &Value| value.as_str().unwrap_or("nobody").to_owned();
        let offers = lead["offers"].as_array().into_iter().flatten();
        let offers: Vec<String> = offers
            .map(|offer| format!("{} {}", word(&offer["rep"]), word(&offer["state"])))
            .collect();
        let owner = match &lead["owner"] {
            Value::Null => String::new(),
            Value::String(owner) => format!(" by {owner}"),
            owner => format!(" by {}", word(&owner["id"])),
        };
        format!("{}{owner}: {}", word(&lead["state"]), offers.join(", "))
    }
}

/// The user on Slack.
pub fn user(who: &str) -> String {
    format!("U0{}", who.to_uppercase())
}

/// The account of somebody, in Berlin.
pub fn person(id: &str, name: &str) -> Person {
    Person::new(
        &user(id),
        name,
        &format!("{id}@example.com"),
        "Europe/Berlin",
        "",
    )
}

fn room(who: &str) -> String {
    match who.strip_prefix('#') {
        Some(channel) => format!("C0{}", channel.to_uppercase()),
        None => format!("D0{}", who.to_uppercase()),
    }
}
