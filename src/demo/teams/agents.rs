//! Microsoft's Agents Playground: it shows what Teams would, in a browser, and is not Baton's. It is fetched from npm
//! at one version, and knows the demo's people by the file that is written for it.

use std::{
    fs::File,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
};

use super::{APP_ID, TENANT_ID, Tenant, people::Somebody};
use crate::demo::own::guid;

/// What is fetched, at the one version that this was tried with.
const PACKAGE: &str = "@microsoft/m365agentsplayground@0.2.28";
/// Where it looks for its people, in the demo's directory.
const FILE: &str = ".m365agentsplayground.yml";
/// What it says goes here.
pub const LOG: &str = "agents-playground.log";
/// It wants five people beside the one whose Teams it shows, no more and no less.
const OTHERS: usize = 5;
/// How often it is asked whether it is there.
const ASK: Duration = Duration::from_millis(500);
/// How long it may take to be fetched and to start.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long it may take to end.
const FAREWELL: Duration = Duration::from_secs(3);

/// An Agents Playground that runs.
pub struct Agents {
    child: Child,
    address: SocketAddr,
}

/// A port that is free now.
///
/// # Errors
/// When there is none.
pub async fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    Ok(listener.context("looking for a free port")?.local_addr()?)
}

impl Agents {
    /// Starts it in `dir`, to send what is done in it to `bot`. `None` if there is no Node.js to run it.
    ///
    /// # Errors
    /// When its files can't be written, or it can't be started.
    pub fn start(
        dir: &Path,
        tenant: &Tenant,
        address: SocketAddr,
        bot: SocketAddr,
    ) -> anyhow::Result<Option<Self>> {
        let file = dir.join(FILE);
        std::fs::write(&file, format!("{:#}\n", described(tenant)))
            .with_context(|| format!("writing {}", file.display()))?;
        let log = File::create(dir.join(LOG)).context("making the log of the Agents Playground")?;
        let port = address.port().to_string();
        let bot = format!("http://{bot}/api/messages");
        let started = Command::new("npx")
            .args(["--yes", PACKAGE, "start", "--disable-telemetry"])
            .args(["-c", "msteams", "-e", &bot, "-p", &port])
            .env("TEAMSAPPTESTER_BROWSER", "none")
            .env("SEND_INSTALLATION_ACTIVITY", "true")
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Of its own, because npx starts others that must end with it.
            .process_group(0)
            .spawn();
        match started {
            Ok(child) => Ok(Some(Self { child, address })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context("starting the Agents Playground"),
        }
    }

    /// Waits until its page can be opened.
    ///
    /// # Errors
    /// When it ends, or takes longer than anybody waits.
    pub async fn ready(&mut self) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let ping = format!("http://{}/_debug/ping", self.address);
        let there = async {
            loop {
                if client.get(&ping).send().await.is_ok() {
                    return;
                }
                tokio::time::sleep(ASK).await;
            }
        };
        tokio::select! {
            () = there => Ok(()),
            ended = self.child.wait() => Err(ended_with(ended?)),
            () = tokio::time::sleep(PATIENCE) => anyhow::bail!("it did not start; see {LOG}"),
        }
    }

    /// Ends it, and what it has started.
    pub async fn stop(mut self) {
        let group = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = group.and_then(Pid::from_raw) {
            // Whoever is gone already needs no farewell.
            let _ = kill_process_group(group, Signal::TERM);
            if tokio::time::timeout(FAREWELL, self.child.wait())
                .await
                .is_err()
            {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
    }
}

fn ended_with(status: ExitStatus) -> anyhow::Error {
    anyhow::anyhow!("it ended with {status}; see {LOG}")
}

/// The people, conversations and channels, as the Agents Playground reads them. It reads YAML, which JSON is.
fn described(tenant: &Tenant) -> Value {
    let room = tenant.channels.first();
    let channels: Vec<Value> = room
        .map(|room| json!({"id": room.id, "name": room.name}))
        .into_iter()
        .collect();
    let general = tenant.channels.get(1).map(|room| room.id.clone());
    let made = |name: &str| format!("19:{}@thread.tacv2", guid(name).replace('-', ""));
    json!({
        "version": "0.1.1",
        "tenantId": TENANT_ID,
        "bot": {"id": format!("28:{APP_ID}"), "name": "Baton"},
        "currentUser": user(&tenant.shown),
        "users": others(tenant),
        "personalChat": {"id": tenant.shown.conversation()},
        "groupChat": {"id": made("group chat"), "name": "Group chat"},
        "team": {
            "id": general.unwrap_or_else(|| made("general")),
            "name": "Sales",
            "aadGroupId": guid("sales"),
            "channels": channels,
        },
    })
}

fn others(tenant: &Tenant) -> Vec<Value> {
    let filled = (1..=OTHERS).map(|nth| Somebody {
        id: guid(&format!("colleague {nth}")),
        name: format!("Colleague {nth}"),
        email: format!("colleague{nth}@example.com"),
    });
    let all = tenant.others.iter().cloned().chain(filled);
    all.take(OTHERS).map(|somebody| user(&somebody)).collect()
}

fn user(somebody: &Somebody) -> Value {
    let (given, family) = somebody
        .name
        .split_once(' ')
        .unwrap_or((&somebody.name, ""));
    json!({
        "id": somebody.user(),
        "name": somebody.name,
        // As it is spelled there.
        "userPrincipleName": somebody.email,
        "aadObjectId": somebody.id,
        "givenName": given,
        "surname": family,
        "email": somebody.email,
    })
}
