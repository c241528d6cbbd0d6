//! What programs read and do over the API, and what they are told when it can't be.

use baton::http::{ApiToken, Role};
use jiff::SignedDuration;
use reqwest::{Method, Response};
use serde_json::{Value, json as object};

use crate::{
    db::both,
    harness::{Stage, json},
};

const ADA: &str = r#"{"email":"ada@example.com","name":"Ada Lovelace","company":"Analytical"}"#;

/// Asks as the token `ops`, who may write.
async fn post(stage: &Stage, path: &str, body: &Value) -> Response {
    let request = stage.post(&format!("/api/v1{path}")).bearer_auth("m4nager");
    request.json(body).send().await.unwrap()
}

async fn problem(answer: Response, status: u16) -> String {
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let (was, problem) = (answer.status(), json(answer).await);
    assert_eq!(was, status, "{problem}");
    problem["detail"].as_str().unwrap().to_owned()
}

async fn get(stage: &Stage, path: &str) -> Value {
    let answer = stage.api("m4nager", path).await;
    assert_eq!(answer.status(), 200, "{path}");
    json(answer).await
}

/// The events of a lead's history with who did them.
fn history(lead: &Value) -> Vec<(String, String)> {
    let lines = lead["timeline"].as_array().unwrap().iter();
    let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    lines
        .map(|line| (word(line, "event"), word(line, "actor")))
        .collect()
}

/// Every operation of the description: method, path with names filled in, whether it has a body.
async fn operations(stage: &Stage) -> Vec<(Method, String, bool)> {
    let document = json(stage.get("/api/v1/openapi.json").send().await.unwrap()).await;
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{lead}", "1001").replace("{rep}", "selin");
        for (method, described) in methods.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            all.push((method, path.clone(), described.get("requestBody").is_some()));
        }
    }
    all
}

