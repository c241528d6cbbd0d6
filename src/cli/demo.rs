//! `baton demo`: everything on this machine, no account anywhere.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use crate::demo::{self, Options};
use clap::Args;

use super::{Common, talk};

const EXAMPLES: &str = "Examples:
  baton demo                                  then open the address it says
  baton demo --fresh --listen 127.0.0.1:0     from the start, on any free port
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
}

/// Runs the demo until it is stopped.
pub async fn run(common: &Common, asked: Demo) -> anyhow::Result<ExitCode> {
    let own = common.config.as_deref();
    let options = Options {
        dir: asked.dir,
        listen: asked.listen,
        fresh: asked.fresh,
        own_rules: own.is_some(),
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
    talk::say(&format!(
        "\n  Open http://{} in a browser. Ctrl-C ends it.\n",
        demo.page_address()?
    ));
    demo.run(talk::stop_signal()?).await?;
    Ok(ExitCode::SUCCESS)
}
