//! A dialog as a modal view, and what was typed into it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{blocks, text_of};
use crate::chat::incoming::OpenDialog;
use crate::chat::text;
use crate::domain::card::{Choice, Dialog, Input, InputKind};

/// What an input's block is called before its id, so that answers and errors find it.
const PREFIX: &str = "input.";
const MAX_TITLE: usize = 24;
const MAX_LABEL: usize = 2_000;
const MAX_TYPED: u16 = 3_000;
const MAX_OPTION: usize = 75;
const MAX_OPTION_VALUE: usize = 150;
const MAX_RADIO: usize = 10;
const MAX_SELECT: usize = 100;

/// The dialog as a view.
pub fn view(dialog: &Dialog) -> Value {
    let inputs: Vec<Value> = dialog
        .inputs
        .iter()
        .filter_map(input)
        .take(blocks::MAX_VIEW_BLOCKS)
        .collect();
    let mut all = blocks::render(&dialog.parts, blocks::MAX_VIEW_BLOCKS - inputs.len());
    let asks = !inputs.is_empty();
    all.extend(inputs);
    let mut view = json!({
        "type": "modal",
        "callback_id": dialog.action.word(),
        "private_metadata": dialog.subject,
        "title": blocks::plain(&dialog.title, MAX_TITLE),
        "blocks": all,
    });
    if asks {
        view["submit"] = blocks::plain(&dialog.submit, MAX_TITLE);
    }
    view
}

/// The id and state of a view that Slack described.
pub fn opened(view: &Value) -> OpenDialog {
    OpenDialog {
        id: text_of(&view["id"]),
        hash: view["hash"].as_str().map(str::to_owned),
    }
}

/// Errors by input, as Slack wants them.
pub fn errors(errors: &BTreeMap<String, String>) -> Value {
    let line = |words: &String| text::cut(&text::line(words), 300);
    errors
        .iter()
        .map(|(id, words)| (format!("{PREFIX}{id}"), Value::from(line(words))))
        .collect()
}

/// The answers of a view by input; what was left open is not there.
pub fn values(view: &Value) -> BTreeMap<String, String> {
    let blocks = view["state"]["values"].as_object().into_iter().flatten();
    let answer = |(block, actions): (&String, &Value)| {
        let id = block.strip_prefix(PREFIX)?;
        Some((id.to_owned(), typed(&actions[id])?))
    };
    blocks
        .take(blocks::MAX_VIEW_BLOCKS)
        .filter_map(answer)
        .collect()
}

fn typed(state: &Value) -> Option<String> {
    let moment = |second: i64| Timestamp::from_second(second).ok().map(|at| at.to_string());
    let text = match state["type"].as_str()? {
        "static_select" | "radio_buttons" => state["selected_option"]["value"]
            .as_str()
            .map(str::to_owned),
        "datetimepicker" => state["selected_date_time"].as_i64().and_then(moment),
        "plain_text_input" | "number_input" => state["value"].as_str().map(str::to_owned),
        _ => None,
    }?;
    let text: String = text.trim().chars().take(MAX_TYPED.into()).collect();
    (!text.is_empty()).then_some(text)
}

/// The input's block; nothing when there is nothing to choose from.
fn input(input: &Input) -> Option<Value> {
    let mut element = element(input)?;
    element["action_id"] = input.id.as_str().into();
    let mut block = json!({
        "type": "input",
        "block_id": format!("{PREFIX}{}", input.id),
        "label": blocks::plain(&input.label, MAX_LABEL),
        "optional": input.optional,
        "element": element,
    });
    if let Some(hint) = &input.hint {
        block["hint"] = blocks::plain(hint, MAX_LABEL);
    }
    Some(block)
}

fn element(input: &Input) -> Option<Value> {
    let initial = input.initial.as_deref();
    match &input.kind {
        InputKind::Choice(choices) => select("static_select", choices, initial),
        InputKind::Radio(choices) if choices.len() > MAX_RADIO => {
            select("static_select", choices, initial)
        }
        InputKind::Radio(choices) => select("radio_buttons", choices, initial),
        InputKind::ShortText { max } => Some(typing(false, *max, initial)),
        InputKind::LongText { max } => Some(typing(true, *max, initial)),
        InputKind::Number => Some(number(initial)),
        InputKind::Moment => Some(moment(initial)),
    }
}

fn select(kind: &str, choices: &[Choice], initial: Option<&str>) -> Option<Value> {
    let usable = |choice: &&Choice| (1..=MAX_OPTION_VALUE).contains(&choice.value.chars().count());
    let choices: Vec<&Choice> = choices.iter().filter(usable).take(MAX_SELECT).collect();
    let options: Vec<Value> = choices.iter().map(|choice| option(choice)).collect();
    let chosen = choices
        .iter()
        .position(|choice| Some(choice.value.as_str()) == initial);
    let mut element = json!({"type": kind, "options": options});
    if let Some(at) = chosen {
        element["initial_option"] = options[at].clone();
    }
    (!options.is_empty()).then_some(element)
}

fn option(choice: &Choice) -> Value {
    json!({"text": blocks::plain(&choice.label, MAX_OPTION), "value": choice.value})
}

fn typing(multiline: bool, max: u16, initial: Option<&str>) -> Value {
    let max = max.clamp(1, MAX_TYPED);
    let mut element =
        json!({"type": "plain_text_input", "multiline": multiline, "max_length": max});
    let initial = text::cut(&text::paragraph(initial.unwrap_or_default()), max.into());
    if !initial.is_empty() {
        element["initial_value"] = initial.into();
    }
    element
}

fn number(initial: Option<&str>) -> Value {
    let mut element = json!({"type": "number_input", "is_decimal_allowed": true});
    if let Some(initial) = initial.filter(|text| text.parse::<f64>().is_ok_and(f64::is_finite)) {
        element["initial_value"] = initial.into();
    }
    element
}

fn moment(initial: Option<&str>) -> Value {
    let mut element = json!({"type": "datetimepicker"});
    let at = initial
        .and_then(|text| text.parse::<Timestamp>().ok())
        .map(Timestamp::as_second);
    // Slack takes ten digits only: from 2001 on.
    if let Some(second) = at.filter(|second| (1_000_000_000..10_000_000_000).contains(second)) {
        element["initial_date_time"] = second.into();
    }
    element
}

#[cfg(test)]
mod tests;
