//! From one of Slack's payloads to the answer, whichever way it came: over HTTP or in Socket Mode.
//!
//! Slack delivers at least once. A delivery that came before is answered as it was the first time, also
//! while that one is still at work, and does nothing.

use serde_json::Value;

use super::{Desk, handle_all};
use crate::chat::{
    incoming::Unreadable,
    slack::{
        answer::respond,
        inbound::{self, Kind},
    },
};

/// Does what the payload asks for, once, and says what Slack gets at once.
///
/// # Errors
/// When the payload doesn't say who did what.
pub async fn answer(desk: &Desk, kind: Kind, payload: &Value) -> Result<Option<Value>, Unreadable> {
    let all = inbound::read(kind, payload)?;
    let work = async || respond(&handle_all(desk, all).await);
    match inbound::delivery(kind, payload) {
        None => Ok(work().await),
        Some(name) => Ok(desk.once(name, work).await),
    }
}