#[tokio::test]
async fn a_role_opens_what_it_is_for() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.send(ADA).await;
        let token = |name: &str, role| ApiToken {
            name: name.to_owned(),
            token: name.into(),
            role,
        };
        stage.app.set_tokens(vec![
            token("reader", Role::Reader),
            token("manager", Role::Manager),
            token("admin", Role::Admin),
            token("", Role::Admin),
        ]);
        let mut table = String::new();
        for (method, path, writes) in operations(&stage).await {
            let mut row = Vec::new();
            for who in ["", "guess", "reader", "manager", "admin"] {
                let request = stage
                    .client
                    .request(method.clone(), format!("{}{path}", stage.url));
                let request = request.header("content-type", "application/json");
                // Not what belongs there: whoever may write is told so, and nothing happens.
                let request = if writes { request.body("[]") } else { request };
                row.push(
                    request
                        .bearer_auth(who)
                        .send()
                        .await
                        .unwrap()
                        .status()
                        .as_u16()
                        .to_string(),
                );
            }
            table += &format!("{:4} {path:36} {}\n", method.as_str(), row.join(" "));
        }
        // Nobody, a stranger, reader, manager, admin.
        insta::allow_duplicates! {
            insta::assert_snapshot!(table, @"
            GET  /api/v1/leads                        401 401 200 200 200
            POST /api/v1/leads                        401 401 403 422 422
            GET  /api/v1/leads/1001                   401 401 200 200 200
            GET  /api/v1/reps                         401 401 200 200 200
            GET  /api/v1/reps/selin                   401 401 200 200 200
            GET  /api/v1/teams                        401 401 200 200 200
            GET  /api/v1/routes                       401 401 200 200 200
            GET  /api/v1/stats                        401 401 200 200 200
            POST /api/v1/leads/1001/assign            401 401 403 422 422
            POST /api/v1/leads/1001/contact           401 401 403 422 422
            POST /api/v1/leads/1001/stage             401 401 403 422 422
            POST /api/v1/leads/1001/close             401 401 403 422 422
            POST /api/v1/reps/selin/availability      401 401 403 422 422
            GET  /api/v1/openapi.json                 200 200 200 200 200
            ");
        }
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_answered_is_a_problem_in_plain_words() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.send(ADA).await;
        let leads = || stage.get("/api/v1/leads").bearer_auth("m4nager");
        let picky = leads().header("accept", "text/html").send().await.unwrap();
        assert!(problem(picky, 406).await.contains("Accept"));
        problem(stage.api("m4nager", "/nothing").await, 404).await;
        problem(stage.api("m4nager", "/reps/nobody").await, 404).await;
        problem(stage.api("m4nager", "/reps/%ff").await, 404).await;
        assert!(
            problem(stage.api("m4nager", "/teams?x=1").await, 400)
                .await
                .contains("`x`")
        );
        let options = stage
            .client
            .request(Method::OPTIONS, format!("{}/api/v1/leads", stage.url));
        let options = options.send().await.unwrap();
        assert_eq!(options.headers()["allow"], "GET,HEAD,POST");
        problem(options, 405).await;
        let head = stage.client.head(format!("{}/api/v1/leads", stage.url));
        let head = head.bearer_auth("m4nager").send().await.unwrap();
        assert_eq!(head.status(), 200);
        assert_eq!(head.text().await.unwrap(), "");

        let close = || {
            stage
                .post("/api/v1/leads/1001/close")
                .bearer_auth("m4nager")
        };
        let form = close()
            .header("content-type", "text/plain")
            .body("{}")
            .send()
            .await
            .unwrap();
        assert!(problem(form, 415).await.contains("Content-Type"));
        let large = close()
            .header("content-type", "application/json")
            .body("x".repeat(300_000));
        problem(large.send().await.unwrap(), 413).await;
        for (body, status, named) in [
            ("{", 400, "no JSON"),
            ("[]", 422, "object"),
            (r#"{"outcome":"won","x":1}"#, 422, "`x`"),
            (r#"{"outcome":"eaten"}"#, 422, "`outcome`"),
            (r#"{"reason":"no"}"#, 422, "`outcome`"),
            (r#"{"outcome":"won","value":-1}"#, 422, "`value`"),
            (r#"{"outcome":"won","currency":"EUR"}"#, 422, "`currency`"),
            (
                r#"{"outcome":"won","value":1,"currency":"euro"}"#,
                422,
                "`currency`",
            ),
            (r#"{"outcome":"won","reason":"\u0000"}"#, 422, "`reason`"),
        ] {
            let sent = close()
                .header("content-type", "application/json")
                .body(body);
            let detail = problem(sent.send().await.unwrap(), status).await;
            assert!(detail.contains(named), "{body}: {detail}");
        }
    })
    .await;
}

#[tokio::test]
async fn reps_tell_when_they_can_take_a_lead_and_what_they_carry() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.send(ADA).await;
        let mut ids = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = get(&stage, &format!("/reps?limit=3{cursor}")).await;
            let reps = page["reps"].as_array().unwrap();
            ids.extend(
                reps.iter()
                    .map(|rep| rep["id"].as_str().unwrap().to_owned()),
            );
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let all = get(&stage, "/reps").await["reps"].as_array().unwrap().len();
        assert_eq!(ids.len(), all);
        assert!(ids.is_sorted() && all > 3, "{ids:?}");
        let lead = get(&stage, "/leads/1001").await;
        let asked = lead["offers"][0]["rep"].as_str().unwrap();
        let rep = get(&stage, &format!("/reps/{asked}")).await;
        assert_eq!(rep["load"]["pending"], 1);
        assert_eq!(
            (&rep["availability"]["now"], &rep["teams"]),
            (&object!(true), &object!(["sales"]))
        );

        let away = format!("/reps/{asked}/availability");
        let leave = object!({"until": "2026-11-23T08:00:00Z", "reason": "leave"});
        let rep = json(post(&stage, &away, &leave).await).await;
        assert_eq!(rep["availability"]["because"], "away");
        assert_eq!(rep["availability"]["next"], "2026-11-23T08:00:00Z");
        assert_eq!(rep["availability"]["absences"][0]["made_by"], "api:ops");
        assert_eq!(rep["load"]["pending"], 0);
        let again = json(post(&stage, &away, &leave).await).await;
        assert_eq!(rep["availability"], again["availability"]);
        let seen = json(stage.api("r3ader", &format!("/reps/{asked}")).await).await;
        assert_eq!(seen["availability"]["absences"][0]["reason"], "");
        assert_eq!(seen["email"], Value::Null);
        for (body, named) in [
            (object!({"until": "2026-11-19T08:00:00Z"}), "`until`"),
            (object!({"cover": asked}), "`cover`"),
            (object!({"cover": "nobody"}), "`cover`"),
            (object!({"from": "monday"}), "`from`"),
        ] {
            let detail = problem(post(&stage, &away, &body).await, 422).await;
            assert!(detail.contains(named), "{detail}");
        }
    })
    .await;
}

#[tokio::test]
async fn teams_rules_and_numbers_are_there_to_read() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.send(ADA).await;
        let teams = get(&stage, "/teams").await;
        let team = &teams["teams"][0];
        assert_eq!(
            (&team["id"], &team["open"]["offered"]),
            (&object!("sales"), &object!(1))
        );
        assert_eq!(team["available"].as_array().unwrap().len(), 3);
        let routes = get(&stage, "/routes").await;
        assert_eq!(routes["routes"][0]["to"], object!([{"team": "sales"}]));
        let stats = get(&stage, "/stats?by=team&period=today&zone=Europe/Berlin").await;
        assert_eq!(stats["from"], "2026-11-19T23:00:00Z");
        assert_eq!(
            (&stats["total"]["arrived"], &stats["total"]["offered"]),
            (&object!(1), &object!(1))
        );
        assert_eq!(
            (&stats["groups"][0]["key"], &stats["groups"][0]["arrived"]),
            (&object!("sales"), &object!(1))
        );
        for (bad, named) in [
            ("by=colour", "`by`"),
            ("period=week&from=2026-11-01", "`period`"),
            ("from=2026-11-02&to=2026-11-01", "`from`"),
            ("to=2026-11-01", "`to`"),
            ("zone=Moon", "`zone`"),
            ("from=soon", "`from`"),
        ] {
            let detail = problem(stage.api("m4nager", &format!("/stats?{bad}")).await, 400).await;
            assert!(detail.contains(named), "{bad}: {detail}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_program_brings_a_lead_once() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let send = async |path: &str, key: &str, body: &str| {
            let request = stage
                .post(path)
                .bearer_auth("m4nager")
                .header("idempotency-key", key);
            let request = request.header("content-type", "application/json");
            request.body(body.to_owned()).send().await.unwrap()
        };
        let first = json(send("/api/v1/leads", "row-1", ADA).await).await;
        let again = json(send("/api/v1/leads", "row-1", ADA).await).await;
        assert_eq!(
            (&first["status"], &again["status"]),
            (&object!("accepted"), &object!("duplicate"))
        );
        assert_eq!(first["lead"], again["lead"]);
        let lead = get(
            &stage,
            &format!("/leads/{}", first["lead"].as_str().unwrap()),
        )
        .await;
        assert_eq!(
            (&lead["source"], &lead["state"]),
            (&object!("api"), &object!("offered"))
        );
        assert_eq!(
            history(&lead)[0],
            ("created".to_owned(), "api:ops".to_owned())
        );
        let more = r#"{"email":"ada@example.com","title":"Countess"}"#;
        let more = json(send("/api/v1/leads?source=website", "row-2", more).await).await;
        assert_eq!(more["lead"], first["lead"]);
        let nobody = json(send("/api/v1/leads", "row-3", "{}").await).await;
        assert_eq!(
            (&nobody["status"], &nobody["lead"]),
            (&object!("quarantined"), &Value::Null)
        );
        problem(send("/api/v1/leads", "row-4", "ada").await, 400).await;
        problem(send("/api/v1/leads", "row-4", "[]").await, 422).await;
        let detail = problem(send("/api/v1/leads?source=x", "row-4", ADA).await, 400).await;
        assert!(detail.contains("`source`"), "{detail}");
    })
    .await;
}

