//! How sources prove themselves over HTTP, and what of that is kept: nothing.

use baton::{
    intake::{
        Format, Scheme, Source,
        send::Delivery,
        verify::{
            Basic, BodyField, Hmac, HmacSettings, HubSpot, Standard, Token, TokenPlace, vendors,
        },
    },
    store::Db,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    db::both,
    harness::{Stage, json as body_of},
};

const SECRET: &str = "s3cret-of-a-source";

fn key() -> Vec<secrecy::SecretString> {
    vec![SECRET.into()]
}

fn hmac(settings: HmacSettings) -> Hmac {
    Hmac::new(settings).unwrap()
}

fn field() -> Scheme {
    Scheme::BodyField(BodyField::new("api_key", key()).unwrap())
}

/// Every scheme by a name.
fn schemes() -> Vec<(&'static str, Scheme)> {
    let svix = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()];
    let pair = vec![format!("forms:{SECRET}").into()];
    let token = Token::new(key(), TokenPlace::QueryOrBearer).unwrap();
    vec![
        ("github", Scheme::HmacSha256(hmac(vendors::github(key())))),
        ("stripe", Scheme::HmacSha256(hmac(vendors::stripe(key())))),
        ("slack", Scheme::HmacSha256(hmac(vendors::slack(key())))),
        ("sha1", Scheme::HmacSha1(hmac(vendors::hub_sha1(key())))),
        ("segment", Scheme::HmacSha1(hmac(vendors::segment(key())))),
        (
            "standard",
            Scheme::Standard(Standard::new(&svix, None).unwrap()),
        ),
        ("hubspot", Scheme::HubSpot(HubSpot::new(key()).unwrap())),
        ("token", Scheme::Token(token)),
        ("basic", Scheme::Basic(Basic::new(pair).unwrap())),
        ("field", field()),
    ]
}

const FORMATS: [(&str, Format); 5] = [
    ("json", Format::Json),
    ("form", Format::Form),
    ("multipart", Format::Multipart),
    ("xml", Format::Xml),
    ("email", Format::Email),
];

fn source(id: &str, format: Format, scheme: Scheme) -> Source {
    Source {
        scheme,
        ..Source::new(id.into(), format)
    }
}

/// A stage on which these sources are served, and how the internet calls it.
async fn stage(db: Db, sources: Vec<Source>) -> Stage {
    let stage = Stage::new(db).await;
    stage
        .app
        .set_address(&"https://baton.example/".parse().unwrap());
    stage.app.set_sources(sources);
    stage
}

/// Posts a lead as the source would, to what the internet calls `public`; the status and the answer.
async fn post(stage: &Stage, source: &Source, public: &str, lead: &Value) -> (u16, Value) {
    let Value::Object(lead) = lead else {
        panic!("a lead is an object")
    };
    let lead: Map<String, Value> = lead.clone();
    let path = format!("/webhooks/{}", source.id);
    let url = format!("{public}{path}");
    let now = stage.clock.now();
    let sent = Delivery::of(source).request(&lead, now, &url).unwrap();
    let path = match sent.query.as_str() {
        "" => path,
        query => format!("{path}?{query}"),
    };
    let request = stage.post(&path);
    let request = request.headers(sent.headers).body(sent.body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), body_of(answer).await)
}

#[tokio::test]
async fn what_is_sent_in_a_source_s_name_is_believed_in_every_format() {
    both(async |db| {
        let sources = schemes().into_iter().flat_map(|(scheme, proof)| {
            let of =
                move |(format, reads)| source(&format!("{scheme}-{format}"), reads, proof.clone());
            FORMATS.map(of)
        });
        // An e-mail has no fields to write a secret into.
        let sources: Vec<Source> = sources
            .filter(|it| it.id.as_str() != "field-email")
            .collect();
        let stage = stage(db, sources.clone()).await;
        for source in &sources {
            let lead =
                json!({"email": format!("ada@{}.example", source.id), "name": "Zoë & <Ada>"});
            let (status, answer) = post(&stage, source, "https://baton.example", &lead).await;
            assert_eq!(status, 200, "{}: {answer}", source.id);
            assert_eq!(answer["status"], "accepted", "{}: {answer}", source.id);
        }
    })
    .await;
}

