//! `baton manifest slack`: what a Slack app is made from, with the address and the words of this
//! configuration.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Common, talk};
use crate::{
    chat::slack::manifest::{Reached, manifest},
    clock::Clock,
    config,
};

/// The app manifest for this configuration.
#[derive(Debug, Args)]
pub struct Manifest {
    #[command(subcommand)]
    platform: Platform,
}

#[derive(Debug, Subcommand)]
enum Platform {
    /// For api.slack.com/apps, Create New App, From a manifest.
    Slack(Slack),
}

/// The manifest of the Slack app.
#[derive(Debug, Args)]
struct Slack {
    /// For Socket Mode [default: if the configuration has `slack.app_token`].
    #[arg(long, conflicts_with = "http")]
    socket_mode: bool,
    /// For requests over HTTP to `server.public_url` [default: if it has not].
    #[arg(long)]
    http: bool,
}

/// Prints it.
pub fn run(common: &Common, asked: &Manifest) -> anyhow::Result<ExitCode> {
    let Platform::Slack(slack) = &asked.platform;
    let path = common.config();
    // There are no tokens yet when the app is about to be made, and none is printed.
    let env = |name: &str| Some(talk::env(name).unwrap_or_else(|| "not-set-yet".to_owned()));
    let loaded = config::load(&path, &env, Clock::system().now());
    talk::complain(&loaded.complaints, &loaded.sources, common.log_format);
    let Some(compiled) = loaded.compiled else {
        return Ok(ExitCode::from(2));
    };
    let has_token = compiled
        .slack
        .as_ref()
        .is_some_and(|it| it.app_token.is_some());
    let reached = if slack.socket_mode || has_token && !slack.http {
        Reached::Sockets
    } else {
        if compiled.server.public_url.scheme() != "https" {
            talk::say(
                "warning: Slack calls https addresses only: set server.public_url, or use Socket Mode",
            );
        }
        Reached::Http(compiled.server.public_url)
    };
    let words = compiled
        .slack
        .map(|slack| slack.commands)
        .unwrap_or_default();
    let text = serde_json::to_string_pretty(&manifest(&reached, &words))?;
    talk::print(&format!("{text}\n"))?;
    Ok(ExitCode::SUCCESS)
}