#[tokio::test]
async fn a_program_moves_a_lead_and_its_name_is_kept() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.send(ADA).await;
        let detail = problem(post(&stage, "/leads/1001/assign", &object!({"rep": "x"})).await, 422).await;
        assert!(detail.contains("`rep`"), "{detail}");
        problem(post(&stage, "/leads/7/assign", &object!({"rep": "selin"})).await, 404).await;
        let to = object!({"rep": "jonas"});
        let lead = json(post(&stage, "/leads/1001/assign", &to).await).await;
        assert_eq!((&lead["owner"], &lead["state"]), (&object!("jonas"), &object!("owned")));
        let again = json(post(&stage, "/leads/1001/assign", &to).await).await;
        assert_eq!(again, lead);

        stage.clock.advance(SignedDuration::from_mins(30));
        let late = object!({"outcome": "reached", "at": "2026-11-20T12:00:00Z"});
        assert!(problem(post(&stage, "/leads/1001/contact", &late).await, 422).await.contains("`at`"));
        let call = object!({"outcome": "no_answer", "how": "call", "at": "2026-11-20T10:10:00Z", "note": "rang twice"});
        let lead = json(post(&stage, "/leads/1001/contact", &call).await).await;
        assert_eq!(lead["sla"]["attempted_at"], "2026-11-20T10:10:00Z");
        let last = lead["timeline"].as_array().unwrap().last().unwrap();
        assert_eq!(last["detail"], "no_answer: by phone at 2026-11-20T10:10:00Z; rang twice");
        assert_eq!((&last["event"], &last["actor"]), (&object!("attempted"), &object!("api:ops")));
        let again = json(post(&stage, "/leads/1001/contact", &call).await).await;
        assert_eq!(again, lead);

        let won = object!({"outcome": "won", "value": 12000, "currency": "EUR", "reason": "signed"});
        let lead = json(post(&stage, "/leads/1001/close", &won).await).await;
        assert_eq!((&lead["state"], &lead["stage"]), (&object!("closed"), &object!("customer")));
        assert_eq!((&lead["contact"]["deal_value"], &lead["contact"]["currency"]), (&object!(12000), &object!("EUR")));
        let last = lead["timeline"].as_array().unwrap().last().unwrap();
        assert_eq!(last["detail"], "won, 12000 EUR: signed");
        let again = json(post(&stage, "/leads/1001/close", &won).await).await;
        assert_eq!(again, lead);
        let detail = problem(post(&stage, "/leads/1001/close", &object!({"outcome": "lost"})).await, 409).await;
        assert_eq!(detail, "this lead is closed");
        problem(post(&stage, "/leads/1001/contact", &object!({"outcome": "reached"})).await, 409).await;
        problem(post(&stage, "/leads/1001/assign", &object!({"rep": "ayse"})).await, 409).await;
    })
    .await;
}
