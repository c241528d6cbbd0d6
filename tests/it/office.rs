//! An office: Baton as its configuration says, the stand-ins for Slack and Microsoft in front of it, and people who
//! press, type and read in either of them. Nothing happens by itself: a story moves the clock, and everything that is
//! due until then is done in its order.

mod adaptive;
mod bad_days;
mod leads;
mod people;
mod rules;
mod seen;
mod teams;
mod telling;

pub use bad_days::ALWAYS;
pub use teams::Desktop;
pub use telling::{
    Chats, in_both_chats, in_each_chat, in_each_chat_at, in_teams, in_whatever_chats, on_both,
    on_both_at, on_both_with_token_for, on_postgres,
};

use std::{collections::BTreeMap, sync::Mutex};

use baton::{
    app::App,
    clock::Clock,
    engine::Error,
    http::{Patience, serve},
    playground::{self, Channel, Person, Playground, Rotation},
    store::{leads as stored, reps},
    worker::Worker,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    db::Fresh,
    harness::{self, SIGNING_SECRET},
};

/// What the source `website` asks for.
const WEBSITE_TOKEN: &str = "t0ken";
/// The API's token, a manager's.
const API_TOKEN: &str = "m4nager";
/// A Friday, 11:00 in Berlin.
pub const FRIDAY: &str = "2026-11-20T10:00:00Z";
/// How long something that comes by itself is waited for; whoever waits longer waits for nothing.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
/// More moments than any story has: then something is due again and again.
const MOST_MOMENTS: usize = 5_000;

/// What Teams lets a message wait for that others crowd out; too short for anybody to notice.
const A_MOMENT: SignedDuration = SignedDuration::from_millis(900);

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

/// What somebody reads next, as an inline snapshot: what is new or has changed since they looked last.
#[macro_export]
macro_rules! reads {
    ($office:expr, $who:expr, @$snapshot:literal) => {{
        let read = $office.read($who);
        insta::allow_duplicates! { insta::assert_snapshot!(read, @$snapshot) }
    }};
}

/// A text that says the same in each chat, as an inline snapshot.
#[macro_export]
macro_rules! says {
    ($text:expr, @$snapshot:literal) => {{
        let text = $text;
        insta::allow_duplicates! { insta::assert_snapshot!(text, @$snapshot) }
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
    teams: Option<Desktop>,
    chats: Chats,
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
        chats: Chats,
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
            teams: match chats {
                Chats::Slack => None,
                Chats::Teams | Chats::Both => Some(Desktop::open().await),
            },
            chats,
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

    /// The Teams of an office that works there.
    pub fn teams(&self) -> &Desktop {
        self.teams.as_ref().expect("this office works in Teams")
    }

    /// Whether somebody, or the channel, is in Teams. Where there are both chats `selin@teams` is Selin there,
    /// wherever she works.
    pub fn is_in_teams(&self, who: &str) -> bool {
        match (self.chats, who.split_once('@')) {
            (Chats::Slack, _) => false,
            (Chats::Teams, _) => true,
            (Chats::Both, Some((_, chat))) => chat == "teams",
            (Chats::Both, None) => telling::IN_TEAMS.contains(&who),
        }
    }

    /// Where somebody may have read something.
    fn sides(&self, who: &str) -> Vec<String> {
        match self.chats {
            Chats::Slack | Chats::Teams => vec![who.to_owned()],
            Chats::Both => vec![format!("{who}@slack"), format!("{who}@teams")],
        }
    }

    /// The database's address.
    pub fn database(&self) -> &str {
        &self.database
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

    /// Baton starts again without Teams in its configuration.
    pub async fn leave_teams(&mut self, rules: &str) {
        self.stop().await;
        self.chats = Chats::Slack;
        rules.clone_into(&mut self.rules);
        self.start().await;
    }

    async fn close(mut self) {
        self.stop().await;
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("Baton runs")
    }

    /// The engine, for what no story can see from outside.
    pub fn engine(&self) -> &baton::engine::Engine {
        self.running().app.engine()
    }

    /// Who fetches people, for what no story can see from outside.
    pub fn people(&self) -> &baton::worker::fetch::People {
        self.running().app.people()
    }

    /// The engine of another Baton on the same database, where there may be one.
    pub async fn replica(&self) -> Option<baton::engine::Engine> {
        if !self.is_shared() {
            return None;
        }
        let app = App::build(self.compiled(), self.clock.clone()).await;
        Some(app.unwrap().engine().clone())
    }

    /// What takes submissions in, for what commands ask of it.
    pub fn intake(&self) -> &baton::http::App {
        self.running().app.intake()
    }

    /// The worker, for what its loops do by themselves.
    pub fn worker(&self) -> Worker {
        self.running().worker.clone()
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
            let fetched = self.running().app.people().tick().await.unwrap();
            let all = done.leads + done.absences + done.messages + fetched;
            if all == 0 && !self.gives_way().await {
                return;
            }
        }
        panic!("something is due again and again");
    }

    /// Teams takes few messages at a time: lets the moment pass until it takes the next; whether it was one.
    async fn gives_way(&self) -> bool {
        if self.chats == Chats::Slack || !self.something_waits().await {
            return false;
        }
        let now = self.clock.now();
        let next = self.running().worker.next_delivery().await.unwrap();
        let next = next.filter(|next| *next > now && next.duration_since(now) < A_MOMENT);
        if let Some(next) = next {
            self.clock.advance(next.duration_since(now));
        }
        next.is_some()
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
            let lead = stored::next_wake(&mut tx).await?;
            let absence = reps::next_absence_change(&mut tx, now).await?;
            Ok::<_, Error>([lead, absence])
        });
        let message = self.running().worker.next_delivery().await.unwrap();
        let fetch = self.running().app.people().next_due().await.unwrap();
        let moments = moments.await.unwrap().into_iter().flatten();
        moments.chain(message).chain(fetch).min()
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
}

/// The user on Slack.
pub fn user(who: &str) -> String {
    format!("U0{}", person_of(who).to_uppercase())
}

/// Who it is, in whichever chat.
fn person_of(who: &str) -> &str {
    who.split_once('@').map_or(who, |(who, _)| who)
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
        None => format!("D0{}", person_of(who).to_uppercase()),
    }
}
