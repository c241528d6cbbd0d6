//! What both platforms do to a text before they show it: take out what can't be seen, and cut what
//! is too long.

/// Joins two characters without being seen; put after a `<` it keeps any parser from reading a tag.
const WORD_JOINER: char = '\u{2060}';

/// The text on one line.
pub fn line(text: &str) -> String {
    tidy(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text with its line breaks, at most one empty line in a row.
pub fn paragraph(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut breaks = 0;
    for c in tidy(text).chars() {
        breaks = if c == '\n' { breaks + 1 } else { 0 };
        if breaks <= 2 {
            out.push(c);
        }
    }
    out
}

/// Cuts the text so that it costs at most `max`, ending in an ellipsis if anything was lost.
pub fn cut(text: &str, max: usize) -> String {
    if cost(text) <= max {
        return text.to_owned();
    }
    let mut left = max.saturating_sub(1);
    let mut out = String::new();
    for c in text.chars() {
        let Some(rest) = left.checked_sub(cost_of(c)) else {
            break;
        };
        left = rest;
        out.push(c);
    }
    if max > 0 {
        out.truncate(out.trim_end().len());
        out.push('…');
    }
    out
}

/// What a text counts for against a limit: UTF-16 units after escaping, the strictest way that a
/// platform may count.
pub fn cost(text: &str) -> usize {
    text.chars().map(cost_of).sum()
}

fn cost_of(c: char) -> usize {
    match c {
        '&' => 5,
        '<' | '>' => 4,
        other => other.len_utf16(),
    }
}

/// Without control, direction-changing and invisible characters, and with no `<` that opens a tag.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().filter(|c| !invisible(*c)).peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => out.push('\n'),
            '\t' => out.push(' '),
            '<' => {
                out.push('<');
                if chars.peek().is_some_and(|next| opens_tag(*next)) {
                    out.push(WORD_JOINER);
                }
            }
            other => out.push(other),
        }
    }
    out
}

fn opens_tag(next: char) -> bool {
    matches!(next, '!' | '@' | '#' | '/') || next.is_alphanumeric()
}

fn invisible(c: char) -> bool {
    match c {
        '\n' | '\r' | '\t' | '\u{85}' | '\u{b}' | '\u{c}' => false,
        // Direction marks and overrides, zero-width spaces, soft hyphens, tags and annotations; the
        // joiners that Persian, Indic scripts and emoji need stay.
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_taken_out() {
        let cases = [
            ("a\u{0}b\u{7}c\u{7f}", "abc"),
            ("evil\u{202e}gnp.exe", "evilgnp.exe"),
            ("pay\u{200b}pal", "paypal"),
            ("a\r\nb\rc\u{2028}d", "a b c d"),
            ("<!channel> a < b", "<\u{2060}!channel> a < b"),
            ("<\u{200b}!here>", "<\u{2060}!here>"),
            (
                "می\u{200c}خواهم 👩\u{200d}💻",
                "می\u{200c}خواهم 👩\u{200d}💻",
            ),
        ];
        for (typed, shown) in cases {
            assert_eq!(line(typed), shown, "{typed:?}");
        }
    }

    #[test]
    fn floods_of_lines_shrink_to_one_empty_line() {
        assert_eq!(paragraph("a\n\n\n\n\nb\nc"), "a\n\nb\nc");
    }

    proptest! {
        #[test]
        fn a_cut_text_costs_no_more_than_it_may(text in "\\PC{0,60}|[&<>😀a]{0,60}", max in 0_usize..50) {
            let short = cut(&text, max);
            prop_assert!(cost(&short) <= max);
            prop_assert!(short == text || max == 0 || short.ends_with('…'));
        }
    }
}
