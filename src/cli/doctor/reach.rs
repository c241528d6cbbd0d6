//! From outside: the public address, and who may post to the webhooks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use reqwest::StatusCode;
use url::Url;

use super::Finding;
use crate::{
    cli::outside,
    config::compile::{Compiled, Server},
    intake::{
        Source,
        verify::{Hmac, Scheme},
    },
};

pub(super) async fn look(compiled: &Compiled) -> anyhow::Result<Vec<Finding>> {
    let mut found = vec![address(&compiled.server).await?];
    let sockets = compiled
        .slack
        .as_ref()
        .is_some_and(|slack| slack.app_token.is_some());
    found.extend(encrypted(&compiled.server.public_url, sockets));
    found.push(sources(&compiled.sources));
    Ok(found)
}

async fn address(server: &Server) -> anyhow::Result<Finding> {
    const AREA: &str = "public address";
    let public = &server.public_url;
    let asked = health(public).await?;
    let why = match asked {
        Ok(StatusCode::OK) => return Ok(Finding::well(AREA, format!("{public} answers"))),
        Ok(status) => format!("{public} answers with {status}"),
        Err(why) => format!("{public}: {why}"),
    };
    let local = local(server.listen)?;
    let mend = match health(&local).await? {
        Ok(StatusCode::OK) => format!(
            "Baton itself answers at {local}, so what is in between does not: DNS, firewall, or the proxy in front \
             (it must pass every path on, and the body unchanged)."
        ),
        Ok(_) | Err(_) => format!(
            "Nothing healthy answers at {local} either. Does `baton serve` run? If it does on another machine, run this there."
        ),
    };
    Ok(Finding::broken(AREA, why, mend))
}

/// The address at which this machine reaches what listens there.
fn local(listen: SocketAddr) -> anyhow::Result<Url> {
    let mut listen = listen;
    if listen.ip().is_unspecified() {
        listen.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    Ok(format!("http://{listen}/").parse()?)
}

async fn health(base: &Url) -> anyhow::Result<Result<StatusCode, &'static str>> {
    let asked = outside::client()?.get(base.join("/healthz")?).send().await;
    Ok(match asked {
        Ok(answer) => Ok(answer.status()),
        Err(error) => Err(outside::why(&error)),
    })
}

fn encrypted(public: &Url, sockets: bool) -> Option<Finding> {
    let mend = if sockets {
        "Leads would travel unencrypted: put a proxy with TLS in front, and its address into `server.public_url`."
    } else {
        "Slack and Teams call https addresses only: put a proxy with TLS in front and its address into `server.public_url`, \
         or use Socket Mode (`slack.app_token`)."
    };
    (public.scheme() != "https")
        .then(|| Finding::look("public address", format!("{public} is not https"), mend))
}

fn sources(sources: &[Source]) -> Finding {
    const AREA: &str = "sources";
    let open = sources.iter().filter(|source| match source.scheme {
        Scheme::None => true,
        Scheme::FormOnly
        | Scheme::HmacSha256(_)
        | Scheme::HmacSha1(_)
        | Scheme::Standard(_)
        | Scheme::HubSpot(_)
        | Scheme::Token(_)
        | Scheme::Basic(_)
        | Scheme::BodyField(_) => false,
    });
    let open: Vec<&str> = open.map(|source| source.id.as_str()).collect();
    if sources.is_empty() {
        return Finding::look(
            AREA,
            "there are none, so no lead can come in",
            "Add a [[source]]; `baton init` shows one.",
        );
    }
    if !open.is_empty() {
        return Finding::look(
            AREA,
            format!(
                "anybody who knows the address may post to {}",
                open.join(", ")
            ),
            "Set `verify` with a secret, unless a public form posts there straight from the browser.",
        );
    }
    let each = sources
        .iter()
        .map(|source| format!("{} {}", source.id, proof(&source.scheme)));
    Finding::well(AREA, each.collect::<Vec<_>>().join(", "))
}

/// How a source proves who it is.
fn proof(scheme: &Scheme) -> String {
    let timed = |hmac: &Hmac| if hmac.is_timed() { " and the time" } else { "" };
    match scheme {
        Scheme::None => "proves nothing".to_owned(),
        Scheme::FormOnly => "by its form only".to_owned(),
        Scheme::HmacSha256(hmac) => format!("signs the body{}", timed(hmac)),
        Scheme::HmacSha1(hmac) => format!("signs the body{} (by SHA-1)", timed(hmac)),
        Scheme::Standard(_) => "signs the body and the time".to_owned(),
        Scheme::HubSpot(_) => "signs what it posts and this address".to_owned(),
        Scheme::Token(_) => "shows a token".to_owned(),
        Scheme::Basic(_) => "shows user and password".to_owned(),
        Scheme::BodyField(field) => format!("writes a secret into `{}`", field.field()),
    }
}
