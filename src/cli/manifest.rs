//! `baton manifest slack`, `baton manifest teams`: what the app is made from, with the address and the words
//! of this configuration.

mod teams;

use std::{collections::BTreeMap, process::ExitCode};

use clap::{Args, Subcommand};
use url::Url;

use super::{Common, talk};
use crate::{
    chat::slack::manifest::{Reached, manifest},
    clock::Clock,
    config,
};

const EXAMPLES: &str = "Examples:
  baton manifest slack                        over HTTP, to server.public_url
  baton manifest slack --socket-mode > manifest.json";

const SLACK_EXAMPLES: &str = "Examples:
  baton manifest slack | pbcopy               then paste it at api.slack.com/apps, Create New App, From a manifest
  baton manifest slack --socket-mode          without a public address for Slack";

/// The app manifest for this configuration.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Manifest {
    #[command(subcommand)]
    platform: Platform,
}

#[derive(Debug, Subcommand)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of them in a run of the program"
)]
enum Platform {
    /// For api.slack.com/apps, Create New App, From a manifest.
    Slack(Slack),
    /// For the Teams admin center, Manage apps, Upload new app.
    Teams(teams::Teams),
}

/// The manifest of the Slack app.
#[derive(Debug, Args)]
#[command(after_help = SLACK_EXAMPLES)]
struct Slack {
    /// For Socket Mode [default: if the configuration has `slack.app_token`].
    #[arg(long, conflicts_with = "http")]
    socket_mode: bool,
    /// For requests over HTTP to `server.public_url` [default: if it has not].
    #[arg(long)]
    http: bool,
    /// The address for requests over HTTP, before there is a configuration that names it.
    #[arg(long, value_name = "URL", conflicts_with = "socket_mode")]
    public_url: Option<Url>,
}

/// What the manifest takes from a configuration.
#[derive(Default)]
struct Known {
    public_url: Option<Url>,
    words: BTreeMap<String, String>,
    has_app_token: bool,
    rotates: bool,
    teams_app: Option<String>,
}

/// Prints it.
pub fn run(common: &Common, asked: &Manifest) -> anyhow::Result<ExitCode> {
    let Some(known) = known(common) else {
        return Ok(ExitCode::from(2));
    };
    match &asked.platform {
        Platform::Slack(slack) => of_slack(slack, known),
        Platform::Teams(teams) => teams::run(teams, known),
    }
}

fn of_slack(slack: &Slack, known: Known) -> anyhow::Result<ExitCode> {
    let sockets = slack.socket_mode || known.has_app_token && !slack.http;
    let address = slack.public_url.clone().or(known.public_url);
    let reached = match (sockets && slack.public_url.is_none(), address) {
        (true, _) => Reached::Sockets,
        (false, Some(address)) => Reached::Http(address),
        (false, None) => {
            talk::say(
                "There is no configuration yet: give the address that Slack is to call with --public-url \
                 https://…, or use Socket Mode with --socket-mode.",
            );
            return Ok(ExitCode::from(2));
        }
    };
    if matches!(&reached, Reached::Http(address) if address.scheme() != "https") {
        talk::say(
            "warning: Slack calls https addresses only: set server.public_url, or use Socket Mode",
        );
    }
    let mut manifest = manifest(&reached, &known.words);
    // Slack never takes it back, so it is asked for only where it is in use.
    manifest["settings"]["token_rotation_enabled"] = known.rotates.into();
    let text = serde_json::to_string_pretty(&manifest)?;
    talk::print(&format!("{text}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// What the configuration says; nothing if there is none yet and none was named. `None`: it is broken.
fn known(common: &Common) -> Option<Known> {
    let path = common.config();
    if common.config.is_none() && !path.exists() {
        return Some(Known::default());
    }
    // There are no tokens yet when the app is about to be made, and none is printed.
    let env = |name: &str| Some(talk::env(name).unwrap_or_else(|| "not-set-yet".to_owned()));
    let loaded = config::load(&path, &env, Clock::system().now());
    talk::complain(&loaded.complaints, &loaded.sources, common.log_format);
    let compiled = loaded.compiled?;
    let (words, has_app_token, rotates) = compiled
        .slack
        .map(|slack| {
            let (sockets, rotates) = (slack.app_token.is_some(), slack.rotation.is_some());
            (slack.commands, sockets, rotates)
        })
        .unwrap_or_default();
    Some(Known {
        public_url: Some(compiled.server.public_url),
        words,
        has_app_token,
        rotates,
        teams_app: compiled.teams.map(|teams| teams.app_id),
    })
}
