//! What the columns of a list are, shown before anything is written.

use serde_json::{Value, json};

use crate::{
    cli::shown::{Paint, Table as Shown},
    intake::{
        columns::{Because, Becomes, ColumnPlan, Plan},
        table::Table,
        text,
    },
};

/// So much of a cell is shown.
const LONGEST: usize = 30;

/// The columns as a table for people.
pub fn in_words(table: &Table, plan: &Plan, paint: Paint) -> String {
    let row = |column: &ColumnPlan| {
        vec![
            text::line(&column.name, LONGEST),
            becomes(column.becomes).to_owned(),
            because(column.because).to_owned(),
            text::line(&column.sample, LONGEST),
        ]
    };
    let head = ["Column", "is", "because", "for instance"];
    let shown = Shown {
        head: head.map(str::to_owned).to_vec(),
        rows: plan.columns.iter().map(row).collect(),
    };
    let written = format!(
        "{}: {}",
        super::count::rows(table.rows.len()),
        table.written
    );
    format!("{written}\n\n{}\n", shown.render_left(paint))
}

/// The columns for programs.
pub fn as_json(plan: &Plan) -> Value {
    let column = |column: &ColumnPlan| {
        let is = match column.becomes {
            Becomes::Field(field) => Some(field.name()),
            Becomes::Attribute => Some("attribute"),
            Becomes::Nothing => None,
        };
        json!({"column": column.name, "is": is, "because": because(column.because)})
    };
    plan.columns.iter().map(column).collect()
}

fn becomes(it: Becomes) -> &'static str {
    match it {
        Becomes::Field(field) => field.name(),
        Becomes::Attribute => "(attribute)",
        Becomes::Nothing => "(left out)",
    }
}

fn because(it: Because) -> &'static str {
    match it {
        Because::Said => "you say so",
        Because::Source => "the source says so",
        Because::Name => "its name",
        Because::Cells => "what stands in it",
        Because::Unknown => "no known name",
    }
}
