//! What Teams gets as the answer to its own request. Only what it calls an invoke takes any: a press takes a card
//! or a line of words, a dialog takes another dialog, or words before it closes.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::inbound::How;
use super::{cards, dialog, runs};
use crate::chat::incoming::Answer;
use crate::domain::action::Action;
use crate::domain::card::{Card, Dialog};

/// The answer in Teams' words; `None` where nothing is to be said. Moments in dialogs are those of `zone`.
#[must_use]
pub fn respond(answer: &Answer, how: How, zone: &TimeZone) -> Option<Value> {
    match how {
        How::Silently => None,
        How::AtCard => Some(at_card(answer)),
        How::InDialog => in_dialog(answer, zone),
    }
}

/// What is shown to whoever pressed, and to nobody else. The message itself is changed by the outbox.
fn at_card(answer: &Answer) -> Value {
    match answer {
        Answer::Replace(card) => said(
            "application/vnd.microsoft.card.adaptive",
            cards::render(card),
        ),
        Answer::Message(card) => words(&card.summary),
        Answer::Open { otherwise, .. } => match otherwise {
            Some(card) => words(&card.summary),
            None => words(""),
        },
        Answer::DialogErrors { errors, .. } => {
            let all: Vec<&str> = errors.values().map(String::as_str).collect();
            words(&all.join(" "))
        }
        Answer::Empty | Answer::DialogClose | Answer::DialogUpdate(_) | Answer::Challenge(_) => {
            words("")
        }
    }
}

/// Clients show it as text or as Markdown, as they please.
fn words(text: &str) -> Value {
    let text = runs::unmarked(text);
    said("application/vnd.microsoft.activity.message", text.into())
}

fn said(kind: &str, value: Value) -> Value {
    json!({"statusCode": 200, "type": kind, "value": value})
}

fn in_dialog(answer: &Answer, zone: &TimeZone) -> Option<Value> {
    match answer {
        Answer::Open { dialog, .. } | Answer::DialogUpdate(dialog) => {
            Some(dialog::open(dialog, zone))
        }
        Answer::DialogErrors {
            errors,
            again: Some(again),
        } => Some(dialog::again(again, zone, &BTreeMap::new(), errors)),
        Answer::DialogErrors {
            errors,
            again: None,
        } => {
            let all: Vec<&str> = errors.values().map(String::as_str).collect();
            let words = runs::unmarked(&all.join(" "));
            Some(json!({"task": {"type": "message", "value": words}}))
        }
        Answer::Message(card) | Answer::Replace(card) => Some(dialog::open(&shown(card), zone)),
        Answer::Empty | Answer::DialogClose | Answer::Challenge(_) => None,
    }
}

/// A card where only a dialog can be shown.
fn shown(card: &Card) -> Dialog {
    Dialog {
        // It asks nothing, so nothing is ever sent off.
        action: Action::LeadDetails,
        subject: String::new(),
        title: "Baton".to_owned(),
        submit: String::new(),
        parts: card.parts.clone(),
        inputs: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::card::Part;

    fn both(answer: &Answer) -> [String; 2] {
        let said = |how| respond(answer, how, &TimeZone::UTC);
        assert_eq!(said(How::Silently), None);
        let text = |said: Option<Value>| said.map_or_else(String::new, |it| it.to_string());
        [text(said(How::AtCard)), text(said(How::InDialog))]
    }

    #[test]
    fn words_stand_under_the_card_or_in_the_dialog() {
        let [card, dialog] = both(&Answer::Message(Card::sentence("Ayşe has it.")));
        insta::assert_snapshot!(card, @r#"{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Ayşe has it."}"#);
        assert!(dialog.contains("Ayşe has it.") && dialog.contains(r#""type":"continue""#));
    }

    #[test]
    fn what_a_lead_wrote_is_no_markup_in_words_under_a_card() {
        let hostile = "[Open **CRM**](https://evil.example) <at>Ada</at> `x` _y_ www.evil.example {{DATE(1)}}";
        let [card, _] = both(&Answer::Message(Card::sentence(hostile)));
        let errors = BTreeMap::from([("until".to_owned(), hostile.to_owned())]);
        let again = None;
        let [_, dialog] = both(&Answer::DialogErrors { errors, again });
        for said in [card, dialog] {
            for sign in ["[O", "](", "**", "://", "<at>", "`", "_y", "www.e", "{{"] {
                assert!(!said.contains(sign), "{sign} in {said}");
            }
        }
    }

    #[test]
    fn another_card_takes_the_place_of_the_pressed_one() {
        let card = Card {
            summary: "Lead 7 is yours.".to_owned(),
            parts: vec![Part::Title("Lead 7".to_owned())],
        };
        let [shown, _] = both(&Answer::Replace(card.clone()));
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["statusCode"], 200);
        assert_eq!(shown["type"], "application/vnd.microsoft.card.adaptive");
        assert_eq!(shown["value"], cards::render(&card));
    }

    #[test]
    fn what_was_filled_in_wrong_is_said_in_the_same_dialog() {
        let errors = BTreeMap::from([("until".to_owned(), "This lies in the past.".to_owned())]);
        let again = Dialog {
            title: "Away".to_owned(),
            ..shown(&Card::default())
        };
        let [_, with] = both(&Answer::DialogErrors {
            errors: errors.clone(),
            again: Some(again),
        });
        assert!(
            with.contains("This lies in the past.") && with.contains("Away"),
            "{with}"
        );
        let [_, without] = both(&Answer::DialogErrors {
            errors,
            again: None,
        });
        insta::assert_snapshot!(without, @r#"{"task":{"type":"message","value":"This lies in the past."}}"#);
    }

    #[test]
    fn a_dialog_that_is_done_closes_by_an_empty_answer() {
        for done in [Answer::Empty, Answer::DialogClose] {
            assert_eq!(both(&done)[1], "");
        }
    }
}
