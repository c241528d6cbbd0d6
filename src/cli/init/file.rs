//! The configuration that `baton init` writes, and what to do after.

use std::{collections::BTreeSet, fmt::Write, path::Path};

use jiff::tz::TimeZone;
use toml::Value;
use url::Url;

use crate::chat::Person;

/// Longer ids are refused.
const LONGEST_ID: usize = 40;

/// What the file will say.
pub struct Draft {
    pub public_url: String,
    pub database: String,
    pub socket_mode: bool,
    pub slack_api_url: Option<Url>,
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

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rep {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub slack: Option<String>,
    pub zone: Option<String>,
}

impl Rep {
    /// By what a person would name them.
    pub fn known_by(&self) -> &str {
        let known = self.email.as_deref().or(self.slack.as_deref());
        known.unwrap_or(&self.id)
    }

    pub fn is(&self, who: &str) -> bool {
        let email = self.email.as_deref();
        email.is_some_and(|it| it.eq_ignore_ascii_case(who)) || self.slack.as_deref() == Some(who)
    }
}

/// The people with ids for the file; two that are made up when there are none.
pub fn reps(people: &[Person]) -> Vec<Rep> {
    if people.is_empty() {
        let rep = |id: &str, name: &str| Rep {
            id: id.to_owned(),
            name: name.to_owned(),
            email: Some(format!("{id}@example.com")),
            slack: None,
            zone: None,
        };
        return vec![rep("selin", "Selin Kaya"), rep("jonas", "Jonas Weber")];
    }
    let mut taken = BTreeSet::new();
    let rep = |person: &Person| Rep {
        id: id_of(&person.id, person.email.as_deref(), &mut taken),
        name: person.name.clone(),
        email: person.email.clone(),
        slack: Some(person.id.clone()),
        zone: person.zone.clone().filter(|it| TimeZone::get(it).is_ok()),
    };
    people.iter().map(rep).collect()
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
        slack(draft),
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

fn slack(draft: &Draft) -> String {
    let mut text = "[slack]\nbot_token = \"${SLACK_BOT_TOKEN}\"       # xoxb-…, api.slack.com/apps, OAuth & Permissions\n"
        .to_owned();
    text.push_str(if draft.socket_mode {
        "app_token = \"${SLACK_APP_TOKEN}\"       # xapp-…, Basic Information, App-Level Tokens, connections:write\n"
    } else {
        "signing_secret = \"${SLACK_SIGNING_SECRET}\"   # Basic Information\n"
    });
    if let Some(url) = &draft.slack_api_url {
        text.push_str(&format!("api_url = {}\n", quoted(url.as_str())));
    }
    text
}

fn people(draft: &Draft) -> String {
    let mut text = "
# ---- people -----------------------------------------------------------------------------------
[calendar.office]
hours = \"Mo-Fr 09:00-18:00\"              # whoever is out of hours is passed over; \"; PH off\" with holidays = \"rep\"

[defaults.rep]
calendar = \"office\"
pending = 3                              # offers at once

"
    .to_owned();
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
        Some(id) => format!("channel = {}\n", quoted(&format!("slack:{id}"))),
        None => "# channel = \"slack:C…\"                  # for notices and pools; invite Baton there\n".to_owned(),
    };
    format!(
        "[[team]]
id = {team}
members = {members}
managers = {managers}                    # told when a lead waits; get what nobody took
{channel}strategy = \"round-robin\"                 # or \"least-loaded\"

# ---- who gets which lead: the first route that holds ---------------------------------------------
# [[route]]
# id = \"large\"
# when = 'lead.employees >= 200'
# to = {{ review = {team} }}               # a manager decides

[[route]]
id = \"rest\"                              # no `when`: everything else
to = {{ team = {team} }}
",
        team = quoted(&draft.team),
        members = list(draft, &draft.members),
        managers = list(draft, &draft.managers),
    )
}

const REST: &str = "
# ---- where leads come from -----------------------------------------------------------------------
[[source]]
id = \"website\"                           # POST /webhooks/website; try it: baton send lead.json --source website --test
format = \"json\"                          # or \"form\"
verify = { scheme = \"hmac-sha256\", header = \"x-signature-256\", prefix = \"sha256=\", encoding = \"hex\", secret = \"${WEBSITE_SECRET}\" }
type = \"demo\"                            # a demo request: accepted in 15 minutes, called in 30
# fields = { email = \"$.contact.email\" }  # only where a name is not recognised by itself
";

/// What to do now, ready to be pasted.
pub fn next_steps(draft: &Draft, path: &Path) -> String {
    let named = if path == Path::new("./baton.toml") {
        String::new()
    } else {
        format!(" --config {}", path.display())
    };
    let people = match draft.reps.len() {
        _ if draft.made_up => "two made-up people (put your own in)".to_owned(),
        1 => "one person".to_owned(),
        several => format!("{several} people"),
    };
    let secret = if draft.socket_mode {
        "export SLACK_APP_TOKEN=xapp-…            # Basic Information, App-Level Tokens, connections:write"
    } else {
        "export SLACK_SIGNING_SECRET=…            # Basic Information"
    };
    format!(
        "{} is written, with {people} in the team `{}`. Next:

  export SLACK_BOT_TOKEN=xoxb-…            # api.slack.com/apps, OAuth & Permissions
  {secret}
  export WEBSITE_SECRET=$(openssl rand -hex 32)

  baton manifest slack{named}     # make the Slack app from it
  baton check{named}      # every mistake, with its line
  baton serve{named}      # run
  baton doctor{named}     # what works, and how to mend the rest
",
        path.display(),
        draft.team
    )
}

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
