//! The keys that Microsoft signs with: fetched from the address in the configuration, kept for a day, and
//! asked for again when a token names one that isn't known, but not more than once an hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::chat::exchange::{Repeat, client, exchange};

/// How long keys are gone by before they are fetched anew.
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// How long an unknown key stays unknown.
const UNKNOWN: SignedDuration = SignedDuration::from_hours(1);
/// How long after a failure it is tried again.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// How long an answer is waited for: whoever pressed waits, too.
const PATIENCE: Duration = Duration::from_secs(4);
/// The most keys that are kept.
const MOST: usize = 100;

/// A key with the channels that it may sign for.
#[derive(Debug)]
pub struct Key {
    pub decoding: DecodingKey,
    pub endorsements: Vec<String>,
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// Nobody knows one of that name.
    Unknown,
    /// None could be fetched yet.
    NotFetched,
}

/// The keys that are known.
pub struct Keys {
    http: reqwest::Client,
    metadata: Url,
    known: Mutex<Known>,
    /// Held by whoever fetches.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Arc<Key>>,
    fetched_at: Option<Timestamp>,
    not_before: Option<Timestamp>,
}

/// The part of the OpenID metadata that matters.
#[derive(Deserialize)]
struct Metadata {
    jwks_uri: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

/// A key as it is published; others than RSA keys have no `n` and `e`.
#[derive(Deserialize)]
struct Published {
    kid: String,
    n: String,
    e: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    endorsements: Vec<String>,
}

impl Keys {
    /// Knows none yet.
    ///
    /// # Errors
    /// When the process has no TLS provider or no certificates to trust.
    pub fn new(metadata: Url) -> reqwest::Result<Self> {
        Ok(Self {
            http: client(PATIENCE)?,
            metadata,
            known: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        })
    }

    /// The key of that name.
    pub async fn get(&self, kid: &str, now: Timestamp) -> Result<Arc<Key>, NoKey> {
        if let Some(key) = self.known().fresh(kid, now) {
            return Ok(key);
        }
        let fetching = self.fetching.lock().await;
        // Whoever held the lock before may have brought it.
        if let Some(key) = self.known().fresh(kid, now) {
            return Ok(key);
        }
        if self.known().may_fetch(now) {
            self.renew(now).await;
        }
        drop(fetching);
        self.known().any(kid)
    }

    /// Fetches the keys; if that fails, those from before stay.
    async fn renew(&self, now: Timestamp) {
        // Counts from the first try, also if whoever asked hangs up meanwhile.
        self.known().not_before = now.checked_add(AGAIN).ok();
        match self.fetch().await {
            Ok(keys) => {
                tracing::debug!(count = keys.len(), "microsoft's signing keys fetched");
                *self.known() = Known {
                    keys,
                    fetched_at: Some(now),
                    not_before: now.checked_add(UNKNOWN).ok(),
                };
            }
            Err(why) => {
                tracing::warn!(why, "microsoft's signing keys could not be fetched");
            }
        }
    }

    async fn fetch(&self) -> Result<HashMap<String, Arc<Key>>, String> {
        let metadata: Metadata = self.read(self.metadata.clone()).await?;
        let address = Url::parse(&metadata.jwks_uri).map_err(|_| "jwks_uri is no address")?;
        if address.origin() != self.metadata.origin() {
            return Err("jwks_uri lies on another host than the metadata".to_owned());
        }
        let set: KeySet = self.read(address).await?;
        let keys: HashMap<_, _> = set.keys.iter().take(MOST).filter_map(key).collect();
        if keys.is_empty() {
            return Err("there is no key".to_owned());
        }
        Ok(keys)
    }

    async fn read<T: DeserializeOwned>(&self, address: Url) -> Result<T, String> {
        let asked = exchange(self.http.get(address), Repeat::Harmless).await;
        let (_, status, body) = asked.map_err(|error| error.to_string())?;
        if status != StatusCode::OK {
            return Err(format!("http_{}", status.as_u16()));
        }
        serde_json::from_slice(&body).map_err(|_| "the answer is not what it should be".to_owned())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// The key, if it was fetched not too long ago.
    fn fresh(&self, kid: &str, now: Timestamp) -> Option<Arc<Key>> {
        let fetched_at = self.fetched_at?;
        let fresh = now.duration_since(fetched_at) < FRESH;
        self.keys.get(kid).filter(|_| fresh).cloned()
    }

    fn may_fetch(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|from| now >= from)
    }

    /// The key, however old.
    fn any(&self, kid: &str) -> Result<Arc<Key>, NoKey> {
        if self.fetched_at.is_none() {
            return Err(NoKey::NotFetched);
        }
        self.keys.get(kid).cloned().ok_or(NoKey::Unknown)
    }
}

/// A published key, if it is one for signatures by RSA.
fn key(published: &serde_json::Value) -> Option<(String, Arc<Key>)> {
    let published = Published::deserialize(published).ok()?;
    if published.purpose.is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let key = Key {
        decoding: DecodingKey::from_rsa_components(&published.n, &published.e).ok()?,
        endorsements: published.endorsements,
    };
    Some((published.kid, Arc::new(key)))
}
