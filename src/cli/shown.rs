//! How results look to people: colours and tables on a terminal, the same without colours in a file.

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::talk;

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// For stdout: colours only where a person looks who did not refuse them.
    #[must_use]
    pub fn stdout() -> Self {
        Self::of(&std::io::stdout())
    }

    fn of(stream: &impl IsTerminal) -> Self {
        Self {
            on: talk::coloured(stream),
        }
    }

    /// No colours.
    #[cfg(test)]
    #[must_use]
    pub fn plain() -> Self {
        Self { on: false }
    }

    /// A heading.
    #[must_use]
    pub fn strong(self, text: &str) -> String {
        self.dress(Style::new().bold(), text)
    }

    /// Something that is well.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.dress(AnsiColor::Green.on_default(), text)
    }

    /// Something to look at.
    #[must_use]
    pub fn warn(self, text: &str) -> String {
        self.dress(AnsiColor::Yellow.on_default(), text)
    }

    /// Something that is broken.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.dress(AnsiColor::Red.on_default().bold(), text)
    }

    /// Something said by the way.
    #[must_use]
    pub fn faint(self, text: &str) -> String {
        self.dress(Style::new().dimmed(), text)
    }

    fn dress(self, style: Style, text: &str) -> String {
        if self.on {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// A table: the first column to the left, numbers to the right.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What stands over the columns.
    pub head: Vec<String>,
    /// The cells, row by row.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Lines with aligned columns, each ending in a line break.
    #[must_use]
    pub fn render(&self, paint: Paint) -> String {
        self.lines(paint, true)
    }

    /// The same where all columns are words.
    #[must_use]
    pub fn render_left(&self, paint: Paint) -> String {
        self.lines(paint, false)
    }

    fn lines(&self, paint: Paint, numbers: bool) -> String {
        let widths = self.widths();
        let line = |cells: &[String]| {
            let cells = cells.iter().zip(&widths).enumerate();
            let cells = cells.map(|(at, (cell, width))| pad(cell, *width, numbers && at > 0));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let mut text = format!("{}\n", paint.strong(&line(&self.head)));
        for row in &self.rows {
            text.push_str(&line(row));
            text.push('\n');
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let widest = |at: usize| {
            let cells = std::iter::once(&self.head).chain(&self.rows);
            let widths = cells.filter_map(|row| row.get(at)).map(|cell| cell.width());
            widths.max().unwrap_or(0)
        };
        (0..self.head.len()).map(widest).collect()
    }
}

/// Fills with blanks up to a width on the screen, where some letters take two places.
fn pad(cell: &str, width: usize, right: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(cell.width()));
    if right {
        format!("{blanks}{cell}")
    } else {
        format!("{cell}{blanks}")
    }
}

/// A text in quotes where it needs them. A lead's type comes from strangers, so what a spreadsheet would
/// take for a formula is led by an apostrophe.
pub fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_under_each_other_whatever_the_letters() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let table = Table {
            head: row(["Rep", "Offers", "To lead"]),
            rows: vec![row(["Ayşe", "7", "4m"]), row(["田中", "128", "–"])],
        };
        insta::assert_snapshot!(table.render(Paint::plain()), @r"
        Rep   Offers  To lead
        Ayşe       7       4m
        田中     128        –
        ");
    }

    #[test]
    fn colours_are_left_out_where_nobody_looks() {
        assert_eq!(Paint::plain().bad("no"), "no");
        assert_eq!(Paint { on: true }.good("yes"), "\u{1b}[32myes\u{1b}[0m");
    }
}
