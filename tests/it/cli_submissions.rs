//! `baton submissions` as it is called: beside a server that runs, and where none does.

use serde_json::Value;

use crate::{
    cli::Place,
    db::{Fresh, both_fresh},
};

/// Known by both names, so that a mended source finds her too.
const EVE: &str = r#"{"email": "eve@rival.example", "q17": "eve@rival.example"}"#;

const MENDED: &str = "type = \"demo\"\nfields = { email = \"q17\" }";

/// A place on a database of this kind, with a filter.
async fn place(fresh: &Fresh) -> Place {
    let place = Place::new().await;
    let database = format!("[database]\nurl = \"{}\"\n[slack]\n", fresh.url);
    place.change("[slack]\n", &database);
    place.change(
        "[[route]]",
        "[[filter]]\nid = \"rivals\"\nwhen = 'lead.domain == \"rival.example\"'\nthen = \"drop\"\n[[route]]",
    );
    place
}

/// Sends a body as `website` would; the submission's name and what became of it.
async fn send(place: &Place, body: &str) -> (String, String) {
    std::fs::write(place.path("body.json"), body).unwrap();
    let send = [
        "send",
        "body.json",
        "--source",
        "website",
        "--format",
        "json",
    ];
    let (code, told) = place.json(&send).await;
    assert_eq!(code, 0, "{told}");
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    (text("submission"), text("status"))
}

fn visitor(n: usize) -> String {
    format!(r#"{{"q17": "visitor{n}@acme{n}.example", "note": "wants a demo"}}"#)
}

async fn statuses(place: &Place, arguments: &[&str]) -> Vec<String> {
    let all = [&["submissions", "list", "--format", "json"], arguments].concat();
    let (code, told) = place.json(&all).await;
    assert_eq!(code, 0, "{told}");
    let rows = told["submissions"].as_array().unwrap().iter();
    rows.map(|row| row["status"].as_str().unwrap().to_owned())
        .collect()
}

/// What came of each of a replay's submissions.
fn outcomes(told: &Value) -> Vec<&str> {
    let rows = told["submissions"].as_array().unwrap().iter();
    rows.map(|row| row["outcome"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_could_not_be_used_is_listed_shown_mapped_and_let_in() {
    both_fresh(async |fresh| {
        let place = place(fresh).await;
        let server = place.serve();
        let (id, status) = send(&place, &visitor(0)).await;
        assert_eq!(status, "quarantined");
        for n in 1..30 {
            send(&place, &visitor(n)).await;
        }
        send(&place, EVE).await;
        let quarantined = ["--status", "quarantined", "--limit", "100"];
        assert_eq!(statuses(&place, &quarantined).await.len(), 30);
        assert_eq!(statuses(&place, &["--filter", "rivals"]).await, ["ignored"]);
        assert!(
            statuses(&place, &["--until", "2020-01-01"])
                .await
                .is_empty()
        );

        let (code, said) = place.baton(&["submissions", "show", &id]).await;
        assert_eq!(code, 0, "{said}");
        for words in [
            "quarantined",
            "no e-mail and no phone",
            "visitor0@acme0.example",
            "baton submissions map",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
        let (code, said) = place.baton(&["submissions", "show", &id, "--body"]).await;
        let sent: Value = serde_json::from_str(&said).unwrap();
        let meant: Value = serde_json::from_str(&visitor(0)).unwrap();
        assert_eq!((code, sent), (0, meant));
        let (code, said) = place.baton(&["submissions", "map", &id]).await;
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("fields = { email = \"q17\" }"), "{said}");
        assert!(
            said.contains("With it this submission is usable."),
            "{said}"
        );

        place.change("type = \"demo\"", MENDED);
        assert_eq!(place.baton(&["reload"]).await.0, 0);
        let dry = [
            "submissions",
            "replay",
            "--source",
            "website",
            "--dry-run",
            "--format",
            "json",
        ];
        let (code, told) = place.json(&dry).await;
        assert_eq!((code, outcomes(&told)), (0, vec!["would_be_let_in"; 30]));
        let replay = [
            "submissions",
            "replay",
            "--source",
            "website",
            "--format",
            "json",
        ];
        let (code, told) = place.json(&replay).await;
        assert_eq!((code, outcomes(&told)), (0, vec!["let_in"; 30]), "{told}");
        // Nothing is left, and who is named again has a lead already.
        let (code, told) = place.json(&replay).await;
        assert_eq!((code, outcomes(&told)), (0, Vec::new()));
        let (code, said) = place.baton(&["submissions", "replay", &id]).await;
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("made its leads before: lead 1001"), "{said}");
        server.stop();
        place.audit().await;
    })
    .await;
}

#[tokio::test]
async fn where_no_server_runs_the_command_does_it_itself() {
    both_fresh(async |fresh| {
        let place = place(fresh).await;
        let server = place.serve();
        let (first, _) = send(&place, &visitor(0)).await;
        let (second, _) = send(&place, &visitor(1)).await;
        send(&place, EVE).await;
        server.stop();
        let (code, said) = place.baton(&["submissions", "drop", &second]).await;
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("put away"), "{said}");
        place.change("type = \"demo\"", MENDED);
        let (code, said) = place.baton(&["submissions", "replay"]).await;
        assert_eq!(code, 0, "{said}");
        assert!(
            said.contains(&format!("{first}  let in: lead 1001")),
            "{said}"
        );
        assert!(said.contains("1 of 1."), "{said}");
        // The filter still keeps its own out, unless somebody says otherwise.
        let ignored = [
            "submissions",
            "replay",
            "--status",
            "ignored",
            "--filter",
            "rivals",
        ];
        let (code, said) = place.baton(&ignored).await;
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("0 of 1."), "{said}");
        let all = [&ignored[..], &["--past-filters"]].concat();
        let (_, said) = place.baton(&all).await;
        assert!(said.contains("let in: lead 1002"), "{said}");
        place.audit().await;
    })
    .await;
}

#[tokio::test]
async fn what_can_t_be_meant_is_said() {
    let place = Place::new().await;
    place.serve().stop();
    for (arguments, code, words) in [
        (vec!["list", "--since", "yesterday"], 2, "is no time"),
        (vec!["list", "--status", "lost"], 2, "invalid value 'lost'"),
        (
            vec!["show", "sub_none"],
            1,
            "there is no submission sub_none",
        ),
        (
            vec!["map", "sub_none"],
            1,
            "there is no submission sub_none",
        ),
        (vec!["replay", "sub_none"], 1, "there is no such submission"),
        (
            vec!["replay", "sub_1", "--source", "website"],
            2,
            "cannot be used with",
        ),
        (vec!["replay"], 0, "There is nothing to do"),
        (vec!["drop"], 2, "say which"),
    ] {
        let all = [vec!["submissions"], arguments].concat();
        let (ended, said) = place.baton(&all).await;
        assert_eq!(ended, code, "{all:?}: {said}");
        assert!(said.contains(words), "{all:?}: {said}");
    }
}
