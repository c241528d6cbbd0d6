//! A stand-in for the APIs of vendors that send ids only: it knows some people, asks for a token, and can be down,
//! busy, or silent for ever.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use ::hmac::{Hmac, KeyInit, Mac};
use axum::{
    Json, Router,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What Meta signs with here.
pub const APP_SECRET: &str = "app-secret";

/// How the vendor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// Nothing works.
    Down,
    /// Asked too often: come back in so many seconds.
    Busy(u64),
    /// Takes every question and answers none.
    Silent,
}

/// The stand-in.
#[derive(Clone)]
pub struct Vendor {
    /// Where it is.
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    mood: Mood,
    token: String,
    people: BTreeMap<String, Value>,
    asked: Vec<String>,
    /// How often who asked had the app's secret, too.
    proven: usize,
}

impl Vendor {
    /// Starts one that knows nobody and takes the token `page-token`.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let inner = Inner {
            mood: Mood::Well,
            token: "page-token".to_owned(),
            people: BTreeMap::new(),
            asked: Vec::new(),
            proven: 0,
        };
        let vendor = Self {
            url,
            inner: Arc::new(Mutex::new(inner)),
        };
        let app = Router::new().fallback(answer).with_state(vendor.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        vendor
    }

    /// Begins anew: a story is told on one database after the other.
    pub fn begin(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.mood = Mood::Well;
        inner.token = "page-token".to_owned();
        inner.people.clear();
        inner.asked.clear();
        inner.proven = 0;
    }

    pub fn is(&self, mood: Mood) {
        self.inner.lock().unwrap().mood = mood;
    }

    /// Takes only this token from now on.
    pub fn takes(&self, token: &str) {
        token.clone_into(&mut self.inner.lock().unwrap().token);
    }

    /// Knows who is behind an id, by the last step of the address.
    pub fn knows(&self, id: &str, answer: Value) {
        self.inner
            .lock()
            .unwrap()
            .people
            .insert(id.to_owned(), answer);
    }

    /// The paths that were asked for.
    pub fn asked(&self) -> Vec<String> {
        self.inner.lock().unwrap().asked.clone()
    }

    /// How many questions came with the proof that Meta's apps can demand.
    pub fn proven(&self) -> usize {
        self.inner.lock().unwrap().proven
    }

    /// Meta's answer about somebody.
    pub fn knows_lead(&self, id: &str, name: &str, email: &str) {
        let answer = json!({
            "id": id, "created_time": "2026-11-20T09:59:58+0000", "form_id": "77", "campaign_name": "Autumn",
            "field_data": [
                {"name": "full_name", "values": [name]},
                {"name": "email", "values": [email]},
                {"name": "phone_number", "values": ["+4930123456"]},
            ],
        });
        self.knows(id, answer);
    }
}

async fn answer(State(vendor): State<Vendor>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let id = path.rsplit('/').next().unwrap().to_owned();
    let given = ["authorization", "x-api-token"].map(|name| request.headers().get(name).cloned());
    let given = given.into_iter().flatten().next();
    let given = given.map(|it| it.to_str().unwrap().replace("Bearer ", ""));
    // Meta's own check, where it is given.
    let proof = request.uri().query().and_then(|query| {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let mut proofs = pairs.filter(|(name, _)| name == "appsecret_proof");
        proofs.next().map(|(_, value)| value.into_owned())
    });
    let (mood, token, known) = {
        let mut inner = vendor.inner.lock().unwrap();
        inner.asked.push(path);
        inner.proven += usize::from(proof.is_some());
        (
            inner.mood,
            inner.token.clone(),
            inner.people.get(&id).cloned(),
        )
    };
    match mood {
        Mood::Well => {}
        Mood::Down => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mood::Busy(seconds) => {
            let after = [("retry-after", seconds.to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, after).into_response();
        }
        Mood::Silent => std::future::pending().await,
    }
    if given.as_deref() != Some(token.as_str()) {
        let dead = json!({"error": {"message": "Session has expired", "code": 190}});
        return (StatusCode::BAD_REQUEST, Json(dead)).into_response();
    }
    if proof.is_some_and(|proof| proof != hex::encode(code(token.as_bytes()))) {
        let invalid = json!({"error": {"message": "Invalid appsecret_proof", "code": 100}});
        return (StatusCode::BAD_REQUEST, Json(invalid)).into_response();
    }
    match known {
        Some(person) => Json(person).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({"error": {"code": 100}}))).into_response(),
    }
}

/// What Meta and its app make of a text with their secret.
fn code(text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(APP_SECRET.as_bytes()).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// Meta's notification of leads, and the headers that it comes with.
pub fn leadgen(ids: &[&str]) -> (HeaderMap, String) {
    let change = |id: &&str| {
        json!({"field": "leadgen", "value": {
            "leadgen_id": id, "page_id": 1234, "form_id": "77", "created_time": 1_763_632_798,
        }})
    };
    let changes: Vec<Value> = ids.iter().map(change).collect();
    let entry = json!([{"id": "1234", "time": 1_763_632_799, "changes": changes}]);
    let body = json!({"object": "page", "entry": entry}).to_string();
    let signature = format!("sha256={}", hex::encode(code(body.as_bytes())));
    let mut headers = HeaderMap::new();
    headers.insert(
        "x-hub-signature-256",
        HeaderValue::from_str(&signature).unwrap(),
    );
    (headers, body)
}
