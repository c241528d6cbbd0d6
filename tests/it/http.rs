//! Journeys over HTTP: leads in, what Slack sends, what programs read.

use std::{sync::Arc, time::Duration};

use baton::{
    domain::lead::State,
    http::{App, Limits, Patience, let_in_held, router, serve},
};
use futures_util::future::join_all;
use jiff::SignedDuration;
use reqwest::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    db::both,
    harness::{NEWSLETTER_TOKEN, Stage, json, pending},
};

const ADA: &str = r#"{"email":"ada@example.com","name":"Ada Lovelace","company":"Analytical","phone":"+4930123456"}"#;

const SUBMISSIONS: &str = "select count(*) from submission";
const LEADS: &str = "select count(*) from lead";

async fn problem(answer: Response, status: u16) -> String {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let problem = json(answer).await;
    assert_eq!(problem["status"], status);
    assert!(
        problem["type"]
            .as_str()
            .unwrap()
            .starts_with("urn:baton:problem:")
    );
    problem["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_submission_makes_a_lead_and_says_so() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let answer = stage.send(ADA).await;
        assert_eq!(answer["status"], "accepted");
        assert_eq!(answer["leads"], serde_json::json!([answer["lead"]]));
        assert_eq!(answer["problems"], serde_json::json!([]));
        let lead = stage.only_lead().await;
        assert_eq!(answer["lead"], lead.id.as_str());
        assert!(matches!(lead.state, State::Offered { .. }));
    })
    .await;
}

#[tokio::test]
async fn the_same_delivery_is_known_by_its_key_or_its_body() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let keyed = |body: &str| {
            stage
                .submission("website", body)
                .header("idempotency-key", "k-1")
                .send()
        };
        let first = json(keyed(ADA).await.unwrap()).await;
        let again = json(keyed(ADA).await.unwrap()).await;
        assert_eq!(again["status"], "duplicate");
        assert_eq!(
            (&again["lead"], &again["submission"]),
            (&first["lead"], &first["submission"])
        );

        let other = json(keyed(r#"{"email":"eve@example.com"}"#).await.unwrap()).await;
        assert_eq!(other["status"], "quarantined");
        assert_eq!(other["lead"], Value::Null);
        assert_eq!(stage.count(LEADS).await, 1);

        let bob = r#"{"email":"bob@example.com"}"#;
        assert_eq!(stage.send(bob).await["status"], "accepted");
        assert_eq!(stage.send(bob).await["status"], "duplicate");
        stage.clock.advance(SignedDuration::from_mins(11));
        assert_eq!(stage.send(bob).await["status"], "accepted");
        assert_eq!(stage.count(LEADS).await, 2);
    })
    .await;
}

#[tokio::test]
async fn fifty_at_once_make_one_lead() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let answers = join_all((0..50).map(|_| stage.send(ADA))).await;
        let accepted = answers
            .iter()
            .filter(|answer| answer["status"] == "accepted");
        assert_eq!(accepted.count(), 1);
        assert!(
            answers
                .iter()
                .all(|answer| answer["lead"] == answers[0]["lead"])
        );
        assert_eq!(
            (stage.count(SUBMISSIONS).await, stage.count(LEADS).await),
            (1, 1)
        );
    })
    .await;
}

