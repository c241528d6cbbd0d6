//! The parsed files made one tree: places shifted, `${NAME}` filled in, includes merged.

use std::{io, ops::Range, path::Path};

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

use super::{Complaint, Sources, mask};

/// Where `${NAME}` and `${file:NAME}` come from.
pub(super) struct Fill<'a> {
    /// The environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Reads a file.
    pub open: &'a dyn Fn(&Path) -> io::Result<String>,
}

/// One tree being made of the files.
pub(super) struct Tree<'a> {
    pub fill: &'a Fill<'a>,
    pub sources: &'a Sources,
    pub complaints: Vec<Complaint>,
    /// The places of secrets that were typed in full.
    pub secrets: Vec<Range<usize>>,
}

impl<'a> Tree<'a> {
    /// The file's table, with all places counted in the whole.
    pub fn table(
        &mut self,
        table: DeTable<'a>,
        base: usize,
        beside: &Path,
        hidden: bool,
    ) -> DeTable<'a> {
        let mut out = DeTable::new();
        for (key, value) in table {
            let hidden = hidden || mask::looks_secret(key.get_ref());
            let key = Spanned::new(shift(&key.span(), base), key.into_inner());
            out.insert(key, self.value(value, base, beside, hidden));
        }
        out
    }

    fn value(
        &mut self,
        value: Spanned<DeValue<'a>>,
        base: usize,
        beside: &Path,
        hidden: bool,
    ) -> Spanned<DeValue<'a>> {
        let span = shift(&value.span(), base);
        if (hidden || value.get_ref().as_str().is_some_and(mask::has_password))
            && Self::is_typed_in_full(value.get_ref())
        {
            self.secrets.push(span.clone());
        }
        let value = match value.into_inner() {
            DeValue::String(text) => {
                if text.contains("${") {
                    DeValue::String(self.filled(&text, &span, beside).into())
                } else {
                    DeValue::String(text)
                }
            }
            // A date may be written with or without quotes.
            DeValue::Datetime(date) => DeValue::String(date.to_string().into()),
            DeValue::Array(array) => {
                let mut out = DeArray::new();
                for item in array {
                    out.push(self.value(item, base, beside, hidden));
                }
                DeValue::Array(out)
            }
            DeValue::Table(table) => DeValue::Table(self.table(table, base, beside, hidden)),
            other @ (DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_)) => other,
        };
        Spanned::new(span, value)
    }

    /// Whether a secret stands in the file itself.
    fn is_typed_in_full(value: &DeValue<'_>) -> bool {
        match value {
            DeValue::String(text) => !(text.starts_with("${") && text.ends_with('}')),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => true,
            DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => false,
        }
    }

    /// The text with every `${…}` filled in; what can't be filled in stays as it is.
    fn filled(&mut self, text: &str, span: &Range<usize>, beside: &Path) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if let Some(before) = rest[..at].strip_suffix('$') {
                out.push_str(before);
                out.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            out.push_str(&rest[..at]);
            let Some(end) = rest[at..].find('}') else {
                let help = "`$${` is a literal `${`".to_owned();
                let complaint = Complaint::mistake(span.clone(), "`${` has no closing `}`");
                self.complaints.push(complaint.help(help));
                rest = &rest[at..];
                break;
            };
            let whole = &rest[at..=at + end];
            match self.lookup(&whole[2..whole.len() - 1], beside) {
                Ok(value) => out.push_str(&value),
                Err((message, help)) => {
                    out.push_str(whole);
                    let place = self.place(whole, span);
                    self.complaints
                        .push(Complaint::mistake(place, message).help(help));
                }
            }
            rest = &rest[at + end + 1..];
        }
        out + rest
    }

    fn lookup(&self, name: &str, beside: &Path) -> Result<String, (String, Option<String>)> {
        if let Some(name) = name.strip_prefix("file:") {
            let path = beside.join(name);
            let text = (self.fill.open)(&path).map_err(|error| {
                (
                    unreadable(&path, &error),
                    Some("the file is looked for beside this one".into()),
                )
            })?;
            return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
        }
        let right = |it: char| it.is_ascii_alphanumeric() || it == '_';
        if name.is_empty() || !name.chars().all(right) {
            let help = "`${NAME}` is from the environment, `${file:NAME}` from a file";
            return Err((format!("`${{{name}}}` names nothing"), Some(help.into())));
        }
        (self.fill.env)(name).ok_or_else(|| {
            let help = "set it in the environment; `$${` is a literal `${`";
            (format!("`{name}` is not set"), Some(help.into()))
        })
    }

    /// Where `part` was typed within a text.
    fn place(&self, part: &str, span: &Range<usize>) -> Range<usize> {
        let typed = self.sources.typed(span).find(part);
        typed.map_or_else(
            || span.clone(),
            |at| span.start + at..span.start + at + part.len(),
        )
    }

    /// Adds what another file says: arrays are appended, tables merged.
    pub fn merge(&mut self, into: &mut DeTable<'a>, from: DeTable<'a>, path: &str) {
        for (key, value) in from {
            let name = format!("{path}{}", key.get_ref());
            let Some(known) = into.get_mut(key.get_ref().as_ref()) else {
                into.insert(key, value);
                continue;
            };
            let first = known.span();
            match (known.get_mut(), value.into_inner()) {
                (DeValue::Table(known), DeValue::Table(more)) => {
                    self.merge(known, more, &format!("{name}."));
                }
                (DeValue::Array(known), DeValue::Array(more)) => {
                    for item in more {
                        known.push(item);
                    }
                }
                _ => {
                    let first = self.sources.line(&first);
                    let complaint =
                        Complaint::mistake(key.span(), format!("`{name}` is given twice"));
                    let help = format!("the first is at {first}");
                    self.complaints.push(complaint.help(help));
                }
            }
        }
    }
}

/// Why a file could not be opened.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    if error.kind() == io::ErrorKind::NotFound {
        return format!("there is no file `{path}`");
    }
    format!("`{path}` can't be read: {error}")
}

fn shift(span: &Range<usize>, base: usize) -> Range<usize> {
    span.start + base..span.end + base
}
