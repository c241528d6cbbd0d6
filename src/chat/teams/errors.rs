//! What an answer of Teams' connector that is no success means for the sender. Microsoft says it in many
//! shapes: an object with a code, a code with JSON inside a text, a plain message, or a page of HTML.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::chat::exchange::{Repeat, retry, retry_after};
use crate::chat::outcome::{FailKind, SendError};

/// What was asked of the connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// A conversation with a person: the same one each time.
    Converse,
    /// A message in a conversation, or one that begins a thread in a channel.
    Post,
    /// Another card in a message's place.
    Update,
    /// A message is to go.
    Delete,
    /// Who somebody is.
    Member,
    /// Whether anybody is there. Any answer but a failure says so: Teams may well refuse what is asked.
    Knock,
}

impl Call {
    /// Whether doing it twice does harm.
    pub fn repeat(self) -> Repeat {
        match self {
            Self::Post => Repeat::Seen,
            Self::Converse | Self::Update | Self::Delete | Self::Member | Self::Knock => {
                Repeat::Harmless
            }
        }
    }

    /// What is not there when Teams finds nothing and doesn't say what.
    fn missing(self) -> FailKind {
        match self {
            Self::Converse | Self::Post | Self::Member | Self::Knock => FailKind::RecipientGone,
            Self::Update | Self::Delete => FailKind::MessageGone,
        }
    }
}

/// The word for an app that a person doesn't have.
pub const NOT_INSTALLED: &str = "BotNotInConversationRoster";
/// The word for an app that the tenant's administrator has switched off.
pub const DISABLED: &str = "BotDisabledByAdmin";
/// The word for a conversation that isn't there any more.
pub const NO_CONVERSATION: &str = "ConversationNotFound";

