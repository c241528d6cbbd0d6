//! Trying a configuration of the visitor's own: everything that points outside is turned inwards.

use std::path::Path;

use anyhow::Context;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::SIGNING_SECRET;
use crate::{
    config::compile::{Compiled, SlackSettings},
    domain::{id::RepId, policy::Platform},
};

/// The environment of a demo: what is not set there has a value of its own, so that a
/// configuration made for production can be tried without its secrets.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the demo's environment is read here"
)]
pub fn demo_env(name: &str) -> Option<String> {
    Some(std::env::var(name).unwrap_or_else(|_| stand_in(name)))
}

/// What looks like the thing that its name says: `TEAMS_APP_ID` is a GUID.
fn stand_in(name: &str) -> String {
    if name.ends_with("_ID") {
        guid(name)
    } else {
        format!("demo-{}", name.to_lowercase())
    }
}

/// What looks like an id of Microsoft's, always the same for the same thing.
pub(super) fn guid(of: &str) -> String {
    let made = hex::encode(Sha256::digest(of));
    let parts = [
        &made[..8],
        &made[8..12],
        &made[12..16],
        &made[16..20],
        &made[20..32],
    ];
    parts.join("-")
}

/// Lets a configuration use the demo's database and the stand-in for Slack.
pub(super) fn point_at(compiled: &mut Compiled, dir: &Path, api_url: &str) -> anyhow::Result<()> {
    compiled.database = format!("sqlite:{}", dir.join("baton.db").display());
    let before = compiled.slack.take();
    compiled.slack = Some(SlackSettings {
        api_url: api_url.parse().context("the stand-in's address")?,
        bot_token: SecretString::from("xoxb-demo"),
        rotation: None,
        signing_secrets: vec![SecretString::from(SIGNING_SECRET)],
        app_token: None,
        sockets: 2,
        paced: true,
        commands: before.map(|slack| slack.commands).unwrap_or_default(),
    });
    compiled.teams = None;
    for rep in compiled.policy.reps.values_mut() {
        let id = slack_id(&rep.id);
        rep.slack.get_or_insert(id);
        rep.chat = Platform::Slack;
    }
    Ok(())
}

/// A Slack id for somebody the configuration knows by e-mail only.
pub(super) fn slack_id(rep: &RepId) -> String {
    let letters: String = rep
        .as_str()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    format!("U0{}", letters.to_uppercase())
}
