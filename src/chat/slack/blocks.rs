//! A card in Block Kit. Nothing is ever written as `mrkdwn`: text goes into `plain_text` and
//! `rich_text`, where Slack reads neither mentions nor links out of it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::rich;
use crate::chat::text;
use crate::domain::card::{Button, ButtonStyle, Card, Confirm, Fact, Item, Part, Picture, Run};

/// The most blocks in a message; a dialog or a page may have [`MAX_VIEW_BLOCKS`].
pub const MAX_MESSAGE_BLOCKS: usize = 50;
/// The most blocks in a dialog or on a page.
pub const MAX_VIEW_BLOCKS: usize = 100;
/// The text of a whole message. Slack doesn't say where `msg_blocks_too_long` begins; this is below it.
const MAX_TOTAL_TEXT: usize = 12_000;
const MAX_TEXT: usize = 3_000;
/// Above 4,000 an update is refused, and a post may be split.
const MAX_SUMMARY: usize = 3_000;
/// A long answer leaves room for the next fact.
const MAX_FACT: usize = 600;
const MAX_HEADER: usize = 150;
const MAX_ALT: usize = 2_000;
const MAX_LABEL: usize = 75;
const MAX_VALUE: usize = 2_000;
const MAX_BUTTONS: usize = 25;

/// What stands in for a text that is not there: Slack refuses empty ones.
const NOTHING: &str = "–";

/// The message's `text`: what notifications show and screen readers read.
pub fn summary(card: &Card) -> String {
    let words = text::cut(&text::paragraph(&card.summary), MAX_SUMMARY);
    let words = if words.trim().is_empty() {
        NOTHING
    } else {
        &words
    };
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The blocks of these parts, at most `max`. What is left out for space is never a button.
pub fn render(parts: &[Part], max: usize) -> Vec<Value> {
    let mut room = Room(MAX_TOTAL_TEXT);
    let mut blocks: Vec<Value> = parts
        .iter()
        .flat_map(|part| part_blocks(part, &mut room))
        .collect();
    shorten(&mut blocks, max);
    name_blocks(&mut blocks);
    blocks
}

/// How much text may still be shown.
pub struct Room(usize);

impl Room {
    /// Cuts a text to `max` and to what is left, and counts it.
    pub fn take(&mut self, text: &str, max: usize) -> String {
        let short = text::cut(text, max.min(self.0));
        self.0 -= text::cost(&short).min(self.0);
        short
    }
}

fn part_blocks(part: &Part, room: &mut Room) -> Vec<Value> {
    match part {
        Part::Title(title) => header(title, room).into_iter().collect(),
        Part::Text(runs) => rich_block(rich::section(runs, room, MAX_TEXT)),
        Part::Facts(facts) => {
            let lines: Vec<_> = facts.iter().map(fact_runs).collect();
            rich_block(rich::lines(&lines, room, MAX_FACT))
        }
        Part::Note(runs) => note(runs, room),
        Part::List(items) => list(items, room),
        Part::Buttons(buttons) => actions(buttons),
        Part::Divider => vec![json!({"type": "divider"})],
        Part::Picture(picture) => vec![image(picture)],
        Part::Table(table) => rich_block(rich::table(table, room, MAX_TEXT)),
        // Follows as a picture.
        Part::Chart(_) => Vec::new(),
    }
}

/// A text that is never markup.
pub fn plain(words: &str, max: usize) -> Value {
    let words = text::cut(&text::line(words), max);
    let words = if words.is_empty() { NOTHING } else { &words };
    json!({"type": "plain_text", "text": words, "emoji": false})
}

fn header(title: &str, room: &mut Room) -> Option<Value> {
    let title = room.take(&text::line(title), MAX_HEADER);
    (!title.is_empty()).then(|| json!({"type": "header", "text": plain(&title, MAX_HEADER)}))
}

fn rich_block(element: Option<Value>) -> Vec<Value> {
    element
        .map(|element| json!({"type": "rich_text", "elements": [element]}))
        .into_iter()
        .collect()
}

fn fact_runs(fact: &Fact) -> Vec<Run> {
    let mut runs = vec![Run::Bold(format!("{}: ", text::line(&fact.label)))];
    if fact.value.iter().all(|run| run.words().trim().is_empty()) {
        runs.push(Run::plain(NOTHING));
    } else {
        runs.extend(fact.value.iter().cloned());
    }
    runs
}

/// Small print stays small only as plain words; with a link or a moment in it, it is a paragraph.
fn note(runs: &[Run], room: &mut Room) -> Vec<Value> {
    if !runs.iter().all(rich::is_words) {
        return rich_block(rich::section(runs, room, MAX_TEXT));
    }
    let words = room.take(&text::line(&rich::words(runs)), MAX_TEXT);
    if words.is_empty() {
        return Vec::new();
    }
    vec![json!({"type": "context", "elements": [plain(&words, MAX_TEXT)]})]
}

/// Without buttons a bulleted list; with one each, and nothing but words, the button stands beside.
fn list(items: &[Item], room: &mut Room) -> Vec<Value> {
    if items.iter().all(|item| item.buttons.is_empty()) {
        return rich_block(rich::bullets(items, room, MAX_TEXT));
    }
    let beside = items
        .iter()
        .all(|item| item.buttons.len() <= 1 && item.text.iter().all(rich::is_words));
    items
        .iter()
        .flat_map(|item| {
            if beside {
                item_beside(item, room)
            } else {
                item_above(item, room)
            }
        })
        .collect()
}

fn item_beside(item: &Item, room: &mut Room) -> Vec<Value> {
    let words = room.take(&text::line(&rich::words(&item.text)), MAX_TEXT);
    let mut block = json!({"type": "section", "text": plain(&words, MAX_TEXT)});
    if let Some(only) = item.buttons.first() {
        block["accessory"] = button(only, only.action.word().to_owned());
    }
    vec![block]
}

fn item_above(item: &Item, room: &mut Room) -> Vec<Value> {
    let mut blocks = rich_block(rich::section(&item.text, room, MAX_TEXT));
    blocks.extend(actions(&item.buttons));
    blocks
}

fn actions(buttons: &[Button]) -> Vec<Value> {
    buttons.chunks(MAX_BUTTONS).map(actions_block).collect()
}

/// An `action_id` may stand once in a block; the second of its kind is numbered after a `#`.
fn actions_block(buttons: &[Button]) -> Value {
    let elements: Vec<Value> = buttons
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let earlier = buttons[..at]
                .iter()
                .filter(|other| other.action == one.action)
                .count();
            let word = one.action.word();
            button(
                one,
                if earlier == 0 {
                    word.to_owned()
                } else {
                    format!("{word}#{}", earlier + 1)
                },
            )
        })
        .collect();
    json!({"type": "actions", "elements": elements})
}

