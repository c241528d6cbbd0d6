//! What Slack says through a socket.

use serde_json::Value;

use crate::chat::slack::inbound::Kind;

/// One message.
#[derive(Debug, PartialEq)]
pub enum Frame {
    /// The socket is ready.
    Hello,
    /// The socket ends soon, or now; why.
    Disconnect(String),
    /// A request.
    Envelope(Envelope),
    /// Nothing that concerns Baton; what it was.
    Other(String),
}

/// A request with what its acknowledgement needs.
#[derive(Debug, PartialEq)]
pub struct Envelope {
    /// Its name.
    pub id: String,
    /// What it is; `None` for a kind that Baton doesn't know, which is acknowledged all the same.
    pub kind: Option<Kind>,
    /// As it comes over HTTP.
    pub payload: Value,
    /// Whether the acknowledgement may carry an answer.
    pub takes_answer: bool,
    /// How often it was delivered before.
    pub retry: u64,
}

/// Reads one message; `None` if it is none of Slack's.
pub fn read(text: &str) -> Option<Frame> {
    let mut message: Value = serde_json::from_str(text).ok()?;
    let kind = message["type"].as_str()?.to_owned();
    let known = match kind.as_str() {
        "hello" => return Some(Frame::Hello),
        "disconnect" => {
            let reason = message["reason"].as_str().unwrap_or_default();
            return Some(Frame::Disconnect(reason.to_owned()));
        }
        "slash_commands" => Some(Kind::Command),
        "interactive" => Some(Kind::Interaction),
        "events_api" => Some(Kind::Event),
        _ => None,
    };
    let Some(id) = message["envelope_id"].as_str().map(str::to_owned) else {
        return Some(Frame::Other(kind));
    };
    Some(Frame::Envelope(Envelope {
        id,
        kind: known,
        takes_answer: message["accepts_response_payload"]
            .as_bool()
            .unwrap_or(false),
        retry: message["retry_attempt"].as_u64().unwrap_or(0),
        payload: message["payload"].take(),
    }))
}

impl Envelope {
    /// The acknowledgement.
    pub fn acknowledgement(&self, answer: Option<Value>) -> String {
        let mut said = serde_json::json!({"envelope_id": self.id});
        if let Some(answer) = answer.filter(|_| self.takes_answer) {
            said["payload"] = answer;
        }
        said.to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn slacks_own_examples_are_read() {
        let hello = r#"{"type":"hello","num_connections":1,"debug_info":{"host":"applink-canary","approximate_connection_time":18060},"connection_info":{"app_id":"A1234"}}"#;
        assert_eq!(read(hello), Some(Frame::Hello));
        let leave =
            r#"{"type":"disconnect","reason":"warning","debug_info":{"host":"wss-111.slack.com"}}"#;
        assert_eq!(read(leave), Some(Frame::Disconnect("warning".to_owned())));
        let press = r#"{"payload":{"type":"block_actions"},"envelope_id":"e1","type":"interactive","accepts_response_payload":false}"#;
        let Some(Frame::Envelope(envelope)) = read(press) else {
            panic!("a press is an envelope");
        };
        assert_eq!(envelope.kind, Some(Kind::Interaction));
        assert_eq!(envelope.payload, json!({"type": "block_actions"}));
    }

    #[test]
    fn an_answer_goes_only_where_one_is_taken() {
        let mut envelope = Envelope {
            id: "e1".to_owned(),
            kind: Some(Kind::Command),
            payload: Value::Null,
            takes_answer: true,
            retry: 0,
        };
        let answer = || Some(json!({"text": "done"}));
        assert_eq!(
            envelope.acknowledgement(answer()),
            r#"{"envelope_id":"e1","payload":{"text":"done"}}"#
        );
        assert_eq!(envelope.acknowledgement(None), r#"{"envelope_id":"e1"}"#);
        envelope.takes_answer = false;
        assert_eq!(
            envelope.acknowledgement(answer()),
            r#"{"envelope_id":"e1"}"#
        );
    }

    #[test]
    fn what_is_unknown_is_acknowledged_and_nonsense_passed_over() {
        let Some(Frame::Envelope(envelope)) = read(r#"{"type":"novelty","envelope_id":"e1"}"#)
        else {
            panic!("whatever has an id is an envelope");
        };
        assert_eq!(envelope.kind, None);
        assert_eq!(
            read(r#"{"type":"pong"}"#),
            Some(Frame::Other("pong".to_owned()))
        );
        for nonsense in ["", "[]", "null", "{}", "hello", r#"{"type":1}"#] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
