//! Finds typed secrets in a file that may be no TOML: in a broken one, under a misspelt key, or
//! under a key that is given twice, where the parsed tree does not know of them.

use std::ops::Range;

use crate::domain::suggest;

const SECRETS: [&str; 7] = [
    "secret",
    "secrets",
    "token",
    "tokens",
    "password",
    "passwords",
    "certificate",
];

/// The places of everything that stands under a key that looks like a secret's.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('=') {
        let Some(key) = key_before(&text[..at]) else {
            continue;
        };
        let begin =
            at + 1 + (text[at + 1..].len() - text[at + 1..].trim_start_matches([' ', '\t']).len());
        let hidden = looks_secret(key);
        let values = if text[begin..].starts_with(['[', '{']) && hidden {
            strings_of(text, begin)
        } else {
            vec![value_at(text, begin)]
        };
        let shows = |it: &Range<usize>| hidden || has_password(&text[it.clone()]);
        found.extend(
            values
                .into_iter()
                .filter(|it| shows(it) && !is_filled_in(&text[it.clone()])),
        );
    }
    found
}

/// Whether what is under this key must never be shown; slips of the pen count.
pub(super) fn looks_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    let has = |word: &&str| key.contains(*word);
    SECRETS.iter().any(has)
        || key
            .split(['_', '-'])
            .any(|word| suggest::nearest(word, SECRETS).is_some())
}

/// The last part of the key that ends here.
fn key_before(text: &str) -> Option<&str> {
    let text = text.trim_end_matches([' ', '\t', '"', '\'']);
    let part = |it: char| it.is_alphanumeric() || it == '_' || it == '-';
    let start = text.trim_end_matches(part).len();
    Some(&text[start..]).filter(|it| !it.is_empty())
}

/// A value from where it begins: a string to its end quote, or to the end of the line when it is
/// left open (of the file, for one of several lines).
fn value_at(text: &str, begin: usize) -> Range<usize> {
    let rest = &text[begin..];
    for quote in ["\"\"\"", "'''"] {
        if let Some(inner) = rest.strip_prefix(quote) {
            let end = inner
                .find(quote)
                .map_or(rest.len(), |it| it + 2 * quote.len());
            return begin..begin + end;
        }
    }
    let line = rest.lines().next().unwrap_or_default();
    let Some(quote) = line.chars().next().filter(|it| "\"'".contains(*it)) else {
        let end = line
            .find([',', '}', ']', ' ', '\t', '#'])
            .unwrap_or(line.len());
        return begin..begin + end;
    };
    let mut escaped = false;
    let closing = line.char_indices().skip(1).find(|(_, it)| {
        let closes = *it == quote && !escaped;
        escaped = *it == '\\' && quote == '"' && !escaped;
        closes
    });
    begin..begin + closing.map_or(line.len(), |(at, _)| at + 1)
}

/// All strings and numbers in a list or table, up to its end.
fn strings_of(text: &str, begin: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut at, mut depth) = (begin, 0_u32);
    while let Some(next) = text[at..].chars().next() {
        match next {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            '"' | '\'' | '0'..='9' => {
                let value = value_at(text, at);
                let is_key = text[value.end..]
                    .trim_start_matches([' ', '\t'])
                    .starts_with('=');
                at = value.end.max(at + 1);
                if !is_key {
                    found.push(value);
                }
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        at += next.len_utf8();
    }
    found
}

/// `"${NAME}"`: the secret itself stands elsewhere.
fn is_filled_in(value: &str) -> bool {
    let inner = value.trim_matches(['"', '\'']);
    value.is_empty()
        || inner.strip_prefix("${").and_then(|it| it.find('}')) == inner.len().checked_sub(3)
}

/// Whether it is an address with a password in it, such as `postgres://baton:…@db/baton`.
pub(super) fn has_password(text: &str) -> bool {
    let address = text.split_once("://");
    let before_host = address.and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    before_host.is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::EXAMPLE;

    #[test]
    fn what_looks_like_a_secret_is_found_in_any_text() {
        for text in [
            "secret = \"hush",
            "secert = \"hush\"",
            "tokne='hush'",
            "x = { bot_tokn = \"hush\", b = 1 }",
            "signing_secrets = [\"hush\", \"hush\"\n\"hush\"]",
            "tokens = { \"1\" = \"hush\", a = 'hush'",
            "paswordd = \"a \\\" hush\"",
            "\"secret\" = \"hush\"",
            "password = \"\"\"\nhush\nhush",
            "url = \"postgres://a:hush@db/x",
            "token = hush",
            "token = \"hush-${A}\"",
        ] {
            let mut shown = text.to_owned();
            for place in secrets(text) {
                shown.replace_range(place.clone(), &"*".repeat(place.len()));
            }
            assert!(!shown.contains("hush"), "{text}: {shown}");
        }
    }

    #[test]
    fn nothing_else_is_starred_out() {
        // `?token=...` in a comment looks like one.
        let found = secrets(EXAMPLE).into_iter();
        let found: Vec<&str> = found.map(|place| &EXAMPLE[place]).collect();
        assert_eq!(found, ["..."]);
        let text = "token = \"${A}\"\nname = \"x\"\nwhen = 'a == \"b\"'\nurl = \"https://a/b\"\n";
        assert!(secrets(text).is_empty());
    }
}
