//! `baton playground`: the stand-in for Slack alone.

use std::{net::SocketAddr, process::ExitCode, sync::Arc};

use crate::{
    clock::Clock,
    playground::{self, Rotation, Settings},
};
use anyhow::Context;
use clap::Args;
use jiff::SignedDuration;
use tokio::net::TcpListener;

use super::talk;

const EXAMPLES: &str = "Examples:
  baton playground --baton http://127.0.0.1:3000 --signing-secret s3cret
  baton playground --baton http://127.0.0.1:3000 --signing-secret s3cret --faults

In baton.toml: [slack] bot_token = \"xoxb-any\", signing_secret = \"s3cret\", api_url = \"http://127.0.0.1:3001/api/\".
The page is at the address it says; every button, dialog and command works there.";

/// The stand-in for Slack alone.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Playground {
    /// Where Baton listens, for instance `http://127.0.0.1:3000`.
    #[arg(long, value_name = "URL")]
    baton: String,
    /// The key that callbacks are signed with.
    #[arg(long, value_name = "S")]
    signing_secret: String,
    /// Where to listen; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3001")]
    listen: SocketAddr,
    /// Socket Mode from the start: nothing is posted to Baton even while it has no socket open. Without
    /// it that is so from Baton's first socket on.
    #[arg(long)]
    socket_mode: bool,
    /// Throws in what goes wrong with Slack now and then: limits, errors, lost answers, duplicates.
    #[arg(long)]
    faults: bool,
    /// Tokens that expire after so long, for instance `12h`: what to put into `[slack]` is said at the start.
    #[arg(long, value_name = "TIME")]
    token_life: Option<SignedDuration>,
    /// Leaves Slack's rate limits out, for load programs.
    #[arg(long)]
    no_limits: bool,
}

/// Serves the playground until it is stopped.
pub async fn run(asked: Playground) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let mut settings = Settings::new(
        asked.baton,
        asked.signing_secret,
        Arc::new(move || clock.now()),
    );
    settings.socket_mode = asked.socket_mode.then_some(true);
    settings.faults = asked.faults;
    settings.limits = !asked.no_limits;
    settings.slash_commands = crate::demo::slash_commands();
    settings.rotation = asked.token_life.map(Rotation::new);
    if let Some(rotation) = &settings.rotation {
        talk::say(&format!(
            "bot_token = \"{}\", refresh_token = \"{}\", client_id = \"{}\", client_secret = \"{}\"",
            rotation.access_token,
            rotation.refresh_token,
            rotation.client_id,
            rotation.client_secret
        ));
    }
    let playground = playground::Playground::new(settings)?;
    let listener = TcpListener::bind(asked.listen)
        .await
        .with_context(|| format!("listening on {}", asked.listen))?;
    talk::say(&format!(
        "playground listening on http://{}",
        listener.local_addr()?
    ));
    playground.run(listener, talk::stop_signal()?).await?;
    Ok(ExitCode::SUCCESS)
}
