//! The program as it is called: `baton send`, `stats`, `reload` and `doctor` beside a `baton serve`, in front of a
//! stand-in for Slack.

use std::{
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering::Relaxed},
    },
};

use baton::{
    clock::Clock,
    playground::{Channel, Fault, FaultRule, Group, Person, Playground, Settings},
    store::{Db, Error, reps},
};
use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::harness;

const LEAD: &str = r#"{"email": "ada@acme.example", "name": "Ada Brenner", "employees": 120}"#;

/// A directory with a configuration, and the Slack that it names.
pub struct Place {
    dir: tempfile::TempDir,
    pub slack: Playground,
    url: String,
    _stop: DropGuard,
}

impl Place {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let stop = CancellationToken::new();
        let url = format!("http://127.0.0.1:{}", free_port());
        let clock = Clock::system();
        let mut settings =
            Settings::new(&url, harness::SIGNING_SECRET, Arc::new(move || clock.now()));
        settings.people = vec![
            Person::new("U0AYSE", "Ayşe Yılmaz", "ayse@example.com", "UTC", "Rep"),
            Person::new(
                "U0SELIN",
                "Selin Kaya",
                "selin@example.com",
                "UTC",
                "Manager",
            ),
        ];
        settings.channels = vec![Channel::new("C0SALES", "sales")];
        settings.groups = vec![Group {
            id: "S0DACH".to_owned(),
            handle: "sales-dach".to_owned(),
            members: vec!["U0AYSE".to_owned()],
        }];
        let (slack, slack_url) = harness::playground(settings, &stop).await;
        let place = Self {
            dir,
            slack,
            url,
            _stop: stop.drop_guard(),
        };
        place.configure(&configuration(&place.url, &slack_url));
        std::fs::write(place.dir.path().join("lead.json"), LEAD).unwrap();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn configure(&self, text: &str) {
        std::fs::write(self.path("baton.toml"), text).unwrap();
    }

