//! A dialog as the answer to `task/fetch` and `task/submit`, and what presses and dialogs send back.
//!
//! Teams keeps nothing for us: what a dialog is about, and the zone in which its moments are meant, travel
//! in it. They are names, and prove nothing.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde_json::{Map, Value, json};

use super::{
    buttons::{ASK, DANGER, MAX_QUESTION, Place, VALUE, VERB},
    cards, runs,
};
use crate::chat::text;
use crate::domain::{
    action::Action,
    card::{Choice, Dialog, Input, InputKind, Run},
};

/// What an answer is called before its input's id, so that no input takes the name of anything else.
const PREFIX: &str = "input.";
/// The two halves of a moment.
const DATE: &str = "@date";
const TIME: &str = "@time";
/// Marks what a dialog was sent off with.
const DIALOG: &str = "dialog";
const ZONE: &str = "zone";
const CLOSE: &str = "close";
const MAX_TITLE: usize = 60;
const MAX_LABEL: usize = 300;
const MAX_TYPED: u16 = 3_000;
const MAX_OPTION: usize = 100;
const MAX_OPTION_VALUE: usize = 150;
/// More is not seen in a field of a usual width.
const MAX_PLACEHOLDER: usize = 45;
const MAX_RADIO: usize = 10;
const MAX_CHOICES: usize = 100;
const MAX_INPUTS: usize = 30;
const MAX_ID: usize = 2_000;
/// What the questions may take of a card; what is said before them gets the rest.
const LEAST_FOR_PARTS: usize = 2_000;

/// What somebody did, as its data says.
#[derive(Clone, Debug, PartialEq)]
pub enum Did {
    /// Pressed a button, in a message, in a dialog, or as the answer to a question.
    Pressed {
        /// Which one.
        action: Action,
        /// What it carries.
        value: String,
    },
    /// Pressed a button that asks first; to be answered with this.
    WasAsked(Value),
    /// Sent a dialog off.
    Submitted {
        /// The action that the dialog completes.
        action: Action,
        /// What the dialog is about.
        subject: String,
        /// The answers by input; what was left open is not there.
        values: BTreeMap<String, String>,
    },
    /// Closed a dialog that was only to be read.
    Closed,
}

/// Reads the `data` of an action, wherever it stood; nothing if it isn't Baton's.
#[must_use]
pub fn read(data: &Value) -> Option<Did> {
    if data[CLOSE] == true {
        return Some(Did::Closed);
    }
    let action = Action::by_word(data[VERB].as_str()?)?;
    let value = id_of(&data[VALUE]);
    if data[ASK].is_object() {
        return Some(Did::WasAsked(question(action, &value, &data[ASK])));
    }
    Some(if data[DIALOG] == true {
        Did::Submitted {
            action,
            subject: value,
            values: values(data),
        }
    } else {
        Did::Pressed { action, value }
    })
}

/// The answer that opens the dialog, or shows it in place of the one that is open. Its moments are those
/// of `zone`.
#[must_use]
pub fn open(dialog: &Dialog, zone: &TimeZone) -> Value {
    again(dialog, zone, &BTreeMap::new(), &BTreeMap::new())
}

/// The same dialog with what was typed into it, and what is wrong with it on top.
#[must_use]
pub fn again(
    dialog: &Dialog,
    zone: &TimeZone,
    typed: &BTreeMap<String, String>,
    errors: &BTreeMap<String, String>,
) -> Value {
    let (zone_name, zone) = named(zone);
    let mut asked: Vec<Value> = Vec::new();
    for input in dialog.inputs.iter().take(MAX_INPUTS) {
        let initial = typed.get(&input.id).or(input.initial.as_ref());
        asked.extend(elements(input, initial.map(String::as_str), &zone));
    }
    let left = cards::MAX_CARD.saturating_sub(asked.iter().map(cards::units).sum());
    let mut body = wrong(dialog, errors);
    body.extend(cards::body(
        &dialog.parts,
        Place::Dialog,
        left.max(LEAST_FOR_PARTS),
    ));
    let height = height(&body, &asked);
    let mut card = cards::framed(body);
    card["actions"] = if asked.is_empty() {
        json!([closing("Close")])
    } else {
        let data = json!({
            VERB: dialog.action.word(),
            VALUE: dialog.subject,
            DIALOG: true,
            ZONE: zone_name,
        });
        json!([submitting(&dialog.submit, data)])
    };
    card["body"]
        .as_array_mut()
        .into_iter()
        .for_each(|body| body.append(&mut asked));
    task(&dialog.title, height, &card)
}

