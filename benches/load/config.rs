//! The `baton.toml` under load: many reps in a few teams, one signed source, and clocks that suit the run.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::lead::SOURCE_SECRET;

/// The token for the API.
pub const API_TOKEN: &str = "load-api-token";

/// What callbacks from the playground are signed with.
pub const SIGNING_SECRET: &str = "load-signing-secret";

/// How fast leads move on.
#[derive(Clone, Copy)]
pub enum Clocks {
    /// Nothing moves on while the run lasts.
    Long,
    /// What nobody accepts has been offered to two more and then been given to a manager within 20 seconds.
    Short,
}

/// What the file says.
pub struct Config<'a> {
    pub listen: SocketAddr,
    pub playground: SocketAddr,
    pub database: &'a str,
    pub reps: u64,
    pub teams: u64,
    pub clocks: Clocks,
    /// Whether Slack's requests come through sockets.
    pub socket: bool,
}

/// The Slack id of rep number `rep`, from 0.
pub fn slack_id(rep: u64) -> String {
    format!("U0LOAD{rep:05}")
}

/// Which rep has this Slack id.
pub fn rep_id(slack_id: &str) -> String {
    slack_id.replace("U0LOAD", "rep")
}

impl Config<'_> {
    /// The whole file.
    pub fn text(&self) -> String {
        let mut text = self.servers();
        for rep in 0..self.reps {
            text.push_str(&person(rep, ""));
        }
        for team in 0..self.teams {
            text.push_str(&person(self.reps + team, "role = \"manager\"\n"));
            text.push_str(&self.team(team));
        }
        text.push_str(self.sla());
        text
    }

    fn servers(&self) -> String {
        let Self {
            listen,
            playground,
            database,
            socket,
            ..
        } = self;
        let way = if *socket {
            "app_token = \"xapp-playground\"".to_owned()
        } else {
            format!("signing_secret = \"{SIGNING_SECRET}\"")
        };
        format!(
            r#"[server]
listen = "{listen}"
public_url = "http://{listen}"
[database]
url = "{database}"
[slack]
bot_token = "xoxb-playground"
{way}
api_url = "http://{playground}/api/"
paced = false
[[api.token]]
name = "load"
token = "{API_TOKEN}"
role = "admin"
[[source]]
id = "website"
format = "json"
verify = {{ scheme = "hmac-sha256", header = "x-signature-256", prefix = "sha256=", encoding = "hex", secret = "{SOURCE_SECRET}" }}
type = "demo"
[[scoring.fit]]
when = 'lead.employees >= 50'
points = 25
why = "50 employees or more"
[[intent]]
level = "high"
when = 'lead.type == "demo"'
"#
        )
    }

    /// A team, its members in turn from all reps, and the route to it.
    fn team(&self, team: u64) -> String {
        let members: Vec<String> = (team..self.reps)
            .step_by(usize::try_from(self.teams).unwrap_or(1))
            .map(|rep| format!("\"{}\"", rep_id(&slack_id(rep))))
            .collect();
        let manager = rep_id(&slack_id(self.reps + team));
        let mut text = format!(
            "[[team]]\nid = \"team{team}\"\nmembers = [{}]\n",
            members.join(", ")
        );
        let _ = write!(
            text,
            r#"managers = ["{manager}"]
channel = "slack:C0SALES"
strategy = "round-robin"
sla = "load"
"#
        );
        let when = match team {
            // The last catches the rest, as a configuration should.
            last if last + 1 == self.teams => String::new(),
            other => format!("when = 'lead.product == \"t{other}\"'\n"),
        };
        let _ = write!(
            text,
            "[[route]]\nid = \"to{team}\"\n{when}to = {{ team = \"team{team}\" }}\n"
        );
        text
    }

    fn sla(&self) -> &'static str {
        match self.clocks {
            Clocks::Long => {
                r#"[sla.load]
acknowledge = "4h"
contact = "8h"
"#
            }
            Clocks::Short => {
                r#"[sla.load]
acknowledge = "4s"
contact = "8h"
at_least = "2s"
escalation = [
  { after = "2s", remind = "rep" },
  { after = "4s", reoffer = "team" },
  { after = "8s", reoffer = "team" },
  { after = "12s", notify = "managers" },
  { after = "20s", assign = "managers" },
]
"#
            }
        }
    }
}

fn person(rep: u64, more: &str) -> String {
    let (slack, id) = (slack_id(rep), rep_id(&slack_id(rep)));
    format!(
        r#"[[rep]]
id = "{id}"
name = "Rep Number{rep}"
email = "{id}@example.com"
slack = "{slack}"
level = "mid"
timezone = "Europe/Berlin"
country = "DE"
languages = ["de", "en"]
{more}"#
    )
}
