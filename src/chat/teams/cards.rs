//! A card as an Adaptive Card 1.5, the version that Teams shows in a bot's messages. What leads and vendors
//! wrote stands in text runs only.

use serde_json::{Value, json};

use super::{
    buttons::{self, Place},
    chart, runs,
};
use crate::chat::text;
use crate::domain::card::{Button, Card, Chart, Item, Part, Picture, Run, Table};

/// The most UTF-16 units of a card as JSON. With the summary and what the wire adds the message stays
/// below 28 KB, the narrowest limit that Teams was ever documented with.
pub const MAX_CARD: usize = 12_600;
const MAX_SUMMARY: usize = 600;
const MAX_TITLE: usize = 150;
/// A long answer leaves room for the next fact.
const MAX_FACT: usize = 600;
const MAX_CELL: usize = 60;
const LEAST_WIDTH: usize = 4;
const MOST_WIDTH: usize = 16;
const MAX_ALT: usize = 1_000;
/// How long any text may be, tried one after the other until the card is short enough.
const TEXT_STEPS: [usize; 4] = [3_000, 1_000, 300, 100];
/// What a card takes that holds nothing.
const FRAME: usize = 200;

/// The message activity that shows the card.
#[must_use]
pub fn message(card: &Card) -> Value {
    json!({
        "type": "message",
        "summary": summary(card),
        "attachments": [attachment(&render(card))],
    })
}

/// The card itself, as an invoke is answered with it.
#[must_use]
pub fn render(card: &Card) -> Value {
    let mut rendered = framed(body(&card.parts, Place::Message, MAX_CARD - FRAME));
    if card.parts.iter().any(is_wide) {
        rendered["msteams"] = json!({"width": "full"});
    }
    rendered
}

/// What notifications show and screen readers read.
#[must_use]
pub fn summary(card: &Card) -> String {
    runs::line(&card.summary, MAX_SUMMARY)
}

/// A card with its type, as messages and dialogs carry it.
pub fn attachment(card: &Value) -> Value {
    json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": card})
}

/// A card of these elements.
pub fn framed(body: Vec<Value>) -> Value {
    json!({
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "body": body,
    })
}

fn is_wide(part: &Part) -> bool {
    match part {
        Part::Table(_) | Part::Picture(_) | Part::Chart(_) => true,
        Part::Title(_)
        | Part::Text(_)
        | Part::Facts(_)
        | Part::Note(_)
        | Part::List(_)
        | Part::Buttons(_)
        | Part::Divider => false,
    }
}

/// The elements of these parts in at most `max` units: first long texts are shortened, then entries and
/// texts left out from the end, and said so. The card's own buttons and charts are never left out.
pub fn body(parts: &[Part], place: Place, max: usize) -> Vec<Value> {
    for text in TEXT_STEPS {
        let elements = Room::new(text, usize::MAX).draw(parts, place);
        if units_of(&elements) <= max {
            return elements;
        }
    }
    let mut left = max;
    loop {
        let elements = Room::new(TEXT_STEPS[3], left).draw(parts, place);
        let over = units_of(&elements).saturating_sub(max);
        if over == 0 || left == 0 {
            return elements;
        }
        left = left.saturating_sub(over.max(FRAME));
    }
}

fn units_of(elements: &[Value]) -> usize {
    elements.iter().map(|one| units(one) + 1).sum()
}

/// How long it is as JSON, in UTF-16 units.
pub fn units(element: &Value) -> usize {
    element.to_string().encode_utf16().count()
}

/// How much may still be shown.
struct Room {
    text: usize,
    left: usize,
    lost: bool,
    has_table: bool,
}

impl Room {
    fn new(text: usize, left: usize) -> Self {
        Self {
            text,
            left,
            lost: false,
            has_table: false,
        }
    }

