//! What Baton and Slack know each other by. Each of them may be changed while Baton runs.

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;

/// Tokens and signing secrets.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// The bot's token.
    pub bot_token: SecretString,
    /// The keys that requests from Slack are signed with: two while one is being changed.
    pub signing: Vec<SecretString>,
    /// The app's token; with it Baton takes requests over sockets that it opens itself.
    pub app_token: Option<SecretString>,
}

impl Secrets {
    /// Those of an app that is reached over HTTP.
    #[must_use]
    pub fn http(bot_token: &str, signing_secret: &str) -> Self {
        Self {
            bot_token: bot_token.into(),
            signing: vec![signing_secret.into()],
            app_token: None,
        }
    }
}

/// The secrets in force.
pub struct InForce(watch::Sender<Secrets>);

impl InForce {
    pub fn new(secrets: Secrets) -> Self {
        Self(watch::Sender::new(secrets))
    }

    pub fn replace(&self, secrets: Secrets) {
        self.0.send_replace(secrets);
    }

    pub fn now(&self) -> Secrets {
        self.0.borrow().clone()
    }

    /// Waits until the app's token is another than this.
    pub async fn app_token_changed(&self, from: Option<&SecretString>) {
        let shown = |token: Option<&SecretString>| token.map(|it| it.expose_secret().to_owned());
        let from = shown(from);
        let mut changes = self.0.subscribe();
        // The sender lives as long as this does.
        let _ = changes
            .wait_for(|secrets| shown(secrets.app_token.as_ref()) != from)
            .await;
    }
}
