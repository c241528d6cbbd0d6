//! Fetching somebody of whom a vendor sends an id only: what is asked, by whose token, and what can come of it
//! instead of an answer.
//!
//! A token goes to the vendor's address and nowhere else: nobody is followed anywhere.

use std::{collections::BTreeMap, time::Duration};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::{Format, Source, preset::Seen, text};
use crate::domain::submission::Wanted;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The largest answer that is read; a person is a few kilobytes.
const MOST_BYTES: usize = 1024 * 1024;

/// How many questions one person may take.
const MOST_QUESTIONS: usize = 3;

/// What is waited when a vendor says "too often" without saying for how long, and the most that is believed.
const RETRY_UNSAID: Duration = Duration::from_secs(60);
const RETRY_MOST: Duration = Duration::from_secs(3_600);

/// No vendor's id is longer.
const LONGEST_ID: usize = 200;

/// Where a source's people are fetched, as the configuration says.
#[derive(Clone, Debug, Default)]
pub struct FetchFrom {
    /// The vendor's API, if not the preset's.
    pub url: Option<Url>,
    /// For every page or account that has none of its own.
    pub token: Option<SecretString>,
    /// By page or account.
    pub tokens: BTreeMap<String, SecretString>,
}

impl FetchFrom {
    /// Whether there is any token.
    #[must_use]
    pub fn has_token(&self) -> bool {
        self.token.is_some() || !self.tokens.is_empty()
    }
}

/// Makes a parameter of a token and a source's secret.
pub type Proof = fn(&SecretString, &SecretString) -> (&'static str, String);

/// How a vendor is asked for somebody.
#[derive(Debug)]
pub struct Fetching {
    /// Its API.
    pub url: &'static str,
    /// The header that the token stands in; `None`: `Authorization: Bearer`.
    pub token_header: Option<&'static str>,
    /// Headers that it wants besides.
    pub headers: &'static [(&'static str, &'static str)],
    /// A parameter that proves, of a token and the source's secret, that who has the one has the other too.
    pub proof: Option<Proof>,
    /// What is asked next after these answers; `None`: nothing, all is there.
    pub next: fn(&Wanted, &[Value]) -> Option<Ask>,
    /// Whom the answers describe.
    pub read: for<'a> fn(&Fetched<'a>) -> Seen<'a>,
    /// What an answer that is an error means, where its status alone would mislead.
    pub meaning: fn(StatusCode, &Value) -> Option<Meaning>,
}

/// A question: an address below the vendor's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Each step of the path, as it is.
    pub path: Vec<String>,
    /// The parameters.
    pub query: Vec<(&'static str, String)>,
}

impl Ask {
    /// A path, and no parameters.
    pub(super) fn path(steps: &[&str]) -> Self {
        Self {
            path: steps.iter().map(|step| (*step).to_owned()).collect(),
            query: Vec::new(),
        }
    }
}

/// What a vendor answered.
#[derive(Clone, Copy, Debug)]
pub struct Fetched<'a> {
    /// For whom it was asked.
    pub wanted: &'a Wanted,
    /// One for each question.
    pub answers: &'a [Value],
}

impl<'a> Fetched<'a> {
    /// The answer to the first question.
    pub(super) fn first(&self) -> &'a Value {
        self.answers.first().unwrap_or(&Value::Null)
    }
}

/// What an error of a vendor's means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It was asked too often.
    TooOften,
    /// It is in trouble itself.
    InTrouble,
    /// The token is not good for that.
    Refused,
    /// There is nobody of that id.
    Missing,
}

/// Why there is no answer. The words hold no personal data and no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Perhaps later.
    Later {
        /// When the vendor wants to be asked again.
        after: Option<Duration>,
        /// Why.
        why: String,
    },
    /// The token is missing or refused.
    Refused(String),
    /// There is nobody of that id.
    Missing(String),
}

/// How a source's vendor is asked, if it is one that sends ids.
pub(super) fn of(source: &Source) -> Option<&'static Fetching> {
    source.format.preset()?.fetch
}

/// Whether an id can be one: it becomes a part of an address.
pub(super) fn is_usable(wanted: &Wanted) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:=+~,()".contains(c);
    let id = &wanted.id;
    !id.is_empty()
        && id.len() <= LONGEST_ID
        && wanted.key.len() <= 2 * LONGEST_ID
        && id.chars().all(plain)
        && !matches!(id.as_str(), "." | "..")
}

/// Asks vendors.
#[derive(Clone, Debug)]
pub struct Fetcher {
    http: reqwest::Client,
}

