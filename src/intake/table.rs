//! Lists of leads in files: CSV in whatever encoding and with whatever delimiter a spreadsheet has written it, or
//! JSON, one object a line or a list of them.
//!
//! What can't be read of a row is that row's problem, not the file's.

mod encoding;
mod objects;
mod separated;

use std::fmt;

pub use csv::StringRecord as Cells;

use super::{Unreadable, normal};

/// The longest row, in bytes; a webhook's body is not larger either.
pub const LONGEST_ROW: usize = 256 * 1024;

/// A list of leads, read.
#[derive(Clone, Debug)]
pub struct Table {
    /// What stands over the columns; no two are the same, and none is empty.
    pub columns: Vec<String>,
    /// The rows that say anything, in their order.
    pub rows: Vec<TableRow>,
    /// How the file is written.
    pub written: Written,
}

/// One row.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// The line of the file on which it begins, counted from 1.
    pub line: u64,
    /// What stands in it; there may be more or fewer cells than columns.
    pub cells: Cells,
    /// Why it can't be used.
    pub problem: Option<String>,
}

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Cells with a delimiter between.
    Separated {
        /// The encoding's usual name.
        encoding: &'static str,
        /// The delimiter.
        delimiter: char,
        /// Whether the first row names the columns.
        named: bool,
    },
    /// JSON objects.
    Objects {
        /// The encoding's usual name.
        encoding: &'static str,
    },
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Separated {
                encoding,
                delimiter,
                named,
            } => {
                let delimiter = match delimiter {
                    '\t' => "tabs".to_owned(),
                    other => format!("`{other}`"),
                };
                let unnamed = if *named { "" } else { ", without column names" };
                write!(f, "{encoding}, {delimiter} between cells{unnamed}")
            }
            Self::Objects { encoding } => write!(f, "{encoding}, JSON objects"),
        }
    }
}

/// How a list is to be read where that can't be left to its looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading<'a> {
    /// The encoding, by any name of it.
    pub encoding: Option<&'a str>,
    /// The delimiter.
    pub delimiter: Option<u8>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// When it holds no rows, or is no list at all; without quoting it.
    pub fn read(bytes: &[u8], how: Reading<'_>) -> Result<Self, Unreadable> {
        let (text, encoding) = encoding::decode(bytes, how.encoding)?;
        let text = text.trim_start_matches('\u{feff}');
        let table = if text.trim_start().starts_with(['{', '[']) {
            objects::read(text, encoding)?
        } else {
            separated::read(text, encoding, how.delimiter)?
        };
        if table.rows.is_empty() {
            return Err(Unreadable("the file has no rows".into()));
        }
        Ok(table)
    }

    /// The cells of a column that say something, from the first so many rows.
    pub fn sample(&self, column: usize, rows: usize) -> impl Iterator<Item = &str> {
        let cells = self.rows.iter().take(rows);
        let cells = cells.filter_map(move |row| row.cells.get(column));
        cells.map(str::trim).filter(|cell| !cell.is_empty())
    }
}

/// The text of a list in whatever encoding it is written; what that has no letter for becomes `�`.
#[must_use]
pub fn text_of(bytes: &[u8]) -> String {
    encoding::decode(bytes, None).map_or_else(|_| String::new(), |(text, _)| text.into_owned())
}

/// Makes names of what stands over the columns: cleaned, none empty, no two the same.
fn names<'c>(header: impl IntoIterator<Item = &'c str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (place, cell) in header.into_iter().enumerate() {
        let cell = super::text::line(cell, 200);
        let base = if cell.is_empty() {
            format!("column {}", place + 1)
        } else {
            cell
        };
        let mut name = base.clone();
        let mut again = 1;
        while names.contains(&name) {
            again += 1;
            name = format!("{base} ({again})");
        }
        names.push(name);
    }
    names
}

/// Takes the quote off a cell that was put before it so that a spreadsheet does not compute it.
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_computed(rest) => rest,
        Some(_) | None => cell,
    }
}

/// Puts a quote before a cell that a spreadsheet would take for a formula; reading it takes the quote off again.
#[must_use]
pub fn guarded(cell: &str) -> String {
    if is_computed(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn is_computed(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Whether a cell is one person's e-mail address and nothing else.
pub(super) fn is_email(cell: &str) -> bool {
    normal::email(cell).is_some_and(|email| email.len() == cell.trim().len())
}

#[cfg(test)]
mod tests;