#[tokio::test]
async fn two_submissions_of_one_person_at_once_make_one_lead() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let bodies = [ADA, r#"{"email":"ADA@example.com","title":"Countess"}"#];
        let answers = join_all(bodies.map(|body| stage.send(body))).await;
        assert!(answers.iter().all(|answer| answer["status"] == "accepted"));
        assert_eq!(answers[0]["lead"], answers[1]["lead"]);
        assert_eq!(stage.count(LEADS).await, 1);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_kept_of_who_is_not_believed() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let forged = stage.submission("website", ADA).body(format!("{ADA} "));
        let detail = problem(forged.send().await.unwrap(), 401).await;
        assert!(detail.contains("x-signature"), "{detail}");
        let unsigned = stage.post("/webhooks/website").body(ADA);
        assert!(
            problem(unsigned.send().await.unwrap(), 401)
                .await
                .contains("x-signature")
        );
        let wrong = stage
            .post("/webhooks/newsletter?token=guess")
            .body("email=ada@example.com");
        assert!(
            !problem(wrong.send().await.unwrap(), 401)
                .await
                .contains("guess")
        );
        assert_eq!(stage.count(SUBMISSIONS).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_token_in_the_address_is_believed_and_not_kept() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let form = stage.post(&format!(
            "/webhooks/newsletter?token={NEWSLETTER_TOKEN}&utm_source=x"
        ));
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let answer = json(form.body("email=ada%40example.com").send().await.unwrap()).await;
        assert_eq!(answer["status"], "accepted");
        let kept = stage.db.read(async |mut tx| {
            tx.q("select query from submission")
                .one::<(String,)>()
                .await
        });
        assert_eq!(kept.await.unwrap().0, "utm_source=x");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_used_is_kept_and_quarantined() {
    both(async |db| {
        let stage = Stage::new(db).await;
        for body in ["{\"email\":", r#"{"name":"Nobody"}"#] {
            let answer = stage.send(body).await;
            assert_eq!(answer["status"], "quarantined", "{body}");
            assert_eq!(answer["lead"], Value::Null);
            assert_ne!(answer["problems"], serde_json::json!([]));
        }
        assert_eq!(
            (stage.count(SUBMISSIONS).await, stage.count(LEADS).await),
            (2, 0)
        );
    })
    .await;
}

#[tokio::test]
async fn what_no_source_takes_is_refused() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let large = stage.submission("website", &format!("{}{ADA}", " ".repeat(300_000)));
        problem(large.send().await.unwrap(), 413).await;
        let html = stage
            .post("/webhooks/website")
            .header("content-type", "text/html")
            .body("<p>");
        problem(html.send().await.unwrap(), 415).await;
        problem(stage.submission("nobody", ADA).send().await.unwrap(), 404).await;
        problem(stage.submission("%ff%fe", ADA).send().await.unwrap(), 404).await;
        problem(stage.submission("%00", ADA).send().await.unwrap(), 404).await;
        let packed = stage
            .submission("website", ADA)
            .header("content-encoding", "gzip");
        let detail = problem(packed.send().await.unwrap(), 415).await;
        assert!(detail.contains("Content-Encoding"), "{detail}");
        let torn = stage
            .submission("website", ADA)
            .header("idempotency-key", "k-1")
            .header("idempotency-key", "k-2");
        problem(torn.send().await.unwrap(), 400).await;
        problem(stage.get("/nothing").send().await.unwrap(), 404).await;
        let got = stage.get("/webhooks/website").send().await.unwrap();
        assert_eq!(got.headers()["allow"], "POST");
        problem(got, 405).await;
        assert_eq!(stage.count(SUBMISSIONS).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_nul_anywhere_brings_nothing_down() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let mut sources = crate::harness::sources();
        let path = baton::intake::path::json_path("$.id").unwrap();
        sources[0].delivery_id = Some(baton::intake::DeliveryId::Field(path));
        stage.app.set_sources(sources);
        let nul = r#"{"id":"a\u0000b","email":"ada@example.com","na\u0000me":"\u0000","employees":"1\u0000x","phone":"\u0000+49x"}"#;
        assert_eq!(stage.send(nul).await["status"], "accepted");
        assert_eq!(stage.send(nul).await["status"], "duplicate");
        let nobody = r#"{"id":"\u0000","email":"\u0000@","country":"\u0000"}"#;
        assert_eq!(stage.send(nobody).await["status"], "quarantined");
    })
    .await;
}

/// Begins a submission of which `length` bytes are promised and none sent; the answer's first line.
async fn promised(url: &str, length: usize) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /webhooks/website HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_body_that_is_too_large_or_too_slow_is_not_waited_for() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let hasty = Limits {
            body_time: Duration::from_millis(50),
            ..Limits::default()
        };
        let app = App::new(stage.engine.clone(), stage.desk.clone(), hasty);
        app.set_sources(crate::harness::sources());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = router(Arc::new(app));
        let stop = CancellationToken::new();
        let _stop = stop.clone().drop_guard();
        tokio::spawn(serve(listener, router, Patience::default(), stop));
        let large = promised(&stage.url, 300_000).await;
        assert_eq!(large, "HTTP/1.1 413 Payload Too Large");
        let slow = promised(&url, 10).await;
        assert_eq!(slow, "HTTP/1.1 408 Request Timeout");
    })
    .await;
}