    fn draw(mut self, parts: &[Part], place: Place) -> Vec<Value> {
        self.has_table = parts.iter().any(|part| matches!(part, Part::Table(_)));
        let mut elements = Vec::new();
        let mut separated = false;
        for part in parts {
            if matches!(part, Part::Divider) {
                separated = !elements.is_empty();
                continue;
            }
            let mut drawn = self.part(part, place);
            if let Some(first) = drawn.first_mut().filter(|_| separated) {
                first["separator"] = true.into();
                first["spacing"] = "Medium".into();
                separated = false;
            }
            elements.extend(drawn);
        }
        if self.lost {
            elements.extend(note(
                &[Run::plain("… there is more than fits here")],
                MAX_TITLE,
            ));
        }
        elements
    }

    /// Counts an element, if it still fits.
    fn takes(&mut self, element: &Value) -> bool {
        let left = self.left.checked_sub(units(element));
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    fn kept(&mut self, elements: Vec<Value>) -> Vec<Value> {
        let all = elements.len();
        let kept: Vec<Value> = elements.into_iter().filter(|one| self.takes(one)).collect();
        self.lost |= kept.len() < all;
        kept
    }

    fn part(&mut self, part: &Part, place: Place) -> Vec<Value> {
        let text = self.text;
        match part {
            Part::Title(words) => title(words).into_iter().collect(),
            Part::Text(runs) => self.kept(runs::paragraph(runs, text)),
            Part::Facts(facts) => {
                let lines = facts
                    .iter()
                    .map(|fact| vec![runs::fact(fact, text.min(MAX_FACT))]);
                self.entries(lines.collect())
            }
            Part::Note(runs) => {
                let note = note(runs, text);
                self.kept(note)
            }
            Part::List(items) => {
                let items = items.iter().map(|one| item(one, text, place));
                self.entries(items.collect())
            }
            Part::Buttons(buttons) => buttons::row(buttons, place).into_iter().collect(),
            Part::Divider => Vec::new(),
            Part::Picture(picture) => self.kept(image(picture)),
            Part::Table(table) => self.table(table),
            Part::Chart(chart) => vec![chart::element(chart, self.otherwise(chart))],
        }
    }

    /// What stands in for a chart: the same numbers as a table, unless one is there already.
    fn otherwise(&self, chart: &Chart) -> Value {
        if self.has_table {
            return "drop".into();
        }
        let table = chart.table();
        let rows = table.rows.iter().map(|row| body_row(&table, row));
        let rows = rows.take(chart::MAX_BARS).collect();
        let heading = runs::paragraph(&[Run::bold(chart.title.clone())], MAX_TITLE);
        let items: Vec<Value> = heading.into_iter().chain([grid(&table, rows)]).collect();
        json!({"type": "Container", "items": items})
    }

    /// As many entries as fit, and how many did not.
    fn entries(&mut self, entries: Vec<Vec<Value>>) -> Vec<Value> {
        let all = entries.len();
        let mut shown = Vec::new();
        for (at, entry) in entries.into_iter().enumerate() {
            if !entry.iter().all(|element| self.takes(element)) {
                shown.extend(and_more(all - at));
                break;
            }
            shown.extend(entry);
        }
        shown
    }

    fn table(&mut self, table: &Table) -> Vec<Value> {
        if table.columns.is_empty() {
            return Vec::new();
        }
        let mut shown = Vec::new();
        for row in &table.rows {
            let row = body_row(table, row);
            if !self.takes(&row) {
                break;
            }
            shown.push(row);
        }
        let more = table.rows.len() - shown.len();
        let mut elements = vec![grid(table, shown)];
        if more > 0 {
            elements.extend(and_more(more));
        }
        elements
    }
}

/// A heading. Only a `TextBlock` can be one, and it reads Markdown, so a title with anything in it that
/// could be markup is no heading but looks like one.
fn title(words: &str) -> Option<Value> {
    let line = text::cut(&text::line(words), MAX_TITLE);
    if line.is_empty() {
        return None;
    }
    if is_no_markup(&line) {
        return Some(json!({
            "type": "TextBlock",
            "text": line,
            "style": "heading",
            "size": "Large",
            "weight": "Bolder",
            "wrap": true,
        }));
    }
    let mut run = runs::plain(&runs::line(words, MAX_TITLE));
    run["size"] = "Large".into();
    run["weight"] = "Bolder".into();
    Some(runs::block(vec![run]))
}

/// Letters, digits and what stands between them in names and sentences: nothing that any reader of
/// Markdown takes for more, be it at the start of a line, in a row, or an address that it makes a link of.
fn is_no_markup(line: &str) -> bool {
    let mut before = '\n';
    line.chars().all(|c| {
        let ends = matches!(before, ':' | '.') && c != ' ';
        let fits = match c {
            ' ' | ',' | '?' | '/' | '&' | '(' | ')' | '·' | '“' | '”' | '’' | '–' | '…' => {
                true
            }
            '#' => before == ' ',
            '-' => before.is_alphanumeric(),
            ':' | '.' => before.is_alphabetic(),
            other => other.is_alphanumeric(),
        };
        before = c;
        fits && !ends
    })
}

fn note(runs: &[Run], max: usize) -> Vec<Value> {
    runs::subtle(runs::paragraph(runs, max))
}

fn and_more(count: usize) -> Vec<Value> {
    note(&[Run::plain(format!("… and {count} more"))], MAX_TITLE)
}

/// An entry with its buttons below; without any it gets a dot.
fn item(item: &Item, max: usize, place: Place) -> Vec<Value> {
    let words = runs::paragraph(&item.text, max);
    let Some(buttons) = row(&item.buttons, place) else {
        return runs::bullet(words);
    };
    let items: Vec<Value> = words.into_iter().chain([buttons]).collect();
    vec![json!({"type": "Container", "spacing": "Medium", "items": items})]
}

fn row(all: &[Button], place: Place) -> Option<Value> {
    let mut row = buttons::row(all, place)?;
    row["spacing"] = "Small".into();
    Some(row)
}

/// Teams shows pictures by their address only; where there is none their words stand in for them.
fn image(picture: &Picture) -> Vec<Value> {
    let alt = runs::line(&picture.alt, MAX_ALT);
    if picture.image.0.starts_with("https://") {
        return vec![json!({"type": "Image", "url": picture.image.0, "altText": alt})];
    }
    note(&[Run::plain(alt)], MAX_ALT)
}

fn grid(table: &Table, rows: Vec<Value>) -> Value {
    let columns: Vec<Value> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let mut definition = json!({"width": width_of(table, at)});
            if column.number {
                definition["horizontalCellContentAlignment"] = "Right".into();
            }
            definition
        })
        .collect();
    let heads = table.columns.iter().map(|column| {
        let label = match column.label.as_str() {
            "" => " ".to_owned(),
            words => runs::line(words, MAX_CELL),
        };
        let mut run = runs::plain(&label);
        run["weight"] = "Bolder".into();
        run["size"] = "Small".into();
        cell(run)
    });
    let mut all = vec![json!({"type": "TableRow", "cells": heads.collect::<Vec<_>>()})];
    all.extend(rows);
    json!({
        "type": "Table",
        "firstRowAsHeaders": true,
        "showGridLines": false,
        "columns": columns,
        "rows": all,
    })
}

/// A column's share of the width: its longest word, within reason. Between words a line may break. Heads are
/// smaller than what stands below them.
fn width_of(table: &Table, at: usize) -> usize {
    let head = longest_word(&table.columns[at].label);
    let cells = table.rows.iter().filter_map(|row| row.get(at));
    let longest = cells.map(|cell| longest_word(cell)).max().unwrap_or(0);
    let wider = (longest * 4).div_ceil(3);
    head.max(wider).clamp(LEAST_WIDTH, MOST_WIDTH)
}

fn longest_word(text: &str) -> usize {
    let words = text.split_whitespace();
    words.map(|word| word.chars().count()).max().unwrap_or(0)
}

fn body_row(table: &Table, row: &[String]) -> Value {
    let cells: Vec<Value> = (0..table.columns.len())
        .map(|at| {
            let words = row.get(at).map_or("", String::as_str);
            cell(runs::line(words, MAX_CELL).into())
        })
        .collect();
    json!({"type": "TableRow", "cells": cells})
}

fn cell(inline: Value) -> Value {
    json!({"type": "TableCell", "items": [runs::block(vec![inline])]})
}

#[cfg(test)]
mod tests;
