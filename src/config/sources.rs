//! The files of a configuration, laid end to end, so that one range of bytes names a place in
//! any of them.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

/// All files that were read: the first, then what it includes, in order.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<File>,
}

/// One file.
#[derive(Debug)]
pub struct File {
    /// Its path, as it was given.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
    /// The same with secrets starred out: what may be shown.
    pub shown: String,
    /// Where it begins in the whole.
    pub base: usize,
}

impl File {
    /// Line and column of a byte of this file, both from 1; columns count characters.
    #[must_use]
    pub fn line_and_column(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |it| it + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}

impl File {
    /// Its text with `"***"` in place of each secret, whatever its length: what may be kept.
    #[must_use]
    pub fn without_secrets(&self) -> String {
        let (mut out, mut rest) = (String::new(), self.shown.as_str());
        while let Some(begin) = rest.find('*') {
            let at = self.shown.len() - rest.len() + begin;
            let long = rest[begin..].len() - rest[begin..].trim_start_matches('*').len();
            out.push_str(&rest[..begin]);
            // Stars that somebody typed are no secret.
            let typed = self.text.get(at..at + long);
            out.push_str(
                typed
                    .filter(|it| it.bytes().all(|it| it == b'*'))
                    .unwrap_or("\"***\""),
            );
            rest = &rest[begin + long..];
        }
        out + rest
    }
}

impl Sources {
    /// Files that were kept, by name, with their text.
    #[must_use]
    pub fn of(files: &[(String, String)]) -> Self {
        let mut sources = Self::default();
        for (name, text) in files {
            sources.add(Path::new(name), text.clone());
        }
        sources
    }

    /// The files by name, without secrets: what may be kept.
    #[must_use]
    pub fn without_secrets(&self) -> Vec<(String, String)> {
        let files = self.files.iter();
        let name = |file: &File| file.path.display().to_string();
        files
            .map(|file| (name(file), file.without_secrets()))
            .collect()
    }

    /// Adds a file at the end.
    pub(super) fn add(&mut self, path: &Path, text: String) -> &File {
        let base = self
            .files
            .last()
            .map_or(0, |it| it.base + it.text.len() + 1);
        self.files.push(File {
            path: path.to_owned(),
            shown: text.clone(),
            text,
            base,
        });
        &self.files[self.files.len() - 1]
    }

    /// The files in the order of reading.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The file of a place, and the place within it.
    #[must_use]
    pub fn locate(&self, span: &Range<usize>) -> Option<(&File, Range<usize>)> {
        let file = self.files.iter().rev().find(|it| it.base <= span.start)?;
        let start = (span.start - file.base).min(file.text.len());
        let end = (span.end.saturating_sub(file.base)).clamp(start, file.text.len());
        Some((file, start..end))
    }

    /// `baton.toml:12`, for mentioning a second place.
    #[must_use]
    pub fn line(&self, span: &Range<usize>) -> String {
        self.locate(span)
            .map_or_else(String::new, |(file, within)| {
                let (line, _) = file.line_and_column(within.start);
                format!("{}:{line}", file.path.display())
            })
    }

    /// The text of a place, as it was typed.
    #[must_use]
    pub fn typed(&self, span: &Range<usize>) -> &str {
        let typed = self.locate(span);
        typed.map_or("", |(file, within)| file.text.get(within).unwrap_or(""))
    }

    /// Stars out a place in what may be shown.
    pub(super) fn hide(&mut self, span: &Range<usize>) {
        let Some(file) = self.files.iter_mut().rev().find(|it| it.base <= span.start) else {
            return;
        };
        let (start, end) = (span.start - file.base, span.end - file.base);
        if file.shown.get(start..end).is_some() {
            let stars = "*".repeat(end - start);
            file.shown.replace_range(start..end, &stars);
        }
    }

