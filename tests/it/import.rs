//! `baton import` as it is called, without a server and beside one, stopped in the middle and run again.

use std::{fmt::Write as _, process::Stdio, time::Duration};

use baton::store::{Db, Error};
use serde_json::Value;

use crate::{cli::Place, db::Fresh};

const LEADS: &str = "select count(*) from lead";

/// A list of so many people, of whom each 50th can't be reached.
fn list(people: usize) -> String {
    let mut text = "Vorname;Nachname;E-Mail;Erstellt am;Kundennummer\n".to_owned();
    for n in 0..people {
        let mail = if n % 50 == 7 {
            "none".to_owned()
        } else {
            format!("a{n}@b.example")
        };
        let _ = writeln!(text, "Ada;King {n};{mail};15.04.2021;=1+{n}");
    }
    text
}

async fn place(fresh: &Fresh) -> Place {
    let place = Place::new().await;
    if !fresh.is_sqlite() {
        let database = format!("[database]\nurl = \"{}\"\n[[source]]", fresh.url);
        place.change("[[source]]", &database);
    }
    place
}

/// Runs a story on each database.
pub async fn on_each(story: impl AsyncFn(&Place)) {
    for fresh in [Fresh::sqlite(), Fresh::postgres().await] {
        story(&place(&fresh).await).await;
        fresh.remove().await;
    }
}

fn import<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let usual = ["import", file, "--source", "website", "--format", "json"];
    usual.iter().chain(more).copied().collect()
}

impl Place {
    /// What a statement counts in the place's database, beside a server too.
    async fn count(&self, sql: &'static str) -> i64 {
        let text = std::fs::read_to_string(self.path("baton.toml")).unwrap();
        let named = text.lines().find_map(|line| line.strip_prefix("url = \""));
        let file = format!("sqlite:{}", self.path("baton.db").display());
        let url = named.map_or(file, |it| it.trim_end_matches('"').to_owned());
        let db = Db::open_read_only(&url).await.unwrap();
        let counted: Result<(i64,), Error> = db.read(async |mut tx| tx.q(sql).one().await).await;
        db.close().await;
        counted.unwrap().0
    }
}

#[tokio::test]
async fn a_dry_run_before_the_first_start_leaves_no_database_behind() {
    let place = Place::new().await;
    std::fs::write(place.path("list.csv"), list(10)).unwrap();
    let (code, told) = place.json(&import("list.csv", &["--dry-run"])).await;
    assert_eq!((code, numbers(&told)), (0, [9, 0, 0, 1]), "{told}");
    assert!(!place.path("baton.db").exists());
}

fn numbers(told: &Value) -> [i64; 4] {
    ["leads", "joined", "again", "rejected"].map(|name| told[name].as_i64().unwrap())
}

#[tokio::test]
async fn a_list_is_brought_in_once_whoever_does_it() {
    on_each(async |place| {
        std::fs::write(place.path("list.csv"), list(120)).unwrap();
        std::fs::write(place.path("more.csv"), list(150)).unwrap();
        let (code, told) = place.json(&import("list.csv", &[])).await;
        assert_eq!((code, numbers(&told)), (0, [117, 0, 0, 3]), "{told}");
        assert_eq!(told["columns"][3]["is"], "submitted_at");
        let rejects = std::fs::read_to_string(place.path("list.rejects.csv")).unwrap();
        let first = "Ada,King 7,none,15.04.2021,'=1+7,email is not an e-mail address; no e-mail and no phone";
        assert_eq!(rejects.lines().nth(1), Some(first));
        // Nobody was written to, and nothing runs.
        let waits = "select count(*) from lead where state = 'queued' and imported and wake_at is null";
        assert_eq!(place.count(waits).await, 117);
        assert_eq!(place.count("select count(*) from outbox").await, 0);
        let server = place.serve();
        let (code, told) = place.json(&import("more.csv", &[])).await;
        assert_eq!((code, numbers(&told)), (0, [30, 0, 117, 3]), "{told}");
        server.stop();
        assert_eq!(place.count(LEADS).await, 147);
        let (_, stats) = place
            .json(&["stats", "2021-04-01..2021-04-30", "--zone", "UTC", "--format", "json"])
            .await;
        assert_eq!((&stats["total"]["arrived"], &stats["total"]["imported"]), (&0.into(), &147.into()));
        // Who reads a list again has caught nobody.
        let (_, stats) = place.json(&["stats", "quarter", "--format", "json"]).await;
        assert_eq!(stats["total"]["duplicates"], 0, "{stats}");
        place.audit().await;
    })
    .await;
}

