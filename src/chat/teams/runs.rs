//! Runs of text as `TextRun`s: the one place in an Adaptive Card where neither Markdown nor mentions nor
//! links are read out of a text.

use serde_json::{Value, json};

use crate::chat::text;
use crate::domain::card::{Fact, Run};

/// What stands in for a text that is not there.
pub const NOTHING: &str = "–";
/// Put between two braces it keeps the renderers from reading `{{DATE(…)}}`.
const WORD_JOINER: char = '\u{2060}';
/// More lines of one text are a flood.
const MAX_LINES: usize = 40;
/// Wide enough for Baton's own labels, narrow enough for a telephone.
const LABEL_WIDTH: &str = "110px";

/// A text on one line, never empty.
pub fn line(words: &str, max: usize) -> String {
    let line = text::cut(&still(&text::line(words)), max);
    if line.is_empty() {
        NOTHING.to_owned()
    } else {
        line
    }
}

/// A text on one line for where a client may read Markdown out of it, and nothing can be said against that: its
/// signs give way to others that look much like them and mean nothing, and no address becomes a link.
pub fn unmarked(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in still(&text::line(words)).chars() {
        let of_address = out.ends_with('.') && c.is_alphabetic() || out.ends_with(':') && c == '/';
        if of_address {
            out.push(WORD_JOINER);
        }
        out.push(match c {
            '*' => '∗',
            '_' => '＿',
            '`' => 'ˋ',
            '~' => '∼',
            '[' => '［',
            ']' => '］',
            '<' => '‹',
            '>' => '›',
            '\\' => '＼',
            '#' if out.is_empty() => '＃',
            other => other,
        });
    }
    out
}

/// A paragraph of these runs, a block for each of its lines: not every client breaks a line in a block.
pub fn paragraph(runs: &[Run], max: usize) -> Vec<Value> {
    let mut blocks: Vec<Value> = Vec::new();
    let mut gap = false;
    for inlines in lines(runs, max) {
        if inlines.is_empty() {
            gap = true;
            continue;
        }
        let mut block = block(inlines);
        if !blocks.is_empty() {
            block["spacing"] = if gap { "Small" } else { "None" }.into();
        }
        gap = false;
        blocks.push(block);
    }
    blocks
}

/// A block of these inlines.
pub fn block(inlines: Vec<Value>) -> Value {
    json!({"type": "RichTextBlock", "inlines": inlines})
}

/// The same, small and pale.
pub fn subtle(mut blocks: Vec<Value>) -> Vec<Value> {
    for run in blocks.iter_mut().flat_map(inlines_of) {
        run["size"] = "Small".into();
        run["isSubtle"] = true.into();
    }
    blocks
}

/// With a dot before it.
pub fn bullet(mut blocks: Vec<Value>) -> Vec<Value> {
    if let Some(first) = blocks.first_mut() {
        inlines_of(first).insert(0, json!({"type": "TextRun", "text": "• "}));
        first["spacing"] = "Small".into();
    }
    blocks
}

/// A label and what it says, side by side.
pub fn fact(fact: &Fact, max: usize) -> Value {
    let mut value = paragraph(&fact.value, max);
    if value.is_empty() {
        value.push(block(vec![plain(NOTHING)]));
    }
    let mut label = plain(&line(&fact.label, max));
    label["isSubtle"] = true.into();
    json!({
        "type": "ColumnSet",
        "spacing": "Small",
        "columns": [
            {"type": "Column", "width": LABEL_WIDTH, "items": [block(vec![label])]},
            {"type": "Column", "width": "stretch", "items": value},
        ],
    })
}

/// A text as a run.
pub fn plain(words: &str) -> Value {
    json!({"type": "TextRun", "text": words})
}

fn inlines_of(block: &mut Value) -> &mut Vec<Value> {
    block["inlines"]
        .as_array_mut()
        .expect("every block is made with an array of inlines")
}

/// The inlines of each line; an empty line has none.
fn lines(runs: &[Run], max: usize) -> Vec<Vec<Value>> {
    let mut left = max;
    let mut lines = vec![Vec::new()];
    for run in runs {
        let words = text::cut(&still(&text::paragraph(lasting(run))), left);
        left -= text::cost(&words).min(left);
        for (at, piece) in words.split('\n').enumerate() {
            if at > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !piece.is_empty()) {
                line.push(match piece.trim() {
                    "" => plain(" "),
                    _ => inline(run, piece),
                });
            }
        }
    }
    lines.truncate(MAX_LINES);
    for line in &mut lines {
        if line.iter().all(is_blank) {
            line.clear();
        }
    }
    lines
}

fn is_blank(run: &Value) -> bool {
    run["text"]
        .as_str()
        .is_none_or(|text| text.trim().is_empty())
}

/// A run's words, which stay true as long as the card stands. A moment is said in its reader's zone and with its
/// date: Teams converts moments in Markdown texts only, and "today" is wrong from midnight on.
fn lasting(run: &Run) -> &str {
    match run {
        Run::Moment { dated, .. } => dated,
        Run::Plain(_) | Run::Bold(_) | Run::Link { .. } | Run::Person { .. } => run.words(),
    }
}

fn inline(run: &Run, words: &str) -> Value {
    let mut inline = plain(words);
    match run {
        Run::Plain(_) | Run::Moment { .. } | Run::Person { .. } => {}
        Run::Bold(_) => inline["weight"] = "Bolder".into(),
        Run::Link { to, .. } => {
            inline["color"] = "Accent".into();
            inline["selectAction"] = json!({"type": "Action.OpenUrl", "url": to.as_str()});
        }
    }
    inline
}

/// With no two braces in a row.
fn still(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '{' && out.ends_with('{') {
            out.push(WORD_JOINER);
        }
        out.push(c);
    }
    out
}
