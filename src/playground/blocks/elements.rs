//! Interactive elements: which container takes which, and what each must look like.

use serde_json::Value;

use super::Check;
use super::texts::Text;

const SELECTS: [&str; 10] = [
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
];

/// What holds an element.
#[derive(Clone, Copy)]
pub(super) enum Holder {
    Section,
    Actions,
    Input,
}

impl Holder {
    fn takes(self, kind: &str) -> bool {
        let pickers = ["datepicker", "timepicker", "radio_buttons", "checkboxes"];
        let common = SELECTS.contains(&kind) || pickers.contains(&kind);
        match self {
            Holder::Section => {
                common || ["button", "image", "overflow", "workflow_button"].contains(&kind)
            }
            Holder::Actions => {
                common
                    || ["button", "overflow", "datetimepicker", "workflow_button"].contains(&kind)
            }
            Holder::Input => {
                let typed = [
                    "plain_text_input",
                    "email_text_input",
                    "url_text_input",
                    "number_input",
                    "rich_text_input",
                    "file_input",
                    "datetimepicker",
                ];
                common || typed.contains(&kind)
            }
        }
    }
}

/// Checks one element in its holder.
pub(super) fn element(check: &mut Check, value: &Value, holder: Holder, at: &str) {
    let kind = value["type"].as_str().unwrap_or_default();
    if !holder.takes(kind) {
        return check.complain(&format!("{at}/type"), &format!("unsupported type: {kind}"));
    }
    if kind == "image" {
        return image(check, value, at);
    }
    check.keys(value, known_keys(kind), at);
    check.optional_text(value, "action_id", 255, at);
    check.text_if_any(value, "placeholder", Text::Plain, 150, at);
    check.confirm(value, at);
    match kind {
        "button" => button(check, value, at),
        "overflow" => check.option_list(value, 5, Text::Plain, at),
        "radio_buttons" | "checkboxes" => {
            check.option_list(value, 10, Text::Either, at);
            check.initial_option(value, at);
        }
        "static_select" | "multi_static_select" => {
            check.options(value, 100, at);
            check.initial_option(value, at);
        }
        "plain_text_input" => plain_text_input(check, value, at),
        "number_input" if !value["is_decimal_allowed"].is_boolean() => {
            check.complain(at, "missing required field: is_decimal_allowed");
        }
        "datepicker" => date(check, value, at),
        "timepicker" => time(check, value, at),
        "datetimepicker" => date_time(check, value, at),
        _ => {}
    }
}

fn known_keys(kind: &str) -> &'static [&'static str] {
    const COMMON: &[&str] = &[
        "action_id",
        "placeholder",
        "confirm",
        "focus_on_load",
        "options",
        "option_groups",
        "initial_option",
        "initial_options",
        "max_selected_items",
        "min_query_length",
        "initial_user",
        "initial_users",
        "initial_conversation",
        "initial_conversations",
        "initial_channel",
        "initial_channels",
        "filter",
        "default_to_current_conversation",
        "response_url_enabled",
    ];
    match kind {
        "button" | "workflow_button" => &[
            "action_id",
            "text",
            "value",
            "url",
            "style",
            "confirm",
            "accessibility_label",
            "workflow",
        ],
        "overflow" => &["action_id", "options", "confirm"],
        "plain_text_input" | "email_text_input" | "url_text_input" | "number_input"
        | "rich_text_input" | "file_input" => &[
            "action_id",
            "placeholder",
            "initial_value",
            "multiline",
            "min_length",
            "max_length",
            "focus_on_load",
            "dispatch_action_config",
            "is_decimal_allowed",
            "min_value",
            "max_value",
            "filetypes",
            "max_files",
        ],
        "datepicker" => &[
            "action_id",
            "initial_date",
            "confirm",
            "focus_on_load",
            "placeholder",
        ],
        "timepicker" => &[
            "action_id",
            "initial_time",
            "confirm",
            "focus_on_load",
            "placeholder",
            "timezone",
        ],
        "datetimepicker" => &["action_id", "initial_date_time", "confirm", "focus_on_load"],
        _ => COMMON,
    }
}

fn button(check: &mut Check, value: &Value, at: &str) {
    check.text(value, "text", Text::Plain, 75, at);
    check.sized_text(value, "value", 0, 2000, at);
    check.address(value, "url", at);
    check.one_of(value, "style", &["primary", "danger"], at);
    check.optional_text(value, "accessibility_label", 75, at);
}

/// An image: exactly one of an address and an uploaded file, and words for who can't see it.
pub(super) fn image(check: &mut Check, value: &Value, at: &str) {
    check.keys(
        value,
        &[
            "image_url",
            "alt_text",
            "slack_file",
            "title",
            "image_width",
            "image_height",
            "image_bytes",
        ],
        at,
    );
    check.required_text(value, "alt_text", 2000, at);
    check.address(value, "image_url", at);
    match (value.get("image_url"), value.get("slack_file")) {
        (Some(_), None) => {}
        (None, Some(file)) if file["id"].is_string() || file["url"].is_string() => {}
        (None, Some(_)) => check.complain(&format!("{at}/slack_file"), "must have an id or a url"),
        _ => check.complain(at, "exactly one of image_url and slack_file is required"),
    }
}

fn plain_text_input(check: &mut Check, value: &Value, at: &str) {
    let bound = |key: &str| value.get(key).and_then(Value::as_u64);
    let most = bound("max_length").unwrap_or(3000);
    if most == 0 || most > 3000 || bound("min_length").unwrap_or(0) > most {
        check.complain(at, "min_length and max_length must lie within 0 and 3000");
    }
    let most = usize::try_from(most).unwrap_or(3000);
    check.sized_text(value, "initial_value", 0, most, at);
    check.optional_flag(value, "multiline", at);
}

fn date(check: &mut Check, value: &Value, at: &str) {
    let given = value.get("initial_date").and_then(Value::as_str);
    if given.is_some_and(|text| text.parse::<jiff::civil::Date>().is_err()) {
        check.complain(
            &format!("{at}/initial_date"),
            "must be a date as YYYY-MM-DD",
        );
    }
}

fn time(check: &mut Check, value: &Value, at: &str) {
    let given = value.get("initial_time").and_then(Value::as_str);
    if given.is_some_and(|text| jiff::civil::Time::strptime("%H:%M", text).is_err()) {
        check.complain(&format!("{at}/initial_time"), "must be a time as HH:mm");
    }
}

fn date_time(check: &mut Check, value: &Value, at: &str) {
    let Some(given) = value.get("initial_date_time") else {
        return;
    };
    if given.as_i64().is_none_or(|n| n.to_string().len() != 10) {
        check.complain(
            &format!("{at}/initial_date_time"),
            "must be a 10 digit UNIX timestamp",
        );
    }
}

/// Every element that can be pressed or filled in, with the `block_id` it stands in.
pub(in crate::playground) fn find_actions(blocks: &[Value]) -> Vec<(&str, &Value)> {
    let mut found = Vec::new();
    for block in blocks {
        let name = block["block_id"].as_str().unwrap_or_default();
        let many = block["elements"].as_array().into_iter().flatten();
        let all = many.chain([&block["accessory"], &block["element"]]);
        found.extend(
            all.filter(|e| e.get("action_id").is_some())
                .map(|e| (name, e)),
        );
    }
    found
}
