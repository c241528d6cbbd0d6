//! What Baton and Slack know each other by. Each of them may be changed while Baton runs.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;

use super::rotation::Rotation;

/// Tokens and signing secrets.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// The bot's token.
    pub bot_token: SecretString,
    /// The keys that requests from Slack are signed with: two while one is being changed.
    pub signing: Vec<SecretString>,
    /// The app's token; with it Baton takes requests over sockets that it opens itself.
    pub app_token: Option<SecretString>,
    /// How the bot's token is renewed, where it expires.
    pub rotation: Option<Rotation>,
}

impl Secrets {
    /// Those of an app that is reached over HTTP.
    #[must_use]
    pub fn http(bot_token: &str, signing_secret: &str) -> Self {
        Self {
            bot_token: bot_token.into(),
            signing: vec![signing_secret.into()],
            app_token: None,
            rotation: None,
        }
    }

    /// Whether the token in force came from the same first refresh token.
    fn goes_on(&self, before: &Self) -> bool {
        let origin = |secrets: &Self| secrets.rotation.as_ref().map(Rotation::origin);
        self.rotation.is_some() && origin(self) == origin(before)
    }
}

/// The secrets in force.
pub struct InForce {
    secrets: watch::Sender<Secrets>,
    /// Whether Slack has refused the bot's token as expired.
    expired: watch::Sender<bool>,
}

impl InForce {
    pub fn new(secrets: Secrets) -> Self {
        Self {
            secrets: watch::Sender::new(secrets),
            expired: watch::Sender::new(false),
        }
    }

    /// Other secrets; a token that was renewed meanwhile stays in force.
    pub fn replace(&self, secrets: Secrets) {
        self.secrets.send_modify(|before| {
            let renewed = before.bot_token.clone();
            let goes_on = secrets.goes_on(before);
            *before = secrets;
            if goes_on {
                before.bot_token = renewed;
            }
        });
    }

    pub fn now(&self) -> Secrets {
        self.secrets.borrow().clone()
    }

    /// The bot's token was renewed.
    pub fn renewed(&self, token: SecretString) {
        self.secrets
            .send_modify(|secrets| secrets.bot_token = token);
        self.expired.send_replace(false);
    }

    /// Slack refuses this token as expired; waits a while for the next one, and says whether there is one.
    pub async fn ask_for_another(&self, than: &SecretString, wait: Duration) -> bool {
        let mut changes = self.secrets.subscribe();
        let is_another =
            |secrets: &Secrets| secrets.bot_token.expose_secret() != than.expose_secret();
        if !is_another(&self.secrets.borrow()) {
            self.expired.send_replace(true);
        }
        let another = changes.wait_for(is_another);
        tokio::time::timeout(wait, another).await.is_ok()
    }

    pub fn has_expired(&self) -> bool {
        *self.expired.borrow()
    }

    /// Waits until Slack refuses the bot's token as expired.
    pub async fn expired(&self) {
        // The sender lives as long as this does.
        let _ = self.expired.subscribe().wait_for(|expired| *expired).await;
    }

    /// Waits until the app's token is another than this.
    pub async fn app_token_changed(&self, from: Option<&SecretString>) {
        let shown = |token: Option<&SecretString>| token.map(|it| it.expose_secret().to_owned());
        let from = shown(from);
        let mut changes = self.secrets.subscribe();
        // The sender lives as long as this does.
        let _ = changes
            .wait_for(|secrets| shown(secrets.app_token.as_ref()) != from)
            .await;
    }
}
