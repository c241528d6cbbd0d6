//! Slack: cards in Block Kit, calls to its Web API, and what comes from it.

pub mod answer;
mod blocks;
mod client;
mod dialog;
mod errors;
mod find;
pub mod inbound;
mod limits;
pub mod manifest;
mod method;
mod picture;
mod post;
mod rich;
pub mod rotation;
mod secrets;
mod signature;
pub mod socket;
mod status;
pub mod survey;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use url::Url;

use super::Elapsed;
use super::exchange::Repeat;
use super::incoming::{OpenDialog, ReplyTo};
use super::outcome::{FailKind, SendError};
use super::reach::Reached;
use super::{Identity, Kind, PeopleGroup, Person, Reach, Room, Who, text};
use crate::domain::card::{Card, Chart, Dialog, ImageRef, Picture};
use client::{Answered, Client};
use limits::Limits;
use method::Method;
pub use picture::draw;
use secrets::InForce;
pub use secrets::Secrets;
pub use signature::Forged;

/// How Slack is reached.
pub struct Settings {
    /// The Web API; elsewhere for tests, the playground and GovSlack.
    pub api_url: Url,
    /// What Slack and Baton know each other by.
    pub secrets: Secrets,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// What rate limits are measured by.
    pub elapsed: Elapsed,
    /// Whether calls are kept below Slack's rate limits; a stand-in may have none.
    pub paced: bool,
}

impl Settings {
    /// Slack, with ten seconds for an answer.
    #[must_use]
    pub fn new(api_url: Url, secrets: Secrets) -> Self {
        let start = Instant::now();
        Self {
            api_url,
            secrets,
            timeout: Duration::from_secs(10),
            elapsed: Arc::new(move || start.elapsed()),
            paced: true,
        }
    }
}

/// One Slack workspace.
pub struct Slack {
    client: Client,
    /// The direct conversations that are known, by user.
    conversations: Mutex<HashMap<String, String>>,
    identity: OnceCell<Identity>,
}

impl Slack {
    /// Makes the client; nothing is called yet.
    ///
    /// # Errors
    /// When the process has no TLS provider or no certificates to trust.
    pub fn new(settings: Settings) -> reqwest::Result<Self> {
        let Settings {
            api_url,
            secrets,
            timeout,
            elapsed,
            paced,
        } = settings;
        let limits = Limits::new(Arc::clone(&elapsed), paced);
        let reached = Reached::new(elapsed);
        Ok(Self {
            client: Client::new(api_url, InForce::new(secrets), timeout, limits, reached)?,
            conversations: Mutex::default(),
            identity: OnceCell::new(),
        })
    }

