//! Looking at an installation from outside: what a token may do, who and which channels there are.
//!
//! Each question is asked once more when Slack says "too often"; nothing else is repeated, so that whoever
//! waits for the answers gets them.

use std::{collections::BTreeMap, time::Duration};

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::{person, text_of};
use crate::chat::Person;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest that "too often" is waited out.
const LONGEST_REST: u64 = 30;
/// People on one page, as Slack recommends at most.
const PAGE: &str = "200";
/// Nobody's workspace has more pages.
const MOST_PAGES: usize = 200;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwell {
    /// Slack refused, with its word for it and the scope that is missing.
    #[error("{word}")]
    Refused {
        /// For instance `token_revoked`.
        word: String,
        /// The scope that is missing.
        needed: Option<String>,
    },
    /// No answer, or none that can be read.
    #[error("{0}")]
    Silent(String),
}

/// Who a token belongs to, and when and to what Slack answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The workspace.
    pub team: String,
    /// The bot.
    pub user: String,
    /// What it may do; none if Slack does not tell.
    pub scopes: Option<Vec<String>>,
    /// The time on Slack's clock.
    pub at: Option<Timestamp>,
}

/// Asks questions.
pub struct Survey {
    http: reqwest::Client,
    api: Url,
}

impl Survey {
    /// For the Web API at this address.
    ///
    /// # Errors
    /// When the process has no TLS provider or no certificates to trust.
    pub fn new(api: Url) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { http, api })
    }

    /// Whose the token is.
    ///
    /// # Errors
    /// Why it is of no use.
    pub async fn bearer(&self, token: &SecretString) -> Result<Bearer, Unwell> {
        let (headers, body) = self.call(token, "auth.test", &[]).await?;
        let header = |name: &str| headers.get(name)?.to_str().ok();
        let scopes = header("x-oauth-scopes");
        let date = headers.get(DATE).and_then(|it| it.to_str().ok());
        Ok(Bearer {
            team: text_of(&body["team"]),
            user: text_of(&body["user"]),
            scopes: scopes.map(|all| all.split(',').map(|it| it.trim().to_owned()).collect()),
            at: date.and_then(|it| Some(rfc2822::parse(it).ok()?.timestamp())),
        })
    }

    /// Whether a socket can be opened with an app's token.
    ///
    /// # Errors
    /// Why not.
    pub async fn socket(&self, app_token: &SecretString) -> Result<(), Unwell> {
        self.call(app_token, "apps.connections.open", &[])
            .await
            .map(drop)
    }

    /// Whether the bot can read what stands in a channel, for which it must be a member.
    ///
    /// # Errors
    /// Why not.
    pub async fn channel(&self, token: &SecretString, channel: &str) -> Result<(), Unwell> {
        let fields = [("channel", channel), ("limit", "1")];
        self.call(token, "conversations.history", &fields)
            .await
            .map(drop)
    }

    /// The groups of people that are in use: each one's id by its handle.
    ///
    /// # Errors
    /// Why they can't be listed.
    pub async fn groups(&self, token: &SecretString) -> Result<BTreeMap<String, String>, Unwell> {
        let (_, body) = self.call(token, "usergroups.list", &[]).await?;
        let all = body["usergroups"].as_array().into_iter().flatten();
        let group = |it: &Value| (text_of(&it["handle"]), text_of(&it["id"]));
        Ok(all.map(group).collect())
    }

    /// Whether the bot can read who is in a group.
    ///
    /// # Errors
    /// Why not.
    pub async fn group(&self, token: &SecretString, id: &str) -> Result<(), Unwell> {
        self.call(token, "usergroups.users.list", &[("usergroup", id)])
            .await
            .map(drop)
    }

    /// Everybody in the workspace, programs and people who have left included.
    ///
    /// # Errors
    /// Why they can't be listed.
    pub async fn people(&self, token: &SecretString) -> Result<Vec<Person>, Unwell> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let fields = [("limit", PAGE), ("cursor", &*cursor)];
            let (_, body) = self.call(token, "users.list", &fields).await?;
            let page = body["members"].as_array().map(Vec::as_slice);
            all.extend(page.unwrap_or_default().iter().map(person));
            cursor = text_of(&body["response_metadata"]["next_cursor"]);
            if cursor.is_empty() {
                break;
            }
        }
        Ok(all)
    }

    async fn call(
        &self,
        token: &SecretString,
        method: &str,
        fields: &[(&str, &str)],
    ) -> Result<(HeaderMap, Value), Unwell> {
        let given: Vec<_> = fields.iter().filter(|(_, it)| !it.is_empty()).collect();
        for last in [false, true] {
            let address = format!("{}/{method}", self.api.as_str().trim_end_matches('/'));
            let request = self.http.post(address).bearer_auth(token.expose_secret());
            let answer = request.form(&given).send().await.map_err(silent)?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            if status == http::StatusCode::TOO_MANY_REQUESTS && !last {
                tokio::time::sleep(rest(&headers)).await;
                continue;
            }
            let text = answer.text().await.map_err(silent)?;
            let body: Value = serde_json::from_str(&text)
                .map_err(|_| Unwell::Silent(format!("no JSON, but {status}")))?;
            return match body["ok"].as_bool() {
                Some(true) => Ok((headers, body)),
                Some(false) | None => Err(refused(&body)),
            };
        }
        Err(Unwell::Silent("asked too often".to_owned()))
    }
}

fn rest(headers: &HeaderMap) -> Duration {
    let said = headers.get(RETRY_AFTER).and_then(|it| it.to_str().ok());
    let seconds = said.and_then(|it| it.parse().ok()).unwrap_or(1);
    Duration::from_secs(seconds.min(LONGEST_REST))
}

fn silent(error: reqwest::Error) -> Unwell {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    Unwell::Silent(why.to_owned())
}

/// Slack's words are short and plain; of anything else only the beginning is shown.
fn refused(body: &Value) -> Unwell {
    let plain = |name: &str| {
        let text = body[name].as_str()?;
        let plain = |it: &char| it.is_ascii_alphanumeric() || "_.:,".contains(*it);
        Some(text.chars().filter(plain).take(100).collect::<String>())
    };
    Unwell::Refused {
        word: plain("error").unwrap_or_else(|| "no reason given".to_owned()),
        needed: plain("needed"),
    }
}
