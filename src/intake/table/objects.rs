//! JSON objects, one a line or in a list: each key is a column, `contact.email` what lies deeper.

use std::collections::HashMap;

use csv::StringRecord;
use serde_json::{Map, Value};

use super::{LONGEST_ROW, Table, TableRow, Written, names};
use crate::intake::{
    Unreadable,
    body::{MAX_DEPTH, MAX_VALUES},
};

/// Reads a file of objects.
pub(super) fn read(text: &str, encoding: &'static str) -> Result<Table, Unreadable> {
    let objects = if text.trim_start().starts_with('[') {
        of_list(text)?
    } else {
        of_lines(text)
    };
    let mut columns = Columns::default();
    let rows: Vec<_> = objects
        .into_iter()
        .map(|(line, object)| row(line, object, &mut columns))
        .collect();
    if columns.names.len() > MAX_VALUES {
        return Err(Unreadable("there are too many columns".into()));
    }
    Ok(Table {
        columns: names(columns.names.iter().map(String::as_str)),
        rows,
        written: Written::Objects { encoding },
    })
}

type Object = Result<Map<String, Value>, String>;

fn of_list(text: &str) -> Result<Vec<(u64, Object)>, Unreadable> {
    let list: Vec<Value> = serde_json::from_str(text)
        .map_err(|error| Unreadable(format!("the file is no list of JSON objects: {error}")))?;
    let objects = list.into_iter().zip(1..);
    Ok(objects.map(|(value, line)| (line, object(value))).collect())
}

fn of_lines(text: &str) -> Vec<(u64, Object)> {
    let lines = text.lines().zip(1..);
    let lines = lines.filter(|(line, _)| !line.trim().is_empty());
    let read = |line: &str| {
        if line.len() > LONGEST_ROW {
            return Err("the line is too long".to_owned());
        }
        let value = serde_json::from_str(line);
        // The message names places, and quotes nothing of what stands there.
        object(value.map_err(|error| format!("it is no JSON: {error}"))?)
    };
    lines.map(|(line, at)| (at, read(line))).collect()
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => Ok(object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err("it is no JSON object".to_owned())
        }
    }
}

/// The columns so far, and where each stands.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Columns {
    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }
}

fn row(line: u64, object: Object, columns: &mut Columns) -> TableRow {
    let (mut cells, mut problem) = (Vec::new(), None);
    match object {
        Ok(object) => flatten(&object, "", 1, columns, &mut cells),
        Err(why) => problem = Some(why),
    }
    TableRow {
        line,
        cells: StringRecord::from(cells),
        problem,
    }
}

fn flatten(
    object: &Map<String, Value>,
    above: &str,
    depth: usize,
    columns: &mut Columns,
    cells: &mut Vec<String>,
) {
    for (key, value) in object {
        let name = if above.is_empty() {
            key.clone()
        } else {
            format!("{above}.{key}")
        };
        match value {
            Value::Object(inner) if depth < MAX_DEPTH => {
                flatten(inner, &name, depth + 1, columns, cells);
            }
            value => {
                let place = columns.place(&name);
                if cells.len() <= place {
                    cells.resize(place + 1, String::new());
                }
                cells[place] = text(value);
            }
        }
    }
}

/// A value as it would stand in a cell.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
        Value::Array(list) if list.iter().any(|it| it.is_object() || it.is_array()) => {
            value.to_string()
        }
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
    }
}
