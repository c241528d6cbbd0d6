//! Leads as a website would post them: signed, each with its own person and `Idempotency-Key`.

use anyhow::Context;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

use crate::client::Conn;

/// The source's key.
pub const SOURCE_SECRET: &str = "the-website-signs-with-this";

/// One submission.
pub struct Lead {
    /// The `Idempotency-Key`.
    pub key: String,
    body: Bytes,
    signature: String,
}

/// What Baton answered to one.
#[derive(Debug, Deserialize)]
pub struct Posted {
    /// The lead that it made or that it belongs to.
    pub lead: Option<String>,
    /// `accepted`, `duplicate`, …
    pub status: String,
}

/// The e-mail of person number `person`. Each has a company of their own.
pub fn email(person: u64) -> String {
    format!("kim@firm{person}.example")
}

/// The company of person number `person`, as cards show it.
pub fn company(person: u64) -> String {
    format!("Firm {person} Ltd")
}

/// The number of the person whose company stands in `text`.
pub fn person_in(text: &str) -> Option<u64> {
    let (_, after) = text.split_once("Firm ")?;
    let (number, _) = after.split_once(" Ltd")?;
    number.parse().ok()
}

impl Lead {
    /// Submission `key` of person number `person`, who asks the team number `team`.
    pub fn new(key: String, person: u64, team: u64) -> Self {
        let body = json!({
            "email": email(person), "name": format!("Kim Number{person}"), "company": company(person),
            "phone": format!("+4930{}", 10_000_000 + person % 80_000_000), "country": "DE", "language": "de",
            "employees": 20 + person % 500, "product": format!("t{team}"), "utm_source": "load",
            "page": "https://example.com/pricing", "form": key,
            "message": "We hand over about forty leads a day by mail and lose some. Can we see it this week?",
        });
        let body = Bytes::from(body.to_string());
        let signature = format!("sha256={}", hex::encode(mac(SOURCE_SECRET, &body)));
        Self {
            key,
            body,
            signature,
        }
    }

    /// Posts it; an answer other than 200 is an error.
    pub async fn post(&self, conn: &mut Conn) -> anyhow::Result<Posted> {
        let headers = [
            ("content-type", "application/json"),
            ("x-signature-256", &self.signature),
            ("idempotency-key", &self.key),
        ];
        let body = self.body.clone();
        let answer = conn.post("/webhooks/website", &headers, body).await?;
        answer.json().context("posting a lead")
    }
}

/// The HMAC-SHA256 of `text`.
pub fn mac(key: &str, text: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
    let mut mac = mac.expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}