    /// Checks that a request comes from Slack, by the raw bytes of its body.
    ///
    /// # Errors
    /// When it doesn't, or is older or newer than five minutes.
    pub fn verify(
        &self,
        timestamp: &str,
        signature: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Forged> {
        let secrets = self.client.secrets().now();
        signature::verify(&secrets.signing, timestamp, signature, body, now)
    }

    /// Goes by these secrets from now on.
    pub fn set_secrets(&self, secrets: Secrets) {
        self.client.secrets().replace(secrets);
    }

    pub(super) fn room(&self, kind: Kind) -> Room {
        let method = match kind {
            Kind::Change => Method::Update,
            Kind::LookUp => Method::History,
        };
        self.client.room(method)
    }

    pub(super) fn reach(&self) -> Reach {
        self.client.reach()
    }

    pub(super) fn quiet_for(&self) -> Option<Duration> {
        self.client.quiet_for()
    }

    pub(super) fn remember_conversation(&self, user: &str, conversation: &str) {
        let mut known = self.conversations();
        if !known.contains_key(user) {
            known.insert(user.to_owned(), conversation.to_owned());
        }
    }

    pub(super) async fn conversation_with(&self, user: &str) -> Result<String, SendError> {
        if let Some(known) = self.known_conversation(user) {
            return Ok(known);
        }
        let answer = self
            .client
            .call(Method::OpenConversation, "", &json!({"users": user}))
            .await?;
        let channel = text_of(&answer.body["channel"]["id"]);
        if channel.is_empty() {
            return Err(SendError::fail(
                FailKind::RecipientGone,
                "conversation_without_id",
            ));
        }
        self.conversations()
            .insert(user.to_owned(), channel.clone());
        Ok(channel)
    }

    fn known_conversation(&self, user: &str) -> Option<String> {
        self.conversations().get(user).cloned()
    }

    fn conversations(&self) -> std::sync::MutexGuard<'_, HashMap<String, String>> {
        self.conversations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn person(&self, who: &Who) -> Result<Person, SendError> {
        let (method, body) = match who {
            Who::Id(id) => (Method::UserInfo, json!({"user": id})),
            Who::Email(email) => (Method::UserByEmail, json!({"email": email})),
        };
        let answer = self.client.call(method, "", &body).await?;
        let user = &answer.body["user"];
        let mut found = person(user);
        // An organisation has people of many workspaces; elsewhere another workspace is another company.
        if user["enterprise_user"].is_null() && self.is_elsewhere(&text_of(&user["team_id"])).await
        {
            found.stranger = true;
        }
        Ok(found)
    }

    async fn is_elsewhere(&self, team: &str) -> bool {
        if team.is_empty() {
            return false;
        }
        // Who can't be compared now is, when they press.
        let ours = self.me().await.map(|me| me.team_id.as_str());
        ours.is_ok_and(|ours| !ours.starts_with('E') && team != ours)
    }

    pub(super) async fn groups(&self) -> Result<Vec<PeopleGroup>, SendError> {
        let answer = self.client.call(Method::Groups, "", &json!({})).await?;
        let group = |group: &Value| PeopleGroup {
            id: text_of(&group["id"]),
            handle: text_of(&group["handle"]),
        };
        let all = answer.body["usergroups"].as_array();
        Ok(all.into_iter().flatten().map(group).collect())
    }

    pub(super) async fn group_members(
        &self,
        group: &PeopleGroup,
    ) -> Result<Vec<String>, SendError> {
        let body = json!({"usergroup": group.id});
        let answer = self.client.call(Method::GroupMembers, "", &body).await?;
        let all = answer.body["users"].as_array();
        Ok(all.into_iter().flatten().map(text_of).collect())
    }

    pub(super) async fn open_dialog(
        &self,
        trigger: &str,
        dialog: &Dialog,
    ) -> Result<OpenDialog, SendError> {
        let body = json!({"trigger_id": trigger, "view": dialog::view(dialog)});
        let answer = self.client.call(Method::OpenView, "", &body).await?;
        Ok(dialog::opened(&answer.body["view"]))
    }

    pub(super) async fn update_dialog(
        &self,
        open: &OpenDialog,
        dialog: &Dialog,
    ) -> Result<(), SendError> {
        let mut body = json!({"view_id": open.id, "view": dialog::view(dialog)});
        if let Some(hash) = &open.hash {
            body["hash"] = hash.as_str().into();
        }
        self.client
            .call(Method::UpdateView, "", &body)
            .await
            .map(drop)
    }

    pub(super) async fn home(&self, user: &str, card: &Card) -> Result<(), SendError> {
        let blocks = blocks::render(&card.parts, blocks::MAX_VIEW_BLOCKS);
        let body = json!({"user_id": user, "view": {"type": "home", "blocks": blocks}});
        self.client
            .call(Method::PublishView, "", &body)
            .await
            .map(drop)
    }

    pub(super) async fn reply(
        &self,
        to: &ReplyTo,
        card: &Card,
        replace: bool,
    ) -> Result<(), SendError> {
        let mut body = answer::ephemeral(card);
        body["replace_original"] = replace.into();
        let repeat = if replace {
            Repeat::Harmless
        } else {
            Repeat::Seen
        };
        self.client
            .post_to(to.0.expose_secret(), &body, repeat)
            .await
    }

    pub(super) async fn picture_of(&self, chart: &Chart) -> Result<Picture, SendError> {
        let png =
            draw(chart).map_err(|error| SendError::fail(FailKind::OurBug, error.to_string()))?;
        let alt = text::cut(&text::line(&chart.words()), 1_000);
        let image = self.upload("chart.png", png, &alt).await?;
        Ok(Picture { image, alt })
    }

    async fn upload(&self, name: &str, png: Vec<u8>, alt: &str) -> Result<ImageRef, SendError> {
        let ask = json!({"filename": name, "length": png.len(), "alt_txt": alt});
        let place = self.client.call(Method::UploadUrl, "", &ask).await?.body;
        self.client
            .upload_to(&text_of(&place["upload_url"]), png)
            .await?;
        let id = text_of(&place["file_id"]);
        let done = json!({"files": [{"id": id, "title": name}]});
        self.client.call(Method::CompleteUpload, "", &done).await?;
        Ok(ImageRef(id))
    }

    pub(super) async fn check(&self) -> Result<Identity, SendError> {
        let Answered { body, scopes } = self.client.call(Method::AuthTest, "", &json!({})).await?;
        Ok(Identity {
            team_id: text_of(&body["team_id"]),
            team: text_of(&body["team"]),
            user_id: text_of(&body["user_id"]),
            bot_id: text_of(&body["bot_id"]),
            scopes: scopes
                .iter()
                .flat_map(|all| all.split(','))
                .map(|scope| scope.trim().to_owned())
                .collect(),
        })
    }

    async fn me(&self) -> Result<&Identity, SendError> {
        self.identity.get_or_try_init(|| self.check()).await
    }
}

fn person(user: &Value) -> Person {
    let profile = &user["profile"];
    let given = |value: &Value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let is = |flag: &str| user[flag].as_bool().unwrap_or(false);
    let name = given(&profile["real_name"]).or_else(|| given(&user["real_name"]));
    Person {
        id: text_of(&user["id"]),
        name: name
            .or_else(|| given(&profile["display_name"]))
            .or_else(|| given(&user["name"]))
            .unwrap_or_default(),
        email: given(&profile["email"]),
        zone: given(&user["tz"]),
        deleted: is("deleted"),
        guest: is("is_restricted") || is("is_ultra_restricted"),
        stranger: is("is_stranger"),
        bot: is("is_bot"),
        away: status::away(profile),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
