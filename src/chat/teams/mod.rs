//! Microsoft Teams: what comes from it is believed by its token, what goes to it carries Baton's own, and
//! cards are Adaptive Cards.

pub mod answer;
mod buttons;
pub mod cards;
mod chart;
#[cfg(test)]
mod check;
mod connector;
pub mod credential;
pub mod dialog;
mod errors;
mod graph;
pub mod hosts;
pub mod inbound;
mod jwt;
mod keys;
mod known;
mod limits;
pub mod manifest;
mod post;
mod presence;
mod runs;
pub mod survey;
mod token;
pub mod verify;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::outcome::{FailKind, SendError};
use super::{AwayStatus, Elapsed, Identity, Person, Reach, Room, Who};
use connector::{Called, Connector};
use credential::Credential;
use errors::Call;
use graph::Graph;
use hosts::ServiceHosts;
use inbound::Request;
use known::Known;
pub use token::Now;
use token::{Audience, Login, Tokens};
use verify::{Expected, NotBelieved, Verifier};

/// How Teams is reached, and who Baton is there.
pub struct Settings {
    /// The app's id.
    pub app_id: String,
    /// The tenant that the app is of, and that is served.
    pub tenant_id: String,
    /// By which Microsoft knows the app.
    pub credential: Credential,
    /// Who signs activities.
    pub issuer: String,
    /// Where the keys are found by which they are checked.
    pub metadata_url: Url,
    /// Where tokens come from.
    pub login_url: Url,
    /// Microsoft Graph, with its version.
    pub graph_url: Url,
    /// Where to call while nothing has come from Teams yet.
    pub service_url: Url,
    /// Where Teams may be.
    pub hosts: ServiceHosts,
    /// The app in the tenant's catalogue; looked up if not given.
    pub catalog_id: Option<String>,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// What rates and the lives of tokens are measured by.
    pub elapsed: Elapsed,
    /// What time assertions say.
    pub now: Now,
}

/// One tenant's Teams.
pub struct Teams {
    app_id: String,
    tenant_id: String,
    verifier: Verifier,
    tokens: Tokens,
    connector: Connector,
    graph: Graph,
    known: Known,
}

impl Teams {
    /// Makes the clients; nothing is called yet.
    ///
    /// # Errors
    /// When the process has no TLS provider or no certificates to trust.
    pub fn new(settings: Settings) -> reqwest::Result<Self> {
        let expected = Expected {
            app_id: settings.app_id.clone(),
            tenant_id: settings.tenant_id.clone(),
            issuer: settings.issuer.clone(),
            metadata_url: settings.metadata_url,
            hosts: settings.hosts.clone(),
        };
        let login = Login {
            login_url: settings.login_url,
            tenant_id: settings.tenant_id.clone(),
            app_id: settings.app_id.clone(),
            // In each of Microsoft's clouds whoever signs for the connector is whom its tokens are for.
            teams_scope: format!("{}/.default", settings.issuer),
            graph_scope: format!(
                "{}/.default",
                settings.graph_url.origin().ascii_serialization()
            ),
        };
        let (timeout, elapsed) = (settings.timeout, settings.elapsed);
        let (app_id, catalog_id) = (settings.app_id, settings.catalog_id);
        Ok(Self {
            verifier: Verifier::new(expected)?,
            tokens: Tokens::new(
                login,
                settings.credential,
                timeout,
                settings.now,
                Elapsed::clone(&elapsed),
            )?,
            connector: Connector::new(settings.hosts, timeout, elapsed)?,
            graph: Graph::new(settings.graph_url, app_id.clone(), catalog_id, timeout)?,
            known: Known::new(settings.service_url.into()),
            app_id,
            tenant_id: settings.tenant_id,
        })
    }

    /// Checks that an activity comes from Teams, by the header `Authorization` that came with it, and reads what
    /// somebody did. What it says of conversations and people is remembered.
    ///
    /// # Errors
    /// When it isn't from Teams, or when that can't be told now.
    pub async fn read(
        &self,
        authorization: &str,
        activity: &Value,
        now: Timestamp,
    ) -> Result<Request, NotBelieved> {
        self.verifier.check(authorization, activity, now).await?;
        self.known.learn(activity);
        let request = inbound::read(activity, &|id| self.known.mentioned(id));
        for left in request.left() {
            self.known.forget_user(left);
        }
        Ok(request)
    }

    /// Goes by this credential from now on.
    pub fn set_credential(&self, credential: Credential) {
        self.tokens.set_credential(credential);
    }

    /// Asks for a token, whether app, tenant and credential are right; and Teams itself, if it was silent.
    pub(super) async fn check(&self) -> Result<Identity, SendError> {
        self.tokens.get(Audience::Teams).await?;
        match self.reach() {
            Reach::Answers => {}
            // Nobody else asks it anything while it counts as down.
            Reach::Unknown | Reach::SilentFor(_) => self.knock().await?,
        }
        Ok(Identity {
            team_id: self.tenant_id.clone(),
            team: self.tenant_id.clone(),
            user_id: format!("28:{}", self.app_id),
            bot_id: self.app_id.clone(),
            scopes: Vec::new(),
        })
    }

