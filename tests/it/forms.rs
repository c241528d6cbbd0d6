//! The form that Baton itself shows, as a browser fetches and sends it.

use std::sync::Arc;

use baton::{
    domain::contact::Field,
    http::let_in_held,
    intake::{
        Format, HostedForm, Over, Rate, Scheme, Source,
        hosted::{Consent, Embed, Question},
    },
    store::{Db, Error, Json, leads},
};
use jiff::SignedDuration;
use reqwest::{Response, redirect::Policy};

use crate::{db::both, harness::Stage};

const LEADS: &str = "select count(*) from lead";
const SUBMISSIONS: &str = "select count(*) from submission";

fn question(name: &str, required: bool) -> Question {
    Question {
        name: name.to_owned(),
        field: Field::by_name(name),
        label: None,
        required,
        options: Vec::new(),
    }
}

fn form() -> HostedForm {
    HostedForm {
        questions: ["name", "email", "phone", "message"]
            .map(|name| question(name, name == "email"))
            .to_vec(),
        consent: Some(Consent {
            text: "You may call me.".to_owned(),
            version: Some("2".to_owned()),
            required: true,
        }),
        ..HostedForm::default()
    }
}

fn source(id: &str, form: HostedForm) -> Source {
    Source {
        scheme: Scheme::FormOnly,
        form: Some(Arc::new(form)),
        ..Source::new(id.into(), Format::Form)
    }
}

/// A Baton with a form at `/forms/talk`, and others around it.
async fn stage(db: Db) -> Stage {
    let stage = Stage::new(db).await;
    let rate = Some(Rate {
        count: 1,
        per: SignedDuration::from_mins(1),
    });
    let elsewhere = HostedForm {
        redirect: Some("https://www.example.com/thanks".parse().unwrap()),
        embed: Embed::On(vec!["https://www.example.com".to_owned()]),
        ..form()
    };
    stage.app.set_sources(vec![
        source("talk", form()),
        source("elsewhere", elsewhere),
        Source {
            rate,
            ..source("busy", form())
        },
        Source {
            rate,
            over: Over::Refuse,
            ..source("strict", form())
        },
        Source::new("plain".into(), Format::Form),
    ]);
    stage
}

/// The ticket in a page.
fn ticket(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"ticket\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn shown(stage: &Stage, path: &str) -> String {
    let answer = stage.get(path).header("accept-language", "de-DE,en;q=0.5");
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

/// The least that can be sent.
fn least<'a>(ticket: &'a str, email: &'a str) -> [(&'a str, &'a str); 3] {
    [("ticket", ticket), ("email", email), ("consent", "yes")]
}

