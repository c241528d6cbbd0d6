//! Journeys of vendors' deliveries over HTTP: what they must see, and what comes again.

use baton::{
    domain::contact::Field,
    intake::{Format, Source, presets::by_word},
};
use reqwest::{Method, Response};
use serde_json::json as value;

use crate::{
    db::both,
    harness::{Stage, json},
    intake::{Case, cases},
};

const LEADS: &str = "select count(*) from lead";
const QUERIES: &str = "select count(*) from submission where query <> ''";

/// A source of each of these vendors, with the secret of its own cases.
fn sources(words: &[&str]) -> Vec<Source> {
    let source = |word: &&str| {
        let preset = by_word(word).unwrap();
        let secret = case(word, "").meta["secret"].as_str().unwrap().to_owned();
        Source {
            scheme: (preset.scheme)(vec![secret.into()]).unwrap(),
            ..Source::new((*word).into(), Format::Preset(preset))
        }
    };
    words.iter().map(source).collect()
}

/// A case of a vendor by its name, or the first.
fn case(vendor: &str, name: &str) -> Case {
    let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    let mut all = cases(&own).into_iter();
    let found = all.find(|(folder, case)| folder == vendor && case.name.contains(name));
    found.unwrap().1
}

/// Sends a case as its vendor does.
async fn deliver(stage: &Stage, vendor: &str, case: &Case) -> Response {
    let request = stage.post(&format!("/webhooks/{vendor}"));
    let request = request.headers(case.headers()).body(case.body.clone());
    let request = request.header("content-type", case.text("content_type").unwrap());
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_vendor_is_told_in_its_own_words_what_became_of_a_lead() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.app.set_sources(sources(&["leadconduit"]));
        let sold = json(deliver(&stage, "leadconduit", &case("leadconduit", "dotted")).await).await;
        assert_eq!(sold["outcome"], "success");
        assert_eq!(sold["lead"]["id"], stage.only_lead().await.id.as_str());
        let ping = json(deliver(&stage, "leadconduit", &case("leadconduit", "ping")).await).await;
        assert_eq!(
            (&ping["outcome"], &ping["reason"]),
            (&value!("failure"), &value!("no e-mail and no phone"))
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_fills_in_a_web_to_lead_form_sees_thanks() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let vendor = "salesforce-web-to-lead";
        stage.app.set_sources(sources(&[vendor]));
        let answer = deliver(&stage, vendor, &case(vendor, "old-encoding")).await;
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        assert!(answer.text().await.unwrap().contains("<h1>Thank you</h1>"));
        stage.only_lead().await;
    })
    .await;
}

#[tokio::test]
async fn a_lead_may_stand_in_the_query_and_its_token_is_not_kept() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.app.set_sources(sources(&["callrail"]));
        let call = case("callrail", "missed-call");
        let query = String::from_utf8(call.body.clone()).unwrap();
        let token = call.text("secret").unwrap();
        let ask = |token: &str| stage.get(&format!("/webhooks/callrail?{query}&token={token}"));
        assert_eq!(ask("guess").send().await.unwrap().status(), 401);
        let answer = json(ask(token).send().await.unwrap()).await;
        assert_eq!(answer["status"], "accepted");
        let lead = stage.only_lead().await;
        assert_eq!(lead.contact.text(Field::Phone), "+12025550111");
        assert_eq!(stage.count(QUERIES).await, 0);
        let again = json(ask(token).send().await.unwrap()).await;
        assert_eq!(again["status"], "duplicate");
    })
    .await;
}

#[tokio::test]
async fn vendors_that_look_whether_anybody_is_there_find_somebody() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.app.set_sources(sources(&["mailchimp", "intercom"]));
        let status = async |method: Method, path: &str| {
            let request = stage.client.request(method, format!("{}{path}", stage.url));
            request.send().await.unwrap().status().as_u16()
        };
        let token = case("mailchimp", "").text("secret").unwrap().to_owned();
        let address = format!("/webhooks/mailchimp?token={token}");
        assert_eq!(status(Method::GET, &address).await, 200);
        assert_eq!(
            status(Method::GET, "/webhooks/mailchimp?token=x").await,
            401
        );
        assert_eq!(status(Method::HEAD, "/webhooks/intercom").await, 200);
        assert_eq!(stage.count("select count(*) from submission").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_try_that_is_counted_in_the_body_is_the_same_delivery() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let source = Source {
            scheme: baton::intake::Scheme::None,
            ..sources(&["intercom"]).remove(0)
        };
        stage.app.set_sources(vec![source]);
        let mut case = case("intercom", "with-all");
        let first = json(deliver(&stage, "intercom", &case).await).await;
        assert_eq!(first["status"], "accepted");
        let body = String::from_utf8(case.body.clone()).unwrap();
        let second = body.replace("\"delivery_attempts\": 1", "\"delivery_attempts\": 2");
        assert_ne!(second, body);
        case.body = second.into_bytes();
        let again = json(deliver(&stage, "intercom", &case).await).await;
        assert_eq!(
            (&again["status"], &again["lead"]),
            (&value!("duplicate"), &first["lead"])
        );
    })
    .await;
}

#[tokio::test]
async fn who_cancels_is_no_second_lead_and_nothing_to_look_at() {
    both(async |db| {
        let stage = Stage::new(db).await;
        stage.app.set_sources(sources(&["cal-com"]));
        let booked = deliver(&stage, "cal-com", &case("cal-com", "asked-for-a-call")).await;
        assert_eq!(json(booked).await["status"], "accepted");
        let cancelled = json(deliver(&stage, "cal-com", &case("cal-com", "cancelled")).await).await;
        assert_eq!(
            (&cancelled["status"], &cancelled["problems"]),
            (&value!("ignored"), &value!(["BOOKING_CANCELLED"]))
        );
        assert_eq!(stage.count(LEADS).await, 1);
    })
    .await;
}