impl Fetcher {
    /// Asks nobody yet.
    ///
    /// # Errors
    /// When the process has no TLS provider or no certificates to trust.
    pub fn new() -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
            .timeout(PATIENCE)
            .connect_timeout(PATIENCE / 2)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()?;
        Ok(Self { http })
    }

    /// Asks a source's vendor for somebody; its answers.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn fetch(&self, source: &Source, wanted: &Wanted) -> Result<Vec<Value>, NoAnswer> {
        let Some(fetching) = of(source) else {
            let why = format!("the source `{}` fetches nobody any more", source.id);
            return Err(NoAnswer::Refused(why));
        };
        let token = token_of(source, wanted)?;
        let mut answers = Vec::new();
        while let Some(ask) = (fetching.next)(wanted, &answers) {
            if answers.len() == MOST_QUESTIONS {
                break;
            }
            answers.push(self.ask(source, fetching, &ask, token).await?);
        }
        Ok(answers)
    }

    async fn ask(
        &self,
        source: &Source,
        fetching: &Fetching,
        ask: &Ask,
        token: &SecretString,
    ) -> Result<Value, NoAnswer> {
        let mut url = address(source, fetching, ask)?;
        if let (Some(proof), Some(secret)) = (fetching.proof, source.keys.secrets.first()) {
            let (name, value) = proof(token, secret);
            url.query_pairs_mut().append_pair(name, &value);
        }
        let headers = headers(fetching, token)?;
        let sent = self.http.get(url).headers(headers).send().await;
        let mut response = sent.map_err(|error| later(broken(&error)))?;
        let status = response.status();
        let after = retry_after(response.headers());
        let body = read(&mut response).await?;
        let answer = Format::Json.read(None, &body);
        if status == StatusCode::OK {
            return answer.map_err(|why| later(&format!("its answer can't be read: {why}")));
        }
        let answer = answer.unwrap_or_default();
        Err(meant(fetching, status, after, &answer))
    }
}

/// The token for whom is wanted.
fn token_of<'s>(source: &'s Source, wanted: &Wanted) -> Result<&'s SecretString, NoAnswer> {
    let own = source.fetch.tokens.get(&wanted.account);
    own.or(source.fetch.token.as_ref()).ok_or_else(|| {
        NoAnswer::Refused(match &*wanted.account {
            "" => "`fetch` has no `token`".to_owned(),
            account => format!(
                "`fetch` has no token for the account {}",
                text::line(account, 40)
            ),
        })
    })
}

fn address(source: &Source, fetching: &Fetching, ask: &Ask) -> Result<Url, NoAnswer> {
    let unusable = || NoAnswer::Refused("the address in `fetch` can't be used".to_owned());
    let own = source.fetch.url.clone();
    let mut url = own
        .or_else(|| Url::parse(fetching.url).ok())
        .ok_or_else(unusable)?;
    url.path_segments_mut()
        .map_err(|()| unusable())?
        .pop_if_empty()
        .extend(&ask.path);
    if !ask.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&ask.query);
    }
    Ok(url)
}

fn headers(fetching: &Fetching, token: &SecretString) -> Result<HeaderMap, NoAnswer> {
    let token = token.expose_secret().trim();
    let (name, value) = match fetching.token_header {
        Some(name) => (HeaderName::from_static(name), token.to_owned()),
        None => (AUTHORIZATION, format!("Bearer {token}")),
    };
    let mut value = HeaderValue::from_str(&value)
        .map_err(|_| NoAnswer::Refused("the token can't stand in a header".to_owned()))?;
    value.set_sensitive(true);
    let mut headers = HeaderMap::from_iter([(name, value)]);
    for (name, value) in fetching.headers {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    Ok(headers)
}

async fn read(response: &mut Response) -> Result<Vec<u8>, NoAnswer> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body),
            Ok(Some(chunk)) if body.len() + chunk.len() > MOST_BYTES => {
                return Err(later("its answer is too large"));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) => return Err(later(broken(&error))),
        }
    }
}

fn later(why: &str) -> NoAnswer {
    NoAnswer::Later {
        after: None,
        why: why.to_owned(),
    }
}

fn broken(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "the vendor did not answer in time"
    } else if error.is_connect() {
        "the vendor can't be reached"
    } else {
        "the connection to the vendor broke"
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let said = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds: u64 = said.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.max(1)).min(RETRY_MOST))
}

