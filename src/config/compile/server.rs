//! Where Baton listens, stores and chats, and who may use its API.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use jiff::SignedDuration;
use secrecy::SecretString;
use toml::Spanned;
use url::Url;

use super::{
    super::raw::{self, ApiToken as ApiTokenTable, Secret, Size, Text, TokenRole},
    Compiler,
};
use crate::domain::{
    policy::{StatusRule, StatusRules},
    suggest,
};

const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);
const MAX_BODY: usize = 256 * 1024;
const LARGEST_BODY: u64 = 64 * 1024 * 1024;
const SLACK: &str = "https://slack.com/api/";
const SOCKETS: usize = 2;
/// How often the heartbeat is sent.
const EVERY: SignedDuration = SignedDuration::from_secs(60);
const COMMANDS: [&str; 6] = ["away", "back", "leads", "lead", "leadstats", "leadrules"];

/// Where Baton listens.
#[derive(Clone, Debug)]
pub struct Server {
    /// For everybody.
    pub listen: SocketAddr,
    /// How the internet reaches it.
    pub public_url: Url,
    /// The largest request that is read, in bytes.
    pub max_body: usize,
    /// What is fetched while the worker is on time.
    pub heartbeat: Option<Heartbeat>,
    /// For the dashboard and the metrics, when they are apart.
    pub admin_listen: Option<SocketAddr>,
}

/// A sign of life for whoever watches from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Heartbeat {
    /// What is fetched; often it names the one who watches only to those who know it.
    pub url: Url,
    /// How often.
    pub every: SignedDuration,
}

/// The Slack that Baton speaks with.
#[derive(Clone, Debug)]
pub struct SlackSettings {
    /// `xoxb-…`.
    pub bot_token: SecretString,
    /// By which Slack's requests are known; several while one is being changed.
    pub signing_secrets: Vec<SecretString>,
    /// `xapp-…`, for Socket Mode.
    pub app_token: Option<SecretString>,
    /// How the bot's token is renewed, where it expires.
    pub rotation: Option<RotationSettings>,
    /// How many sockets stand side by side in Socket Mode.
    pub sockets: usize,
    /// Slack's own, or the playground's.
    pub api_url: Url,
    /// Whether calls are kept below Slack's rate limits.
    pub paced: bool,
    /// What people type, by what it does: `away` is `/lead-away`.
    pub commands: BTreeMap<String, String>,
}

/// By what the bot's token is renewed: Slack's token rotation.
#[derive(Clone, Debug)]
pub struct RotationSettings {
    /// The app's id as a client.
    pub client_id: String,
    /// The app's secret as a client.
    pub client_secret: SecretString,
    /// The first refresh token.
    pub refresh_token: SecretString,
}

/// Somebody who may use the API.
#[derive(Clone, Debug)]
pub struct ApiToken {
    /// Whom the log names.
    pub name: String,
    /// What they show.
    pub token: SecretString,
    /// What they may do.
    pub role: TokenRole,
}

