//! Baton's own tokens: fetched by client credentials from the tenant's login address, kept until shortly before
//! they end, and fetched once however many wait for one.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::credential::Credential;
use crate::chat::Elapsed;
use crate::chat::exchange::{Repeat, client, exchange, retry, retry_after};
use crate::chat::outcome::{FailKind, SendError};

/// How long before its end a token is not used any more.
const EARLY: Duration = Duration::from_secs(300);
/// The longest time that a token is believed to last.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// What time it is.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// For whom a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Teams' connector.
    Teams,
    /// Microsoft Graph.
    Graph,
}

/// Where tokens come from.
pub struct Login {
    /// `https://login.microsoftonline.com`.
    pub login_url: Url,
    /// Whose app it is.
    pub tenant_id: String,
    /// Which app it is.
    pub app_id: String,
    /// The scope for Teams' connector.
    pub teams_scope: String,
    /// The scope for Graph.
    pub graph_scope: String,
}

/// The tokens in force.
pub struct Tokens {
    http: reqwest::Client,
    login: Login,
    credential: ArcSwap<Credential>,
    now: Now,
    elapsed: Elapsed,
    teams: Mutex<Option<Kept>>,
    graph: Mutex<Option<Kept>>,
}

struct Kept {
    token: SecretString,
    until: Duration,
}

impl Tokens {
    /// Fetches none yet.
    ///
    /// # Errors
    /// When the process has no TLS provider or no certificates to trust.
    pub fn new(
        login: Login,
        credential: Credential,
        timeout: Duration,
        now: Now,
        elapsed: Elapsed,
    ) -> reqwest::Result<Self> {
        Ok(Self {
            http: client(timeout)?,
            login,
            credential: ArcSwap::from_pointee(credential),
            now,
            elapsed,
            teams: Mutex::default(),
            graph: Mutex::default(),
        })
    }

    /// Shows this from now on.
    pub fn set_credential(&self, credential: Credential) {
        self.credential.store(Arc::new(credential));
    }

    /// A token that lasts a while yet.
    pub async fn get(&self, audience: Audience) -> Result<SecretString, SendError> {
        let mut kept = self.kept(audience).lock().await;
        let now = (self.elapsed)();
        if let Some(kept) = kept.as_ref().filter(|kept| now < kept.until) {
            return Ok(kept.token.clone());
        }
        *kept = None;
        let fresh = self.fetch(audience).await?;
        Ok(kept.insert(fresh).token.clone())
    }

    /// Gives up a token that was refused, unless it has been replaced meanwhile.
    pub async fn forget(&self, audience: Audience, refused: &SecretString) {
        let mut kept = self.kept(audience).lock().await;
        let is_it = |kept: &mut Kept| kept.token.expose_secret() == refused.expose_secret();
        kept.take_if(is_it);
    }

    fn kept(&self, audience: Audience) -> &Mutex<Option<Kept>> {
        match audience {
            Audience::Teams => &self.teams,
            Audience::Graph => &self.graph,
        }
    }

    async fn fetch(&self, audience: Audience) -> Result<Kept, SendError> {
        let asked_at = (self.elapsed)();
        let address = self.address();
        let form = self.form(&address, audience)?;
        let request = self.http.post(address).form(&form);
        let (headers, status, body) = exchange(request, Repeat::Harmless).await?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let token = answer["access_token"].as_str();
        match token.filter(|token| status.is_success() && !token.is_empty()) {
            Some(token) => Ok(Kept {
                token: token.into(),
                until: asked_at + lasts(&answer),
            }),
            None => Err(refusal(status, &headers, &answer)),
        }
    }

    fn address(&self) -> String {
        let login = self.login.login_url.as_str().trim_end_matches('/');
        format!("{login}/{}/oauth2/v2.0/token", self.login.tenant_id)
    }

    fn form(
        &self,
        address: &str,
        audience: Audience,
    ) -> Result<Vec<(&'static str, String)>, SendError> {
        let app = &self.login.app_id;
        let scope = match audience {
            Audience::Teams => &self.login.teams_scope,
            Audience::Graph => &self.login.graph_scope,
        };
        let mut form = vec![
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", app.clone()),
            ("scope", scope.clone()),
        ];
        match &**self.credential.load() {
            Credential::Secret(secret) => {
                form.push(("client_secret", secret.expose_secret().to_owned()));
            }
            Credential::Certificate(certificate) => {
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let assertion = certificate.assertion(app, address, (self.now)());
                let unsigned = || SendError::fail(FailKind::OurBug, "unsigned_assertion");
                form.push(("client_assertion_type", kind.to_owned()));
                form.push(("client_assertion", assertion.ok_or_else(unsigned)?));
            }
        }
        Ok(form)
    }
}

/// How long a token is used: until five minutes before its end, or half its life if that is less.
fn lasts(answer: &Value) -> Duration {
    let said = &answer["expires_in"];
    let seconds = said.as_u64().or_else(|| said.as_str()?.parse().ok());
    let whole = Duration::from_secs(seconds.unwrap_or(0)).min(LONGEST);
    whole.saturating_sub(EARLY).max(whole / 2)
}

/// Why there is no token. Microsoft's description names ids and times that help nobody, so its number is looked up.
fn refusal(status: StatusCode, headers: &HeaderMap, answer: &Value) -> SendError {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return retry(Some(retry_after(headers)), "ratelimited");
    }
    if status.is_server_error() {
        return retry(None, &format!("login_http_{}", status.as_u16()));
    }
    let code = answer["error_codes"][0].as_u64();
    let word = match code {
        Some(code) => format!("AADSTS{code}: {}", advice(code)),
        None => format!("login_http_{}", status.as_u16()),
    };
    SendError::fail(FailKind::TokenDead, word)
}

/// What to do about one of Microsoft's numbers.
fn advice(code: u64) -> &'static str {
    match code {
        7_000_215 => "the client secret is wrong; `app_password` is the secret's value, not its id",
        7_000_222 => "the client secret has expired; make a new one under Certificates & secrets",
        700_027 | 5_002_724 => {
            "the certificate is not known; upload it under Certificates & secrets, or it has expired"
        }
        700_016 => "this tenant has no such app; look at `app_id` and `tenant_id`",
        7_000_229 => {
            "the app has no service principal in the tenant; add an enterprise application for it"
        }
        7_000_112 => "the app is disabled; enable its enterprise application",
        90_002 | 900_023 => "there is no such tenant; look at `tenant_id`",
        90_033 | 90_037 => "Microsoft's login is busy; it will be tried again",
        53_003 => "a conditional access policy stands in the way",
        _ => "look it up at https://login.microsoftonline.com/error",
    }
}
