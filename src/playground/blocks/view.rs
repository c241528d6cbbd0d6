//! Dialogs and home tabs: the frame around blocks.

use serde_json::Value;

use super::texts::Text;
use super::{Check, Surface, blocks_into};

/// A view larger than this is refused.
const MOST_BYTES: usize = 250_000;

/// Why a view is refused.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::playground) enum Refused {
    TooLarge,
    Invalid(Vec<String>),
}

/// Checks a whole view for the surface it is meant for.
///
/// # Errors
/// What Slack would say: too large, or the complaints with their places.
pub(in crate::playground) fn check_view(view: &Value, surface: Surface) -> Result<(), Refused> {
    if view.to_string().len() > MOST_BYTES {
        return Err(Refused::TooLarge);
    }
    let mut check = Check::default();
    let at = "/view";
    let kind = match surface {
        Surface::Home => "home",
        Surface::Modal | Surface::Message => "modal",
    };
    check.keys(view, &KEYS, at);
    if view["type"] != kind {
        check.complain("/view/type", &format!("must be {kind}"));
    }
    for key in ["callback_id", "external_id"] {
        check.sized_text(view, key, 0, 255, at);
    }
    check.sized_text(view, "private_metadata", 0, 3000, at);
    if surface == Surface::Modal {
        frame(&mut check, view, at);
    }
    blocks_into(&mut check, &view["blocks"], surface, "/view/blocks");
    if check.complaints.is_empty() {
        Ok(())
    } else {
        Err(Refused::Invalid(check.complaints))
    }
}

const KEYS: [&str; 11] = [
    "title",
    "blocks",
    "submit",
    "close",
    "private_metadata",
    "callback_id",
    "external_id",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
    "team_id",
];

fn frame(check: &mut Check, view: &Value, at: &str) {
    check.text(view, "title", Text::Plain, 24, at);
    check.text_if_any(view, "submit", Text::Plain, 24, at);
    check.text_if_any(view, "close", Text::Plain, 24, at);
    check.optional_flag(view, "clear_on_close", at);
    check.optional_flag(view, "notify_on_close", at);
    let mut blocks = view["blocks"].as_array().into_iter().flatten();
    if blocks.any(|block| block["type"] == "input") && view.get("submit").is_none() {
        check.complain(at, "missing required field: submit");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn dialog() -> Value {
        json!({"type": "modal", "title": {"type": "plain_text", "text": "Why?"},
            "submit": {"type": "plain_text", "text": "Send"}, "private_metadata": "offer_1",
            "blocks": [{"type": "input", "block_id": "note", "label": {"type": "plain_text", "text": "Note"},
                "element": {"type": "plain_text_input", "action_id": "note", "multiline": true}}]})
    }

    fn with(key: &str, value: Value) -> Result<(), Refused> {
        let mut view = dialog();
        view[key] = value;
        check_view(&view, Surface::Modal)
    }

    #[test]
    fn a_dialog_is_taken() {
        assert_eq!(check_view(&dialog(), Surface::Modal), Ok(()));
    }

    #[test]
    fn what_a_dialog_may_not_be() {
        let plain = |text: &str| json!({"type": "plain_text", "text": text});
        assert!(with("title", plain(&"x".repeat(25))).is_err());
        assert!(with("submit", plain("")).is_err());
        assert!(with("private_metadata", json!("x".repeat(3001))).is_err());
        assert!(with("type", json!("home")).is_err());
        assert!(with("blocks", json!(vec![json!({"type": "divider"}); 101])).is_err());
        assert_eq!(
            with("blocks", json!("x".repeat(250_001))),
            Err(Refused::TooLarge)
        );
    }

    #[test]
    fn inputs_need_a_submit_button() {
        let mut view = dialog();
        view.as_object_mut().unwrap().remove("submit");
        assert!(check_view(&view, Surface::Modal).is_err());
    }
}
