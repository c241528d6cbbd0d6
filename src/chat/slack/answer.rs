//! What Slack gets as the answer to its own request.

use serde_json::{Value, json};

use super::{blocks, dialog};
use crate::chat::incoming::Answer;
use crate::domain::card::Card;

/// The answer in Slack's words; `None` where nothing is to be said. Over HTTP it is the body, in Socket
/// Mode the payload of the acknowledgement.
#[must_use]
pub fn respond(answer: &Answer) -> Option<Value> {
    match answer {
        Answer::Empty => None,
        Answer::Message(card) => Some(ephemeral(card)),
        // Said by calls: no request of Slack's takes them.
        Answer::Replace(_) | Answer::Open { .. } => None,
        Answer::DialogErrors { errors, again: _ } => {
            Some(json!({"response_action": "errors", "errors": dialog::errors(errors)}))
        }
        Answer::DialogClose => Some(json!({"response_action": "clear"})),
        Answer::DialogUpdate(next) => {
            Some(json!({"response_action": "update", "view": dialog::view(next)}))
        }
        Answer::Challenge(text) => Some(json!({"challenge": text})),
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn each_answer_in_slacks_words() {
        let body = |answer: &Answer| respond(answer).expect("it says something").to_string();
        assert_eq!(respond(&Answer::Empty), None);
        assert_eq!(body(&Answer::DialogClose), r#"{"response_action":"clear"}"#);
        assert_eq!(
            body(&Answer::Challenge("abc".into())),
            r#"{"challenge":"abc"}"#
        );
        let errors = BTreeMap::from([("until".to_owned(), "lies in the past".to_owned())]);
        let wrong = Answer::DialogErrors {
            errors,
            again: None,
        };
        insta::assert_snapshot!(body(&wrong), @r#"{"response_action":"errors","errors":{"input.until":"lies in the past"}}"#);
        insta::assert_snapshot!(body(&Answer::Message(Card::sentence("You are away."))), @r#"{"response_type":"ephemeral","text":"You are away.","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"You are away."}]}],"block_id":"0.5293b8b0"}],"mrkdwn":false,"unfurl_links":false,"unfurl_media":false}"#);
    }
}
