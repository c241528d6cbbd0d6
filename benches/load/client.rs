//! HTTP over one connection that stays open, as light as it gets: what the load program costs is taken
//! from the same cores as what it measures.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to one server; it is made again when it breaks.
pub struct Conn {
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
}

impl Answer {
    /// The body, read as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        if self.status != 200 {
            let body = String::from_utf8_lossy(&self.body);
            bail!("answered {}: {}", self.status, body.trim());
        }
        serde_json::from_slice(&self.body).context("reading an answer")
    }
}

impl Conn {
    /// Connects with the first request.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            sender: None,
        }
    }

    /// Sends `body` with these headers.
    pub async fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Answer> {
        let mut request = Request::post(path).header(header::HOST, self.address.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::new(body))?).await
    }

    /// Sends JSON and reads JSON.
    pub async fn post_json<T: DeserializeOwned>(
        &mut self,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<T> {
        let kind = [("content-type", "application/json")];
        let body = Bytes::from(body.to_string());
        self.post(path, &kind, body).await?.json()
    }

    /// Asks for `path`, with a bearer token if one is given.
    pub async fn get(&mut self, path: &str, token: Option<&str>) -> anyhow::Result<Answer> {
        let mut request = Request::get(path).header(header::HOST, self.address.to_string());
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Full::default())?).await
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Answer> {
        let answered = timeout(PATIENCE, self.exchange(request)).await;
        let answered = answered.unwrap_or_else(|_| bail!("no answer within {PATIENCE:?}"));
        if answered.is_err() {
            self.sender = None;
        }
        answered
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Answer> {
        let mut sender = match self.sender.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => sender,
            None => connect(self.address).await?,
        };
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await?.to_bytes();
        self.sender = Some(sender);
        Ok(Answer { status, body })
    }
}

async fn connect(address: SocketAddr) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // A broken connection shows in the request that is under way.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}
