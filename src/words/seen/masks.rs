//! Taking what is hidden out of what a lead wrote, wherever it repeats it.

use crate::domain::contact::{Contact, Field, FieldValue};

/// What stands for what is hidden.
const HIDDEN: &str = "…";
/// Fewer digits in a row are no phone number.
const PHONE_DIGITS: usize = 6;
/// So few characters are hidden only where they are a word of their own.
const SHORT: usize = 2;

/// The text on one line, without anything that tells one of the fields in `hide`.
pub(super) fn masked(contact: &Contact, hide: &[Field], text: &str) -> String {
    let mut text = one_line(text);
    if hide.contains(&Field::Email) {
        text = without_mails(&text);
    }
    for field in hide {
        for secret in secrets(contact, *field) {
            text = without(&text, &secret);
        }
        for word in secret_words(contact, *field) {
            text = without_word(&text, &word);
        }
    }
    if hide.contains(&Field::Phone) {
        text = without_numbers(&text);
    }
    text
}

/// The texts by which a hidden value could be recognised.
fn secrets(contact: &Contact, field: Field) -> Vec<String> {
    let values = match contact.get(field) {
        None => Vec::new(),
        Some(FieldValue::Text(text)) => vec![text.clone()],
        Some(FieldValue::Number(number)) => vec![number.to_string()],
        Some(FieldValue::List(list)) => list.clone(),
    };
    let long_enough = |text: &String| text.trim().chars().count() > SHORT;
    values.into_iter().filter(long_enough).collect()
}

/// The words that tell a hidden value where they stand alone: parts of a name, whose domain it is, and what is as
/// short as a country.
fn secret_words(contact: &Contact, field: Field) -> Vec<String> {
    let text = contact.text(field).trim();
    let named = [Field::Name, Field::FirstName, Field::LastName].contains(&field);
    let words: Vec<&str> = match text.split_once('@') {
        _ if named => text.split_whitespace().collect(),
        Some((_, domain)) if field == Field::Email => vec![domain],
        Some(_) | None => vec![text],
    };
    let told = |word: &&str| {
        let length = word.chars().count();
        length > 1 && (named || field == Field::Email || length <= SHORT)
    };
    words.into_iter().filter(told).map(str::to_owned).collect()
}

/// The text without any occurrence of `secret`, whatever its case.
fn without(text: &str, secret: &str) -> String {
    replaced(text, secret, |_, _| true)
}

/// The text without `word` where it stands alone, whatever its case.
fn without_word(text: &str, word: &str) -> String {
    let goes_on = |next: Option<&char>| next.is_some_and(|c| c.is_alphanumeric());
    replaced(text, word, |before, after| {
        !goes_on(before) && !goes_on(after)
    })
}

/// The text without `secret` where what stands before and behind it is `right`.
fn replaced(
    text: &str,
    secret: &str,
    right: impl Fn(Option<&char>, Option<&char>) -> bool,
) -> String {
    let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
    let secret: Vec<char> = one_line(secret).chars().map(lower).collect();
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let rest = chars[at..].iter().map(|c| lower(*c));
        let found = rest.take(secret.len()).eq(secret.iter().copied());
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        if found && right(before, chars.get(at + secret.len())) {
            out.push_str(HIDDEN);
            at += secret.len();
        } else {
            out.push(*c);
            at += 1;
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_mails(text: &str) -> String {
    let words = text.split_whitespace();
    let kept = words.map(|word| if word.contains('@') { HIDDEN } else { word });
    kept.collect::<Vec<_>>().join(" ")
}

fn without_numbers(text: &str) -> String {
    let in_number = |c: char| c.is_numeric() || " +()/.-\u{a0}".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut stretch = String::new();
    for c in text.chars().map(Some).chain([None]) {
        match c.filter(|c| in_number(*c)) {
            Some(c) => stretch.push(c),
            None => {
                let digits = stretch.chars().filter(|c| c.is_numeric()).count();
                if digits >= PHONE_DIGITS {
                    out.push_str(" … ");
                } else {
                    out.push_str(&stretch);
                }
                stretch.clear();
                out.extend(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_found_in_any_case_and_over_line_breaks() {
        assert_eq!(
            without("I am ADA lovelace, ada", "Ada\nLovelace"),
            "I am …, ada"
        );
        assert_eq!(
            without_word("Ann plans, says ANN. Ann's mail: x@ann.example", "Ann"),
            "… plans, says …. …'s mail: x@….example"
        );
        assert_eq!(without_mails("write a@b.example now"), "write … now");
        assert_eq!(without_numbers("+49 (30) 12-34, 2 of 3"), " … , 2 of 3");
    }
}