#[tokio::test]
async fn over_its_rate_a_source_is_held_or_refused() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let numbered = |n: usize| format!(r#"{{"email":"lead{n}@example.com"}}"#);
        let mut statuses = Vec::new();
        for n in 0..4 {
            let answer = stage.submission("busy", &numbered(n)).send().await.unwrap();
            statuses.push(json(answer).await["status"].clone());
            stage.clock.advance(SignedDuration::from_millis(1));
        }
        assert_eq!(statuses, ["accepted", "accepted", "held", "held"]);
        assert_eq!(let_in_held(&stage.app).await.unwrap(), 0);
        stage.clock.advance(SignedDuration::from_secs(31));
        assert_eq!(let_in_held(&stage.app).await.unwrap(), 1);
        assert_eq!(
            stage
                .count("select count(*) from lead where email = 'lead2@example.com'")
                .await,
            1
        );
        stage.clock.advance(SignedDuration::from_secs(31));
        assert_eq!(let_in_held(&stage.app).await.unwrap(), 1);
        assert_eq!(let_in_held(&stage.app).await.unwrap(), 0);
        assert_eq!(stage.count(LEADS).await, 4);

        for n in 0..2 {
            assert_eq!(
                stage
                    .submission("strict", &numbered(n))
                    .send()
                    .await
                    .unwrap()
                    .status(),
                200
            );
        }
        let refused = stage
            .submission("strict", &numbered(2))
            .send()
            .await
            .unwrap();
        assert_eq!(refused.headers()["retry-after"], "30");
        problem(refused, 429).await;
    })
    .await;
}

#[tokio::test]
async fn a_reload_keeps_the_count_of_a_source() {
    both(async |db| {
        let stage = Stage::new(db).await;
        for n in 0..2 {
            let body = format!(r#"{{"email":"lead{n}@example.com"}}"#);
            stage.submission("strict", &body).send().await.unwrap();
        }
        stage.app.set_sources(crate::harness::sources());
        problem(stage.submission("strict", ADA).send().await.unwrap(), 429).await;
        stage.app.set_sources(Vec::new());
        problem(stage.submission("website", ADA).send().await.unwrap(), 404).await;
    })
    .await;
}

#[tokio::test]
async fn programs_read_leads_as_the_contract_shows_them() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.send(ADA).await;
        let stored = stage.only_lead().await;
        let lead = json(
            stage
                .api("m4nager", &format!("/leads/{}", stored.number))
                .await,
        )
        .await;
        let by_id = json(stage.api("m4nager", &format!("/leads/{}", stored.id)).await).await;
        assert_eq!(lead, by_id);
        let keys = [
            "attributes",
            "contact",
            "created_at",
            "fit",
            "id",
            "intent",
            "next_step",
            "number",
            "offers",
            "owner",
            "route",
            "score",
            "sla",
            "source",
            "stage",
            "state",
            "timeline",
            "type",
        ];
        for key in keys {
            assert!(lead.get(key).is_some(), "{key}");
        }
        let (offer, rep) = pending(&stored);
        assert_eq!(lead["state"], "offered");
        assert_eq!(lead["contact"]["email"], "ada@example.com");
        assert_eq!(lead["offers"][0]["id"], offer.as_str());
        assert_eq!(lead["offers"][0]["rep"], rep.as_str());
        assert_eq!(lead["offers"][0]["reason"], Value::Null);
        assert_eq!(lead["created_at"], "2026-11-20T10:00:00Z");
        assert_eq!(lead["sla"]["acknowledge_by"], "2026-11-20T10:15:00Z");
        assert_eq!(lead["route"]["strategy"], "round-robin");
        assert_eq!(lead["timeline"][0]["event"], "created");
        problem(stage.api("m4nager", "/leads/1").await, 404).await;
        problem(stage.api("m4nager", "/leads/lead_x").await, 404).await;
        problem(stage.api("m4nager", "/leads/%00").await, 404).await;
        problem(stage.api("m4nager", "/leads/%ff%fe").await, 404).await;
        assert!(lead["score"]["total"].is_i64(), "{}", lead["score"]);
    })
    .await;
}

