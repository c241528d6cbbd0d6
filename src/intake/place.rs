//! Countries and languages by whatever name a form knows them.

use std::{collections::HashMap, sync::LazyLock};

use super::text::key;

static COUNTRIES: LazyLock<HashMap<String, &'static str>> =
    LazyLock::new(|| table(include_str!("countries.txt")));

static LANGUAGES: LazyLock<HashMap<String, &'static str>> =
    LazyLock::new(|| table(include_str!("languages.txt")));

/// The ISO 3166-1 code of a country given by code or name: `DE` for `de`, `DEU`, `Allemagne`.
#[must_use]
pub fn country(text: &str) -> Option<&'static str> {
    COUNTRIES.get(&key(text)).copied()
}

/// The ISO 639-1 code of a language given by code, locale or name: `de` for `de-AT`, `Almanca`.
#[must_use]
pub fn language(text: &str) -> Option<&'static str> {
    let first = text
        .trim()
        .split(['-', '_', ',', ';'])
        .next()
        .unwrap_or_default();
    LANGUAGES
        .get(&key(text))
        .or_else(|| LANGUAGES.get(&key(first)))
        .copied()
}

/// Reads `code=name|name` lines. A code goes before another's name, and the first name before
/// a later one.
fn table(lines: &'static str) -> HashMap<String, &'static str> {
    let rows: Vec<_> = lines
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .collect();
    let mut table: HashMap<_, _> = rows.iter().map(|(code, _)| (key(code), *code)).collect();
    for (code, names) in rows {
        for name in names.split('|').map(key).filter(|name| !name.is_empty()) {
            table.entry(name).or_insert(code);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_code_and_name() {
        for (text, code) in [
            ("DE", "DE"),
            ("de", "DE"),
            ("deu", "DE"),
            ("Deutschland", "DE"),
            ("Almanya", "DE"),
            ("UK", "GB"),
            ("U.S.A.", "US"),
            ("Etats-Unis", "US"),
            ("Estados Unidos", "US"),
            ("türkiye", "TR"),
            ("TURKEY", "TR"),
            ("Österreich", "AT"),
            ("Avusturya", "AT"),
            ("the netherlands", "NL"),
            ("Côte d'Ivoire", "CI"),
            ("日本", ""),
            ("Atlantis", ""),
            ("", ""),
        ] {
            assert_eq!(country(text).unwrap_or_default(), code, "{text}");
        }
    }

    #[test]
    fn languages_are_known_by_code_locale_and_name() {
        for (text, code) in [
            ("de", "de"),
            ("de-DE", "de"),
            ("pt_BR", "pt"),
            ("en-US,en;q=0.9", "en"),
            ("German", "de"),
            ("Deutsch", "de"),
            ("Türkçe", "tr"),
            ("ger", "de"),
            ("Klingon", ""),
        ] {
            assert_eq!(language(text).unwrap_or_default(), code, "{text}");
        }
    }
}
