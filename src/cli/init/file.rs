//! The configuration that `baton init` writes, and what to do after.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use jiff::tz::TimeZone;
use toml::Value;
use url::Url;

use super::teams::{Credential, Microsoft};
use crate::chat::Person;

/// More people than that are a company, not a team.
pub const FEW: usize = 50;

/// Longer ids are refused.
const LONGEST_ID: usize = 40;

/// What the file will say.
pub struct Draft {
    pub public_url: String,
    pub database: String,
    /// Absent: without Slack.
    pub slack: Option<Slack>,
    /// Absent: without Microsoft Teams.
    pub microsoft: Option<Microsoft>,
    /// The zone of whoever has no other.
    pub zone: Option<String>,
    pub team: String,
    pub channel: Option<String>,
    pub reps: Vec<Rep>,
    /// Places in `reps`.
    pub members: BTreeSet<usize>,
    /// Places in `reps`.
    pub managers: BTreeSet<usize>,
    /// Whether nobody of them is real.
    pub made_up: bool,
}

impl Draft {
    /// Of a whole company only those who were picked are written down.
    pub fn without_bystanders(mut self) -> Self {
        if self.reps.len() <= FEW {
            return self;
        }
        let kept: Vec<usize> = self.members.union(&self.managers).copied().collect();
        let place = |old: &usize| kept.iter().position(|at| at == old);
        self.members = self.members.iter().filter_map(place).collect();
        self.managers = self.managers.iter().filter_map(place).collect();
        self.reps = kept
            .iter()
            .filter_map(|at| self.reps.get(*at).cloned())
            .collect();
        self
    }
}

/// How Slack is reached.
pub struct Slack {
    pub socket_mode: bool,
    pub api_url: Option<Url>,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rep {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub slack: Option<String>,
    pub teams: Option<String>,
    pub zone: Option<String>,
}

impl Rep {
    /// By what a person would name them.
    pub fn known_by(&self) -> &str {
        let ids = [&self.email, &self.slack, &self.teams];
        let mut known = ids.into_iter().filter_map(Option::as_deref);
        known.next().unwrap_or(&self.id)
    }