/// What an answer means that is none.
fn meant(
    fetching: &Fetching,
    status: StatusCode,
    after: Option<Duration>,
    answer: &Value,
) -> NoAnswer {
    let meaning = (fetching.meaning)(status, answer).unwrap_or_else(|| by_status(status));
    let said = said(status, answer);
    match meaning {
        Meaning::TooOften => NoAnswer::Later {
            after: Some(after.unwrap_or(RETRY_UNSAID)),
            why: format!("the vendor was asked too often ({said})"),
        },
        Meaning::InTrouble => NoAnswer::Later {
            after,
            why: format!("the vendor has trouble ({said})"),
        },
        Meaning::Refused => NoAnswer::Refused(format!("the vendor refuses the token ({said})")),
        Meaning::Missing => {
            NoAnswer::Missing(format!("the vendor knows nobody of that id ({said})"))
        }
    }
}

fn by_status(status: StatusCode) -> Meaning {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Meaning::Refused,
        StatusCode::TOO_MANY_REQUESTS => Meaning::TooOften,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => Meaning::InTrouble,
        other if other.is_client_error() => Meaning::Missing,
        // A redirect too: where it leads, the token is not for.
        _ => Meaning::InTrouble,
    }
}

/// The status, and the vendor's own word for the error where that is a code and no sentence.
fn said(status: StatusCode, answer: &Value) -> String {
    let code = [
        "/error/code",
        "/code",
        "/serviceErrorCode",
        "/category",
        "/error_code",
    ]
    .iter()
    .filter_map(|at| answer.pointer(at))
    .map(super::tree::text)
    .find(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    let status = status.as_u16();
    match code {
        Some(code) if code != status.to_string() => {
            format!("{status}, {}", text::cut(&code, 40))
        }
        Some(_) | None => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::intake::presets::by_word;

    fn source(url: &str) -> Source {
        let preset = by_word("meta").unwrap();
        Source {
            fetch: FetchFrom {
                url: Some(url.parse().unwrap()),
                token: None,
                tokens: BTreeMap::from([("7".to_owned(), "t0ken".into())]),
            },
            ..Source::new("meta".into(), Format::Preset(preset))
        }
    }

    fn wanted(id: &str, account: &str) -> Wanted {
        Wanted {
            id: id.to_owned(),
            key: id.to_owned(),
            account: account.to_owned(),
            known: Value::Null,
            test: false,
            update: false,
        }
    }

    #[test]
    fn an_address_is_below_the_vendor_s_whatever_the_id() {
        for (base, expected) in [
            ("https://api.example/v1", "https://api.example/v1/a%2Fb%3Fc"),
            (
                "https://api.example/v1/",
                "https://api.example/v1/a%2Fb%3Fc",
            ),
            ("https://api.example", "https://api.example/a%2Fb%3Fc"),
        ] {
            let source = source(base);
            let url = address(&source, of(&source).unwrap(), &Ask::path(&["a/b?c"]));
            assert_eq!(url.unwrap().as_str(), expected);
        }
        for id in ["", ".", "..", "a/b", "a b", "ü", &"9".repeat(201)] {
            assert!(!is_usable(&wanted(id, "")), "{id}");
        }
        assert!(is_usable(&wanted("urn:li:1a2b3c-4", "")));
    }

    #[test]
    fn a_token_is_its_account_s() {
        let source = source("https://api.example");
        assert!(token_of(&source, &wanted("1", "7")).is_ok());
        let none = token_of(&source, &wanted("1", "8")).unwrap_err();
        assert_eq!(
            none,
            NoAnswer::Refused("`fetch` has no token for the account 8".to_owned())
        );
    }

    #[test]
    fn an_error_is_told_by_its_codes_and_never_by_its_words() {
        let source = source("https://api.example");
        let fetching = of(&source).unwrap();
        let dead = json!({"error": {"message": "Session of ada@example.com ended", "code": 190}});
        assert_eq!(
            meant(fetching, StatusCode::BAD_REQUEST, None, &dead),
            NoAnswer::Refused("the vendor refuses the token (400, 190)".to_owned())
        );
        let strange = json!({"code": "ask ada@example.com"});
        assert_eq!(
            meant(fetching, StatusCode::NOT_FOUND, None, &strange),
            NoAnswer::Missing("the vendor knows nobody of that id (404)".to_owned())
        );
        let often = meant(fetching, StatusCode::TOO_MANY_REQUESTS, None, &Value::Null);
        assert_eq!(
            often,
            NoAnswer::Later {
                after: Some(RETRY_UNSAID),
                why: "the vendor was asked too often (429)".to_owned()
            }
        );
        let moved = meant(fetching, StatusCode::FOUND, None, &Value::Null);
        assert!(matches!(moved, NoAnswer::Later { after: None, .. }));
    }
}
