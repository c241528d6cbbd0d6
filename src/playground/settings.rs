//! What a playground is started with: the people, the channels, and where Baton is.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::tokens::Rotation;

/// Tells the time; a test hands in one that it moves itself.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything a playground needs to know before it starts.
#[derive(Clone)]
pub struct Settings {
    /// Where Baton listens, for instance `http://127.0.0.1:3000`.
    pub baton_url: String,
    /// Callbacks are signed with it.
    pub signing_secret: String,
    /// Whether the app gets its callbacks through sockets; `None` means from its first one on.
    pub socket_mode: Option<bool>,
    /// Injects faults of its own accord; those asked for work without it.
    pub faults: bool,
    /// Everybody in the workspace.
    pub people: Vec<Person>,
    /// The channels everybody sees.
    pub channels: Vec<Channel>,
    /// Named groups of people.
    pub groups: Vec<Group>,
    /// The workspace, its app and the app's token.
    pub workspace: Workspace,
    /// Tokens that expire, in place of the workspace's one.
    pub rotation: Option<Rotation>,
    /// The time by which messages are stamped, triggers expire and limits refill.
    pub clock: Clock,
    /// Routes mounted under `/demo`; see the module's text for what the page expects of them.
    pub controls: Option<axum::Router>,
    /// Holds Slack's rate limits; load programs switch them off. They refill by `clock`: never while it stands still.
    pub limits: bool,
    /// Where everything shown is kept over a restart.
    pub state_file: Option<PathBuf>,
    /// Slash commands the page suggests: the word, and a hint.
    pub slash_commands: Vec<(String, String)>,
    /// A line at the top of the page.
    pub banner: Option<String>,
}

impl Settings {
    /// Settings with a small sales team, limits on and everything else off.
    pub fn new(
        baton_url: impl Into<String>,
        signing_secret: impl Into<String>,
        clock: Clock,
    ) -> Self {
        Self {
            baton_url: baton_url.into(),
            signing_secret: signing_secret.into(),
            socket_mode: None,
            faults: false,
            people: Person::samples(),
            channels: vec![Channel::new("C0SALES", "sales")],
            groups: Vec::new(),
            workspace: Workspace::default(),
            rotation: None,
            clock,
            controls: None,
            limits: true,
            state_file: None,
            slash_commands: Vec::new(),
            banner: None,
        }
    }
}

/// Somebody in the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Slack's id: `U` and then letters and digits.
    pub id: String,
    /// The name as shown.
    pub name: String,
    /// The address by which they are looked up.
    pub email: String,
    /// The zone of their device, an IANA name.
    pub tz: String,
    /// What they do, shown beside the name.
    #[serde(default)]
    pub title: String,
    /// True once the account is deactivated.
    #[serde(default)]
    pub deleted: bool,
    /// True for a guest.
    #[serde(default)]
    pub guest: bool,
    /// Their workspace, where it is another one: somebody met in a channel shared between companies.
    #[serde(default)]
    pub team: Option<String>,
    /// What their profile says of them.
    #[serde(default)]
    pub status: Status,
}

/// A status that somebody has set in their profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// In words.
    #[serde(default)]
    pub text: String,
    /// As `:palm_tree:`.
    #[serde(default)]
    pub emoji: String,
    /// When Slack takes it away, in seconds; 0: never.
    #[serde(default)]
    pub expires: i64,
}

impl Person {
    /// A person with an account.
    pub fn new(id: &str, name: &str, email: &str, tz: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            tz: tz.to_owned(),
            title: title.to_owned(),
            deleted: false,
            guest: false,
            team: None,
            status: Status::default(),
        }
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::new(
                "U0SELIN",
                "Selin Kaya",
                "selin@example.com",
                "Europe/Istanbul",
                "Account executive",
            ),
            Self::new(
                "U0JONAS",
                "Jonas Weber",
                "jonas@example.com",
                "Europe/Berlin",
                "Account executive",
            ),
            Self::new(
                "U0AYSE",
                "Ayşe Demir",
                "ayse@example.com",
                "Europe/Berlin",
                "Sales development",
            ),
            Self::new(
                "U0MARTA",
                "Marta Lind",
                "marta@example.com",
                "Europe/Stockholm",
                "Manager",
            ),
        ]
    }

    /// The direct message channel between this person and the app.
    pub fn dm(&self) -> String {
        format!("D{}", self.id.get(1..).unwrap_or_default())
    }

    /// The person as `users.info` gives them.
    pub(super) fn json(&self, team: &str, now: Timestamp) -> Value {
        let team = self.team.as_deref().unwrap_or(team);
        let zone = TimeZone::get(&self.tz).unwrap_or(TimeZone::UTC);
        let info = zone.to_offset_info(now);
        let mut user = json!({
            "id": self.id, "team_id": team, "name": self.id.to_lowercase(), "deleted": self.deleted,
            "real_name": self.name, "is_bot": false, "is_app_user": false, "is_admin": false, "is_owner": false,
            "is_restricted": self.guest, "is_ultra_restricted": false, "updated": now.as_second(),
            "profile": {
                "real_name": self.name, "display_name": self.name, "email": self.email, "title": self.title,
                "status_text": self.status.text, "status_emoji": self.status.emoji,
                "status_expiration": self.status.expires, "team": team,
            },
        });
        if !self.deleted {
            user["tz"] = json!(self.tz);
            user["tz_label"] = json!(info.abbreviation());
            user["tz_offset"] = json!(info.offset().seconds());
        }
        user
    }
}

/// A channel of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Slack's id: `C` and then letters and digits.
    pub id: String,
    /// The name without `#`.
    pub name: String,
    /// Who is in it; empty means everybody.
    #[serde(default)]
    pub members: Vec<String>,
    /// False while nobody has invited the app.
    #[serde(default = "yes")]
    pub has_app: bool,
}

fn yes() -> bool {
    true
}

impl Channel {
    /// A channel with everybody and the app in it.
    pub fn new(id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            members: Vec::new(),
            has_app: true,
        }
    }

    /// True when this person sees the channel.
    pub fn has(&self, user: &str) -> bool {
        self.members.is_empty() || self.members.iter().any(|member| member == user)
    }
}

/// A named group of people, mentioned as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Slack's id: `S` and then letters and digits.
    pub id: String,
    /// The word after `@`.
    pub handle: String,
    /// Who is in it.
    pub members: Vec<String>,
}

/// The workspace and the app installed in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Slack's id of the workspace.
    pub team: String,
    /// Its name.
    pub name: String,
    /// The app's id.
    pub app: String,
    /// The id of the app's bot user.
    pub bot_user: String,
    /// The id of the bot itself.
    pub bot: String,
    /// The name the app posts under.
    pub bot_name: String,
    /// The only token taken; without one, every token that starts with `xoxb-` is.
    #[serde(skip)]
    pub token: Option<String>,
    /// What the token may do, as each answer says; nothing is refused for want of it.
    #[serde(skip, default = "scopes")]
    pub scopes: Vec<String>,
}

/// What the methods here and the app's events ask of a token.
fn scopes() -> Vec<String> {
    let all = "channels:history,chat:write,commands,files:write,groups:history,im:history,im:write,\
               usergroups:read,users:read,users:read.email";
    all.split(',').map(str::to_owned).collect()
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            team: "T0PLAYGROUND".to_owned(),
            name: "Playground".to_owned(),
            app: "A0BATON".to_owned(),
            bot_user: "U0BATONBOT".to_owned(),
            bot: "B0BATON".to_owned(),
            bot_name: "Baton".to_owned(),
            token: None,
            scopes: scopes(),
        }
    }
}