fn task(title: &str, height: &str, card: &Value) -> Value {
    json!({
        "task": {
            "type": "continue",
            "value": {
                "title": runs::line(title, MAX_TITLE),
                "height": height,
                "width": "medium",
                "card": cards::attachment(card),
            },
        },
    })
}

/// A dialog that asks before a press counts.
fn question(action: Action, value: &str, ask: &Value) -> Value {
    let said = |key: &str| text_of(&ask[key], MAX_QUESTION);
    let words = runs::paragraph(&[Run::plain(said("text"))], MAX_QUESTION);
    let mut card = cards::framed(words);
    let data = json!({VERB: action.word(), VALUE: value});
    let mut yes = submitting(&said("yes"), data);
    if ask["style"] == DANGER {
        yes["style"] = DANGER.into();
    }
    card["actions"] = json!([yes, closing(&said("no"))]);
    task(&said("title"), "small", &card)
}

fn submitting(label: &str, data: Value) -> Value {
    json!({
        "type": "Action.Submit",
        "title": runs::line(label, MAX_TITLE),
        "style": "positive",
        "data": data,
    })
}

/// It sends nothing that was typed.
fn closing(label: &str) -> Value {
    json!({
        "type": "Action.Submit",
        "title": runs::line(label, MAX_TITLE),
        "associatedInputs": "none",
        "data": {CLOSE: true},
    })
}

/// What is wrong, each with its question's words.
fn wrong(dialog: &Dialog, errors: &BTreeMap<String, String>) -> Vec<Value> {
    let lines = errors.iter().flat_map(|(id, words)| {
        let input = dialog.inputs.iter().find(|input| input.id == *id);
        let label = input.map(|input| Run::bold(format!("{} ", input.label)));
        let runs: Vec<Run> = label.into_iter().chain([Run::plain(words)]).collect();
        runs::paragraph(&runs, MAX_LABEL)
    });
    let lines: Vec<Value> = lines.collect();
    if lines.is_empty() {
        return lines;
    }
    vec![json!({"type": "Container", "style": "attention", "items": lines})]
}

/// Enough that most need not be scrolled.
fn height(body: &[Value], asked: &[Value]) -> &'static str {
    match body.len() + 2 * asked.len() {
        0..=3 => "small",
        4..=9 => "medium",
        _ => "large",
    }
}

/// The question's elements; none when there is nothing to choose from.
fn elements(input: &Input, initial: Option<&str>, zone: &TimeZone) -> Vec<Value> {
    let mut asked = match &input.kind {
        InputKind::Choice(choices) => choice("compact", choices, initial).into_iter().collect(),
        InputKind::Radio(choices) if choices.len() > MAX_RADIO => {
            choice("compact", choices, initial).into_iter().collect()
        }
        InputKind::Radio(choices) => choice("expanded", choices, initial).into_iter().collect(),
        InputKind::ShortText { max } => vec![typing(false, *max, initial)],
        InputKind::LongText { max } => vec![typing(true, *max, initial)],
        InputKind::Number => vec![number(initial)],
        InputKind::Moment => moment(initial, zone),
    };
    let label = runs::line(&input.label, MAX_LABEL);
    for (at, element) in asked.iter_mut().enumerate() {
        let half = match at {
            _ if !matches!(input.kind, InputKind::Moment) => "",
            0 => DATE,
            _ => TIME,
        };
        element["id"] = format!("{PREFIX}{}{half}", input.id).into();
        element["label"] = if half == TIME {
            "Time of day".into()
        } else {
            label.as_str().into()
        };
        if !input.optional {
            element["isRequired"] = true.into();
            element["errorMessage"] = "Please answer this.".into();
        }
    }
    if let Some(hint) = &input.hint {
        with_hint(&mut asked, hint);
    }
    asked
}

/// A short word of help stands in the empty field, any other below.
fn with_hint(asked: &mut Vec<Value>, hint: &str) {
    let Some(first) = asked.first_mut() else {
        return;
    };
    let hint = runs::line(hint, MAX_LABEL);
    if first["type"] == "Input.Text" && hint.chars().count() <= MAX_PLACEHOLDER {
        first["placeholder"] = hint.into();
        return;
    }
    asked.extend(runs::subtle(vec![runs::block(vec![runs::plain(&hint)])]));
}

