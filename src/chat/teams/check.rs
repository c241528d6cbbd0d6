//! The rules of Adaptive Cards 1.5 that a card can be held against here: elements and properties that there
//! are, what must be there, and that nothing in it can be read as more than text.

use std::collections::BTreeSet;

use serde_json::Value;

/// An element or action: its type, what it must have, what it may have.
const KINDS: [(&str, &[&str], &[&str]); 21] = [
    (
        "Chart.HorizontalBar.Stacked",
        &["title", "showTitle", "data", "fallback"],
        &["xAxisTitle", "spacing", "separator"],
    ),
    (
        "AdaptiveCard",
        &["version", "body"],
        &["$schema", "actions", "msteams"],
    ),
    (
        "TextBlock",
        &["text"],
        &["style", "size", "weight", "wrap", "spacing", "separator"],
    ),
    ("RichTextBlock", &["inlines"], &["spacing", "separator"]),
    (
        "TextRun",
        &["text"],
        &["size", "weight", "color", "isSubtle", "selectAction"],
    ),
    ("ColumnSet", &["columns"], &["spacing", "separator"]),
    ("Column", &["items", "width"], &[]),
    ("Container", &["items"], &["style", "spacing", "separator"]),
    ("ActionSet", &["actions"], &["spacing", "separator"]),
    ("Image", &["url", "altText"], &["spacing", "separator"]),
    (
        "Table",
        &["columns", "rows"],
        &["firstRowAsHeaders", "showGridLines", "spacing", "separator"],
    ),
    ("TableRow", &["cells"], &[]),
    ("TableCell", &["items"], &[]),
    (
        "Input.ChoiceSet",
        &["id", "label", "choices"],
        &[
            "placeholder",
            "style",
            "wrap",
            "value",
            "isRequired",
            "errorMessage",
        ],
    ),
    (
        "Input.Text",
        &["id", "label", "maxLength"],
        &[
            "isMultiline",
            "placeholder",
            "value",
            "isRequired",
            "errorMessage",
        ],
    ),
    (
        "Input.Number",
        &["id", "label"],
        &["value", "isRequired", "errorMessage"],
    ),
    (
        "Input.Date",
        &["id", "label"],
        &["value", "isRequired", "errorMessage"],
    ),
    (
        "Input.Time",
        &["id", "label"],
        &["value", "isRequired", "errorMessage"],
    ),
    (
        "Action.Execute",
        &["title", "verb", "data", "fallback"],
        &["tooltip", "style", "mode"],
    ),
    (
        "Action.Submit",
        &["title", "data"],
        &["tooltip", "style", "mode", "associatedInputs"],
    ),
    ("Action.OpenUrl", &["url"], &[]),
];
/// What holds elements or actions.
const NESTS: [&str; 9] = [
    "body",
    "actions",
    "inlines",
    "columns",
    "items",
    "rows",
    "cells",
    "selectAction",
    "fallback",
];

/// Fails where the card breaks a rule.
pub fn check(card: &Value) {
    assert_eq!(card["type"], "AdaptiveCard");
    assert_eq!(card["version"], "1.5");
    let mut ids = BTreeSet::new();
    element(card, &mut ids);
    texts(card);
}

fn element(value: &Value, ids: &mut BTreeSet<String>) {
    let map = value.as_object().unwrap();
    let kind = map["type"].as_str().unwrap();
    let (_, must, may) = KINDS
        .iter()
        .find(|(name, ..)| *name == kind)
        .unwrap_or_else(|| panic!("no card has a {kind}"));
    for key in *must {
        assert!(map.contains_key(*key), "{kind} without {key}: {value}");
    }
    for key in map.keys() {
        let known = key == "type" || must.contains(&key.as_str()) || may.contains(&key.as_str());
        assert!(known, "{kind} with {key}: {value}");
    }
    if let Some(id) = map.get("id") {
        assert!(ids.insert(id.to_string()), "a second {id}");
    }
    of_kind(kind, value);
    for key in NESTS
        .iter()
        .filter(|key| !(kind == "Table" && **key == "columns"))
    {
        match map.get(*key) {
            Some(Value::Array(inside)) => {
                let inside = inside.iter().filter(|one| !one.is_string());
                inside.for_each(|one| element(one, ids));
            }
            Some(one @ Value::Object(_)) => element(one, ids),
            _ => {}
        }
    }
}

fn of_kind(kind: &str, value: &Value) {
    let is_empty = |key: &str| value[key].as_array().is_some_and(Vec::is_empty);
    match kind {
        "TextBlock" => {
            let markup = [
                '*', '_', '`', '[', ']', '<', '>', '@', '{', '~', '|', '!', '\\',
            ];
            let text = value["text"].as_str().unwrap();
            assert!(
                !text.contains(markup) && !text.starts_with(['#', '-']),
                "{text}"
            );
            assert_eq!(value["style"], "heading");
        }
        "TextRun" => assert!(!value["text"].as_str().unwrap().is_empty(), "{value}"),
        "RichTextBlock" => assert!(!is_empty("inlines"), "{value}"),
        "ActionSet" => assert!(!is_empty("actions"), "{value}"),
        "Container" | "Column" => assert!(!is_empty("items"), "{value}"),
        "Input.ChoiceSet" => {
            let choices = value["choices"].as_array().unwrap();
            assert!(!choices.is_empty());
            let values: Vec<&Value> = choices.iter().map(|choice| &choice["value"]).collect();
            assert!(
                value
                    .get("value")
                    .is_none_or(|chosen| values.contains(&chosen))
            );
        }
        "Action.OpenUrl" => {
            let url = value["url"].as_str().unwrap();
            let made = ["https://", "http://", "mailto:", "tel:"];
            assert!(made.iter().any(|start| url.starts_with(start)), "{url}");
        }
        "Action.Execute" => {
            assert_eq!(value["verb"], value["data"]["verb"]);
            assert_eq!(value["data"], value["fallback"]["data"]);
        }
        _ => {}
    }
}

/// What is shown has a text, and nothing in it that can't be seen or that opens a tag or a template.
fn texts(value: &Value) {
    match value {
        Value::Array(all) => all.iter().for_each(texts),
        Value::Object(map) => {
            for (key, value) in map {
                if key != "data" && key != "value" && key != "url" {
                    texts(value);
                }
            }
        }
        Value::String(text) => {
            let hidden = |c: char| {
                c.is_control()
                    || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')
            };
            assert!(!text.contains(hidden), "{text:?}");
            assert!(!text.trim().is_empty() || text == " ", "an empty text");
            assert!(!text.contains("<at>") && !text.contains("{{"), "{text:?}");
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
