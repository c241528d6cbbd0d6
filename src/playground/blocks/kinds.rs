//! The kinds of block and what each must hold.

use serde_json::Value;

use super::elements::{Holder, element, image};
use super::texts::Text;
use super::{Check, Surface};

/// Checks one block.
pub(super) fn block(check: &mut Check, value: &Value, surface: Surface, at: &str) {
    let kind = value["type"].as_str().unwrap_or_default();
    if !surface.allows(kind) {
        return check.complain(&format!("{at}/type"), &format!("unsupported type: {kind}"));
    }
    match kind {
        "section" => section(check, value, at),
        "header" => {
            check.keys(value, &["text", "level"], at);
            check.text(value, "text", Text::Plain, 150, at);
        }
        "divider" => check.keys(value, &[], at),
        "context" => context(check, value, at),
        "actions" => actions(check, value, at),
        "input" => input(check, value, at),
        "image" => {
            image(check, value, at);
            check.text_if_any(value, "title", Text::Plain, 2000, at);
        }
        "rich_text" => rich_text(check, value, at),
        "markdown" => {
            check.keys(value, &["text"], at);
            check.required_text(value, "text", 12_000, at);
        }
        "table" => table(check, value, at),
        // The newest kinds: name and place are checked, their inside is not.
        _ => check.optional_text(value, "block_id", 255, at),
    }
}

fn section(check: &mut Check, value: &Value, at: &str) {
    check.keys(value, &["text", "fields", "accessory", "expand"], at);
    if value.get("text").is_none() && value.get("fields").is_none() {
        check.complain(at, "missing required field: text or fields");
    }
    check.text_if_any(value, "text", Text::Either, 3000, at);
    if value.get("fields").is_some() {
        for (i, field) in check.list(value, "fields", 10, at).iter().enumerate() {
            check.text_object(field, Text::Either, 2000, &format!("{at}/fields/{i}"));
        }
    }
    if let Some(accessory) = value.get("accessory") {
        element(
            check,
            accessory,
            Holder::Section,
            &format!("{at}/accessory"),
        );
    }
}

fn context(check: &mut Check, value: &Value, at: &str) {
    check.keys(value, &["elements"], at);
    for (i, part) in check.list(value, "elements", 10, at).iter().enumerate() {
        let at = format!("{at}/elements/{i}");
        match part["type"].as_str() {
            Some("image") => image(check, part, &at),
            _ => check.text_object(part, Text::Either, 3000, &at),
        }
    }
}

fn actions(check: &mut Check, value: &Value, at: &str) {
    check.keys(value, &["elements"], at);
    let mut names = Vec::new();
    for (i, part) in check.list(value, "elements", 25, at).iter().enumerate() {
        let at = format!("{at}/elements/{i}");
        element(check, part, Holder::Actions, &at);
        if let Some(name) = part.get("action_id").and_then(Value::as_str) {
            if names.contains(&name) {
                check.complain(
                    &format!("{at}/action_id"),
                    &format!("action_id already exists: {name}"),
                );
            }
            names.push(name);
        }
    }
}

fn input(check: &mut Check, value: &Value, at: &str) {
    check.keys(
        value,
        &["label", "element", "hint", "optional", "dispatch_action"],
        at,
    );
    check.text(value, "label", Text::Plain, 2000, at);
    check.text_if_any(value, "hint", Text::Plain, 2000, at);
    check.optional_flag(value, "optional", at);
    match value.get("element") {
        Some(inner) => element(check, inner, Holder::Input, &format!("{at}/element")),
        None => check.complain(at, "missing required field: element"),
    }
}

fn rich_text(check: &mut Check, value: &Value, at: &str) {
    check.keys(value, &["elements"], at);
    let known = [
        "rich_text_section",
        "rich_text_list",
        "rich_text_quote",
        "rich_text_preformatted",
    ];
    for (i, part) in check.list(value, "elements", 1000, at).iter().enumerate() {
        let at = format!("{at}/elements/{i}");
        let kind = part["type"].as_str().unwrap_or_default();
        if !known.contains(&kind) {
            check.complain(&format!("{at}/type"), &format!("unsupported type: {kind}"));
        }
        if kind == "rich_text_section" {
            rich_pieces(check, part, &at);
        }
    }
}

fn rich_pieces(check: &mut Check, value: &Value, at: &str) {
    let pieces = value["elements"].as_array().into_iter().flatten();
    for (i, piece) in pieces.enumerate() {
        let at = format!("{at}/elements/{i}");
        match piece["type"].as_str() {
            Some("text") => check.required_text(piece, "text", 40_000, &at),
            Some("link") => {
                check.required_text(piece, "url", 3000, &at);
                check.address(piece, "url", &at);
            }
            Some(
                "emoji" | "user" | "channel" | "usergroup" | "broadcast" | "date" | "team"
                | "color",
            ) => {}
            other => {
                let kind = other.unwrap_or_default();
                check.complain(&format!("{at}/type"), &format!("unsupported type: {kind}"));
            }
        }
    }
}

fn table(check: &mut Check, value: &Value, at: &str) {
    check.keys(value, &["rows", "column_settings"], at);
    for (i, row) in check.list(value, "rows", 100, at).iter().enumerate() {
        if row
            .as_array()
            .is_none_or(|cells| cells.is_empty() || cells.len() > 20)
        {
            check.complain(&format!("{at}/rows/{i}"), "must have 1 to 20 cells");
        }
    }
}
