//! `baton demo --teams`: one of the reps, and a channel, are in Microsoft Teams. What they see there is shown by
//! Microsoft's own Agents Playground; between it and Baton stands a stand-in for Microsoft's login, Graph and
//! connector, so that the adapter runs as in production and every activity is checked by its signature.

pub mod agents;
mod connector;
mod login;
mod people;
mod sign;

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use axum::Router;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    clock::Clock,
    config::compile::{Compiled, TeamsSettings},
};

pub use people::Tenant;

/// The demo's app, as it would be registered with Microsoft.
pub const APP_ID: &str = "5d1f0c52-7a3e-4b86-9c41-2e8f6a9b0d17";
/// The tenant of the demo's company.
pub const TENANT_ID: &str = "c2a9d6b4-18e5-4f07-b3d2-96a7e1f4805c";
/// The value of the app's client secret, for a stand-in that only listens on this machine.
pub const APP_PASSWORD: &str = "the-stand-in-knows-baton-by-this";

/// Where the connector is under the stand-in's address.
const CONNECTOR: &str = "teams/";

/// Stands in for Microsoft between Baton and the Agents Playground.
pub(super) struct Microsoft {
    listener: TcpListener,
    between: Arc<Between>,
}

/// What the stand-in knows.
struct Between {
    /// `http://127.0.0.1:PORT/`.
    own: Url,
    baton_url: String,
    agents_url: String,
    tenant: Tenant,
    clock: Clock,
    signer: sign::Signer,
    http: reqwest::Client,
}

impl Microsoft {
    /// Lets the configuration use a stand-in on this machine, and moves one rep and a channel into its Teams.
    pub(super) async fn build(
        compiled: &mut Compiled,
        baton_url: &str,
        agents: SocketAddr,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.context("listening in the place of Microsoft")?;
        let own: Url = format!("http://{}/", listener.local_addr()?).parse()?;
        let tenant = Tenant::move_in(&mut compiled.policy)?;
        let secret = SecretString::from(APP_PASSWORD);
        compiled.teams = Some(TeamsSettings::at(&own, APP_ID, TENANT_ID, secret)?);
        let between = Between {
            own,
            baton_url: baton_url.to_owned(),
            agents_url: format!("http://{agents}"),
            tenant,
            clock,
            signer: sign::Signer::new()?,
            http: reqwest::Client::builder().no_proxy().build()?,
        };
        Ok(Self {
            listener,
            between: Arc::new(between),
        })
    }

    pub(super) fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    pub(super) fn tenant(&self) -> &Tenant {
        &self.between.tenant
    }

    pub(super) async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let router = Router::new()
            .merge(login::router())
            .merge(people::router())
            .merge(connector::router())
            .with_state(self.between);
        axum::serve(self.listener, router)
            .with_graceful_shutdown(stop.cancelled_owned())
            .await
            .context("standing in for Microsoft")
    }
}
