//! Opening a socket: an address that works once, the WebSocket handshake, and Slack's hello.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::SEC_WEBSOCKET_ACCEPT;
use reqwest::{StatusCode, Upgraded};
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::frame::{self, Frame};
use crate::chat::exchange::Repeat;
use crate::chat::outcome::SendError;
use crate::chat::slack::client::Client;
use crate::chat::slack::errors::meaning;
use crate::chat::slack::method::Method;

/// The largest message that is read; a dialog with everything in it has 250 kB.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// A WebSocket to Slack.
pub type Socket = WebSocketStream<Upgraded>;

/// Opens a socket that is ready for requests.
pub async fn open(client: &Client, within: Duration) -> Result<Socket, SendError> {
    let answer = client.call(Method::OpenSocket, "", &json!({})).await?;
    let address = answer.body["url"].as_str().unwrap_or_default();
    let ready = async {
        let mut socket = shake_hands(client, address).await?;
        greet(&mut socket).await?;
        Ok(socket)
    };
    timeout(within, ready)
        .await
        .unwrap_or_else(|_| Err(broken("no hello")))
}

async fn shake_hands(client: &Client, address: &str) -> Result<Socket, SendError> {
    let key = generate_key();
    let response = client.upgrade(address, &key).await?;
    let accepted = response
        .headers()
        .get(SEC_WEBSOCKET_ACCEPT)
        .is_some_and(|accept| accept.as_bytes() == derive_accept_key(key.as_bytes()).as_bytes());
    if response.status() != StatusCode::SWITCHING_PROTOCOLS || !accepted {
        return Err(broken(&format!(
            "http_{} to the handshake",
            response.status().as_u16()
        )));
    }
    let stream = response.upgrade().await.map_err(|_| broken("no upgrade"))?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    Ok(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await)
}

/// Waits for the hello. Requests come only after it.
async fn greet(socket: &mut Socket) -> Result<(), SendError> {
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else {
            continue;
        };
        match frame::read(&text) {
            Some(Frame::Hello) => return Ok(()),
            Some(Frame::Disconnect(reason)) if reason == "link_disabled" => {
                return Err(meaning(&reason, Repeat::Harmless));
            }
            Some(Frame::Disconnect(reason)) if reason == "too_many_websockets" => {
                return Err(broken("ratelimited"));
            }
            Some(Frame::Disconnect(reason)) => return Err(broken(&reason)),
            Some(Frame::Envelope(_) | Frame::Other(_)) | None => {}
        }
    }
    Err(broken("closed before the hello"))
}

fn broken(why: &str) -> SendError {
    SendError::Retry {
        after: None,
        why: why.to_owned(),
    }
}