    pub fn is(&self, who: &str) -> bool {
        let email = self.email.as_deref();
        email.is_some_and(|it| it.eq_ignore_ascii_case(who))
            || self.slack.as_deref() == Some(who)
            || self.teams.as_deref() == Some(who)
    }
}

/// The people with ids for the file; two that are made up when there are none. Who is in both chats under one
/// address is one person, and found in either by it.
pub fn reps(in_slack: &[Person], in_teams: &[Person]) -> Vec<Rep> {
    if in_slack.is_empty() && in_teams.is_empty() {
        let rep = |id: &str, name: &str| Rep {
            id: id.to_owned(),
            name: name.to_owned(),
            email: Some(format!("{id}@example.com")),
            slack: None,
            teams: None,
            zone: None,
        };
        return vec![rep("selin", "Selin Kaya"), rep("jonas", "Jonas Weber")];
    }
    let mut taken = BTreeSet::new();
    let mut rep = |person: &Person| Rep {
        id: id_of(&person.id, person.email.as_deref(), &mut taken),
        name: match person.name.trim() {
            "" => person.email.clone().unwrap_or_else(|| person.id.clone()),
            name => name.to_owned(),
        },
        email: person.email.clone(),
        slack: None,
        teams: None,
        zone: person.zone.clone().filter(|it| TimeZone::get(it).is_ok()),
    };
    let mut reps: Vec<Rep> = Vec::new();
    for person in in_slack {
        let slack = Some(person.id.clone());
        reps.push(Rep {
            slack,
            ..rep(person)
        });
    }
    for person in in_teams {
        let email = person.email.as_deref();
        let known = reps.iter().any(|rep| email.is_some_and(|it| rep.is(it)));
        if !known {
            let teams = Some(person.id.clone());
            reps.push(Rep {
                teams,
                ..rep(person)
            });
        }
    }
    reps
}

/// A short word that nobody else has: what stands before the @, else the id in Slack.
fn id_of(slack: &str, email: Option<&str>, taken: &mut BTreeSet<String>) -> String {
    let local = email.and_then(|it| it.split('@').next());
    let word: String = local
        .unwrap_or(slack)
        .to_lowercase()
        .chars()
        .filter(|it| it.is_ascii_alphanumeric() || "-_.".contains(*it))
        .take(LONGEST_ID)
        .collect();
    let word = if word.is_empty() {
        "rep".to_owned()
    } else {
        word
    };
    let numbered = (2..).map(|nth| format!("{word}-{nth}"));
    let free = std::iter::once(word.clone())
        .chain(numbered)
        .find(|it| taken.insert(it.clone()));
    free.unwrap_or(word)
}

/// A text as TOML; what would be filled in from the environment stands for itself.
fn quoted(text: &str) -> String {
    Value::String(text.replace("${", "$${")).to_string()
}

fn list(draft: &Draft, places: &BTreeSet<usize>) -> String {
    let ids = places.iter().filter_map(|at| draft.reps.get(*at));
    let ids: Vec<String> = ids.map(|rep| quoted(&rep.id)).collect();
    format!("[{}]", ids.join(", "))
}

/// The whole file.
pub fn text(draft: &Draft) -> String {
    [
        head(draft),
        draft.slack.as_ref().map_or_else(String::new, slack),
        draft.microsoft.as_ref().map_or_else(String::new, microsoft),
        people(draft),
        team(draft),
        REST.to_owned(),
    ]
    .concat()
}

fn head(draft: &Draft) -> String {
    format!(
        "# Baton's configuration. `baton check` finds every mistake in it, with its line; `baton reload` puts a change
# in force. \"${{NAME}}\" is filled in from the environment, so that no secret stands here.

[server]
listen = \"127.0.0.1:3000\"                # behind a proxy that speaks TLS
public_url = {}

[database]
url = {}

",
        quoted(&draft.public_url),
        quoted(&draft.database)
    )
}

fn slack(slack: &Slack) -> String {
    let mut text = "[slack]\nbot_token = \"${SLACK_BOT_TOKEN}\"       # xoxb-…, api.slack.com/apps, OAuth & Permissions\n"
        .to_owned();
    text.push_str(if slack.socket_mode {
        "app_token = \"${SLACK_APP_TOKEN}\"       # xapp-…, Basic Information, App-Level Tokens, connections:write\n"
    } else {
        "signing_secret = \"${SLACK_SIGNING_SECRET}\"   # Basic Information\n"
    });
    if let Some(url) = &slack.api_url {
        text.push_str(&format!("api_url = {}\n", quoted(url.as_str())));
    }
    text.push('\n');
    text
}

/// The table of the app. Its ids are no secrets, so they stand here where they are known.
pub fn microsoft(app: &Microsoft) -> String {
    let id = |given: &Option<String>, name: &str| match given {
        Some(id) => quoted(id),
        None => format!("\"${{{name}}}\""),
    };
    let credential = match &app.credential {
        Credential::Password => "app_password = \"${TEAMS_APP_PASSWORD}\"   # Certificates & secrets: the value, not the id".to_owned(),
        Credential::Certificate => "certificate = \"${TEAMS_CERTIFICATE}\"      # a PEM with its RSA key".to_owned(),
        Credential::File(file) => {
            let name = file.display().to_string().replace("${", "$${");
            format!("certificate = {}", Value::String(format!("${{file:{name}}}")))
        }
    };
    let mut text = format!(
        "[teams]
app_id = {}      # of a single-tenant Azure Bot; its address is server.public_url and /api/messages
tenant_id = {}   # the only tenant that is served
{credential}
",
        id(&app.app_id, "TEAMS_APP_ID"),
        id(&app.tenant_id, "TEAMS_TENANT_ID"),
    );
    if let Some(at) = &app.address {
        let at = at.as_str().trim_end_matches('/');
        text.push_str(&format!(
            "service_url = \"{at}/teams/\"\nmetadata_url = \"{at}/v1/.well-known/openidconfiguration\"\n\
             login_url = \"{at}\"\ngraph_url = \"{at}/v1.0\"\n"
        ));
    }
    text.push('\n');
    text
}

fn people(draft: &Draft) -> String {
    let mut text = "# ---- people -----------------------------------------------------------------------------------
[calendar.office]
hours = \"Mo-Fr 09:00-18:00\"              # whoever is out of hours is passed over; \"; PH off\" with holidays = \"rep\"

[defaults.rep]
calendar = \"office\"
pending = 3                              # offers at once
"
    .to_owned();
    if let Some(zone) = &draft.zone {
        // Teams tells nobody's zone before they have said something.
        text.push_str(&format!("timezone = {}\n", quoted(zone)));
    }
    text.push('\n');
    if draft.made_up {
        text.push_str("# These two are made up: put your own people in.\n");
    }
    for (at, rep) in draft.reps.iter().enumerate() {
        person(&mut text, rep, draft.managers.contains(&at));
    }
    text
}

fn person(text: &mut String, rep: &Rep, manager: bool) {
    let mut key = |name: &str, value: &str| {
        // Writing into a text does not fail.
        let _ = writeln!(text, "{name} = {}", quoted(value));
    };
    let given = [
        ("email", rep.email.as_deref()),
        ("slack", rep.slack.as_deref()),
        ("teams", rep.teams.as_deref()),
        ("timezone", rep.zone.as_deref()),
        ("role", manager.then_some("manager")),
    ];
    key("[[rep]]\nid", &rep.id);
    key("name", &rep.name);
    for (name, value) in given {
        if let Some(value) = value {
            key(name, value);
        }
    }
    text.push('\n');
}

fn team(draft: &Draft) -> String {
    let channel = match &draft.channel {
        Some(id) => format!("channel = {}\n", quoted(&channel(id))),
        None if draft.slack.is_some() => {
            "# channel = \"slack:C…\"                  # for notices and pools; invite Baton there\n".to_owned()
        }
        None => {
            "# channel = \"teams:19:…@thread.tacv2\"   # for notices and pools; the app must be in that team\n".to_owned()
        }
    };
    let zone = zone_of_most(draft).map_or_else(String::new, |zone| {
        let zone = quoted(&zone);
        format!("timezone = {zone}               # of its clocks: where most of them are\n")
    });
    format!(
        "[[team]]
id = {team}
members = {members}
managers = {managers}                    # told when a lead waits; get what nobody took
{zone}{channel}strategy = \"round-robin\"                 # or \"least-loaded\"

# ---- who gets which lead: the first route that holds ---------------------------------------------
# [[route]]
# id = \"large\"
# when = 'lead.employees >= 200'
# to = {{ review = {team} }}               # a manager decides

[[route]]
id = \"rest\"                              # no `when`: everything else
to = {{ team = {team} }}

# ---- how fast --------------------------------------------------------------------------------------
[sla.demo]
acknowledge = \"15m\"                      # accepted within
contact = \"30m\"                          # tried within
calendar = \"office\"                      # the clock runs in these hours, in the team's zone
",
        team = quoted(&draft.team),
        members = list(draft, &draft.members),
        managers = list(draft, &draft.managers),
    )
}

/// The zone in which most members are; of several the first in the alphabet.
fn zone_of_most(draft: &Draft) -> Option<String> {
    let mut counted = BTreeMap::<&str, usize>::new();
    for place in &draft.members {
        let zone = draft.reps.get(*place).and_then(|rep| rep.zone.as_deref());
        if let Some(zone) = zone.or(draft.zone.as_deref()) {
            *counted.entry(zone).or_default() += 1;
        }
    }
    let most = counted.iter().rev().max_by_key(|(_, n)| **n);
    most.map(|(zone, _)| (*zone).to_owned())
}

/// A channel with its chat's name; only Teams' ids hold a colon.
fn channel(id: &str) -> String {
    match id.split_once(':') {
        Some(("slack" | "teams", _)) => id.to_owned(),
        Some(_) => format!("teams:{id}"),
        None => format!("slack:{id}"),
    }
}

const REST: &str = "
# ---- where leads come from -----------------------------------------------------------------------
[[source]]
id = \"website\"                           # POST /webhooks/website; try it: baton send lead.json --source website --test
format = \"json\"                          # or \"form\"
verify = { scheme = \"hmac-sha256\", header = \"x-signature-256\", prefix = \"sha256=\", encoding = \"hex\", secret = \"${WEBSITE_SECRET}\" }
type = \"demo\"                            # a demo request: accepted in 15 minutes, called in 30
# fields = { email = \"$.contact.email\" }  # only where a name is not recognised by itself

# ---- what no rep should see ----------------------------------------------------------------------
# [[filter]]
# id = \"links\"                             # who is kept out: baton submissions list --filter links
# when = 'submission.links >= 3 || lead.disposable'
# then = \"park\"                            # kept aside until somebody lets it in; or \"drop\", \"mark\"
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_ids_of_their_own() {
        let mut taken = BTreeSet::new();
        let mut id = |slack, email| id_of(slack, email, &mut taken);
        assert_eq!(id("U1", Some("Ada.Brenner+x@acme.example")), "ada.brennerx");
        assert_eq!(
            id("U2", Some("ada.brennerx@globex.example")),
            "ada.brennerx-2"
        );
        assert_eq!(id("U3", None), "u3");
        assert_eq!(id("U4", Some("陽子@acme.example")), "rep");
    }

    #[test]
    fn names_stay_texts_whatever_is_in_them() {
        let typed = format!("name = {}", quoted("Ada \"${HOME}\"\nBrenner"));
        let read: toml::Table = typed.parse().expect("TOML");
        assert_eq!(read["name"].as_str(), Some("Ada \"$${HOME}\"\nBrenner"));
    }
}