async fn send(stage: &Stage, path: &str, answers: &[(&str, &str)]) -> Response {
    let answer = stage.post(path).header("accept-language", "de-DE,en;q=0.5");
    answer.form(answers).send().await.unwrap()
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_one_lead_with_what_was_agreed_to() {
    both(async |db| {
        let stage = stage(db).await;
        let page = shown(&stage, "/forms/talk?utm_source=news&type=vip").await;
        assert!(page.contains("<html lang=\"de\">"), "{page}");
        assert!(page.contains("name=\"utm_source\" value=\"news\""));
        let ticket = ticket(&page);
        stage.clock.advance(SignedDuration::from_secs(7));
        let answers = [
            ("ticket", ticket.as_str()),
            ("contact_by_fax", ""),
            ("name", "Ada Lovelace"),
            ("email", "Ada@Example.com"),
            ("phone", ""),
            ("consent", "yes"),
            ("utm_source", "news"),
            ("type", "vip"),
        ];
        for _ in 0..2 {
            let answer = send(&stage, "/forms/talk", &answers).await;
            assert_eq!(answer.status(), 200);
            assert!(answer.text().await.unwrap().contains("Vielen Dank"));
        }
        let lead = stage.only_lead().await;
        assert_eq!(stage.count(SUBMISSIONS).await, 1);
        let said = |field| lead.contact.text(field);
        assert_eq!(said(Field::Email), "ada@example.com");
        assert_eq!(said(Field::Consent), "You may call me. (version 2)");
        assert_eq!(said(Field::UtmSource), "news");
        assert_eq!(said(Field::Language), "de");
        assert_eq!((lead.lead_type.as_str(), lead.attributes.len()), ("", 0));
        // Gone back, and something mended: the same person says more.
        let mut mended = answers;
        mended[4] = ("phone", "+49 30 901820");
        assert_eq!(send(&stage, "/forms/talk", &mended).await.status(), 200);
        let lead = stage.only_lead().await;
        assert_eq!(lead.contact.text(Field::Phone), "+4930901820");
    })
    .await;
}

#[tokio::test]
async fn how_a_form_was_filled_in_is_kept_with_it() {
    both(async |db| {
        let stage = stage(db).await;
        let ticket = ticket(&shown(&stage, "/forms/talk").await);
        stage.clock.advance(SignedDuration::from_secs(2));
        let answers = [
            ("ticket", ticket.as_str()),
            ("contact_by_fax", "buy now"),
            ("email", "bot@example.com"),
            ("consent", "yes"),
        ];
        assert_eq!(send(&stage, "/forms/talk", &answers).await.status(), 200);
        let (headers, body): (Json<serde_json::Value>, Vec<u8>) = stage
            .db
            .read(async |mut tx| tx.q("select headers, body from submission").one().await)
            .await
            .unwrap_or_else(|error: Error| panic!("{error}"));
        assert_eq!(headers.0["baton-honeypot"], "filled");
        assert_eq!(headers.0["baton-seconds"], "2.0");
        let body = String::from_utf8(body).unwrap();
        assert!(
            !body.contains("buy now") && !body.contains(&ticket),
            "{body}"
        );
    })
    .await;
}

#[tokio::test]
async fn mistakes_are_shown_beside_their_answers_and_nothing_is_lost() {
    both(async |db| {
        let stage = stage(db).await;
        let ticket = ticket(&shown(&stage, "/forms/talk").await);
        let answers = [
            ("ticket", ticket.as_str()),
            ("name", "Ada <i>\"&"),
            ("email", "ada"),
            ("utm_source", "\"><script>"),
        ];
        let answer = send(&stage, "/forms/talk", &answers).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        for part in [
            "id=\"q-email\" name=\"email\" required aria-invalid=\"true\" aria-describedby=\"e-email\"",
            "<p class=\"error\" id=\"e-email\">Bitte eine E-Mail-Adresse angeben",
            "<p class=\"error\" id=\"e-consent\">Bitte zustimmen.</p>",
            "<a href=\"#q-consent\">You may call me.</a>",
            "value=\"Ada &lt;i&gt;&quot;&amp;\"",
            "value=\"&quot;&gt;&lt;script&gt;\"",
            "value=\"ada\"",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(page.contains(&ticket), "the ticket is good still");
        assert_eq!(stage.count(SUBMISSIONS).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_open_for_a_day_is_shown_again_as_it_was_filled_in() {
    both(async |db| {
        let stage = stage(db).await;
        let old = ticket(&shown(&stage, "/forms/talk").await);
        stage.clock.advance(SignedDuration::from_hours(25));
        for made_up in [old.as_str(), "01KJ8F8M5R0000000000000000.00", ""] {
            let answer = send(&stage, "/forms/talk", &least(made_up, "ada@example.com")).await;
            assert_eq!(answer.status(), 200);
            let page = answer.text().await.unwrap();
            assert!(page.contains("Diese Seite war lange offen"), "{page}");
            assert!(page.contains("value=\"ada@example.com\"") && page.contains("checked"));
            assert_eq!(stage.count(LEADS).await, 0);
            if made_up.is_empty() {
                let fresh = ticket(&page);
                assert_eq!(
                    send(&stage, "/forms/talk", &least(&fresh, "ada@example.com"))
                        .await
                        .status(),
                    200
                );
                assert_eq!(stage.count(LEADS).await, 1);
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_has_the_limits_of_its_source_and_no_webhook() {
    both(async |db| {
        let stage = stage(db).await;
        for (path, statuses) in [("/forms/busy", [200, 200]), ("/forms/strict", [200, 429])] {
            for (nth, status) in statuses.into_iter().enumerate() {
                let ticket = ticket(&shown(&stage, path).await);
                let email = format!("a{nth}@{}.example", &path[7..]);
                let answer = send(&stage, path, &least(&ticket, &email)).await;
                assert_eq!(answer.status(), status, "{path}");
            }
        }
        let held = "select count(*) from submission where status = 'held'";
        assert_eq!((stage.count(held).await, stage.count(LEADS).await), (1, 2));
        for (path, status) in [
            ("/forms/plain", 404),
            ("/forms/nobody", 404),
            ("/webhooks/talk", 401),
        ] {
            assert_eq!(
                send(&stage, path, &least("", "x@b.example")).await.status(),
                status,
                "{path}"
            );
        }
        let json = stage
            .post("/forms/talk")
            .header("content-type", "application/json")
            .body("{}");
        assert_eq!(json.send().await.unwrap().status(), 415);
        let long = "x".repeat(300 * 1024);
        assert_eq!(
            send(&stage, "/forms/talk", &least(&long, ""))
                .await
                .status(),
            413
        );
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_over_the_rate_is_let_in_as_it_was_filled_in() {
    both(async |db| {
        let stage = stage(db).await;
        for email in ["a@busy.example", "b@busy.example"] {
            let ticket = ticket(&shown(&stage, "/forms/busy?utm_source=news").await);
            let answers = [&least(&ticket, email)[..], &[("utm_source", "news")]].concat();
            let answer = send(&stage, "/forms/busy", &answers).await;
            assert!(answer.text().await.unwrap().contains("Vielen Dank"));
        }
        assert_eq!(stage.count(LEADS).await, 1);
        stage.clock.advance(SignedDuration::from_secs(61));
        assert_eq!(let_in_held(&stage.app).await.unwrap(), 1);
        let found = stage.db.read(async |mut tx| {
            let second = leads::by_email(&mut tx, "b@busy.example").await?.unwrap();
            leads::get(&mut tx, &second).await
        });
        let lead = found.await.unwrap().unwrap();
        let said = |field| lead.contact.text(field);
        assert_eq!(said(Field::Consent), "You may call me. (version 2)");
        assert_eq!(
            (said(Field::UtmSource), said(Field::Language)),
            ("news", "de")
        );
    })
    .await;
}

#[tokio::test]
async fn a_form_says_who_may_show_it_and_goes_on_where_it_was_told() {
    let fresh = crate::db::Fresh::sqlite();
    let stage = stage(fresh.open().await).await;
    let header = |answer: &Response, name: &str| {
        answer
            .headers()
            .get(name)
            .map(|it| it.to_str().unwrap().to_owned())
    };
    let everywhere = stage.get("/forms/talk").send().await.unwrap();
    let policy = header(&everywhere, "content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(
        policy.ends_with("form-action 'self'; frame-ancestors *"),
        "{policy}"
    );
    assert_eq!(header(&everywhere, "x-frame-options"), None);
    assert_eq!(
        header(&everywhere, "referrer-policy").as_deref(),
        Some("no-referrer")
    );
    assert_eq!(header(&everywhere, "set-cookie"), None);
    let page = stage.get("/forms/elsewhere").send().await.unwrap();
    let policy = header(&page, "content-security-policy").unwrap();
    let end = "form-action 'self' https://www.example.com; frame-ancestors https://www.example.com";
    assert!(policy.ends_with(end), "{policy}");
    let ticket = ticket(&page.text().await.unwrap());
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none());
    let sent = client
        .build()
        .unwrap()
        .post(format!("{}/forms/elsewhere", stage.url));
    let sent = sent
        .form(&least(&ticket, "ada@example.com"))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 303);
    assert_eq!(
        header(&sent, "location").as_deref(),
        Some("https://www.example.com/thanks")
    );
    assert_eq!(stage.count(LEADS).await, 1);
}
