//! Reads the file, what it includes, and makes a configuration of it.

use std::{
    collections::BTreeSet,
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use super::{
    Complaint, Severity, Sources, decode, mask,
    raw::Config,
    tree::{Fill, Tree, unreadable},
};
use crate::intake::table::text_of;

/// What came of reading a configuration.
#[derive(Debug)]
pub struct Reading {
    /// The configuration; none when a part of it could not be understood, so that whoever goes on
    /// would complain of what only follows from that.
    pub config: Option<Config>,
    /// The files, for showing complaints and for the history of configurations.
    pub sources: Sources,
    /// All that is wrong so far.
    pub complaints: Vec<Complaint>,
}

/// Reads `path` and what it includes. `env` looks up `${NAME}`.
#[must_use]
pub fn read(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Reading {
    read_with(path, env, &open)
}

/// The text of a file. A list may be in whatever encoding a spreadsheet has written it.
///
/// # Errors
/// When it can't be read, or is no list and no UTF-8.
pub(super) fn open(path: &Path) -> io::Result<String> {
    let bytes = std::fs::read(path)?;
    let list = path.extension().is_some_and(|end| {
        ["csv", "tsv", "txt"]
            .iter()
            .any(|it| end.eq_ignore_ascii_case(it))
    });
    String::from_utf8(bytes).or_else(|other| {
        if list {
            Ok(text_of(other.as_bytes()))
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidData,
                other.utf8_error(),
            ))
        }
    })
}

/// Reads with another way to open files.
#[must_use]
pub fn read_with(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    open: &dyn Fn(&Path) -> io::Result<String>,
) -> Reading {
    let mut gathering = Gathering {
        open,
        sources: Sources::default(),
        complaints: Vec::new(),
        seen: BTreeSet::new(),
        whole: true,
    };
    gathering.file(path, None);
    let whole = gathering.whole;
    let (mut sources, mut complaints) = (gathering.sources, gathering.complaints);

    let fill = Fill { env, open };
    let mut tree = Tree {
        fill: &fill,
        sources: &sources,
        complaints: Vec::new(),
        secrets: Vec::new(),
    };
    let all = merged(&mut tree);
    let Tree {
        complaints: more,
        secrets,
        ..
    } = tree;
    complaints.extend(more);
    let decoded = decode::config(all, &sources, &mut complaints);
    let typed = sources.files().iter().flat_map(|file| {
        let found = mask::secrets(&file.text).into_iter();
        found.map(|it| it.start + file.base..it.end + file.base)
    });
    let typed: Vec<_> = typed.collect();
    for secret in secrets.into_iter().chain(typed) {
        sources.hide(&secret);
    }
    Reading {
        config: (whole && decoded.whole).then_some(decoded.config),
        sources,
        complaints,
    }
}

/// All files as one tree. A broken file is only looked through for secrets, which must not be
/// shown beside its mistake.
fn merged<'a>(tree: &mut Tree<'a>) -> DeTable<'a> {
    let mut all = DeTable::new();
    for file in tree.sources.files() {
        let (table, broken) = DeTable::parse_recoverable(&file.text);
        let told = tree.complaints.len();
        let beside = file.path.parent().unwrap_or(Path::new(""));
        let table = tree.table(table.into_inner(), file.base, beside, false);
        if broken.is_empty() {
            tree.merge(&mut all, table, "");
        } else {
            tree.complaints.truncate(told);
        }
    }
    all
}

/// What to look at when a file is not even TOML.
const NO_TOML: &str = "a text stands in quotes, a list in brackets, a table's name on a line of its own: \
    `key = \"text\"`, `keys = [1, 2]`, `[table]`, `[[rep]]`";

/// The files being found.
struct Gathering<'a> {
    open: &'a dyn Fn(&Path) -> io::Result<String>,
    sources: Sources,
    complaints: Vec<Complaint>,
    seen: BTreeSet<PathBuf>,
    whole: bool,
}

impl Gathering<'_> {
    fn file(&mut self, path: &Path, included: Option<Range<usize>>) {
        if !self.seen.insert(path.to_owned()) {
            let message = format!("`{}` is included twice", path.display());
            self.lost(included, message, "take one of them out of `include`");
            return;
        }
        let text = match (self.open)(path) {
            Ok(text) => text,
            Err(error) => {
                let message = unreadable(path, &error);
                let help = match included {
                    Some(_) => "includes are looked for beside the file that names them",
                    None => {
                        "see src/config/example.toml for how one is written, or name another with `--config PATH`"
                    }
                };
                self.lost(included, message, help);
                return;
            }
        };
        let file = self.sources.add(path, text);
        let base = file.base;
        let includes = match DeTable::parse(&file.text) {
            Ok(table) => includes(table.get_ref(), base),
            Err(error) => {
                let end = base + file.text.len();
                let span = error.span().map(|it| it.start + base..it.end + base);
                let message = format!("this is no TOML: {}", error.message());
                let help = if error.message().contains("duplicate") {
                    "a key and a table are written once; several of a kind are `[[rep]]`, `[[team]]`"
                } else {
                    NO_TOML
                };
                self.lost(Some(span.unwrap_or(end..end)), message, help);
                return;
            }
        };
        for (name, span) in includes {
            let beside = path.parent().unwrap_or(Path::new(""));
            self.file(&beside.join(name), Some(span));
        }
    }

    fn lost(&mut self, span: Option<Range<usize>>, message: String, help: &str) {
        self.whole = false;
        self.complaints.push(Complaint {
            severity: Severity::Mistake,
            message,
            help: Some(help.to_owned()),
            span,
        });
    }
}

/// What a file includes; what is no list of texts is complained of when it is decoded.
fn includes(table: &DeTable<'_>, base: usize) -> Vec<(String, Range<usize>)> {
    let list = table.get("include").and_then(|it| it.get_ref().as_array());
    let names = list.into_iter().flat_map(|list| list.iter());
    names
        .filter_map(|name| match name.get_ref() {
            DeValue::String(text) => {
                let span = name.span();
                Some((text.to_string(), span.start + base..span.end + base))
            }
            _ => None,
        })
        .collect()
}