impl Compiler<'_> {
    pub fn server(&mut self) -> Server {
        let raw = &self.raw.server;
        let listen = raw.listen.as_ref().and_then(|it| self.address(it));
        let listen = listen.unwrap_or(LISTEN);
        if let Some(admin) = &raw.admin_listen {
            self.later("server.admin_listen", admin.span());
        }
        let heartbeat = raw.heartbeat.as_ref();
        let heartbeat = heartbeat.and_then(|raw| self.heartbeat(raw));
        let reached = raw.public_url.as_ref().and_then(|it| self.url(it));
        Server {
            listen,
            public_url: reached.unwrap_or_else(|| address_url(listen)),
            heartbeat,
            max_body: raw.max_body.as_ref().map_or(MAX_BODY, |it| self.size(it)),
            admin_listen: raw.admin_listen.as_ref().and_then(|it| self.address(it)),
        }
    }

    fn heartbeat(&mut self, raw: &raw::Heartbeat) -> Option<Heartbeat> {
        let url = self.url(&raw.url);
        let every = raw.every.as_ref().and_then(|it| self.some_time(it));
        Some(Heartbeat {
            url: url?,
            every: every.unwrap_or(EVERY),
        })
    }

    fn address(&mut self, text: &Text) -> Option<SocketAddr> {
        let typed = self.filled(text)?;
        let numeric = typed.replacen("localhost:", "127.0.0.1:", 1);
        let address = numeric.parse().ok();
        if address.is_none() {
            let message = format!("`{typed}` is no address to listen at");
            let help = "write a number and a port: `127.0.0.1:3000`, or `0.0.0.0:3000` for all";
            self.mistake(text.span(), message, help);
        }
        address
    }

    fn size(&mut self, size: &Spanned<Size>) -> usize {
        let bytes = match size.get_ref() {
            Size::Bytes(bytes) => Some(*bytes),
            Size::Text(text) => bytes_of(text),
        };
        let bytes = bytes.filter(|it| (1..=LARGEST_BODY).contains(it));
        if bytes.is_none() {
            let help = "write for instance `\"256KiB\"` or `\"1MB\"`, 64 MiB at most";
            self.mistake(size.span(), "this is no size of a request", help);
        }
        let bytes = bytes.and_then(|it| usize::try_from(it).ok());
        bytes.unwrap_or(MAX_BODY)
    }

    pub fn database(&mut self) -> String {
        let Some(database) = &self.raw.database else {
            return "sqlite:baton.db".to_owned();
        };
        let url = database.url.get_ref().expose();
        let mut known = ["sqlite:", "postgres://", "postgresql://"].into_iter();
        let told = self.broken && url.contains("${");
        if !told && !known.any(|it| url.starts_with(it)) {
            let help = "write `sqlite:baton.db` or `postgres://baton@db/baton`";
            self.mistake(database.url.span(), "this is no database", help);
        }
        url.to_owned()
    }

    pub fn slack(&mut self) -> Option<SlackSettings> {
        let raw = self.raw.slack.as_ref()?;
        let one = raw.signing_secret.as_ref();
        let several = raw.signing_secrets.as_ref();
        let signing_secrets = self.secrets(one, several, "signing_secret");
        if signing_secrets.is_empty() && several.is_none() && raw.app_token.is_none() {
            let help = "it is under Basic Information of the Slack app";
            self.mistake(raw.bot_token.span(), "`signing_secret` is missing", help);
        }
        let api_url = raw.api_url.as_ref().and_then(|it| self.url(it));
        Some(SlackSettings {
            bot_token: self.secret(&raw.bot_token),
            signing_secrets,
            app_token: raw.app_token.as_ref().and_then(|it| self.app_token(it)),
            rotation: self.rotation(raw),
            sockets: raw.sockets.as_ref().map_or(SOCKETS, |it| self.sockets(it)),
            api_url: api_url.unwrap_or_else(slack_url),
            paced: raw.paced.unwrap_or(true),
            commands: self.commands(&raw.commands),
        })
    }

    /// What is made of a status in each chat.
    pub fn profile_status(&self) -> StatusRules {
        let slack = self.raw.slack.as_ref().and_then(|slack| slack.status);
        let teams = self.raw.teams.as_ref().and_then(|teams| teams.status);
        StatusRules {
            slack: status_rule(slack),
            teams: status_rule(teams),
        }
    }

    /// A token that expires is renewed with the app's id and secret, so these go together.
    fn rotation(&mut self, raw: &raw::Slack) -> Option<RotationSettings> {
        let (Some(refresh), client, secret) =
            (&raw.refresh_token, &raw.client_id, &raw.client_secret)
        else {
            let id = raw.client_id.as_ref().map(|it| ("client_id", it.span()));
            let secret = raw.client_secret.as_ref();
            let secret = secret.map(|it| ("client_secret", it.span()));
            for (key, span) in id.into_iter().chain(secret) {
                let message = format!("`{key}` is of use with `refresh_token` only");
                self.mistake(span, message, "add `refresh_token`, or take it out");
            }
            return None;
        };
        for (key, missing) in [
            ("client_id", client.is_none()),
            ("client_secret", secret.is_none()),
        ] {
            if missing {
                let message = format!("`{key}` is missing: a token is renewed with it");
                let help = "it is under Basic Information of the Slack app";
                self.mistake(refresh.span(), message, help);
            }
        }
        let refresh_token = self.secret(refresh);
        Some(RotationSettings {
            client_id: self.said(client.as_ref()?, "`client_id`")?,
            client_secret: self.secret(secret.as_ref()?),
            refresh_token,
        })
    }

    fn app_token(&mut self, token: &Spanned<Secret>) -> Option<SecretString> {
        let typed = token.get_ref().expose();
        let told = self.broken && typed.contains("${");
        if typed.starts_with("xoxb-") && !told {
            let help =
                "an app-level token starts with xapp-, see Basic Information of the Slack app";
            self.mistake(token.span(), "this is the bot's token, not the app's", help);
        }
        Some(self.secret(token))
    }

    fn sockets(&mut self, count: &Spanned<u32>) -> usize {
        let right = (1..=10).contains(count.get_ref());
        if !right {
            let message = "Slack allows one to ten sockets";
            self.mistake(
                count.span(),
                message,
                "two are enough: one serves while the other is replaced",
            );
        }
        usize::try_from(*count.get_ref()).unwrap_or(SOCKETS)
    }

    fn commands(&mut self, raw: &BTreeMap<Text, Text>) -> BTreeMap<String, String> {
        let mut commands = BTreeMap::new();
        for (name, word) in raw {
            let typed = self.filled(word);
            if !COMMANDS.contains(&name.get_ref().as_str()) {
                let message = format!("no command called `{}`", name.get_ref());
                let help = suggest::help(name.get_ref(), COMMANDS).unwrap_or_default();
                self.mistake(name.span(), message, help);
            }
            let Some(typed) = typed else { continue };
            let right =
                |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-_".contains(it);
            let rest = typed.strip_prefix('/').filter(|it| !it.is_empty());
            if !rest.is_some_and(|it| it.len() < 32 && it.chars().all(right)) {
                let message = format!("`{typed}` is no slash command");
                let help = "write `/` and small letters, digits, `-` or `_`: `/lead-away`";
                self.mistake(word.span(), message, help);
            }
            commands.insert(name.get_ref().clone(), typed.to_owned());
        }
        self.once("command", raw.values());
        commands
    }

    /// Complains of a token that somebody else has already; what it is, is not said.
    fn tokens_once(&mut self) {
        let all = &self.raw.api.token;
        for (at, one) in all.iter().enumerate() {
            let token = one.token.get_ref().expose();
            let same = |it: &&ApiTokenTable| it.token.get_ref().expose() == token;
            let told = token.is_empty() || self.broken && token.contains("${");
            if let Some(first) = all[..at].iter().find(same).filter(|_| !told) {
                let message = format!("`{}` has the same token", first.name.get_ref());
                let help = "give each its own, so that one can be taken back alone";
                self.mistake(one.token.span(), message, help);
            }
        }
    }

    pub fn api_tokens(&mut self) -> Vec<ApiToken> {
        let raw = &self.raw.api.token;
        self.tokens_once();
        let tokens = raw.iter().map(|it| ApiToken {
            name: self.said(&it.name, "`name`").unwrap_or_default(),
            token: self.secret(&it.token),
            role: it.role,
        });
        tokens.collect()
    }
}

/// Where the internet reaches it when nothing is said.
fn address_url(listen: SocketAddr) -> Url {
    Url::parse(&format!("http://{listen}")).unwrap_or_else(|_| slack_url())
}

fn slack_url() -> Url {
    Url::parse(SLACK).expect("the constant is a URL")
}

/// `256KiB`, `1MB`, `4096`.
fn bytes_of(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|it: char| it.is_ascii_alphabetic() || it == ' ');
    let unit = match text[digits.len()..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "kib" => 1_024,
        "m" | "mb" => 1_000_000,
        "mib" => 1_024 * 1_024,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// What is made of a status, as typed.
fn status_rule(given: Option<raw::ProfileStatus>) -> StatusRule {
    match given {
        None | Some(raw::ProfileStatus::Ignore) => StatusRule::Ignore,
        Some(raw::ProfileStatus::Ask) => StatusRule::Ask,
        Some(raw::ProfileStatus::Believe) => StatusRule::Believe,
    }
}