fn choice(style: &str, choices: &[Choice], initial: Option<&str>) -> Option<Value> {
    let usable = |choice: &&Choice| (1..=MAX_OPTION_VALUE).contains(&choice.value.chars().count());
    let usable: Vec<&Choice> = choices.iter().filter(usable).take(MAX_CHOICES).collect();
    // Whole lists are shown as texts, in which Markdown is read.
    let title = |label: &str| match style {
        "expanded" => runs::line(&runs::unmarked(label), MAX_OPTION),
        _ => runs::line(label, MAX_OPTION),
    };
    let options: Vec<Value> = usable
        .iter()
        .map(|choice| json!({"title": title(&choice.label), "value": choice.value}))
        .collect();
    if options.is_empty() {
        return None;
    }
    let mut element =
        json!({"type": "Input.ChoiceSet", "style": style, "wrap": true, "choices": options});
    if let Some(chosen) = usable
        .iter()
        .find(|choice| Some(choice.value.as_str()) == initial)
    {
        element["value"] = chosen.value.as_str().into();
    } else if style == "compact" {
        element["placeholder"] = "Choose one".into();
    }
    Some(element)
}

fn typing(multiline: bool, max: u16, initial: Option<&str>) -> Value {
    let max = max.clamp(1, MAX_TYPED);
    let mut element = json!({"type": "Input.Text", "isMultiline": multiline, "maxLength": max});
    let initial = text::paragraph(initial.unwrap_or_default());
    let initial: String = initial.chars().take(max.into()).collect();
    if !initial.is_empty() {
        element["value"] = initial.into();
    }
    element
}

fn number(initial: Option<&str>) -> Value {
    let mut element = json!({"type": "Input.Number"});
    let number = initial.and_then(|text| text.parse::<f64>().ok());
    if let Some(number) = number.filter(|number| number.is_finite()) {
        element["value"] = number.into();
    }
    element
}

fn moment(initial: Option<&str>, zone: &TimeZone) -> Vec<Value> {
    let mut date = json!({"type": "Input.Date"});
    let mut time = json!({"type": "Input.Time"});
    let at = initial.and_then(|text| text.parse::<Timestamp>().ok());
    if let Some(at) = at.map(|at| at.to_zoned(zone.clone())) {
        date["value"] = at.strftime("%Y-%m-%d").to_string().into();
        time["value"] = at.strftime("%H:%M").to_string().into();
    }
    vec![date, time]
}

/// The zone with a name by which it is found again; one that has none gives way to UTC.
fn named(zone: &TimeZone) -> (&str, TimeZone) {
    match zone.iana_name() {
        Some(name) => (name, zone.clone()),
        None => ("UTC", TimeZone::UTC),
    }
}

/// The answers by input; what was left open is not there.
fn values(data: &Value) -> BTreeMap<String, String> {
    let nothing = Map::new();
    let fields = data.as_object().unwrap_or(&nothing);
    let mut values = BTreeMap::new();
    for (name, value) in fields {
        let Some(id) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let (id, answer) = match id.strip_suffix(DATE) {
            Some(id) => (id, moment_of(data, id)),
            None if id.ends_with(TIME) => continue,
            None => (id, typed(value)),
        };
        if let Some(answer) = answer.filter(|_| values.len() < MAX_INPUTS) {
            values.insert(text_of(&id.into(), MAX_ID), answer);
        }
    }
    values
}

fn typed(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().chars().take(MAX_TYPED.into()).collect(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    (!text.is_empty()).then_some(text)
}

/// A day and a time of day as a moment in RFC 3339.
fn moment_of(data: &Value, id: &str) -> Option<String> {
    let half = |half: &str| data[format!("{PREFIX}{id}{half}")].as_str();
    let date: Date = half(DATE)?.parse().ok()?;
    let time: Time = half(TIME)?.parse().ok()?;
    let zone = TimeZone::get(data[ZONE].as_str()?).ok()?;
    let at = date.to_datetime(time).to_zoned(zone).ok()?;
    Some(at.timestamp().to_string())
}

fn id_of(value: &Value) -> String {
    text_of(value, MAX_ID)
}

fn text_of(value: &Value, max: usize) -> String {
    value
        .as_str()
        .unwrap_or_default()
        .chars()
        .take(max)
        .collect()
}

#[cfg(test)]
mod tests;