    pub fn change(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("baton.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        self.configure(&text.replace(from, to));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_baton"));
        command
            .args(arguments)
            .current_dir(&self.dir)
            .env_remove("BATON_CONFIG")
            .env("BATON_LOG", "error")
            .env("WEBSITE_SECRET", harness::WEBSITE_SECRET)
            .env("NO_PROXY", "127.0.0.1");
        command
    }

    /// Runs a command to its end; its exit code and what it printed.
    pub async fn baton(&self, arguments: &[&str]) -> (i32, String) {
        let ended = run(self.command(arguments)).await;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let said = text(&ended.stdout) + &text(&ended.stderr);
        (ended.status.code().unwrap(), said)
    }

    /// Runs `baton audit`, which must find nothing.
    pub async fn audit(&self) {
        let (code, said) = self.baton(&["audit"]).await;
        assert_eq!(code, 0, "{said}");
    }

    /// Runs a command that prints JSON.
    pub async fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let ended = run(self.command(arguments)).await;
        let body = serde_json::from_slice(&ended.stdout);
        let body = body.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ended.stderr)));
        (ended.status.code().unwrap(), body)
    }

    /// The address of the database.
    fn database(&self) -> String {
        format!("sqlite:{}", self.path("baton.db").display())
    }

    pub fn serve(&self) -> Server {
        let mut child = self
            .command(&["serve"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = said.next().unwrap().unwrap();
        assert!(line.contains("listening on"), "{line}");
        std::thread::spawn(move || said.for_each(drop));
        Server(child)
    }
}

/// A `baton serve` that ends with the test.
pub struct Server(Child);

impl Server {
    pub fn stop(mut self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs to the end without holding up the stand-in.
pub async fn run(mut command: Command) -> Output {
    let ended = tokio::task::spawn_blocking(move || command.output());
    ended.await.unwrap().unwrap()
}

/// A port for a server that starts later, and perhaps again. It is below those that systems give to connections by
/// themselves: one of those could be another's by then, or still be kept for one that ended.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const PORTS: std::ops::Range<u16> = 12_000..32_000;
    let many = u32::from(PORTS.end - PORTS.start);
    for _ in 0..many {
        // Tests of other processes begin elsewhere.
        let begin = std::process::id().wrapping_mul(101);
        let next = begin.wrapping_add(NEXT.fetch_add(1, Relaxed).into());
        let port = PORTS.start + u16::try_from(next % many).unwrap();
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

fn configuration(url: &str, slack: &str) -> String {
    let listen = url.trim_start_matches("http://");
    let secret = harness::SIGNING_SECRET;
    format!(
        r#"
[server]
listen = "{listen}"
[slack]
bot_token = "xoxb-test"
signing_secret = "{secret}"
api_url = "{slack}/api/"
[[rep]]
id = "ayse"
name = "Ayşe Yılmaz"
email = "ayse@example.com"
[[rep]]
id = "selin"
name = "Selin Kaya"
email = "selin@example.com"
role = "manager"
[[team]]
id = "sales"
members = ["ayse"]
managers = ["selin"]
channel = "slack:C0SALES"
[[source]]
id = "website"
format = "json"
verify = {{ scheme = "hmac-sha256", header = "x-signature-256", secret = "${{WEBSITE_SECRET}}" }}
type = "demo"
[[route]]
id = "all"
to = {{ team = "sales" }}
"#
    )
}

#[tokio::test]
async fn a_lead_is_sent_as_its_source_would_and_counted() {
    let place = Place::new().await;
    let (code, said) = place
        .baton(&["send", "lead.json", "--source", "website"])
        .await;
    assert_eq!(code, 1);
    assert!(said.contains("Is `baton serve` running"), "{said}");
    let _server = place.serve();
    let (code, told) = place
        .json(&[
            "send",
            "lead.json",
            "--source",
            "website",
            "--format",
            "json",
        ])
        .await;
    assert_eq!((code, &told["status"]), (0, &"accepted".into()), "{told}");
    let other = LEAD.replace("ada@", "eve@");
    std::fs::write(place.path("other.json"), other).unwrap();
    let test = ["send", "other.json", "--source", "website", "--test"];
    let (code, said) = place.baton(&test).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("test, it went the whole way"), "{said}");
    let (code, told) = place.json(&["stats", "--format", "json"]).await;
    assert_eq!((code, &told["total"]["arrived"]), (0, &1.into()), "{told}");
    let (code, said) = place
        .baton(&["send", "lead.json", "--source", "site"])
        .await;
    assert_eq!(code, 2);
    assert!(said.contains("no source `site`: it has website"), "{said}");
    let mut forged = place.command(&["send", "lead.json", "--source", "website"]);
    forged.env("WEBSITE_SECRET", "another");
    let ended = run(forged).await;
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(said.contains("another secret for this source"), "{said}");
    assert!(!said.contains(harness::WEBSITE_SECRET), "{said}");
}

#[tokio::test]
async fn a_vendors_own_body_is_sent_as_it_is() {
    let place = Place::new().await;
    let fetch = "fetch = { url = \"http://127.0.0.1:9/\", token = \"t\" }";
    let source =
        format!("[[source]]\nid = \"crm\"\nformat = \"hubspot\"\nsecret = \"s3cret\"\n{fetch}\n");
    let quiz = "[[source]]\nid = \"quiz\"\nformat = \"typeform\"\nsecret = \"s3cret\"\n";
    place.change("[[route]]", &format!("{source}{quiz}[[route]]"));
    let _server = place.serve();
    let ours = ["send", "lead.json", "--source", "quiz"];
    let (code, said) = place.baton(&ours).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("`quiz` takes what Typeform sends"), "{said}");
    let event = include_str!("fixtures/hubspot/several-events.json");
    std::fs::write(place.path("event.json"), event).unwrap();
    let theirs = ["send", "event.json", "--source", "crm", "--format", "json"];
    let (code, told) = place.json(&theirs).await;
    assert_eq!((code, &told["status"]), (0, &"pending".into()), "{told}");
}

#[tokio::test]
async fn numbers_are_told_by_team_period_and_format() {
    let place = Place::new().await;
    place.serve().stop();
    let (code, said) = place
        .baton(&["stats", "sales", "month", "--zone", "Europe/Berlin"])
        .await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.starts_with("Team sales by rep, this month: "),
        "{said}"
    );
    assert!(
        said.contains("(Europe/Berlin)\nNo leads came in then."),
        "{said}"
    );
    for (what, words) in [
        (["stats", "nobody"], "Teams are sales."),
        (["stats", "me"], "the command line is nobody"),
        (["stats", "--zone=Mars"], "is no time zone"),
    ] {
        let (code, said) = place.baton(&what).await;
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn a_reload_says_what_changed_and_refuses_mistakes() {
    let place = Place::new().await;
    let socket = place.path("baton.db.sock");
    std::fs::write(&socket, "left by a server that was killed").unwrap();
    let server = place.serve();
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (code, said) = place.baton(&["reload"]).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("nothing in it was changed"), "{said}");
    place.change("role = \"manager\"", "role = \"admin\"\nweight = 2");
    place.change("id = \"all\"", "id = \"rest\"");
    place.change("xoxb-test", "xoxb-other");
    let (code, told) = place.json(&["reload", "--format", "json"]).await;
    assert_eq!(code, 0, "{told}");
    let changes = [
        "rep `selin`: `role`, `weight` changed",
        "route `rest` added",
        "[slack]: `bot_token` changed",
        "route `all` removed",
    ];
    let mut said: Vec<&str> = told["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    said.sort_unstable();
    let mut expected = changes.to_vec();
    expected.sort_unstable();
    assert_eq!(said, expected);
    place.change("to = { team = \"sales\" }", "to = { team = \"sails\" }");
    let (code, said) = place.baton(&["reload"]).await;
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("sails") && said.contains("Not in force."),
        "{said}"
    );
    place.change("to = { team = \"sails\" }", "too = 1");
    let (code, said) = place.baton(&["reload"]).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("too"), "{said}");
    place.change("too = 1", "to = { team = \"sales\" }");
    server.stop();
    assert!(!socket.exists());
    let (code, said) = place.baton(&["reload"]).await;
    assert_eq!(code, 1);
    assert!(said.contains("no server runs here"), "{said}");
}

/// How something was found, by its area.
fn state<'f>(told: &'f Value, area: &str) -> (&'f str, &'f str) {
    let checks = told["checks"].as_array().unwrap();
    let found = checks
        .iter()
        .find(|it| it["area"] == area && it["state"] != "well");
    let found = found
        .or_else(|| checks.iter().find(|it| it["area"] == area))
        .unwrap();
    (
        found["state"].as_str().unwrap(),
        found["what"].as_str().unwrap(),
    )
}