    /// Asks Teams who somebody is whom it has told of; where it knows nobody, for what it may refuse.
    pub(super) async fn knock(&self) -> Result<(), SendError> {
        let somebody = self.known.somebody();
        let (call, path, conversation) = match &somebody {
            Some((user, conversation)) => (
                Call::Member,
                vec!["conversations", conversation, "members", user],
                conversation.as_str(),
            ),
            None => (Call::Knock, vec!["conversations"], ""),
        };
        let request = Called {
            call,
            address: &self.known.address(conversation),
            path: &path,
            conversation,
            body: None,
        };
        match self.connector.call(&self.tokens, &request).await {
            Err(
                error @ (SendError::Retry { .. }
                | SendError::Unknown { .. }
                | SendError::Fail {
                    kind: FailKind::TokenDead,
                    ..
                }),
            ) => Err(error),
            // A refusal is an answer; and when it is too early to ask, others have just asked.
            Ok(_) | Err(SendError::NotYet { .. } | SendError::Fail { .. }) => Ok(()),
        }
    }

    pub(super) fn room(&self) -> Room {
        self.connector.room()
    }

    pub(super) fn reach(&self) -> Reach {
        self.connector.reach()
    }

    pub(super) fn quiet_for(&self) -> Option<Duration> {
        self.connector.quiet_for()
    }

    pub(super) fn remember_conversation(
        &self,
        user: &str,
        conversation: &str,
        address: Option<&str>,
    ) {
        // What was stored under an earlier configuration may lie on a host that is trusted no more.
        let address = address.filter(|address| self.connector.trusts(address));
        self.known.remember_user(user, conversation, address);
    }

    pub(super) fn address_of(&self, conversation: &str) -> Option<String> {
        self.known.said_address(conversation)
    }

    pub(super) async fn conversation_with(&self, user: &str) -> Result<String, SendError> {
        self.conversation(user, true).await
    }

    /// The direct conversation with a person. Who is one of `ours` is given the app, should they lack it.
    async fn conversation(&self, user: &str, ours: bool) -> Result<String, SendError> {
        if let Some(known) = self.known.with(user) {
            return Ok(known);
        }
        let made = match self.converse(user).await {
            Err(SendError::Fail {
                kind: FailKind::RecipientGone,
                ..
            }) if ours => {
                self.install_for(user).await?;
                self.converse(user).await
            }
            other => other,
        };
        let conversation = made?;
        self.known.learn_user(user, &conversation);
        Ok(conversation)
    }

    /// The direct conversation with a person, by their object id: made, or the one that there is.
    async fn converse(&self, user: &str) -> Result<String, SendError> {
        let body = json!({
            "bot": {"id": format!("28:{}", self.app_id)},
            "members": [{"id": user}],
            "isGroup": false,
            "tenantId": self.tenant_id,
            "channelData": {"tenant": {"id": self.tenant_id}},
        });
        let request = Called {
            call: Call::Converse,
            address: &self.known.address(""),
            path: &["conversations"],
            conversation: user,
            body: Some(&body),
        };
        let answer = self.connector.call(&self.tokens, &request).await?;
        let id = answer["id"].as_str().filter(|id| !id.is_empty());
        let missing = || SendError::fail(FailKind::RecipientGone, "conversation_without_id");
        id.map(str::to_owned).ok_or_else(missing)
    }

    /// Installs the app for a person who doesn't have it. Where that is not allowed they can't be reached, and the
    /// word says what is missing.
    async fn install_for(&self, user: &str) -> Result<(), SendError> {
        let installed = self.graph.install(&self.tokens, user).await;
        installed.map_err(|error| match error {
            SendError::Fail { word, .. } => SendError::fail(
                FailKind::RecipientGone,
                format!("app_not_installed: {word}"),
            ),
            later => later,
        })
    }

    /// Who of these people is away, by their object ids, as far as Microsoft knows; `None` for those who are not.
    ///
    /// # Errors
    /// [`FailKind::Config`] when Baton may not ask.
    pub async fn presences(
        &self,
        users: &[&str],
    ) -> Result<Vec<(String, Option<AwayStatus>)>, SendError> {
        self.graph.presences(&self.tokens, users).await
    }

    pub(super) async fn person(&self, who: &Who) -> Result<Person, SendError> {
        let found = match (self.graph.person(&self.tokens, who).await, who) {
            (Err(error), Who::Id(id)) if error.kind() == Some(FailKind::Config) => {
                self.member(id).await
            }
            (found, _) => found,
        };
        found.map(|person| Person {
            zone: self.known.zone(&person.id),
            ..person
        })
    }

    /// A person without Graph: as their conversation with Baton knows them; whoever has none is taken at their id.
    async fn member(&self, user: &str) -> Result<Person, SendError> {
        let mut person = Person {
            id: user.to_ascii_lowercase(),
            name: String::new(),
            email: None,
            zone: None,
            deleted: false,
            guest: false,
            stranger: false,
            bot: false,
            away: None,
        };
        let Some(conversation) = self.known.with(user) else {
            return Ok(person);
        };
        let request = Called {
            call: Call::Member,
            address: &self.known.address(&conversation),
            path: &["conversations", &conversation, "members", user],
            conversation: &conversation,
            body: None,
        };
        let member = self.connector.call(&self.tokens, &request).await?;
        let given = |name: &str| member[name].as_str().filter(|text| !text.is_empty());
        given("name")
            .unwrap_or_default()
            .clone_into(&mut person.name);
        person.email = given("email")
            .or_else(|| given("userPrincipalName"))
            .map(str::to_owned);
        person.guest = given("userRole").is_some_and(|role| role.eq_ignore_ascii_case("guest"));
        Ok(person)
    }
}
