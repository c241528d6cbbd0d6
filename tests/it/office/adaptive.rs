//! Adaptive Cards as plain text, one line per thing seen, in the words that the stand-in for Slack has for its own.

use serde_json::Value;

use super::seen::{Button, Seen};
use crate::microsoft::Message;

/// A message as its reader sees it.
pub fn seen(conversation: &str, message: &Message, in_thread: bool) -> Seen {
    let card = message.card();
    let summary = message.activity["summary"].as_str().unwrap_or_default();
    Seen {
        id: message.id.clone(),
        conversation: conversation.to_owned(),
        shown: lines(card),
        summary: summary.to_owned(),
        in_thread: in_thread || message.activity["replyToId"].is_string(),
        buttons: buttons(card),
        card: card.clone(),
    }
}

/// Everything that a card says, buttons as `[Accept]`.
pub fn lines(card: &Value) -> String {
    let body = card["body"].as_array().into_iter().flatten();
    body.flat_map(element).collect::<Vec<_>>().join("\n")
}

/// The words above the heading of a card, and the body of the card without them.
pub fn words_above(card: &Value) -> Option<(String, Value)> {
    let mut body = card["body"].as_array()?.clone();
    let is_heading = |one: Option<&Value>| {
        let first = one.and_then(|it| element(it).into_iter().next());
        first.is_some_and(|it| it.starts_with("# "))
    };
    let heading = body.iter().position(|one| is_heading(Some(one)))?;
    let below = body.split_off(heading);
    let words: Vec<String> = body.iter().flat_map(element).collect();
    (!words.is_empty()).then(|| (words.join("\n"), below.into()))
}

/// A dialog with its title and what there is to press.
pub fn shown_dialog(dialog: &Value) -> String {
    let card = &dialog["card"]["content"];
    let title = dialog["title"].as_str().unwrap_or_default();
    let actions = labels(&card["actions"]);
    format!("# {title}\n{}\n{actions}", lines(card))
}

/// What a dialog says is wrong.
pub fn wrong(card: &Value) -> String {
    let body = card["body"].as_array().into_iter().flatten();
    let wrong = body.filter(|it| it["style"] == "attention");
    wrong.flat_map(element).collect::<Vec<_>>().join("\n")
}

/// What can be filled in.
pub fn inputs(card: &Value) -> Vec<&Value> {
    let body = card["body"].as_array().into_iter().flatten();
    let is_input = |it: &&Value| {
        it["type"]
            .as_str()
            .is_some_and(|it| it.starts_with("Input."))
    };
    body.filter(is_input).collect()
}

fn element(element: &Value) -> Vec<String> {
    let mut said = match element["type"].as_str().unwrap_or_default() {
        "TextBlock" => vec![format!("# {}", text(element))],
        "RichTextBlock" => vec![rich(element)],
        "ColumnSet" => vec![fact(element)],
        "ActionSet" => vec![labels(&element["actions"])],
        "Table" => all(&element["rows"]).map(row).collect(),
        "Image" => vec![format!("![{}]", element["altText"].as_str().unwrap())],
        input if input.starts_with("Input.") => {
            let label = element["label"].as_str().unwrap_or_default();
            let choices = all(&element["choices"]).filter_map(|it| it["title"].as_str());
            let choices: String = choices.map(|choice| format!(" [{choice}]")).collect();
            vec![format!("{label}: <{input}>{choices}")]
        }
        chart if chart.starts_with("Chart.") => vec![format!("<{chart}>")],
        _ => all(&element["items"]).flat_map(self::element).collect(),
    };
    if element["separator"] == true {
        said.insert(0, "---".to_owned());
    }
    said
}

fn all(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other["text"].as_str().unwrap_or_default().to_owned(),
    }
}

fn rich(block: &Value) -> String {
    let words: String = all(&block["inlines"]).map(text).collect();
    let first = &block["inlines"][0];
    if first["size"] == "Large" {
        return format!("# {words}");
    }
    if all(&block["inlines"]).all(|run| run["isSubtle"] == true && run["size"] == "Small") {
        return format!("({words})");
    }
    words
}

fn fact(set: &Value) -> String {
    let said = |column: &Value| -> String {
        let items = all(&column["items"]).map(|item| all(&item["inlines"]).map(text).collect());
        items.collect::<Vec<String>>().join("\n")
    };
    format!("{}: {}", said(&set["columns"][0]), said(&set["columns"][1]))
}

fn row(row: &Value) -> String {
    let cells = all(&row["cells"]).map(|cell| all(&cell["items"]).flat_map(element).collect());
    cells.collect::<Vec<String>>().join(" | ")
}

fn labels(actions: &Value) -> String {
    let labels = all(actions).map(|it| format!("[{}]", it["title"].as_str().unwrap_or_default()));
    labels.collect::<Vec<_>>().join(" ")
}

/// Everything on a card that can be pressed, in order.
fn buttons(card: &Value) -> Vec<Button> {
    let mut found = Vec::new();
    collect(card, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<Button>) {
    match value {
        Value::Object(fields) if fields.contains_key("actions") => {
            found.extend(all(&fields["actions"]).map(button));
        }
        Value::Object(fields) => fields.values().for_each(|it| collect(it, found)),
        Value::Array(values) => values.iter().for_each(|it| collect(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Teams knows two kinds in a message: one that acts, with a fallback of the same meaning, and one that fetches.
fn button(action: &Value) -> Button {
    let data = &action["data"];
    let opens = data["msteams"]["type"] == "task/fetch";
    let kind = if opens {
        "Action.Submit"
    } else {
        "Action.Execute"
    };
    assert_eq!(action["type"], kind, "{action}");
    if !opens {
        assert_eq!(action["verb"], data["verb"]);
        assert_eq!(action["fallback"]["data"], *data);
    }
    Button {
        label: text(&action["title"]),
        value: text(&data["value"]),
        data: data.clone(),
        opens,
    }
}