#[tokio::test]
async fn filters_keep_out_of_a_list_whom_they_keep_out_of_a_webhook() {
    on_each(async |place| {
        let filters = "[[filter]]\nid = \"first\"\nwhen = 'lead.email == \"a1@b.example\"'\nthen = \"drop\"\n\n\
            [[filter]]\nid = \"second\"\nwhen = 'lead.name == \"Ada King 2\"'\nthen = \"park\"\n\n[[source]]";
        place.change("[[source]]", filters);
        std::fs::write(place.path("list.csv"), list(6)).unwrap();
        let (code, told) = place.json(&import("list.csv", &[])).await;
        assert_eq!((code, numbers(&told)), (0, [4, 0, 0, 0]), "{told}");
        assert_eq!(told["filtered"], 2);
        let kept = "select count(*) from submission where status = 'quarantined'";
        assert_eq!((place.count(LEADS).await, place.count(kept).await), (4, 1));
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_says_what_would_become_of_a_list_and_writes_nothing() {
    on_each(async |place| {
        std::fs::write(
            place.path("list.csv"),
            list(60) + "Ada;King;a1@b.example;;\n",
        )
        .unwrap();
        let dry = import("list.csv", &["--dry-run"]);
        std::fs::write(place.path("one.csv"), "email\nada@b.example\n").unwrap();
        assert_eq!(place.baton(&import("one.csv", &[])).await.0, 0);
        let (code, told) = place.json(&dry).await;
        assert_eq!((code, numbers(&told)), (0, [58, 1, 0, 2]), "{told}");
        let routes = serde_json::json!([{"rule": "all", "team": "sales", "leads": 58}]);
        assert_eq!(told["routes"], routes);
        assert_eq!(place.count(LEADS).await, 1);
        let (_, told) = place.json(&import("list.csv", &[])).await;
        assert_eq!(numbers(&told), [58, 1, 0, 2], "{told}");
        let (_, told) = place.json(&dry).await;
        assert_eq!(numbers(&told), [0, 0, 59, 2], "{told}");
        let (code, told) = place
            .baton(&import("list.csv", &["--map", "Vornam=name"]))
            .await;
        assert_eq!(code, 2);
        assert!(
            told.contains("there is no column `Vornam`: did you mean `Vorname`?"),
            "{told}"
        );
        let (code, told) = place
            .baton(&import("list.csv", &["--skip", "E-Mail"]))
            .await;
        assert_eq!(code, 2);
        assert!(told.contains("--map \"Vorname=email\""), "{told}");
    })
    .await;
}

#[tokio::test]
async fn what_was_killed_in_the_middle_goes_on_and_brings_in_each_row_once() {
    on_each(async |place| {
        let people = 900;
        std::fs::write(place.path("list.csv"), list(people)).unwrap();
        let begin = || {
            let mut command = place.command(&import("list.csv", &[]));
            command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        };
        // First the server goes, then the command.
        let server = place.serve();
        let mut importing = begin();
        place.some_leads(1).await;
        drop(server);
        importing.wait().unwrap();
        let had = place.count(LEADS).await;
        let server = place.serve();
        let mut importing = begin();
        place.some_leads(had + 1).await;
        importing.kill().unwrap();
        importing.wait().unwrap();
        let (code, told) = place.json(&import("list.csv", &[])).await;
        server.stop();
        assert_eq!(code, 0, "{told}");
        let [leads, joined, again, rejected] = numbers(&told);
        assert!(again > 0, "{told}");
        assert_eq!((leads + again, joined, rejected), (882, 0, 18), "{told}");
        assert_eq!(place.count(LEADS).await, 882);
        assert_eq!(
            place.count("select count(distinct email) from lead").await,
            882
        );
        assert_eq!(place.count("select count(*) from submission").await, 882);
        place.audit().await;
    })
    .await;
}

impl Place {
    /// Waits until there are so many leads.
    async fn some_leads(&self, many: i64) {
        for _ in 0..600 {
            if self.count(LEADS).await >= many {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no lead came in");
    }
}
