//! Microsoft Graph, as far as the tenant lets Baton: who people are, and the app for those who don't have it yet.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use url::Url;

use super::presence;
use super::token::{Audience, Tokens};
use crate::chat::exchange::{Repeat, client, exchange, retry, retry_after};
use crate::chat::outcome::{FailKind, SendError};
use crate::chat::{AwayStatus, Person, Who};

/// What must be granted to look people up.
pub const READ_PEOPLE: &str = "User.Read.All";
/// What must be granted to install the app for people.
pub const INSTALL: &str = "TeamsAppInstallation.ReadWriteSelfForUser.All";
/// What must be granted to find the app in the tenant's catalogue.
pub const READ_CATALOG: &str = "AppCatalog.Read.All";
/// What must be granted to read who is out of office.
pub const READ_PRESENCE: &str = "Presence.Read.All";
/// Whose presence is asked for in one request; Graph takes no more.
const AT_ONCE: usize = 650;
/// What is asked of a person.
const FIELDS: &str = "id,displayName,mail,userPrincipalName,accountEnabled,userType";

/// People on one page, and pages that are read: no tenant has more whom one would list.
const PAGE: &str = "200";
const MOST_PAGES: usize = 50;

/// A client of Graph.
pub struct Graph {
    http: reqwest::Client,
    base: Url,
    /// The id in the app's manifest.
    app_id: String,
    /// The app's id in the tenant's catalogue, once it is known.
    catalog_id: OnceCell<String>,
}

impl Graph {
    /// A client that waits at most `timeout` for an answer.
    ///
    /// # Errors
    /// When the process has no TLS provider or no certificates to trust.
    pub fn new(
        base: Url,
        app_id: String,
        catalog_id: Option<String>,
        timeout: Duration,
    ) -> reqwest::Result<Self> {
        Ok(Self {
            http: client(timeout)?,
            base,
            app_id,
            catalog_id: OnceCell::new_with(catalog_id),
        })
    }

    /// Whether people can be looked up at all.
    pub async fn may_read_people(&self, tokens: &Tokens) -> Result<(), SendError> {
        let one = [("$select", "id"), ("$top", "1")];
        let asked = self.get(tokens, &["users"], &one, READ_PEOPLE).await;
        asked.map(drop)
    }

    /// Looks a person up by their object id or address.
    pub async fn person(&self, tokens: &Tokens, who: &Who) -> Result<Person, SendError> {
        match who {
            Who::Id(id) => {
                let fields = [("$select", FIELDS)];
                let path = ["users", id];
                let found = self.get(tokens, &path, &fields, READ_PEOPLE).await?;
                person(&found).ok_or_else(|| nobody("user_not_found"))
            }
            Who::Email(email) => {
                let quoted = email.replace('\'', "''");
                let same = format!("mail eq '{quoted}' or userPrincipalName eq '{quoted}'");
                let query = [("$select", FIELDS), ("$filter", &same)];
                let all = self.get(tokens, &["users"], &query, READ_PEOPLE).await?;
                only(all["value"].as_array().into_iter().flatten())
            }
        }
    }

    /// Everybody in the tenant.
    pub async fn everybody(&self, tokens: &Tokens) -> Result<Vec<Person>, SendError> {
        let (mut all, mut more) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let mut query = vec![("$select", FIELDS), ("$top", PAGE)];
            query.extend(more.as_deref().map(|more| ("$skiptoken", more)));
            let page = self.get(tokens, &["users"], &query, READ_PEOPLE).await?;
            all.extend(
                page["value"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(person),
            );
            more = next_page(&page["@odata.nextLink"]);
            if more.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// What is said of whether these people are there, by their object ids; of whom nothing is known is left out.
    pub async fn presences(
        &self,
        tokens: &Tokens,
        users: &[&str],
    ) -> Result<Vec<(String, Option<AwayStatus>)>, SendError> {
        let url = self.url(&["communications", "getPresencesByUserId"])?;
        let mut all = Vec::new();
        for some in users.chunks(AT_ONCE) {
            let body = json!({ "ids": some });
            let request = || self.http.request(Method::POST, url.clone()).json(&body);
            let said = self.call(tokens, request, READ_PRESENCE).await?;
            let said = said["value"].as_array().into_iter().flatten();
            all.extend(said.filter_map(presence::read));
        }
        Ok(all)
    }

    /// Installs the app for a person; one that is there already is installed.
    pub async fn install(&self, tokens: &Tokens, user: &str) -> Result<(), SendError> {
        let app = self.app_in_catalog(tokens).await?;
        let mut bound = self.url(&["appCatalogs", "teamsApps", app])?;
        bound.set_query(None);
        let body = json!({"teamsApp@odata.bind": bound.as_str()});
        let path = ["users", user, "teamwork", "installedApps"];
        let url = self.url(&path)?;
        let request = || self.http.request(Method::POST, url.clone()).json(&body);
        match self.call(tokens, request, INSTALL).await {
            Err(SendError::Fail { word, .. }) if word == "http_409" => Ok(()),
            other => other.map(drop),
        }
    }

    /// The app's id there: not the manifest's, for an organisation's own app.
    pub async fn app_in_catalog(&self, tokens: &Tokens) -> Result<&String, SendError> {
        self.catalog_id
            .get_or_try_init(|| self.look_in_catalog(tokens))
            .await
    }

    async fn look_in_catalog(&self, tokens: &Tokens) -> Result<String, SendError> {
        let same = format!("externalId eq '{}'", self.app_id);
        let path = ["appCatalogs", "teamsApps"];
        let found = self
            .get(tokens, &path, &[("$filter", &same)], READ_CATALOG)
            .await?;
        let id = found["value"][0]["id"].as_str();
        let missing = || SendError::fail(FailKind::Config, "not_in_app_catalog");
        id.map(str::to_owned).ok_or_else(missing)
    }

    async fn get(
        &self,
        tokens: &Tokens,
        path: &[&str],
        query: &[(&str, &str)],
        permission: &str,
    ) -> Result<Value, SendError> {
        let url = self.url(path)?;
        let request = || self.http.get(url.clone()).query(query);
        self.call(tokens, request, permission).await
    }

    fn url(&self, path: &[&str]) -> Result<Url, SendError> {
        let bug = || SendError::fail(FailKind::OurBug, "unusable_id");
        if path.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(bug());
        }
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| bug())?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }

