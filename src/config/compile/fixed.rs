//! What is set up once and for all at the start: a change of it waits for a restart. Tokens and secrets
//! are none of it.

use secrecy::{ExposeSecret, SecretString};

use super::{Compiled, Server, SlackSettings, TeamsSettings};

/// The settings of a start.
#[derive(Clone, Debug)]
pub struct Fixed {
    server: Server,
    /// May carry a password.
    database: SecretString,
    slack: Option<SlackSettings>,
    teams: Option<TeamsSettings>,
}

impl Fixed {
    /// Those of a configuration.
    #[must_use]
    pub fn of(compiled: &Compiled) -> Self {
        Self {
            server: compiled.server.clone(),
            database: compiled.database.as_str().into(),
            slack: compiled.slack.clone(),
            teams: compiled.teams.clone(),
        }
    }

    /// The keys that another configuration changes.
    #[must_use]
    pub fn changed(&self, compiled: &Compiled) -> Vec<&'static str> {
        let (old, new) = (&self.server, &compiled.server);
        let of_server = [
            ("server.listen", old.listen != new.listen),
            ("server.max_body", old.max_body != new.max_body),
            ("server.heartbeat", old.heartbeat != new.heartbeat),
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
        let of_teams = match (&self.teams, &compiled.teams) {
            (None, None) => Vec::new(),
            (Some(old), Some(new)) => changed_teams(old, new),
            (Some(_), None) | (None, Some(_)) => vec![("teams", true)],
        };
        let all = of_server.into_iter().chain(of_slack).chain(of_teams);
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

/// All but the secret or certificate.
fn changed_teams(old: &TeamsSettings, new: &TeamsSettings) -> Vec<(&'static str, bool)> {
    vec![
        ("teams.app_id", old.app_id != new.app_id),
        ("teams.tenant_id", old.tenant_id != new.tenant_id),
        ("teams.app_catalog_id", old.catalog_id != new.catalog_id),
        ("teams.service_url", old.service_url != new.service_url),
        ("teams.service_hosts", old.hosts != new.hosts),
        ("teams.metadata_url", old.metadata_url != new.metadata_url),
        ("teams.issuer", old.issuer != new.issuer),
        ("teams.login_url", old.login_url != new.login_url),
        ("teams.graph_url", old.graph_url != new.graph_url),
    ]
}