#[tokio::test]
async fn a_source_that_signs_the_address_signs_the_public_one() {
    both(async |db| {
        let hubspot = source(
            "hubspot",
            Format::Json,
            Scheme::HubSpot(HubSpot::new(key()).unwrap()),
        );
        let stage = stage(db, vec![hubspot.clone()]).await;
        let post = async |url: &str, path: &str| {
            let body = br#"{"email":"ada@acme.example"}"#.to_vec();
            let sending = baton::intake::Sending {
                url,
                body: &body,
                now: stage.clock.now(),
                id: "",
            };
            let proof = hubspot.scheme.prove(&sending).unwrap();
            let request = stage.post(path).headers(proof.headers).body(body);
            request.send().await.unwrap().status().as_u16()
        };
        let public = "https://baton.example/webhooks/hubspot";
        assert_eq!(post(public, "/webhooks/hubspot").await, 200);
        let asked = "?a=b%40c&d=%20";
        assert_eq!(
            post(
                &format!("{public}{asked}"),
                &format!("/webhooks/hubspot{asked}")
            )
            .await,
            200
        );
        assert_eq!(
            post(public, &format!("/webhooks/hubspot{asked}")).await,
            401
        );
        assert_eq!(
            post(
                &format!("{}/webhooks/hubspot", stage.url),
                "/webhooks/hubspot"
            )
            .await,
            401
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_secret_is_refused_by_every_scheme_and_nothing_is_kept() {
    both(async |db| {
        let sources: Vec<Source> = schemes()
            .into_iter()
            .map(|(id, scheme)| source(id, Format::Json, scheme))
            .collect();
        let stage = stage(db, sources.clone()).await;
        for source in &sources {
            let path = format!("/webhooks/{}", source.id);
            let request = stage
                .post(&path)
                .body(r#"{"email":"ada@acme.example","api_key":"wrong"}"#);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 401, "{}", source.id);
            let detail = body_of(answer).await["detail"].to_string();
            assert!(
                !detail.contains("wrong") && !detail.contains(SECRET),
                "{detail}"
            );
        }
        assert_eq!(stage.count("select count(*) from submission").await, 0);
    })
    .await;
}

/// The bodies that are kept, with their digests and queries, in the order of their sources.
async fn kept(stage: &Stage) -> Vec<(Vec<u8>, String, String)> {
    let sql = "select body, body_hash, query from submission order by source";
    let read = async |mut tx: baton::store::Tx| tx.q(sql).all().await;
    stage.db.read(read).await.unwrap()
}

#[tokio::test]
async fn a_secret_among_the_fields_never_reaches_the_database() {
    both(async |db| {
        let parts = format!(
            "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nada@acme.example\r\n\
             --x\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\n{SECRET}\r\n--x--\r\n"
        );
        let bodies = [
            (
                "a-json",
                Format::Json,
                "application/json",
                format!(r#"{{"email":"ada@acme.example","api_key":"{SECRET}"}}"#),
            ),
            (
                "b-form",
                Format::Form,
                "application/x-www-form-urlencoded",
                format!("email=ada%40acme.example&api_key={SECRET}"),
            ),
            (
                "c-multipart",
                Format::Multipart,
                "multipart/form-data; boundary=x",
                parts,
            ),
            (
                "d-xml",
                Format::Xml,
                "text/xml",
                format!("<l><email>ada@acme.example</email><api_key>{SECRET}</api_key></l>"),
            ),
        ];
        let sources = bodies
            .iter()
            .map(|(id, format, ..)| source(id, *format, field()));
        let stage = stage(db, sources.collect()).await;
        for (id, _, content_type, body) in &bodies {
            let path = format!("/webhooks/{id}?api_key={SECRET}&a=b");
            let request = stage.post(&path).header("content-type", *content_type);
            let answer = request.body(body.clone()).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{id}");
            assert_eq!(body_of(answer).await["status"], "accepted", "{id}");
        }
        let kept = kept(&stage).await;
        assert_eq!(kept.len(), bodies.len());
        for ((stored, hash, query), (id, format, content_type, body)) in kept.iter().zip(&bodies) {
            let text = String::from_utf8_lossy(stored);
            assert!(!text.contains(SECRET), "{id}: {text}");
            assert_eq!(query, "a=b");
            // Parts are known by what they say: their boundary is another each time.
            if *format != Format::Multipart {
                let came = hex::encode(Sha256::digest(body));
                assert_eq!(*hash, came, "of what came: {id}");
            }
            let read = format.read(Some(content_type), stored).unwrap().to_string();
            assert!(read.contains("ada@acme.example"), "{id}: {read}");
        }
        let leads = "select count(*) from lead where cast(doc as text) like '%s3cret%'";
        assert_eq!(stage.count(leads).await, 0);
    })
    .await;
}