/// The meaning of an answer that is no success.
pub fn meaning(call: Call, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> SendError {
    let word = word(body).unwrap_or_else(|| format!("http_{}", status.as_u16()));
    let fail = |kind| SendError::fail(kind, word.as_str());
    match status.as_u16() {
        429 => retry(Some(retry_after(headers)), "ratelimited"),
        412 => retry(None, &word),
        408 | 500.. => call.repeat().ambiguous(word),
        401 | 405 if call == Call::Knock => fail(FailKind::Other),
        401 => fail(FailKind::TokenDead),
        403 => fail(forbidden(call, &word)),
        404 => fail(not_found(call, &word)),
        400 | 413 => fail(FailKind::OurBug),
        405 => fail(FailKind::Config),
        _ => fail(FailKind::Other),
    }
}

fn forbidden(call: Call, word: &str) -> FailKind {
    match word {
        // That concerns everybody, until it is switched on again.
        DISABLED => FailKind::TokenDead,
        "BadArgument" | "BadSyntax" => FailKind::OurBug,
        "MessageWritesBlocked" | "ConversationBlockedByUser" | NOT_INSTALLED => {
            FailKind::RecipientGone
        }
        // Often it isn't said; then nothing can be written there.
        _ => call.missing(),
    }
}

fn not_found(call: Call, word: &str) -> FailKind {
    match word {
        "ActivityNotFoundInConversation" => FailKind::MessageGone,
        // Whose conversation is gone may have another one by now: what stood in the old one is posted there.
        _ => call.missing(),
    }
}

/// Microsoft's word for it, if there is one that is short and plain.
fn word(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let inside = body["message"]
        .as_str()
        .or(body["error"]["message"].as_str());
    let inside: Value = inside
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let said = [
        &inside["subCode"],
        &body["error"]["innerHttpError"]["body"]["subCode"],
        &body["subCode"],
        &body["error"]["code"],
        &inside["code"],
        &body["code"],
    ];
    let blocked = || (body["errorCode"] == 209).then_some("MessageWritesBlocked");
    let mut said = said.into_iter().filter_map(Value::as_str);
    said.find(|word| is_plain(word))
        .or_else(blocked)
        .map(str::to_owned)
}

/// Anything else is not repeated into logs.
fn is_plain(word: &str) -> bool {
    let plain = |sign: u8| sign.is_ascii_alphanumeric() || sign == b'_' || sign == b'.';
    !word.is_empty() && word.len() <= 64 && word.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderValue, RETRY_AFTER};

    use super::*;

    fn said(call: Call, status: u16, body: &str) -> SendError {
        let status = StatusCode::from_u16(status).unwrap();
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("7"))]);
        meaning(call, status, &headers, body.as_bytes())
    }

    #[test]
    fn what_is_refused_is_told_by_its_code_wherever_it_stands() {
        use FailKind::{Config, MessageGone, Other, OurBug, RecipientGone, TokenDead};
        let coded = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#);
        let blocked = r#"{"errorCode":209,"message":"{\"subCode\":\"MessageWritesBlocked\",\"details\":\"x\"}"}"#;
        let denied = r#"{"message":"Authorization has been denied for this request."}"#;
        let table = [
            (Call::Post, 400, coded("BadSyntax"), OurBug, "BadSyntax"),
            (Call::Post, 401, denied.to_owned(), TokenDead, "http_401"),
            (
                Call::Post,
                401,
                coded("BotNotRegistered"),
                TokenDead,
                "BotNotRegistered",
            ),
            (
                Call::Converse,
                403,
                coded(NOT_INSTALLED),
                RecipientGone,
                NOT_INSTALLED,
            ),
            (
                Call::Converse,
                403,
                coded("BadArgument"),
                OurBug,
                "BadArgument",
            ),
            (Call::Post, 403, coded(DISABLED), TokenDead, DISABLED),
            (Call::Post, 405, String::new(), Config, "http_405"),
            (Call::Knock, 405, String::new(), Other, "http_405"),
            (
                Call::Post,
                403,
                blocked.to_owned(),
                RecipientGone,
                "MessageWritesBlocked",
            ),
            (
                Call::Post,
                403,
                r#"{"errorCode":209}"#.to_owned(),
                RecipientGone,
                "MessageWritesBlocked",
            ),
            (
                Call::Post,
                403,
                "<html>no</html>".to_owned(),
                RecipientGone,
                "http_403",
            ),
            (Call::Update, 403, String::new(), MessageGone, "http_403"),
            (
                Call::Post,
                404,
                coded(NO_CONVERSATION),
                RecipientGone,
                NO_CONVERSATION,
            ),
            (
                Call::Update,
                404,
                coded(NO_CONVERSATION),
                MessageGone,
                NO_CONVERSATION,
            ),
            (
                Call::Update,
                404,
                coded("ActivityNotFoundInConversation"),
                MessageGone,
                "ActivityNotFoundInConversation",
            ),
            (
                Call::Delete,
                404,
                "gone".to_owned(),
                MessageGone,
                "http_404",
            ),
            (
                Call::Post,
                413,
                coded("MessageSizeTooBig"),
                OurBug,
                "MessageSizeTooBig",
            ),
            (
                Call::Post,
                409,
                coded("a word, with ids"),
                Other,
                "http_409",
            ),
        ];
        for (call, status, body, kind, word) in table {
            assert_eq!(
                said(call, status, &body),
                SendError::fail(kind, word),
                "{body}"
            );
        }
    }

    #[test]
    fn what_may_have_been_posted_is_not_posted_again() {
        for status in [408, 500, 502, 503, 504] {
            let post = said(Call::Post, status, "");
            assert!(matches!(post, SendError::Unknown { .. }), "{status}");
            let update = said(Call::Update, status, "");
            assert!(
                matches!(update, SendError::Retry { after: None, .. }),
                "{status}"
            );
        }
    }

    #[test]
    fn what_was_refused_for_now_did_nothing() {
        let throttled = SendError::Retry {
            after: Some(Duration::from_secs(7)),
            why: "ratelimited".to_owned(),
        };
        assert_eq!(said(Call::Post, 429, "{}"), throttled);
        let meanwhile = SendError::Retry {
            after: None,
            why: "PreconditionFailed".to_owned(),
        };
        let body = r#"{"error":{"code":"PreconditionFailed"}}"#;
        assert_eq!(said(Call::Post, 412, body), meanwhile);
    }
}
