//! Numbers to be drawn: a platform shows them in its own way, as elements of its own or as a picture.

use super::card::{Column, Table};

/// Bars, one to a row; each is made of its series, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What is counted, in the plural.
    pub unit: String,
    /// Whose bars these are, from top to bottom.
    pub rows: Vec<Label>,
    /// What each bar is made of.
    pub series: Vec<Series>,
}

/// What stands beside a bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The name.
    pub name: String,
    /// What is shown instead by a font that can't write the name.
    pub plain: String,
}

/// One kind of thing that is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// Whether that is good to have.
    pub tone: Tone,
    /// How many, row by row.
    pub values: Vec<u64>,
}

/// What a colour is to say; never the only sign of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Worth a look.
    Fair,
    /// As it should not be.
    Bad,
}

impl Chart {
    /// The same in words, for those who don't see it.
    #[must_use]
    pub fn words(&self) -> String {
        let rows = self.rows.iter().enumerate().map(|(at, row)| {
            let counts = self.series.iter().map(|series| {
                let count = series.values.get(at).copied().unwrap_or_default();
                format!("{count} {}", series.name.to_lowercase())
            });
            format!("{}: {}", row.name, counts.collect::<Vec<_>>().join(", "))
        });
        format!("{}. {}", self.title, rows.collect::<Vec<_>>().join("; "))
    }

    /// The same as a table, for whoever can be shown no bars.
    #[must_use]
    pub fn table(&self) -> Table {
        let column = |label: &str, number| Column {
            label: label.to_owned(),
            number,
        };
        let numbers = self.series.iter().map(|it| column(&it.name, true));
        let rows = self.rows.iter().enumerate().map(|(at, row)| {
            let counts = self.series.iter().map(|series| {
                let count = series.values.get(at).copied().unwrap_or_default();
                count.to_string()
            });
            std::iter::once(row.name.clone()).chain(counts).collect()
        });
        Table {
            columns: std::iter::once(column("", false)).chain(numbers).collect(),
            rows: rows.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_chart_shows_is_there_in_words_and_as_a_table() {
        let label = |name: &str| Label {
            name: name.to_owned(),
            plain: name.to_owned(),
        };
        let series = |name: &str, tone, values: &[u64]| Series {
            name: name.to_owned(),
            tone,
            values: values.to_vec(),
        };
        let chart = Chart {
            title: "Offers by rep, this week".to_owned(),
            unit: "offers".to_owned(),
            rows: vec![label("Ayşe"), label("Jonas")],
            series: vec![
                series("Accepted", Tone::Good, &[4, 2]),
                series("Expired", Tone::Bad, &[1, 0]),
            ],
        };
        assert_eq!(
            chart.words(),
            "Offers by rep, this week. Ayşe: 4 accepted, 1 expired; Jonas: 2 accepted, 0 expired"
        );
        assert_eq!(
            chart.table().rows,
            [["Ayşe", "4", "1"], ["Jonas", "2", "0"]]
        );
    }
}
