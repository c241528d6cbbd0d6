//! `baton demo`: everything on this machine, no account anywhere.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use crate::demo::{
    self, Options,
    teams::agents::{self, Agents},
};
use clap::Args;

use tokio_util::sync::CancellationToken;

use super::{Common, talk};

const EXAMPLES: &str = "Examples:
  baton demo                                  then open the address it says
  baton demo --fresh --listen 127.0.0.1:0     from the start, on any free port
  baton demo --teams                          one rep is in Microsoft Teams, the others in Slack; needs Node.js
  baton demo --config baton.toml              your own rules and people, and nothing leaves this machine";

/// Baton on SQLite, a stand-in for Slack with a page in the browser, a sample team and sample leads.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Demo {
    /// Where the demo keeps its data; it survives a restart.
    #[arg(long, value_name = "DIR", default_value = "./baton-demo")]
    dir: PathBuf,
    /// Where the page is served; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3001")]
    listen: SocketAddr,
    /// Starts over: forgets what an earlier demo kept.
    #[arg(long)]
    fresh: bool,
    /// One rep and a channel are in Microsoft Teams, which Microsoft's Agents Playground shows; needs Node.js.
    #[arg(long)]
    teams: bool,
}

/// Runs the demo until it is stopped.
pub async fn run(common: &Common, asked: Demo) -> anyhow::Result<ExitCode> {
    let teams = match asked.teams {
        true => Some(agents::free_address().await?),
        false => None,
    };
    let own = common.config.as_deref();
    let options = Options {
        dir: asked.dir,
        listen: asked.listen,
        fresh: asked.fresh,
        own_rules: own.is_some(),
        teams,
    };
    demo::prepare(&options)?;
    let clock = demo::clock_of(&options.dir);
    let loaded = demo::load(own, &clock);
    talk::complain(&loaded.complaints, &loaded.sources, common.log_format);
    let Some(compiled) = loaded.compiled else {
        return Ok(ExitCode::from(2));
    };
    let demo = demo::Demo::build(compiled, &options, clock).await?;
    talk::say(&format!(
        "baton listening on http://{}",
        demo.baton_address()?
    ));
    talk::say(&format!(
        "playground listening on http://{}",
        demo.page_address()?
    ));
    if let Some((address, _)) = demo.microsoft()? {
        talk::say(&format!(
            "microsoft's stand-in listening on http://{address}"
        ));
    }
    talk::say(&format!(
        "\n  Open http://{} in a browser. Ctrl-C ends it.\n",
        demo.page_address()?
    ));
    let agents = start_agents(&demo, &options)?;
    let stop = talk::stop_signal()?;
    let shown = tokio::spawn(show_agents(agents, stop.clone()));
    let ran = demo.run(stop.clone()).await;
    // However it ended: nothing that was started stays behind.
    stop.cancel();
    shown.await?;
    ran?;
    Ok(ExitCode::SUCCESS)
}

/// Starts the program that shows Teams, if it is wanted and can be.
fn start_agents(demo: &demo::Demo, options: &Options) -> anyhow::Result<Option<(Agents, String)>> {
    let Some(((bot, tenant), address)) = demo.microsoft()?.zip(options.teams) else {
        return Ok(None);
    };
    let Some(agents) = Agents::start(&options.dir, &tenant, address, bot)? else {
        talk::say(
            "  Microsoft Teams is not shown: install Node.js 20 or newer (https://nodejs.org), then start again.\n",
        );
        return Ok(None);
    };
    talk::say("  Microsoft's Agents Playground is being fetched from npm and started …");
    let there = format!(
        "  {} is in Microsoft Teams: open http://{address} too, before leads come.\n",
        tenant.shown.name
    );
    Ok(Some((agents, there)))
}

/// Says where Teams can be looked at, once it can, and ends the program with the demo.
async fn show_agents(agents: Option<(Agents, String)>, stop: CancellationToken) {
    let Some((mut agents, there)) = agents else {
        return;
    };
    tokio::select! {
        ready = agents.ready() => match ready {
            Ok(()) => talk::say(&there),
            Err(error) => talk::say(&format!("  Microsoft Teams is not shown: {error:#}\n")),
        },
        () = stop.cancelled() => {}
    }
    stop.cancelled().await;
    agents.stop().await;
}
