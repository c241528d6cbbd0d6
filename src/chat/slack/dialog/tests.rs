//! Dialogs as Slack gets them.

use super::*;
use crate::domain::action::Action;
use crate::domain::card::{Part, Run};

fn ask(id: &str, kind: InputKind, initial: Option<&str>) -> Input {
    Input {
        id: id.into(),
        label: "Why?".into(),
        hint: Some("In your words".into()),
        kind,
        optional: true,
        initial: initial.map(str::to_owned),
    }
}

fn choices(count: usize) -> Vec<Choice> {
    (0..count)
        .map(|i| Choice {
            value: format!("v{i}"),
            label: "x".repeat(i),
        })
        .collect()
}

fn dialog(inputs: Vec<Input>) -> Dialog {
    Dialog {
        action: Action::OfferDecline,
        subject: "offer_1".into(),
        title: "Why do you decline this lead of ours?".into(),
        submit: "Decline".into(),
        parts: vec![Part::Text(vec![Run::plain("Ada wants a demo")])],
        inputs,
    }
}

fn element(kind: InputKind, initial: Option<&str>) -> Value {
    view(&dialog(vec![ask("a", kind, initial)]))["blocks"][1]["element"].clone()
}

#[test]
fn a_dialog_that_asks_for_a_reason() {
    let reasons = InputKind::Radio(vec![Choice {
        value: "busy".into(),
        label: "Busy".into(),
    }]);
    let view = view(&dialog(vec![
        ask("reason", reasons, Some("busy")),
        ask("note", InputKind::LongText { max: 500 }, None),
    ]));
    insta::assert_snapshot!(serde_json::to_string_pretty(&view).unwrap(), @r#"
{
  "type": "modal",
  "callback_id": "offer.decline",
  "private_metadata": "offer_1",
  "title": {
    "type": "plain_text",
    "text": "Why do you decline this…",
    "emoji": false
  },
  "blocks": [
    {
      "type": "rich_text",
      "elements": [
        {
          "type": "rich_text_section",
          "elements": [
            {
              "type": "text",
              "text": "Ada wants a demo"
            }
          ]
        }
      ],
      "block_id": "0.1e0f7c60"
    },
    {
      "type": "input",
      "block_id": "input.reason",
      "label": {
        "type": "plain_text",
        "text": "Why?",
        "emoji": false
      },
      "optional": true,
      "element": {
        "type": "radio_buttons",
        "options": [
          {
            "text": {
              "type": "plain_text",
              "text": "Busy",
              "emoji": false
            },
            "value": "busy"
          }
        ],
        "initial_option": {
          "text": {
            "type": "plain_text",
            "text": "Busy",
            "emoji": false
          },
          "value": "busy"
        },
        "action_id": "reason"
      },
      "hint": {
        "type": "plain_text",
        "text": "In your words",
        "emoji": false
      }
    },
    {
      "type": "input",
      "block_id": "input.note",
      "label": {
        "type": "plain_text",
        "text": "Why?",
        "emoji": false
      },
      "optional": true,
      "element": {
        "type": "plain_text_input",
        "multiline": true,
        "max_length": 500,
        "action_id": "note"
      },
      "hint": {
        "type": "plain_text",
        "text": "In your words",
        "emoji": false
      }
    }
  ],
  "submit": {
    "type": "plain_text",
    "text": "Decline",
    "emoji": false
  }
}
"#);
}

#[test]
fn without_questions_there_is_nothing_to_send() {
    let view = view(&dialog(vec![]));
    assert!(view.get("submit").is_none());
    assert_eq!(view["blocks"].as_array().unwrap().len(), 1);
}

#[test]
fn choices_stay_within_what_slack_takes() {
    let of = |kind| element(kind, None);
    assert_eq!(of(InputKind::Radio(choices(10)))["type"], "radio_buttons");
    assert_eq!(of(InputKind::Radio(choices(11)))["type"], "static_select");
    let many = of(InputKind::Choice(choices(300)));
    assert_eq!(many["options"].as_array().unwrap().len(), 100);
    assert!(many["options"].as_array().unwrap().iter().all(|option| {
        (1..=75).contains(&option["text"]["text"].as_str().unwrap().chars().count())
    }));
    assert_eq!(of(InputKind::Choice(vec![])), Value::Null);
}

#[test]
fn what_stands_there_at_first_must_be_possible() {
    let short = element(InputKind::ShortText { max: 4 }, Some("too long"));
    assert_eq!(short["initial_value"], "too…");
    assert_eq!(
        element(InputKind::Number, Some("12.5"))["initial_value"],
        "12.5"
    );
    assert!(
        element(InputKind::Number, Some("many"))
            .get("initial_value")
            .is_none()
    );
    let at = element(InputKind::Moment, Some("2026-11-21T10:15:00Z"));
    assert_eq!(at["initial_date_time"], 1_795_256_100);
    assert!(
        element(InputKind::Moment, Some("1970-01-01T00:00:00Z"))
            .get("initial_date_time")
            .is_none()
    );
    assert!(
        element(InputKind::Choice(choices(3)), Some("v9"))
            .get("initial_option")
            .is_none()
    );
}

#[test]
fn errors_find_their_input() {
    let wrong = BTreeMap::from([("until".to_owned(), "lies in the past".to_owned())]);
    assert_eq!(errors(&wrong), json!({"input.until": "lies in the past"}));
}