    /// The place of `inner`, a range of a text's bytes, where `value` is the place of the whole
    /// text with its quotes. The whole place when the text was filled in from the environment.
    #[must_use]
    pub fn within(&self, value: &Range<usize>, inner: &Range<usize>) -> Range<usize> {
        let typed = self.typed(value);
        let Some((open, escapes)) = opening(typed) else {
            return value.clone();
        };
        let body = &typed[open..];
        if body.contains("${") {
            return value.clone();
        }
        let mut start = typed_offset(body, inner.start, escapes);
        if escapes && let (blank, 0) = escape(&body[start..]) {
            start += blank;
        }
        let end = typed_offset(body, inner.end, escapes).max(start);
        let end = end.min(typed.len().saturating_sub(open));
        value.start + open + start..value.start + open + end
    }
}

/// How long a string's opening quote is, and whether escapes mean something in it.
fn opening(typed: &str) -> Option<(usize, bool)> {
    for (quote, escapes) in [("\"\"\"", true), ("'''", false)] {
        if let Some(rest) = typed.strip_prefix(quote) {
            let newline = rest.len() - rest.trim_start_matches('\r').len();
            let newline = newline + usize::from(rest[newline..].starts_with('\n'));
            return Some((3 + newline, escapes));
        }
    }
    match typed.as_bytes().first()? {
        b'"' => Some((1, true)),
        b'\'' => Some((1, false)),
        _ => None,
    }
}

/// Where byte `wanted` of the meant text stands in the typed one.
fn typed_offset(body: &str, wanted: usize, escapes: bool) -> usize {
    if !escapes {
        return wanted.min(body.len());
    }
    let (mut meant, mut typed) = (0, 0);
    while meant < wanted {
        let Some(next) = body[typed..].chars().next() else {
            break;
        };
        let (long, means) = if next == '\\' {
            escape(&body[typed..])
        } else {
            (next.len_utf8(), next.len_utf8())
        };
        typed += long;
        meant += means;
    }
    typed
}

/// The lengths of an escape as it is typed and as it is meant.
fn escape(text: &str) -> (usize, usize) {
    if !text.starts_with('\\') {
        return (0, 1);
    }
    let digits = match text.as_bytes().get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(byte) if byte.is_ascii_whitespace() => {
            let blank = text[1..].trim_start();
            return (text.len() - blank.len(), 0);
        }
        Some(byte) if byte.is_ascii() => return (2, 1),
        Some(_) | None => return (1, 1),
    };
    let code = text.get(2..2 + digits);
    let code = code.and_then(|it| u32::from_str_radix(it, 16).ok());
    let meant = code.and_then(char::from_u32).map_or(1, char::len_utf8);
    (code.map_or(2, |_| 2 + digits), meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_tells_no_secret_not_even_its_length() {
        let text = "a = \"hush\" # ** stars **\nb = [\"hüsh\", \"x\"]\nc = \"${C}\"\n";
        let mut sources = Sources::default();
        sources.add(Path::new("one.toml"), text.to_owned());
        for secret in ["\"hush\"", "\"hüsh\"", "\"x\""] {
            let at = text.find(secret).unwrap();
            sources.hide(&(at..at + secret.len()));
        }
        let kept = "a = \"***\" # ** stars **\nb = [\"***\", \"***\"]\nc = \"${C}\"\n";
        let files = sources.without_secrets();
        assert_eq!(files, [("one.toml".to_owned(), kept.to_owned())]);
        assert_eq!(Sources::of(&files).without_secrets(), files);
    }

    #[test]
    fn a_place_within_a_text_is_found_in_what_was_typed() {
        for (typed, inner, expected) in [
            ("'a == b'", 2..4, "=="),
            ("\"a == b\"", 2..4, "=="),
            (r#""\"x\" == y""#, 4..6, "=="),
            (r#""\u00fc == y""#, 3..5, "=="),
            ("'''\na == b'''", 2..4, "=="),
            ("\"\"\"\na \\\n  == b\"\"\"", 2..4, "=="),
            ("\"${A} == b\"", 2..4, "\"${A} == b\""),
        ] {
            let mut sources = Sources::default();
            sources.add(Path::new("one.toml"), "# first".into());
            let text = format!("when = {typed}\n");
            let base = sources.add(Path::new("two.toml"), text).base;
            let value = base + 7..base + 7 + typed.len();
            let place = sources.within(&value, &inner);
            assert_eq!(sources.typed(&place), expected, "{typed}");
        }
    }
}
