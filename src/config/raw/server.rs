//! Where Baton listens, stores and chats: `[server]`, `[database]`, `[slack]`, `[teams]`, `[api]`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Secret, Size, Text};

/// `[server]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// `listen = "127.0.0.1:3000"`, which is also the default.
    pub listen: Option<Text>,
    /// `public_url = "https://baton.example.com"`: how the internet reaches it. Default: `listen`.
    pub public_url: Option<Text>,
    /// `admin_listen = "127.0.0.1:3001"`: dashboard and metrics apart. Default: with the rest.
    pub admin_listen: Option<Text>,
    /// `heartbeat = { url = "https://…", every = "60s" }`. Default: none.
    pub heartbeat: Option<Heartbeat>,
    /// `max_body = "256KiB"`: the largest request, in bytes or with a unit. Default: 256 KiB.
    pub max_body: Option<Spanned<Size>>,
}

/// `server.heartbeat`: a URL that is fetched while the worker is on time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// What is fetched.
    pub url: Text,
    /// `every = "60s"`, the default.
    pub every: Option<Text>,
}

/// `[database]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `url = "sqlite:baton.db"` or `"postgres://baton@db/baton"`; may carry a password.
    pub url: Spanned<Secret>,
}

/// `[slack]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slack {
    /// `bot_token = "${SLACK_BOT_TOKEN}"`.
    pub bot_token: Spanned<Secret>,
    /// `signing_secret = "${SLACK_SIGNING_SECRET}"`: not needed with `app_token`.
    pub signing_secret: Option<Spanned<Secret>>,
    /// `signing_secrets = [..]`, while one is being changed.
    pub signing_secrets: Option<Spanned<Vec<Spanned<Secret>>>>,
    /// `app_token = "${SLACK_APP_TOKEN}"`: Socket Mode. Default: HTTP.
    pub app_token: Option<Spanned<Secret>>,
    /// `refresh_token = "${SLACK_REFRESH_TOKEN}"`: with token rotation, the first one; later ones are kept in the database.
    pub refresh_token: Option<Spanned<Secret>>,
    /// `client_id = "1234.5678"`: needed with `refresh_token`.
    pub client_id: Option<Text>,
    /// `client_secret = "${SLACK_CLIENT_SECRET}"`: needed with `refresh_token`.
    pub client_secret: Option<Spanned<Secret>>,
    /// `sockets = 2`, the default: how many connections in Socket Mode, 10 at most.
    pub sockets: Option<Spanned<u32>>,
    /// `api_url = "https://slack.com/api/"`, the default.
    pub api_url: Option<Text>,
    /// `paced = false`: calls are not kept below Slack's rate limits, for load programs. Default: true.
    pub paced: Option<bool>,
    /// `status = "ask"`: what is made of a profile status that says somebody is away, and of do not disturb: `"ignore"`,
    /// the default, `"ask"` or `"believe"`.
    pub status: Option<ProfileStatus>,
    /// `commands = { away = "/lead-away", back = "/lead-back" }`: the words the manifest declares.
    #[serde(default)]
    pub commands: BTreeMap<Text, Text>,
}

/// What is made of a status in the chat profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileStatus {
    /// Nothing.
    Ignore,
    /// The rep is asked.
    Ask,
    /// They are away.
    Believe,
}

/// `[teams]`: Microsoft Teams, by an Azure Bot of the kind "single tenant".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Teams {
    /// `app_id = "${TEAMS_APP_ID}"`: the app registration's client id, a GUID.
    pub app_id: Text,
    /// `app_password = "${TEAMS_APP_PASSWORD}"`: the value of a client secret.
    pub app_password: Option<Spanned<Secret>>,
    /// `certificate = "${file:teams.pem}"`, in its place: a certificate and its RSA key in PEM.
    pub certificate: Option<Spanned<Secret>>,
    /// `tenant_id = "${TEAMS_TENANT_ID}"`: the only tenant that is served, a GUID.
    pub tenant_id: Text,
    /// `app_catalog_id = "…"`: the app in the organisation's catalogue. Default: looked up.
    pub app_catalog_id: Option<Text>,
    /// `service_url = "https://smba.trafficmanager.net/teams/"`, the default: where to call until Teams has
    /// called and said where.
    pub service_url: Option<Text>,
    /// `service_hosts = ["smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"]`, the default, and
    /// besides them that of `service_url`: the only hosts that are believed to be Teams.
    pub service_hosts: Option<Vec<Text>>,
    /// `metadata_url = "https://login.botframework.com/v1/.well-known/openidconfiguration"`, the default.
    pub metadata_url: Option<Text>,
    /// `issuer = "https://api.botframework.com"`, the default.
    pub issuer: Option<Text>,
    /// `login_url = "https://login.microsoftonline.com"`, the default.
    pub login_url: Option<Text>,
    /// `graph_url = "https://graph.microsoft.com/v1.0"`, the default.
    pub graph_url: Option<Text>,
    /// `status = "ask"`: what is made of somebody who is out of office: `"ignore"`, the default, `"ask"` or `"believe"`.
    pub status: Option<ProfileStatus>,
}

/// `[api]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Api {
    /// `[[api.token]]`.
    pub token: Vec<ApiToken>,
}

/// `[[api.token]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    /// `name = "ops"`: whom the log names.
    pub name: Text,
    /// `token = "${BATON_API_TOKEN}"`.
    pub token: Spanned<Secret>,
    /// `role = "manager"`.
    pub role: TokenRole,
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenRole {
    /// Reads, without contact data.
    Reader,
    /// Reads and moves leads.
    Manager,
    /// Everything.
    Admin,
}