#[tokio::test]
async fn a_reader_sees_no_contact_data_and_a_stranger_nothing() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.send(ADA).await;
        let seen = stage.api("r3ader", "/leads").await.text().await.unwrap();
        let page: Value = serde_json::from_str(&seen).unwrap();
        assert_eq!(page["leads"][0]["contact"], serde_json::json!({}));
        assert!(
            !seen.contains("ada@") && !seen.contains("Lovelace"),
            "{seen}"
        );
        problem(
            stage.api("r3ader", "/leads?email=ada@example.com").await,
            403,
        )
        .await;
        problem(stage.api("r3ader", "/leads?q=ada").await, 403).await;
        for answer in [
            stage.api("guess", "/leads").await,
            stage.get("/api/v1/leads").send().await.unwrap(),
        ] {
            assert!(
                answer.headers()["www-authenticate"]
                    .to_str()
                    .unwrap()
                    .starts_with("Bearer")
            );
            problem(answer, 401).await;
        }
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    both(async |db| {
        let stage = Stage::new(db).await;
        for n in 0..5 {
            stage
                .send(&format!(r#"{{"email":"lead{n}@example.com"}}"#))
                .await;
            stage.clock.advance(SignedDuration::from_secs(1));
        }
        let detail = problem(stage.api("m4nager", "/leads?state=banana").await, 400).await;
        assert!(
            detail.contains("`state`") && detail.contains("`disqualified`"),
            "{detail}"
        );
        let detail = problem(stage.api("m4nager", "/leads?colour=red").await, 400).await;
        assert!(
            detail.contains("`colour`") && detail.contains("`external_id`"),
            "{detail}"
        );
        let mut numbers = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = json(
                stage
                    .api("m4nager", &format!("/leads?limit=2{cursor}"))
                    .await,
            )
            .await;
            let leads = page["leads"].as_array().unwrap();
            numbers.extend(leads.iter().map(|lead| lead["number"].as_i64().unwrap()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(numbers, [1005, 1004, 1003, 1002, 1001]);
        let count = async |query: &str| {
            let page = json(stage.api("m4nager", &format!("/leads?{query}")).await).await;
            page["leads"].as_array().unwrap().len()
        };
        assert_eq!(count("email=LEAD3@example.com").await, 1);
        assert_eq!(count("state=offered").await, 5);
        assert_eq!(count("state=owned").await, 0);
        assert_eq!(count("source=website&team=sales").await, 5);
        assert_eq!(count("q=lead4").await, 1);
        assert_eq!(count("since=2026-11-20T10:00:03Z").await, 2);
        for bad in [
            "limit=0",
            "limit=201",
            "since=yesterday",
            "cursor=x",
            "colour=red",
            "state=banana",
            "state=owned&state=closed",
            "q=%00",
            "email=%00",
            "owner=%00",
            "cursor=1.%00",
        ] {
            problem(stage.api("m4nager", &format!("/leads?{bad}")).await, 400).await;
        }
    })
    .await;
}

#[tokio::test]
async fn it_says_whether_it_is_alive_and_ready_and_what_it_counted() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.send(ADA).await;
        for path in ["/healthz", "/readyz"] {
            let answer = stage.get(path).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            assert!(answer.headers().contains_key("x-request-id"));
        }
        let metrics = stage.get("/metrics").send().await.unwrap().text().await.unwrap();
        for line in [
            r#"baton_submissions_total{source="website",status="accepted"}"#,
            "baton_outbox_waiting 1",
            r#"baton_http_request_duration_seconds_bucket{method="POST",route="/webhooks/{source}",status="200",le="3"}"#,
        ] {
            assert!(metrics.contains(line), "{line} is not in\n{metrics}");
        }
        stage.db.close().await;
        let answer = stage.get("/readyz").send().await.unwrap();
        assert_eq!(answer.status(), 503);
        let refused = stage.submission("website", r#"{"email":"late@example.com"}"#).send().await.unwrap();
        assert!(refused.headers().contains_key("retry-after"));
        problem(refused, 503).await;
    })
    .await;
}