    /// Calls, with a new token if the first is refused. What it does may be done twice.
    async fn call(
        &self,
        tokens: &Tokens,
        request: impl Fn() -> RequestBuilder,
        permission: &str,
    ) -> Result<Value, SendError> {
        let token = tokens.get(Audience::Graph).await?;
        let answer = send(request(), &token, permission).await;
        if answer.as_ref().err().and_then(SendError::kind) != Some(FailKind::TokenDead) {
            return answer;
        }
        tokens.forget(Audience::Graph, &token).await;
        let token = tokens.get(Audience::Graph).await?;
        send(request(), &token, permission).await
    }
}

async fn send(
    request: RequestBuilder,
    token: &SecretString,
    permission: &str,
) -> Result<Value, SendError> {
    let request = request.bearer_auth(token.expose_secret());
    let (headers, status, body) = exchange(request, Repeat::Harmless).await?;
    let word = format!("http_{}", status.as_u16());
    let fail = |kind| Err(SendError::fail(kind, word.as_str()));
    match status {
        status if status.is_success() => Ok(serde_json::from_slice(&body).unwrap_or_default()),
        StatusCode::TOO_MANY_REQUESTS => Err(retry(Some(retry_after(&headers)), "ratelimited")),
        StatusCode::UNAUTHORIZED => fail(FailKind::TokenDead),
        StatusCode::FORBIDDEN => Err(SendError::fail(
            FailKind::Config,
            format!("missing_permission: {permission}"),
        )),
        StatusCode::NOT_FOUND => fail(FailKind::RecipientGone),
        StatusCode::CONFLICT => fail(FailKind::Other),
        status if status.is_server_error() => Err(retry(None, &word)),
        _ => fail(FailKind::OurBug),
    }
}

/// What asks for the next page. The address itself is not followed: the token is for Graph alone.
fn next_page(link: &Value) -> Option<String> {
    let link = Url::parse(link.as_str()?).ok()?;
    let mut all = link.query_pairs();
    all.find(|(name, _)| name == "$skiptoken")
        .map(|(_, value)| value.into_owned())
}

fn nobody(word: &str) -> SendError {
    SendError::fail(FailKind::RecipientGone, word)
}

/// The one whom an address means. It may be a guest's or a closed account's as well; but of two colleagues
/// nobody can say which gets the leads.
fn only<'a>(users: impl Iterator<Item = &'a Value>) -> Result<Person, SendError> {
    let (colleagues, others): (Vec<Person>, Vec<Person>) = users
        .filter_map(person)
        .partition(|person| person.barred().is_none());
    if colleagues.len() > 1 {
        return Err(nobody("several_users_have_this_address"));
    }
    let mut all = colleagues.into_iter().chain(others);
    all.next().ok_or_else(|| nobody("user_not_found"))
}

/// A person as Graph describes them. It knows no time zone.
fn person(user: &Value) -> Option<Person> {
    let given = |name: &str| user[name].as_str().filter(|text| !text.is_empty());
    let email = given("mail").or_else(|| given("userPrincipalName"));
    Some(Person {
        id: given("id")?.to_ascii_lowercase(),
        name: given("displayName").unwrap_or_default().to_owned(),
        email: email.map(str::to_owned),
        zone: None,
        deleted: user["accountEnabled"] == false,
        guest: given("userType") == Some("Guest"),
        stranger: false,
        bot: false,
        away: None,
    })
}
