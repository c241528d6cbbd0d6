//! Cells with a delimiter between, as spreadsheets write them.

use csv::{ReaderBuilder, StringRecord};

use super::{LONGEST_ROW, Table, TableRow, Written, is_email, names, unguarded};
use crate::intake::Unreadable;

/// What stands between cells, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// So many rows tell the delimiter.
const LOOKED_AT: usize = 50;

/// Reads a file whose rows are lines, or run over several where a cell is quoted.
pub(super) fn read(
    text: &str,
    encoding: &'static str,
    delimiter: Option<u8>,
) -> Result<Table, Unreadable> {
    let (said, text, skipped) = said_by_itself(text);
    let delimiter = delimiter.or(said).unwrap_or_else(|| looks_like(text));
    let mut records = records(text, delimiter);
    let Some(first) = records.next() else {
        return Err(Unreadable("the file is empty".into()));
    };
    let first = first.map_err(broken)?;
    let named = !first.iter().any(is_email);
    let columns = if named {
        names(&first)
    } else {
        names(first.iter().map(|_| ""))
    };
    let mut rows = Vec::new();
    for record in (!named).then_some(Ok(first)).into_iter().chain(records) {
        let record = record.map_err(broken)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        rows.push(row(record, columns.len(), skipped));
    }
    let written = Written::Separated {
        encoding,
        delimiter: char::from(delimiter),
        named,
    };
    Ok(Table {
        columns,
        rows,
        written,
    })
}

/// Excel's own first line, `sep=;`: the delimiter, the text behind it, and how many lines it took.
fn said_by_itself(text: &str) -> (Option<u8>, &str, u64) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let said = first.trim_end_matches('\r').trim_matches('"');
    match said.strip_prefix("sep=").map(str::as_bytes) {
        Some([one]) if one.is_ascii() => (Some(*one), rest, 1),
        Some(_) | None => (None, text, 0),
    }
}

/// The delimiter that parts most of the first rows into the same number of cells, of several the one with most cells.
fn looks_like(text: &str) -> u8 {
    let score = |delimiter: u8| {
        let rows = records(text, delimiter).take(LOOKED_AT).flatten();
        let counts: Vec<usize> = rows.map(|row| row.len()).collect();
        let width = counts.first().copied().unwrap_or(0);
        let alike = counts.iter().filter(|it| **it == width).count();
        let share = alike * 100 / counts.len().max(1);
        if width > 1 { (share, width) } else { (0, 0) }
    };
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

fn records(
    text: &str,
    delimiter: u8,
) -> impl Iterator<Item = Result<StringRecord, csv::Error>> + use<'_> {
    let reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    reader.into_records()
}

/// A text is read from memory and is UTF-8 by now; nothing of it can be broken.
fn broken(error: csv::Error) -> Unreadable {
    Unreadable(format!("the file can't be read as CSV: {error}"))
}

fn row(record: StringRecord, columns: usize, skipped: u64) -> TableRow {
    let line = record.position().map_or(0, csv::Position::line) + skipped;
    let said = |place: &usize| !record[*place].trim().is_empty();
    let cells = (0..record.len())
        .rev()
        .find(said)
        .map_or(0, |last| last + 1);
    let problem = if record.as_slice().len() > LONGEST_ROW {
        Some("the row is too long".to_owned())
    } else if cells > columns {
        Some(format!(
            "it has {cells} cells, and there are {columns} columns"
        ))
    } else if record.as_slice().contains('\0') {
        Some("it has a zero byte in it".to_owned())
    } else {
        None
    };
    let mut plain = StringRecord::with_capacity(record.as_slice().len(), record.len());
    record
        .iter()
        .for_each(|cell| plain.push_field(unguarded(cell)));
    TableRow {
        line,
        cells: plain,
        problem,
    }
}
