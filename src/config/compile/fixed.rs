//! What is set up once and for all at the start: a change of it waits for a restart. Tokens and secrets
//! are none of it.

use secrecy::{ExposeSecret, SecretString};

use super::{Compiled, Server, SlackSettings};

/// The settings of a start.
#[derive(Clone, Debug)]
pub struct Fixed {
    server: Server,
    /// May carry a password.
    database: SecretString,
    slack: Option<SlackSettings>,
}

impl Fixed {
    /// Those of a configuration.
    #[must_use]
    pub fn of(compiled: &Compiled) -> Self {
        Self {
            server: compiled.server.clone(),
            database: compiled.database.as_str().into(),
            slack: compiled.slack.clone(),
        }
    }

    /// The keys that another configuration changes.
    #[must_use]
    pub fn changed(&self, compiled: &Compiled) -> Vec<&'static str> {
        let (old, new) = (&self.server, &compiled.server);
        let of_server = [
            ("server.listen", old.listen != new.listen),
            ("server.max_body", old.max_body != new.max_body),
            (
                "database.url",
                self.database.expose_secret() != compiled.database,
            ),
        ];
        let of_slack = match (&self.slack, &compiled.slack) {
            (None, None) => Vec::new(),
            (Some(old), Some(new)) => changed_slack(old, new),
            (Some(_), None) | (None, Some(_)) => vec![("slack", true)],
        };
        let all = of_server.into_iter().chain(of_slack);
        all.filter(|(_, changed)| *changed)
            .map(|(key, _)| key)
            .collect()
    }
}

fn changed_slack(old: &SlackSettings, new: &SlackSettings) -> Vec<(&'static str, bool)> {
    vec![
        ("slack.sockets", old.sockets != new.sockets),
        ("slack.api_url", old.api_url != new.api_url),
        ("slack.paced", old.paced != new.paced),
    ]
}
