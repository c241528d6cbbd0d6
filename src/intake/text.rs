//! Text as a stranger wrote it, made safe to store, compare and show.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Cleans a one-line text, cut to `longest` characters: NFC, nothing invisible, and single
/// blanks for line breaks and runs of blanks.
#[must_use]
pub fn line(text: &str, longest: usize) -> String {
    let text = clean(&text.replace(['\r', '\u{b}', '\u{c}', '\u{85}'], " "));
    let words: Vec<&str> = text.split_whitespace().collect();
    cut(&words.join(" "), longest)
}

/// Cleans a text that may have several lines, cut to `longest` characters: NFC, nothing
/// invisible, and `\n` for every way to break a line.
#[must_use]
pub fn lines(text: &str, longest: usize) -> String {
    cut(
        &clean(
            &text
                .replace("\r\n", "\n")
                .replace(['\r', '\u{2028}', '\u{2029}'], "\n"),
        ),
        longest,
    )
}

/// Brings a text into NFC and takes out what nobody sees: control characters, characters that
/// reorder or hide their neighbours, blanks at the ends. Joiners stay, for Persian and emoji.
fn clean(text: &str) -> String {
    let visible: String = text
        .nfc()
        .filter_map(|char| match char {
            '\t' => Some(' '),
            '\n' => Some('\n'),
            _ if char.is_control() || is_invisible(char) => None,
            _ => Some(char),
        })
        .collect();
    visible.trim().to_owned()
}

fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Cuts a text to so many characters, the last then a `…`.
#[must_use]
pub fn cut(text: &str, longest: usize) -> String {
    if text.chars().nth(longest).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(longest.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The words of a label without what differs between senders: case, accents, punctuation,
/// `camelCase`. Of long labels the beginning.
#[must_use]
pub fn words(label: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for char in label
        .chars()
        .take(120)
        .nfkd()
        .filter(|char| !is_combining_mark(*char))
    {
        if !char.is_alphanumeric() {
            words.push(String::new());
            lower_before = false;
            continue;
        }
        if char.is_uppercase() && lower_before {
            words.push(String::new());
        }
        lower_before = char.is_lowercase();
        if let Some(word) = words.last_mut() {
            fold(char, word);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words as one: what labels are compared by.
#[must_use]
pub fn key(label: &str) -> String {
    words(label).concat()
}

fn fold(char: char, into: &mut String) {
    match char {
        'ı' => into.push('i'),
        'ß' | 'ẞ' => into.push_str("ss"),
        'ø' | 'Ø' => into.push('o'),
        'ł' | 'Ł' => into.push('l'),
        'æ' | 'Æ' => into.push_str("ae"),
        _ => into.extend(char.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_nobody_sees_goes() {
        for (sent, kept) in [
            ("  Ada \t Lovelace\r\n", "Ada Lovelace"),
            ("A\u{0}d\u{1b}a", "Ada"),
            ("evil\u{202e}gpj.exe", "evilgpj.exe"),
            ("a\u{200b}b\u{feff}c\u{ad}d", "abcd"),
            ("e\u{301}", "é"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            ("\u{202e}", ""),
        ] {
            assert_eq!(line(sent, 100), kept, "{sent:?}");
        }
        assert_eq!(lines("one\r\ntwo\rthree\n\n", 100), "one\ntwo\nthree");
    }

    #[test]
    fn long_texts_end_in_dots() {
        assert_eq!(cut("grün", 4), "grün");
        assert_eq!(cut("grüne", 4), "grü…");
    }

    #[test]
    fn labels_are_compared_by_their_words() {
        for label in [
            "First Name",
            "first_name",
            "firstName",
            "FIRST-NAME",
            "  first  náme* ",
        ] {
            assert_eq!(key(label), "firstname", "{label}");
        }
        assert_eq!(key("Größe (m)"), "grossem");
        assert_eq!(key("Adınız"), "adiniz");
        assert_eq!(words("utm__source"), ["utm", "source"]);
        assert_eq!(words("pageURL"), ["page", "url"]);
        assert_eq!(key("***"), "");
    }

    proptest! {
        #[test]
        fn cleaning_is_done_at_once(sent in any::<String>()) {
            let once = line(&sent, 30);
            prop_assert!(once.chars().count() <= 30);
            prop_assert_eq!(line(&once, 30), once);
        }
    }
}
