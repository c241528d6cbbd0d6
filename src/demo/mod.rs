//! `baton demo`: Baton and the stand-in for Slack in one process, with short clocks, so that a
//! visitor sees a lead travel. Everything between the two goes over HTTP, as in production.

mod controls;
mod own;
mod samples;
pub mod teams;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    clock::Clock,
    config::{self, compile::Compiled},
    domain::policy::{self, Platform, Policy, Role},
    playground::{Channel, Person, Playground, Settings},
};

pub use own::demo_env;
use teams::{Microsoft, Tenant};

/// The demo's own configuration.
pub const CONFIG: &str = include_str!("demo.toml");

/// The key with which the stand-in signs its callbacks, for a Baton that only listens on this machine.
pub const SIGNING_SECRET: &str = "the-playground-signs-with-this";

/// What a demo is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where its data are kept.
    pub dir: PathBuf,
    /// Where the page is served.
    pub listen: SocketAddr,
    /// Forgets what was kept.
    pub fresh: bool,
    /// Says how the data are reached.
    pub own_rules: bool,
    /// Where the Agents Playground shows Microsoft Teams, if it shall.
    pub teams: Option<SocketAddr>,
}

/// A demo, ready to run.
pub struct Demo {
    app: App,
    playground: Playground,
    page: TcpListener,
    baton: TcpListener,
    microsoft: Option<Microsoft>,
}

impl Demo {
    /// Puts Baton and the stand-in together.
    ///
    /// # Errors
    /// When an address is taken, or the data can't be opened.
    pub async fn build(
        mut compiled: Compiled,
        options: &Options,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let page = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("listening on {}", options.listen))?;
        let baton = TcpListener::bind("127.0.0.1:0")
            .await
            .context("listening for webhooks")?;
        let baton_url = format!("http://{}", baton.local_addr()?);
        let api_url = format!("http://{}/api/", page.local_addr()?);
        compiled.server.public_url = baton_url.parse().context("the demo's own address")?;
        own::point_at(&mut compiled, &options.dir, &api_url)?;
        let microsoft = match options.teams {
            Some(agents) => {
                let clock = clock.clone();
                Some(Microsoft::build(&mut compiled, &baton_url, agents, clock).await?)
            }
            None => None,
        };
        let people = people_of(&compiled.policy);
        let channels = channels_of(&compiled.policy);
        let sources = std::mem::take(&mut compiled.sources);
        let desk = controls::Desk::new(
            &sources,
            baton_url.clone(),
            clock.clone(),
            options.dir.join(CLOCK_FILE),
        );
        compiled.sources = sources;
        let app = App::build(compiled, clock.clone()).await?;
        let ticking = clock.clone();
        let mut settings =
            Settings::new(baton_url, SIGNING_SECRET, Arc::new(move || ticking.now()));
        settings.people = people;
        settings.channels = channels;
        settings.state_file = Some(options.dir.join("playground.json"));
        settings.slash_commands = slash_commands();
        let in_teams = microsoft.as_ref().zip(options.teams);
        let in_teams = in_teams.map(|(it, agents)| teams_banner(it.tenant(), agents));
        settings.banner = Some(in_teams.unwrap_or_else(|| banner(options.own_rules)));
        settings.controls = Some(desk.router(app.engine().clone()));
        Ok(Self {
            app,
            playground: Playground::new(settings)?,
            page,
            baton,
            microsoft,
        })
    }

    /// Where Baton listens.
    ///
    /// # Errors
    /// When the socket has no address.
    pub fn baton_address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.baton.local_addr()?)
    }

    /// Where the page is.
    ///
    /// # Errors
    /// When the socket has no address.
    pub fn page_address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.page.local_addr()?)
    }

    /// Where the stand-in for Microsoft listens, and whom it knows.
    ///
    /// # Errors
    /// When the socket has no address.
    pub fn microsoft(&self) -> anyhow::Result<Option<(SocketAddr, Tenant)>> {
        let Some(microsoft) = &self.microsoft else {
            return Ok(None);
        };
        Ok(Some((microsoft.address()?, microsoft.tenant().clone())))
    }

    /// Runs everything until `stop`.
    ///
    /// # Errors
    /// When one of them fails.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let page = tokio::spawn({
            let (playground, listener, stop) = (self.playground, self.page, stop.clone());
            async move { playground.run(listener, stop).await }
        });
        let microsoft = tokio::spawn({
            let (microsoft, stop) = (self.microsoft, stop.clone());
            async move {
                match microsoft {
                    Some(microsoft) => microsoft.run(stop).await,
                    None => Ok(()),
                }
            }
        });
        self.app.run(self.baton, stop.clone()).await?;
        stop.cancel();
        microsoft.await.context("the stand-in for Microsoft")??;
        page.await.context("the page")?
    }
}

/// Where the demo remembers how far its clock was moved: time must not run backwards after a restart.
const CLOCK_FILE: &str = "clock";

