//! Tokens that expire: Slack's token rotation. A refresh token works once, so the pair that it is changed
//! for has to be kept before anything else; that is for who asks here.
//!
//! ```text
//! oauth.v2.access grant_type=refresh_token ──▶ xoxe.xoxb-1-… for 12 hours, and the next xoxe-1-…
//! ```

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Slack, client::read_answer};
use crate::chat::exchange::{Repeat, exchange, retry};
use crate::chat::outcome::{FailKind, SendError};

/// What an app with token rotation is known by, beside its tokens.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The app's id as a client.
    pub client_id: String,
    /// Proves that it is the app that asks.
    pub client_secret: SecretString,
    /// The first refresh token; later ones are Slack's.
    pub refresh_token: SecretString,
}

impl Rotation {
    /// By which a pair is known to come from this first refresh token, without showing it.
    #[must_use]
    pub fn origin(&self) -> String {
        hex::encode(Sha256::digest(self.refresh_token.expose_secret()))
    }
}

/// What a refresh token is changed for.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The bot's token.
    pub access_token: SecretString,
    /// What it is changed for in its turn.
    pub refresh_token: SecretString,
    /// How long the bot's token works.
    pub lasts: SignedDuration,
}

impl Slack {
    /// How tokens are renewed here; none if they don't expire.
    #[must_use]
    pub fn rotation(&self) -> Option<Rotation> {
        self.client.secrets().now().rotation
    }

    /// The bot's token in force.
    #[must_use]
    pub fn bot_token(&self) -> SecretString {
        self.client.secrets().now().bot_token
    }

    /// Goes by a renewed token from now on.
    pub fn go_by(&self, token: SecretString) {
        self.client.secrets().renewed(token);
    }

    /// Whether Slack has refused the token in force as expired.
    #[must_use]
    pub fn has_expired(&self) -> bool {
        self.client.secrets().has_expired()
    }

    /// Waits until Slack refuses the token in force as expired.
    pub async fn expired(&self) {
        self.client.secrets().expired().await;
    }

    /// Changes a refresh token for the next pair. After an answer that got lost the same refresh token works
    /// once more for a short while.
    ///
    /// # Errors
    /// [`SendError::Fail`] when Slack takes the refresh token no longer; the others when it may yet.
    pub async fn renew(&self, refresh_token: &SecretString) -> Result<Pair, SendError> {
        let refused = || SendError::fail(FailKind::Config, "no_token_rotation");
        let rotation = self.rotation().ok_or_else(refused)?;
        let request = self.client.open("oauth.v2.access").basic_auth(
            &rotation.client_id,
            Some(rotation.client_secret.expose_secret()),
        );
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose_secret()),
        ];
        let (headers, status, text) = exchange(request.form(&form), Repeat::Harmless).await?;
        let body = read_answer(status, &headers, &text, Repeat::Harmless)?;
        pair(&body).ok_or_else(|| retry(None, "answer without tokens"))
    }
}

fn pair(body: &Value) -> Option<Pair> {
    let token = |name: &str| {
        let token = body[name].as_str().filter(|it| !it.is_empty())?;
        Some(SecretString::from(token))
    };
    Some(Pair {
        access_token: token("access_token")?,
        refresh_token: token("refresh_token")?,
        lasts: SignedDuration::from_secs(body["expires_in"].as_i64().filter(|it| *it > 0)?),
    })
}
