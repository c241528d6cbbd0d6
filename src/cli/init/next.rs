//! What `baton init` says at its end: what to set, what to run, and what only an administrator can do.

use std::path::Path;

use super::{file::Draft, teams::Microsoft};
use crate::chat::teams::survey::Granted;

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
    let mut text = format!(
        "{} is written, with {people} in the team `{}`. Next:\n\n",
        path.display(),
        draft.team
    );
    for (name, whence) in variables(draft) {
        text.push_str(&format!(
            "  {:<40} # {whence}\n",
            format!("export {name}=…")
        ));
    }
    text.push_str("  export WEBSITE_SECRET=$(openssl rand -hex 32)\n\n");
    if draft.slack.is_some() {
        text.push_str(&format!(
            "  baton manifest slack{named}     # make the Slack app from it\n"
        ));
    }
    if draft.microsoft.is_some() {
        text.push_str(&format!("  baton manifest teams{named}     # makes baton-teams.zip, the package of the Teams app\n"));
    }
    text.push_str(&format!(
        "  baton check{named}      # every mistake, with its line
  baton serve{named}      # run
  baton doctor{named}     # what works, and how to mend the rest
"
    ));
    if draft.microsoft.is_some() {
        text.push_str(&for_administrator(&draft.public_url));
    }
    text
}

fn variables(draft: &Draft) -> Vec<(&'static str, &'static str)> {
    let mut needed = Vec::new();
    if let Some(slack) = &draft.slack {
        needed.push(("SLACK_BOT_TOKEN", "api.slack.com/apps, OAuth & Permissions"));
        needed.push(match slack.socket_mode {
            true => (
                "SLACK_APP_TOKEN",
                "Basic Information, App-Level Tokens, connections:write",
            ),
            false => ("SLACK_SIGNING_SECRET", "Basic Information"),
        });
    }
    needed.extend(draft.microsoft.iter().flat_map(Microsoft::variables));
    needed
}

/// What only the administrator of the tenant can do.
fn for_administrator(public_url: &str) -> String {
    let [people, catalog, install] = Granted::PERMISSIONS;
    format!(
        "
What your Microsoft administrator does, once:
  - the Azure Bot (single tenant): messaging endpoint {}/api/messages, channel Microsoft Teams on
  - Teams admin center, Manage apps, Upload new app: baton-teams.zip
  - API permissions, Microsoft Graph, application permissions, with admin consent; each may be left out:
      {people:<47} finds reps by their e-mail, and lists them here
      {install:<47} gives reps the app where they lack it
      {catalog:<47} finds the app for that
",
        public_url.trim_end_matches('/')
    )
}
