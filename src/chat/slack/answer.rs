//! What Slack gets as the answer to its own request.

use serde_json::{Value, json};

use super::{blocks, dialog};
use crate::chat::incoming::Answer;
use crate::domain::card::Card;

/// An HTTP answer, always with status 200: anything else is an error to the person who pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The content type.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// The answer in Slack's words.
#[must_use]
pub fn respond(answer: &Answer) -> Response {
    match answer {
        Answer::Empty => Response {
            content_type: "text/plain",
            body: String::new(),
        },
        Answer::Message(card) => json_response(&ephemeral(card)),
        Answer::DialogErrors(errors) => {
            json_response(&json!({"response_action": "errors", "errors": dialog::errors(errors)}))
        }
        Answer::DialogClose => json_response(&json!({"response_action": "clear"})),
        Answer::DialogUpdate(next) => {
            json_response(&json!({"response_action": "update", "view": dialog::view(next)}))
        }
        Answer::Challenge(text) => json_response(&json!({"challenge": text})),
    }
}

/// A message that one person sees.
pub fn ephemeral(card: &Card) -> Value {
    json!({
        "response_type": "ephemeral",
        "text": blocks::summary(card),
        "blocks": blocks::render(&card.parts, blocks::MAX_MESSAGE_BLOCKS),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn json_response(body: &Value) -> Response {
    Response {
        content_type: "application/json",
        body: body.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn each_answer_in_slacks_words() {
        let body = |answer: &Answer| respond(answer).body;
        assert_eq!(body(&Answer::Empty), "");
        assert_eq!(body(&Answer::DialogClose), r#"{"response_action":"clear"}"#);
        assert_eq!(
            body(&Answer::Challenge("abc".into())),
            r#"{"challenge":"abc"}"#
        );
        let errors = BTreeMap::from([("until".to_owned(), "lies in the past".to_owned())]);
        insta::assert_snapshot!(body(&Answer::DialogErrors(errors)), @r#"{"response_action":"errors","errors":{"input.until":"lies in the past"}}"#);
        insta::assert_snapshot!(body(&Answer::Message(Card::sentence("You are away."))), @r#"{"response_type":"ephemeral","text":"You are away.","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"You are away."}]}],"block_id":"0.5293b8b0"}],"mrkdwn":false,"unfurl_links":false,"unfurl_media":false}"#);
    }
}
