//! What a person filled in, as Slack hands it to the app, and what Slack's client refuses by itself.

use serde_json::{Map, Value, json};

use super::blocks::find_actions;

/// The state of all fields of `blocks` when a person gave `given`.
///
/// `given` is `{block_id: {action_id: value}}`, or shorter `{block_id: value}` or `{action_id: value}`. A value is
/// what a person would type or choose: text, an option's value, a list of them, a date, a user's id.
pub(super) fn state(blocks: &[Value], given: &Value) -> Value {
    let mut values = Map::new();
    for (block, element) in find_actions(blocks) {
        let action = element["action_id"].as_str().unwrap_or_default();
        let Some(field) = field(element, lookup(given, block, action)) else {
            continue;
        };
        let entry = values.entry(block).or_insert_with(|| json!({}));
        entry[action] = field;
    }
    Value::Object(values)
}

fn lookup<'g>(given: &'g Value, block: &str, action: &str) -> Option<&'g Value> {
    match given.get(block) {
        Some(Value::Object(by_action)) => by_action.get(action),
        Some(value) => Some(value),
        None => given.get(action),
    }
}

/// One field as `{type, value}` or with what was selected; `None` for a button.
pub(super) fn field(element: &Value, given: Option<&Value>) -> Option<Value> {
    let kind = element["type"].as_str()?;
    let (key, value) = match kind {
        "button" | "overflow" | "image" | "workflow_button" => return None,
        "static_select" | "external_select" | "radio_buttons" => (
            "selected_option",
            given.map_or(element["initial_option"].clone(), |v| option(element, v)),
        ),
        "multi_static_select" | "multi_external_select" | "checkboxes" => (
            "selected_options",
            given.map_or_else(|| initial_list(element), |v| chosen(element, v)),
        ),
        "users_select" => ("selected_user", or_initial(given, element, "initial_user")),
        "multi_users_select" => (
            "selected_users",
            or_initial(given, element, "initial_users"),
        ),
        "channels_select" => (
            "selected_channel",
            or_initial(given, element, "initial_channel"),
        ),
        "conversations_select" => (
            "selected_conversation",
            or_initial(given, element, "initial_conversation"),
        ),
        "datepicker" => ("selected_date", or_initial(given, element, "initial_date")),
        "timepicker" => ("selected_time", or_initial(given, element, "initial_time")),
        "datetimepicker" => (
            "selected_date_time",
            or_initial(given, element, "initial_date_time"),
        ),
        _ => ("value", or_initial(given, element, "initial_value")),
    };
    let value = if value == "" { Value::Null } else { value };
    Some(json!({"type": kind, key: value}))
}

fn or_initial(given: Option<&Value>, element: &Value, key: &str) -> Value {
    given
        .or_else(|| element.get(key))
        .cloned()
        .unwrap_or_default()
}

fn initial_list(element: &Value) -> Value {
    element
        .get("initial_options")
        .cloned()
        .unwrap_or_else(|| json!([]))
}

/// The option with this value, as the app offered it.
pub(super) fn option(element: &Value, value: &Value) -> Value {
    let grouped = element["option_groups"].as_array().into_iter().flatten();
    let grouped = grouped.flat_map(|group| group["options"].as_array().into_iter().flatten());
    let mut all = element["options"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(grouped);
    all.find(|option| &option["value"] == value)
        .cloned()
        .unwrap_or_default()
}

fn chosen(element: &Value, values: &Value) -> Value {
    let list = values.as_array().into_iter().flatten();
    list.map(|value| option(element, value))
        .filter(|option| !option.is_null())
        .collect()
}

/// What Slack's client says under the fields before it sends anything: `{block_id: words}`.
pub(super) fn refused(blocks: &[Value], state: &Value) -> Map<String, Value> {
    let mut errors = Map::new();
    for block in blocks.iter().filter(|block| block["type"] == "input") {
        let element = &block["element"];
        let name = block["block_id"].as_str().unwrap_or_default();
        let field = &state[name][element["action_id"].as_str().unwrap_or_default()];
        if let Some(words) = complaint(element, field, block["optional"] == true) {
            errors.insert(name.to_owned(), json!(words));
        }
    }
    errors
}

fn complaint(element: &Value, field: &Value, optional: bool) -> Option<String> {
    let filled = field
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| *key != "type");
    let empty = filled
        .map(|(_, value)| value)
        .all(|v| v.is_null() || v == &json!([]));
    if empty {
        return (!optional).then(|| "Please complete this required field.".to_owned());
    }
    let text = field["value"].as_str()?;
    let count = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    if let Some(least) = element["min_length"]
        .as_u64()
        .filter(|least| count < *least)
    {
        return Some(format!("Please use at least {least} characters."));
    }
    let most = element["max_length"].as_u64().unwrap_or(3000);
    if count > most {
        return Some(format!("Please use at most {most} characters."));
    }
    match element["type"].as_str()? {
        "number_input" => number(element, text),
        "email_text_input" if !text.contains('@') => {
            Some("Please enter a valid email address.".to_owned())
        }
        "url_text_input" if !text.contains("://") => Some("Please enter a valid URL.".to_owned()),
        _ => None,
    }
}

fn number(element: &Value, text: &str) -> Option<String> {
    let Ok(number) = text.parse::<f64>() else {
        return Some("Please enter a valid number.".to_owned());
    };
    if element["is_decimal_allowed"] != true && number.fract() != 0.0 {
        return Some("Please enter a whole number.".to_owned());
    }
    let bound = |key: &str| {
        element[key]
            .as_str()
            .and_then(|text| text.parse::<f64>().ok())
    };
    if bound("min_value").is_some_and(|least| number < least)
        || bound("max_value").is_some_and(|most| number > most)
    {
        return Some("Please enter a number within the bounds.".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> Vec<Value> {
        let option = |v: &str| json!({"text": {"type": "plain_text", "text": v}, "value": v});
        vec![
            json!({"type": "input", "block_id": "why", "element": {"type": "static_select", "action_id": "reason",
                "options": [option("busy"), option("not mine")]}}),
            json!({"type": "input", "block_id": "note", "optional": true,
                "element": {"type": "plain_text_input", "action_id": "text", "max_length": 5}}),
            json!({"type": "input", "block_id": "n", "optional": true,
                "element": {"type": "number_input", "action_id": "n", "is_decimal_allowed": false}}),
        ]
    }

    #[test]
    fn what_was_chosen_is_given_whole() {
        let state = state(&blocks(), &json!({"why": "busy", "text": "hm"}));
        assert_eq!(
            state["why"]["reason"]["selected_option"]["text"]["text"],
            "busy"
        );
        assert_eq!(
            state["note"]["text"],
            json!({"type": "plain_text_input", "value": "hm"})
        );
        assert_eq!(
            state["n"]["n"],
            json!({"type": "number_input", "value": null})
        );
    }

    #[test]
    fn the_client_refuses_what_is_missing_or_too_long() {
        let errors = |given: Value| {
            let blocks = blocks();
            refused(&blocks, &state(&blocks, &given))
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(errors(json!({})), ["why"]);
        assert_eq!(errors(json!({"why": "nonsense"})), ["why"]);
        assert_eq!(errors(json!({"why": "busy", "note": "123456"})), ["note"]);
        assert_eq!(errors(json!({"why": "busy", "n": "1.5"})), ["n"]);
        assert!(errors(json!({"why": {"reason": "busy"}, "n": "15"})).is_empty());
    }
}
