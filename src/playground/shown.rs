//! Messages and dialogs as plain text, one line per thing seen: what tests snapshot.

use serde_json::Value;

use super::blocks::find_actions;
use super::dialogs::Dialog;
use super::message::Message;

impl Message {
    /// What a person reads, with buttons as `[Accept]`; the text alone when there are no blocks.
    pub fn shown(&self) -> String {
        if self.blocks.is_empty() {
            self.text.clone()
        } else {
            lines(&self.blocks)
        }
    }

    /// The names of everything that can be pressed or chosen, in order.
    pub fn actions(&self) -> Vec<&str> {
        names(&self.blocks)
    }
}

impl Dialog {
    /// The title, the blocks, and the buttons below.
    pub fn shown(&self) -> String {
        let label = |key: &str| {
            self.view[key]["text"]
                .as_str()
                .map(|text| format!("[{text}]"))
        };
        let buttons: Vec<String> = ["close", "submit"].into_iter().filter_map(label).collect();
        let title = self.view["title"]["text"].as_str().unwrap_or("(home)");
        let parts = [
            format!("# {title}"),
            lines(self.blocks()),
            buttons.join(" "),
        ];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The names of everything that can be pressed or filled in, in order.
    pub fn actions(&self) -> Vec<&str> {
        names(self.blocks())
    }

    fn blocks(&self) -> &[Value] {
        self.view["blocks"].as_array().map_or(&[], Vec::as_slice)
    }
}

fn names(blocks: &[Value]) -> Vec<&str> {
    find_actions(blocks)
        .into_iter()
        .filter_map(|(_, element)| element["action_id"].as_str())
        .collect()
}

fn lines(blocks: &[Value]) -> String {
    blocks.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(block: &Value) -> String {
    let text = |value: &Value| value["text"].as_str().unwrap_or_default().to_owned();
    match block["type"].as_str().unwrap_or_default() {
        "header" => format!("# {}", text(&block["text"])),
        "section" => section(block),
        "divider" => "---".to_owned(),
        "context" => {
            let parts = block["elements"].as_array().into_iter().flatten();
            let parts: Vec<&str> = parts
                .filter_map(|p| p["text"].as_str().or(p["alt_text"].as_str()))
                .collect();
            format!("({})", parts.join(" · "))
        }
        "actions" => {
            let elements = block["elements"].as_array().into_iter().flatten();
            elements.map(element).collect::<Vec<_>>().join(" ")
        }
        "image" => format!("![{}]", block["alt_text"].as_str().unwrap_or_default()),
        "input" => format!("{}: {}", text(&block["label"]), element(&block["element"])),
        "markdown" => text(block),
        _ => all_text(block),
    }
}

fn section(block: &Value) -> String {
    let mut parts: Vec<String> = block["text"]["text"]
        .as_str()
        .map(str::to_owned)
        .into_iter()
        .collect();
    let fields = block["fields"].as_array().into_iter().flatten();
    parts.extend(
        fields
            .filter_map(|field| field["text"].as_str())
            .map(|text| format!("| {}", text.replace('\n', " "))),
    );
    if block["accessory"].is_object() {
        parts.push(element(&block["accessory"]));
    }
    parts.join("\n")
}

/// A button by its words, anything else by its kind and what there is to choose.
fn element(element: &Value) -> String {
    let label = |value: &Value| {
        value["text"]["text"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let kind = element["type"].as_str().unwrap_or_default();
    let options: Vec<String> = element["options"]
        .as_array()
        .into_iter()
        .flatten()
        .map(label)
        .collect();
    match kind {
        "button" => format!("[{}]", label(element)),
        "image" => format!("![{}]", element["alt_text"].as_str().unwrap_or_default()),
        _ if options.is_empty() => format!("<{kind}>"),
        _ => format!("<{kind}: {}>", options.join(", ")),
    }
}

/// Every text in a rich block, in order: a moment as its fallback, a list with a line for each item.
fn all_text(value: &Value) -> String {
    let elements = value["elements"].as_array().into_iter().flatten();
    let inner: Vec<String> = elements.map(all_text).collect();
    match value["type"].as_str().unwrap_or_default() {
        "rich_text" => inner.join("\n"),
        "rich_text_list" => inner
            .iter()
            .map(|item| format!("• {item}"))
            .collect::<Vec<_>>()
            .join("\n"),
        "date" => value["fallback"].as_str().unwrap_or_default().to_owned(),
        _ => value["text"].as_str().unwrap_or_default().to_owned() + &inner.concat(),
    }
}

#[cfg(test)]
mod tests {
    use crate::playground::message::Draft;
    use serde_json::json;

    #[test]
    fn a_card_reads_as_lines() {
        let blocks = json!([
            {"type": "header", "text": {"type": "plain_text", "text": "#7 · Brightlogix"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Mina* asked for a demo."},
                "fields": [{"type": "mrkdwn", "text": "*Score*\n55"}],
                "accessory": {"type": "overflow", "action_id": "more", "options": [{"text": {"type": "plain_text", "text": "Why"}, "value": "why"}]}},
            {"type": "divider"},
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "as "}, {"type": "text", "text": "written"}]}]},
            {"type": "rich_text", "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "by "}, {"type": "date", "timestamp": 0, "format": "{time}", "fallback": "15:05"}]},
                {"type": "rich_text_list", "style": "bullet", "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]}]}]},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "your turn"}, {"type": "mrkdwn", "text": "German"}]},
            {"type": "actions", "elements": [
                {"type": "button", "action_id": "offer.accept", "text": {"type": "plain_text", "text": "Accept"}},
                {"type": "datepicker", "action_id": "due"}]},
        ]);
        let draft = Draft {
            blocks: blocks.as_array().cloned(),
            ..Draft::default()
        };
        let message = draft.into_message("1.1".to_owned(), "D1", "U1");
        insta::assert_snapshot!(message.shown(), @r"
        # #7 · Brightlogix
        *Mina* asked for a demo.
        | *Score* 55
        <overflow: Why>
        ---
        as written
        by 15:05
        • one
        • two
        (your turn · German)
        [Accept] <datepicker>
        ");
        assert_eq!(message.actions(), ["more", "offer.accept", "due"]);
    }

    #[test]
    fn a_message_without_blocks_is_its_text() {
        let draft = Draft {
            text: Some("hello".to_owned()),
            ..Draft::default()
        };
        assert_eq!(
            draft.into_message("1.1".to_owned(), "D1", "U1").shown(),
            "hello"
        );
    }
}