/// The clock of the demo in `dir`, moved on as far as it was.
#[must_use]
pub fn clock_of(dir: &Path) -> Clock {
    let clock = Clock::system();
    let kept = std::fs::read_to_string(dir.join(CLOCK_FILE))
        .ok()
        .and_then(|text| text.trim().parse().ok());
    clock.set_shift(SignedDuration::from_secs(kept.unwrap_or(0)));
    clock
}

/// Makes the directory, and empties it of an earlier demo's data when asked to.
///
/// # Errors
/// When the directory can't be made or emptied.
pub fn prepare(options: &Options) -> anyhow::Result<()> {
    let dir = &options.dir;
    std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    if options.fresh {
        for name in [
            "baton.db",
            "baton.db-wal",
            "baton.db-shm",
            "playground.json",
            CLOCK_FILE,
        ] {
            match std::fs::remove_file(dir.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("removing {name} in {}", dir.display()));
                }
                Ok(()) | Err(_) => {}
            }
        }
    }
    Ok(())
}

/// Reads the demo's configuration, or the visitor's own.
#[must_use]
pub fn load(own: Option<&Path>, clock: &Clock) -> config::Loaded {
    match own {
        Some(path) => config::load(path, &demo_env, clock.now()),
        None => {
            let path = Path::new("demo.toml");
            config::load_with(path, &demo_env, &|_| Ok(CONFIG.to_owned()), clock.now())
        }
    }
}

/// The commands that the stand-in suggests, with a hint.
#[must_use]
pub fn slash_commands() -> Vec<(String, String)> {
    [
        (
            "/away",
            "[for 2h | until 15:00 | until tomorrow 9am] [reason]",
        ),
        ("/back", "[until 21:00]"),
        (
            "/leads",
            "[mine | queue | review | turns | search TEXT | move @a to @b]",
        ),
        ("/lead", "NUMBER | EMAIL | next | new"),
        (
            "/leadstats",
            "[me | @rep | TEAM] [by rep] [today | week | month]",
        ),
        ("/leadrules", ""),
    ]
    .into_iter()
    .map(|(word, hint)| (word.to_owned(), hint.to_owned()))
    .collect()
}

fn banner(own_rules: bool) -> String {
    if own_rules {
        "A trial of your own configuration. Nothing leaves this machine.".to_owned()
    } else {
        "The demo's clocks are short: a demo request that nobody takes is with the manager after 90 seconds. Nothing leaves this machine.".to_owned()
    }
}

/// Where the rest of the people are. The address comes first: a narrow window cuts the end off.
fn teams_banner(tenant: &Tenant, agents: SocketAddr) -> String {
    format!(
        "{} is in Microsoft Teams: http://{agents} Clocks are short. Leads stay on this machine.",
        tenant.shown.name
    )
}

fn people_of(policy: &Policy) -> Vec<Person> {
    let person = |rep: &policy::Rep| {
        let id = rep.slack.clone().unwrap_or_else(|| own::slack_id(&rep.id));
        let zone = rep
            .timezone
            .as_ref()
            .and_then(|zone| zone.iana_name())
            .unwrap_or("UTC");
        Person::new(
            &id,
            &rep.name,
            &rep.email,
            zone,
            title_of(rep, policy).as_str(),
        )
    };
    let reps = policy.reps.values();
    let mut reps: Vec<&policy::Rep> = reps.filter(|rep| rep.chat == Platform::Slack).collect();
    // Managers last: a lead travels from left to right.
    reps.sort_by_key(|rep| {
        (
            rep.role,
            policy
                .teams
                .iter()
                .position(|team| team.members.contains(&rep.id)),
        )
    });
    reps.into_iter().map(person).collect()
}

fn title_of(rep: &policy::Rep, policy: &Policy) -> String {
    let teams: Vec<&str> = policy
        .teams
        .iter()
        .filter(|team| team.members.contains(&rep.id))
        .map(|team| team.id.as_str())
        .collect();
    match (rep.role, teams.is_empty()) {
        (Role::Rep, false) => format!("Rep · {}", teams.join(", ")),
        (Role::Rep, true) => "Rep".to_owned(),
        (Role::Manager, _) => "Manager".to_owned(),
        (Role::Admin, _) => "Admin".to_owned(),
    }
}

fn channels_of(policy: &Policy) -> Vec<Channel> {
    let mut seen: Vec<(String, String)> = Vec::new();
    for team in &policy.teams {
        let Some(policy::Channel::Slack(id)) = &team.channel else {
            continue;
        };
        if seen.iter().all(|(known, _)| known != id) {
            let name = id
                .trim_start_matches('C')
                .trim_start_matches('0')
                .to_lowercase();
            seen.push((
                id.clone(),
                if name.is_empty() {
                    team.id.to_string()
                } else {
                    name
                },
            ));
        }
    }
    seen.into_iter()
        .map(|(id, name)| Channel::new(&id, &name))
        .collect()
}
