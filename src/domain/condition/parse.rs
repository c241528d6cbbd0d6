//! What is said of a condition that is no CEL: the parser's words made ours.

use std::ops::Range;

use cel::ParseError;

use super::Mistake;

/// The first syntax error of `text`; those behind it follow from it.
pub(super) fn mistake(text: &str, error: &ParseError) -> Mistake {
    let at = offset(text, error.pos);
    let span = word_at(text, at);
    let word = &text[span.clone()];
    let (message, help) = if text.trim().is_empty() {
        ("the condition is empty".into(), None)
    } else if error.msg.contains("token recognition error at: '\"")
        || error.msg.contains("token recognition error at: ''")
    {
        ("this text has no closing quote".into(), None)
    } else if word.is_empty() {
        ("the condition ends too early".into(), None)
    } else if error.msg.starts_with("Syntax error") {
        (format!("`{word}` can't stand here"), replacement(word))
    } else {
        (error.msg.clone(), None)
    };
    Mistake {
        span,
        message,
        help,
    }
}

/// What people write who think of another language.
fn replacement(word: &str) -> Option<String> {
    let right = match word {
        "=" => "== compares: `a == b`",
        "and" | "AND" | "&" => "write `&&` for \"and\"",
        "or" | "OR" | "|" => "write `||` for \"or\"",
        "not" | "NOT" => "write `!` for \"not\"",
        "<>" => "write `!=` for \"is not\"",
        _ => return None,
    };
    Some(right.into())
}

/// The byte of a line and column, both counted from 1 and in characters.
fn offset(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line).unwrap_or(1).max(1);
    let column = usize::try_from(column).unwrap_or(1).max(1);
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let rest = text.get(start..).unwrap_or("");
    let within = rest.char_indices().nth(column - 1);
    start + within.map_or(rest.len(), |(at, _)| at)
}

/// The word, the run of signs or the one character at `at`.
fn word_at(text: &str, at: usize) -> Range<usize> {
    let rest = &text[at..];
    let Some(first) = rest.chars().next() else {
        return at..at;
    };
    let same = |it: char| {
        if first.is_alphanumeric() || first == '_' {
            it.is_alphanumeric() || it == '_'
        } else {
            "=<>&|!".contains(first) && "=<>&|!".contains(it)
        }
    };
    let length = rest
        .find(|it| !same(it))
        .unwrap_or(rest.len())
        .max(first.len_utf8());
    at..at + length
}
