//! Runs of text as `rich_text` elements: Slack shows their text as it is and parses nothing in it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::blocks::Room;
use crate::chat::text;
use crate::domain::card::{Item, MomentStyle, Run, Table};

/// The widest that a column of a table becomes.
const MAX_CELL: usize = 24;

/// A paragraph of these runs; nothing when they say nothing.
pub fn section(runs: &[Run], room: &mut Room, max: usize) -> Option<Value> {
    let elements = elements(runs, room, max);
    (!elements.is_empty()).then(|| json!({"type": "rich_text_section", "elements": elements}))
}

/// Lines of at most `max` each. They are one section: not every client breaks between two.
pub fn lines(lines: &[Vec<Run>], room: &mut Room, max: usize) -> Option<Value> {
    let mut all = Vec::new();
    for line in lines
        .iter()
        .map(|runs| elements(runs, room, max))
        .filter(|line| !line.is_empty())
    {
        if !all.is_empty() {
            all.push(json!({"type": "text", "text": "\n"}));
        }
        all.extend(line);
    }
    (!all.is_empty()).then(|| json!({"type": "rich_text_section", "elements": all}))
}

/// A bulleted list.
pub fn bullets(items: &[Item], room: &mut Room, max: usize) -> Option<Value> {
    let lines: Vec<Value> = items
        .iter()
        .filter_map(|item| section(&item.text, room, max))
        .collect();
    (!lines.is_empty())
        .then(|| json!({"type": "rich_text_list", "style": "bullet", "elements": lines}))
}

/// Whether the run is nothing but words.
pub fn is_words(run: &Run) -> bool {
    match run {
        Run::Plain(_) | Run::Bold(_) | Run::Person { user: None, .. } => true,
        Run::Link { .. } | Run::Moment { .. } | Run::Person { user: Some(_), .. } => false,
    }
}

/// The words of all runs.
pub fn words(runs: &[Run]) -> String {
    runs.iter().map(Run::words).collect()
}

fn elements(runs: &[Run], room: &mut Room, max: usize) -> Vec<Value> {
    let mut left = max;
    let mut out = Vec::new();
    for run in runs {
        let words = room.take(&text::paragraph(run.words()), left);
        left -= text::cost(&words).min(left);
        if !words.is_empty() {
            out.push(element(run, words));
        }
    }
    out
}

fn element(run: &Run, words: String) -> Value {
    match run {
        Run::Plain(_) | Run::Person { user: None, .. } => json!({"type": "text", "text": words}),
        Run::Bold(_) => json!({"type": "text", "text": words, "style": {"bold": true}}),
        Run::Link { to, .. } => json!({"type": "link", "url": to.as_str(), "text": words}),
        Run::Moment { at, style, .. } => json!({
            "type": "date",
            "timestamp": at.as_second(),
            "format": date_format(*style),
            "fallback": words,
        }),
        Run::Person {
            user: Some(user), ..
        } => json!({"type": "user", "user_id": user}),
    }
}

fn date_format(style: MomentStyle) -> &'static str {
    match style {
        MomentStyle::Time => "{time}",
        MomentStyle::DateTime => "{date_short_pretty} {time}",
        MomentStyle::Exact => "{date_short_pretty} {time_secs}",
        MomentStyle::Relative => "{ago}",
    }
}

/// A table in letters of one width: the only kind that messages, dialogs and pages all show.
pub fn table(table: &Table, room: &mut Room, max: usize) -> Option<Value> {
    let heads: Vec<String> = table
        .columns
        .iter()
        .map(|column| cell(&column.label))
        .collect();
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| row.iter().map(|text| cell(text)).collect())
        .collect();
    let widths = widths(&heads, &rows);
    let mut lines = Vec::new();
    for row in std::iter::once(&heads).chain(&rows) {
        lines.push(table_line(table, row, &widths));
    }
    let shown = room.take(&whole_lines(&lines, max), max);
    (!shown.trim().is_empty()).then(
        || json!({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": shown}]}),
    )
}

fn cell(words: &str) -> String {
    text::cut(&text::line(words), MAX_CELL)
}

fn widths(heads: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells
            .chain(heads.get(at))
            .map(|text| text.chars().count())
            .max()
            .unwrap_or(0)
    };
    (0..heads.len()).map(width).collect()
}

fn table_line(table: &Table, row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (at, (column, &width)) in table.columns.iter().zip(widths).enumerate() {
        let text = row.get(at).map_or("", String::as_str);
        let gap = if at == 0 { "" } else { "  " };
        // Writing to a String cannot fail.
        let _ = if column.number {
            write!(line, "{gap}{text:>width$}")
        } else {
            write!(line, "{gap}{text:<width$}")
        };
    }
    line.trim_end().to_owned()
}

/// As many whole lines as fit, and how many did not.
fn whole_lines(lines: &[String], max: usize) -> String {
    let mut shown = String::new();
    for (at, line) in lines.iter().enumerate() {
        if text::cost(&shown) + text::cost(line) + 30 > max {
            let _ = write!(shown, "… and {} more", lines.len() - at);
            return shown;
        }
        shown.push_str(line);
        shown.push('\n');
    }
    shown.truncate(shown.trim_end().len());
    shown
}
