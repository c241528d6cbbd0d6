//! Numbers as people write them: `51-200`, `1.200`, `€ 12.5k`, `10k+`, `2 Mio.`

/// More letters than this around a number are a text in which a number occurs.
const MOST_LETTERS: usize = 30;

/// What may stand after a number to make it larger.
const SUFFIXES: [(&str, f64); 19] = [
    ("k", 1e3),
    ("tsd", 1e3),
    ("bin", 1e3),
    ("mil", 1e3),
    ("thousand", 1e3),
    ("tausend", 1e3),
    ("m", 1e6),
    ("mm", 1e6),
    ("mn", 1e6),
    ("mio", 1e6),
    ("million", 1e6),
    ("millions", 1e6),
    ("millionen", 1e6),
    ("milyon", 1e6),
    ("b", 1e9),
    ("bn", 1e9),
    ("mrd", 1e9),
    ("billion", 1e9),
    ("milyar", 1e9),
];

/// Words and signs before a number that make it the upper end.
const UP_TO: [&str; 16] = [
    "<",
    "≤",
    "under",
    "below",
    "upto",
    "lessthan",
    "fewerthan",
    "max",
    "unter",
    "bis",
    "biszu",
    "wenigerals",
    "menosde",
    "hasta",
    "moinsde",
    "jusqua",
];

/// The number a text stands for. Of a range the lower end, so that "51-200" counts as 51 and a
/// condition `>= 50` holds truthfully of everybody in it; of "up to 50" that is 0.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let text: String = text.chars().take(100).collect();
    let start = text.find(|char: char| char.is_ascii_digit())?;
    if !is_mostly_a_number(&text) {
        return None;
    }
    let before = super::text::key(&text[..start]);
    if UP_TO.iter().any(|word| before == *word) || text[..start].contains(['<', '≤']) {
        return Some(0.0);
    }
    let (digits, after) = split(&text[start..]);
    let own = suffix(after);
    // "10-50k": the one suffix is meant for both.
    let scale = own.or_else(|| suffix_of_upper_end(after)).unwrap_or(1.0);
    value(digits, scale > 1.0)
        .map(|number| number * scale)
        .filter(|number| number.is_finite())
}

/// Whether a text says a number, with a sign, a currency or a few words around it. Markup, code and
/// whole sentences with a digit in them don't: nothing can be compared with those.
fn is_mostly_a_number(text: &str) -> bool {
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    let hostile = text.contains([';', '{', '}', '[', ']', '`', '"', '\\', '@', '_', '='])
        || text.contains('<') && text.contains(|char: char| char.is_alphabetic() || char == '>');
    letters <= MOST_LETTERS && !hostile
}

/// Whether a text is that number and nothing else, so that nothing is lost by keeping only it.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok()
}

/// The digits a text begins with, with the separators between them, and the rest.
fn split(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut end = 0;
    for (at, char) in text.char_indices() {
        let next = bytes.get(at + char.len_utf8());
        let digit_next = next.is_some_and(u8::is_ascii_digit);
        match char {
            '0'..='9' => end = at + 1,
            '.' | ',' | '\'' | '’' if digit_next => {}
            ' ' | '\u{a0}' | '\u{202f}' if three_digits(&text[at + char.len_utf8()..]) => {}
            _ => break,
        }
    }
    text.split_at(end)
}

/// Exactly three digits stand here.
fn three_digits(text: &str) -> bool {
    text.bytes().take_while(u8::is_ascii_digit).count() == 3
}

/// The number that digits and separators make. A single separator before three digits parts
/// thousands, unless the number is in thousands or millions anyway or begins with 0.
fn value(digits: &str, scaled: bool) -> Option<f64> {
    let plain: String = digits
        .chars()
        .filter(|char| char.is_ascii_digit() || ",.".contains(*char))
        .collect();
    let decimal = match (plain.rfind('.'), plain.rfind(',')) {
        (None, None) => None,
        (Some(dot), Some(comma)) => Some(dot.max(comma)),
        (Some(at), None) | (None, Some(at)) => {
            let several = plain.matches(['.', ',']).count() > 1;
            let thousands = plain.len() - at == 4 && !scaled && !plain.starts_with('0');
            (!several && !thousands).then_some(at)
        }
    };
    let whole = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    match decimal {
        None => whole(&plain).parse().ok(),
        Some(at) => format!("{}.{}", whole(&plain[..at]), whole(&plain[at..]))
            .parse()
            .ok(),
    }
}

fn suffix(after: &str) -> Option<f64> {
    let word: String = after
        .trim_start()
        .chars()
        .take_while(|char| char.is_alphabetic())
        .collect();
    let word = word.to_lowercase();
    SUFFIXES
        .iter()
        .find(|(suffix, _)| *suffix == word)
        .map(|(_, scale)| *scale)
}

/// The suffix of the second number, when only a sign or a short word stands between the two.
fn suffix_of_upper_end(after: &str) -> Option<f64> {
    let between = after.find(|char: char| char.is_ascii_digit())?;
    let joined = matches!(
        super::text::key(&after[..between]).as_str(),
        "" | "to" | "bis" | "a"
    );
    let (_, rest) = split(&after[between..]);
    if joined && !after[..between].contains('+') {
        suffix(rest)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_mean_them() {
        for (text, number) in [
            ("250", 250.0),
            ("51-200", 51.0),
            ("51 – 200 employees", 51.0),
            ("1,200", 1200.0),
            ("1.200", 1200.0),
            ("1 200", 1200.0),
            ("1'200'000", 1_200_000.0),
            ("1.200,50", 1200.5),
            ("1,200.50", 1200.5),
            ("12,5", 12.5),
            ("0.500", 0.5),
            ("€ 12.5k", 12_500.0),
            ("1.250k", 1250.0),
            ("10k+", 10_000.0),
            ("10-50k", 10_000.0),
            ("10k-50k", 10_000.0),
            ("1M", 1e6),
            ("2 Mio. €", 2e6),
            ("1,5 Mrd", 1.5e9),
            ("500+", 500.0),
            ("> 1000", 1000.0),
            ("<10", 0.0),
            ("up to 50", 0.0),
            ("bis zu 50", 0.0),
            ("3 managers", 3.0),
            ("Über 5.000/mês", 5000.0),
            ("2 or 3 thousand", 2.0),
        ] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
        for text in [
            "",
            "many",
            "-",
            "k",
            "½",
            "<b>0",
            "<script>alert(1)</script>",
            "'; drop table leads; -- 1",
            "{{7*7}}",
            "javascript:alert`1`",
            "please call me on one of the next 3 days or so",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_brings_it_down(text in "\\PC{0,40}") {
            prop_assert!(parse(&text).is_none_or(|number| number >= 0.0 && number.is_finite()));
        }
        #[test]
        fn digits_and_separators_neither(text in "[0-9.,' kM+-]{0,40}") {
            prop_assert!(parse(&text).is_none_or(|number| number >= 0.0 && number.is_finite()));
        }
    }
}