#[tokio::test]
async fn a_doctor_shows_to_whom_the_chat_delivers_nothing() {
    let place = Place::new().await;
    place.serve().stop();
    let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
    let db = Db::open(&place.database()).await.unwrap();
    let noted: Result<(), Error> = db
        .write(async |mut tx| reps::unreachable(&mut tx, &"ayse".into(), "deactivated", now).await)
        .await;
    noted.unwrap();
    db.close().await;
    let (_, told) = place.json(&["doctor", "--format", "json"]).await;
    assert_eq!(
        state(&told, "delivery"),
        (
            "look",
            "the chat has delivered nothing to Ayşe Yılmaz since 2026-11-20T10:00:00Z: deactivated"
        )
    );
}

#[tokio::test]
async fn a_doctor_finds_what_is_broken_and_says_how_to_mend_it() {
    let place = Place::new().await;
    let doctor = ["doctor", "--format", "json"];
    let (code, told) = place.json(&doctor).await;
    assert_eq!(code, 1, "{told}");
    assert_eq!(state(&told, "database").0, "untold");
    assert_eq!(state(&told, "public address").0, "broken");
    let _server = place.serve();
    let (code, told) = place.json(&doctor).await;
    assert_eq!(code, 0, "{told}");
    for area in [
        "configuration",
        "database",
        "disk",
        "clock",
        "slack token",
        "slack scopes",
        "slack channels",
        "people",
        "sources",
    ] {
        assert_eq!(state(&told, area).0, "well", "{area}: {told}");
    }
    place.slack.fault(FaultRule::next(
        1,
        "conversations.history",
        Fault::Refuse {
            error: "not_in_channel".to_owned(),
        },
    ));
    place.change("ayse@example.com", "aise@example.com");
    let (code, told) = place.json(&doctor).await;
    assert_eq!(code, 1, "{told}");
    assert_eq!(
        state(&told, "slack channels"),
        ("broken", "C0SALES: not_in_channel")
    );
    assert_eq!(
        state(&told, "people"),
        ("broken", "ayse (aise@example.com) is not in Slack")
    );
    place.change(
        "members = [\"ayse\"]",
        "members = [\"ayse\", \"@sales-dach\"]",
    );
    let (_, told) = place.json(&doctor).await;
    assert_eq!(
        state(&told, "slack groups"),
        ("well", "@sales-dach can be read")
    );
    place.slack.fault(FaultRule::next(
        1,
        "usergroups.users.list",
        Fault::Refuse {
            error: "missing_scope".to_owned(),
        },
    ));
    let (_, told) = place.json(&doctor).await;
    assert_eq!(
        state(&told, "slack groups"),
        ("broken", "they can't be read: missing_scope")
    );
    place.change("@sales-dach", "@sales-dahc");
    let (_, told) = place.json(&doctor).await;
    assert_eq!(
        state(&told, "slack groups"),
        ("broken", "there is no @sales-dahc")
    );
    place.slack.fault(FaultRule::next(
        1,
        "auth.test",
        Fault::Refuse {
            error: "token_revoked".to_owned(),
        },
    ));
    let (code, said) = place.baton(&["doctor"]).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("✗ slack token     token_revoked\n")
            && said.contains("Leads are still taken in"),
        "{said}"
    );
    place.change("to = { team = \"sales\" }", "to = { team = \"sails\" }");
    let (code, told) = place.json(&doctor).await;
    assert_eq!(
        (code, state(&told, "configuration")),
        (1, ("broken", "it has a mistake"))
    );
}

#[tokio::test]
async fn the_shell_and_the_manual_know_every_command() {
    let place = Place::new().await;
    let (code, said) = place.baton(&["man", "--dir", "pages"]).await;
    assert_eq!(code, 0, "{said}");
    for command in ["check", "doctor", "reload", "send", "stats"] {
        let page =
            std::fs::read_to_string(place.path(&format!("pages/baton-{command}.1"))).unwrap();
        assert!(page.contains("Examples:"), "{command}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let (code, said) = place.baton(&["completions", shell]).await;
        assert_eq!(code, 0);
        assert!(said.contains("doctor"), "{shell}");
    }
    assert_eq!(place.baton(&["man", "nonsense"]).await.0, 2);
}
