//! What the office's configuration says: its rules, who works where, and the chats that there are.

use std::path::Path;

use baton::config::{self, compile::Compiled};

use super::{API_TOKEN, Chats, Desktop, Office, PEOPLE, WEBSITE_TOKEN, teams, user};
use crate::harness::SIGNING_SECRET;

impl Office {
    /// The configuration as an operator would write it, read as `baton serve` reads it.
    pub(super) fn compiled(&self) -> Compiled {
        let text = self.configuration();
        let open = |_: &Path| Ok(text.clone());
        let loaded = config::load_with(Path::new("baton.toml"), &|_| None, &open, self.clock.now());
        let said = config::plain(&loaded.complaints, &loaded.sources);
        loaded
            .compiled
            .unwrap_or_else(|| panic!("the configuration is of no use:\n{said}"))
    }

    fn configuration(&self) -> String {
        let (people, rules) = self
            .rules
            .trim_start()
            .split_once('\n')
            .expect("rules open with people");
        let mut text = format!(
            r#"
[server]
listen = "{baton}"
public_url = "http://{baton}"

[database]
url = "{database}"

[[api.token]]
name = "ops"
token = "{API_TOKEN}"
role = "manager"

[[source]]
id = "website"
format = "json"
verify = {{ scheme = "token", token = "{WEBSITE_TOKEN}" }}
type = "demo"
"#,
            baton = self.baton,
            database = self.database,
        );
        text.push_str(&self.tables());
        for (id, name) in PEOPLE {
            if people.contains(&format!("\"{id}\"")) {
                text.push_str(&format!(
                    "\n[[rep]]\nid = \"{id}\"\nname = \"{name}\"\nemail = \"{id}@example.com\"\n{}\n{}\n",
                    self.account(id),
                    self.more_of(id)
                ));
            }
        }
        if self.chats == Chats::Teams {
            let channel = format!("teams:{}", teams::CHANNEL);
            return text + &rules.replace("slack:C0SALES", &channel);
        }
        text + rules
    }

    /// What the rules say of somebody beside their account, in lines like `# ayse: level = "senior"`.
    fn more_of(&self, who: &str) -> String {
        let mark = format!("# {who}: ");
        let lines = self.rules.lines();
        let theirs: Vec<&str> = lines.filter_map(|line| line.strip_prefix(&mark)).collect();
        theirs.join("\n")
    }

    /// What is made of what the chats say of people, as a line `#status ask` of the rules says it.
    fn status(&self) -> String {
        let line = self
            .rules
            .lines()
            .find_map(|line| line.strip_prefix("#status "));
        line.map_or_else(String::new, |rule| format!("status = \"{rule}\"\n"))
    }

    /// The chats that there are.
    fn tables(&self) -> String {
        let slack = format!(
            "\n[slack]\n{}\nsigning_secret = \"{SIGNING_SECRET}\"\napi_url = \"{}/api/\"\n{}",
            self.tokens(),
            self.chat,
            self.status()
        );
        let teams = |office: &Self| office.teams().microsoft.table() + &office.status();
        match self.chats {
            Chats::Slack => slack,
            Chats::Teams => teams(self),
            Chats::Both => slack + &teams(self),
        }
    }

    /// What the configuration says of where somebody is. Teams tells nobody's zone before they have said something.
    fn account(&self, who: &str) -> String {
        if self.is_in_teams(who) {
            let user = Desktop::user(who);
            return format!("teams = \"{user}\"\ntimezone = \"Europe/Berlin\"");
        }
        format!("slack = \"{}\"", user(who))
    }

    fn tokens(&self) -> String {
        let Some(rotation) = &self.rotation else {
            return "bot_token = \"xoxb-office\"".to_owned();
        };
        format!(
            "bot_token = \"{}\"\nrefresh_token = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"",
            rotation.access_token,
            rotation.refresh_token,
            rotation.client_id,
            rotation.client_secret
        )
    }
}