fn button(button: &Button, action_id: String) -> Value {
    let mut element = json!({
        "type": "button",
        "action_id": action_id,
        "text": plain(&button.label, MAX_LABEL),
    });
    if !button.value.is_empty() {
        element["value"] = text::cut(&button.value, MAX_VALUE).into();
    }
    let spoken = text::line(button.spoken.as_deref().unwrap_or_default());
    if !spoken.is_empty() {
        element["accessibility_label"] = text::cut(&spoken, MAX_LABEL).into();
    }
    match button.style {
        ButtonStyle::Plain => {}
        ButtonStyle::Primary => element["style"] = "primary".into(),
        ButtonStyle::Danger => element["style"] = "danger".into(),
    }
    if let Some(question) = &button.confirm {
        element["confirm"] = confirm(question);
    }
    element
}

fn confirm(question: &Confirm) -> Value {
    json!({
        "title": plain(&question.title, 100),
        "text": plain(&question.text, 300),
        "confirm": plain(&question.yes, 30),
        "deny": plain(&question.no, 30),
    })
}

fn image(picture: &Picture) -> Value {
    let alt = text::cut(&text::line(&picture.alt), MAX_ALT);
    let alt = if alt.is_empty() { NOTHING } else { &alt };
    json!({"type": "image", "slack_file": {"id": picture.image.0}, "alt_text": alt})
}

/// Drops blocks from the end, those without buttons first, and says so.
fn shorten(blocks: &mut Vec<Value>, max: usize) {
    if blocks.len() <= max {
        return;
    }
    while blocks.len() >= max {
        let last = blocks.iter().rposition(|block| !has_buttons(block));
        blocks.remove(last.unwrap_or(blocks.len() - 1));
    }
    blocks.push(
        json!({"type": "context", "elements": [plain("… there is more than fits here", MAX_TEXT)]}),
    );
}

fn has_buttons(block: &Value) -> bool {
    block["type"] == "actions" || block.get("accessory").is_some()
}

/// Names each block by its place and content: unique within the message, and another one as soon as
/// the content changes, without which clients keep showing what was there before.
fn name_blocks(blocks: &mut [Value]) {
    for (at, block) in blocks.iter_mut().enumerate() {
        let digest = Sha256::digest(block.to_string());
        block["block_id"] = format!("{at}.{}", hex::encode(&digest[..4])).into();
    }
}

#[cfg(test)]
mod tests;
