//! What unwanted submissions look like: what can be told from the text alone.

use super::contact::{Contact, Field};

/// What people type themselves. An address belongs into `website`, and forms send where they stand in `page`.
const TYPED: [Field; 8] = [
    Field::Name,
    Field::FirstName,
    Field::LastName,
    Field::Company,
    Field::Title,
    Field::Message,
    Field::UseCase,
    Field::Product,
];

/// How many links there are in what somebody wrote.
#[must_use]
pub fn links_of(contact: &Contact) -> u32 {
    let texts = TYPED.iter().map(|field| contact.text(*field));
    texts.map(links).fold(0, u32::saturating_add)
}

/// How many links there are in a text, written out or without their scheme.
fn links(text: &str) -> u32 {
    let text = text.to_ascii_lowercase();
    let begins = |mark: &str| {
        let found = text.match_indices(mark);
        found.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let written_out = begins("http://").len() + begins("https://").len();
    let bare = begins("www.").into_iter().filter(|at| {
        let before = text.get(..*at).unwrap_or_default();
        // `https://www.…` is counted already, and `awww.` is no link.
        !before.ends_with(|it: char| it.is_alphanumeric() || it == '/')
    });
    u32::try_from(written_out + bare.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_counted_however_they_are_written() {
        for (text, count) in [
            ("", 0),
            ("Please call me.", 0),
            ("See https://a.example", 1),
            ("HTTP://A.example and www.b.example", 2),
            ("https://www.a.example/?next=https://b.example", 2),
            (
                "[url=http://a.example]x[/url] <a href='http://b.example'>",
                2,
            ),
            ("awww. so nice", 0),
            ("(www.a.example)", 1),
        ] {
            assert_eq!(links(text), count, "{text}");
        }
    }

    #[test]
    fn only_what_was_typed_counts() {
        let mut contact = Contact::default();
        contact.set_text(Field::Website, "https://acme.example");
        contact.set_text(Field::Page, "https://acme.example/demo");
        assert_eq!(links_of(&contact), 0);
        contact.set_text(Field::Message, "https://a.example https://b.example");
        contact.set_text(Field::Name, "Win at www.c.example");
        assert_eq!(links_of(&contact), 3);
    }
}
