//! What conditions leave for each other: one that can't be true, and a route behind one that takes all it would.
//!
//! Conditions are taken apart at `||` and `&&`. What that does not understand is taken to be possible, and to be the
//! same as nothing else.

use std::ops::Range;

use toml::Spanned;

use super::Linter;
use crate::domain::condition::Condition;

/// What all must hold, each as it was written, blanks apart.
type All = Vec<String>;

impl Linter<'_> {
    /// Conditions that no lead can meet, wherever they stand.
    pub(super) fn impossible(&mut self) {
        let policy = &self.rules.policy;
        let raw = self.raw;
        let place = |when: &Option<Spanned<String>>, id: Range<usize>| {
            when.as_ref().map_or(id, Spanned::span)
        };
        let routes = policy.routes.iter().zip(&raw.route);
        let routes = routes.map(|(it, raw)| (it.when.as_ref(), place(&raw.when, raw.id.span())));
        let intents = policy.intents.iter().zip(&raw.intent);
        let intents = intents.map(|(it, raw)| (it.when.as_ref(), raw.when.span()));
        let filters = policy.filters.iter().zip(&raw.filter);
        let filters = filters.map(|(it, raw)| (Some(&it.when), raw.when.span()));
        let all: Vec<_> = routes.chain(intents).chain(filters).collect();
        for (when, place) in all {
            if let Some(why) = when.and_then(never) {
                let message = format!("this can't be true: {why}");
                self.say(
                    place,
                    message,
                    "write `||` where either is meant, or take it out",
                );
            }
        }
    }

    /// Routes that an earlier one leaves nothing, though it asks otherwise.
    pub(super) fn shadowed(&mut self) {
        let routes = &self.rules.policy.routes;
        for (place, (route, raw)) in routes.iter().zip(&self.raw.route).enumerate() {
            let Some(when) = &route.when else { continue };
            let earlier = routes[..place].iter().find(|before| {
                let taken = before.when.as_ref();
                taken.is_some_and(|it| {
                    it.source().trim() != when.source().trim() && covers(it, when)
                })
            });
            if let Some(before) = earlier {
                let message = format!(
                    "this route is never taken: `{}` before it takes all that it would",
                    before.id
                );
                let help = "the first route that holds is taken: put the narrower one first";
                self.say(raw.id.span(), message, help);
            }
        }
    }
}

/// Whether whatever meets `narrow` meets `wide`.
fn covers(wide: &Condition, narrow: &Condition) -> bool {
    let wide = alternatives(wide.source());
    let takes = |one: &All| {
        wide.iter()
            .any(|all| all.iter().all(|must| one.contains(must)))
    };
    alternatives(narrow.source()).iter().all(takes)
}

/// Why no lead can meet it; `None` if one may.
fn never(when: &Condition) -> Option<String> {
    let mut why = None;
    for all in alternatives(when.source()) {
        why = Some(contradiction(&all)?);
    }
    why
}

/// The alternatives of a condition, each as what all must hold.
fn alternatives(text: &str) -> Vec<All> {
    let text = bare(text);
    let parts = split(text, "||");
    if parts.len() > 1 {
        return parts.into_iter().flat_map(alternatives).collect();
    }
    let parts = split(text, "&&");
    if parts.len() == 1 {
        return vec![vec![text.split_whitespace().collect::<Vec<_>>().join(" ")]];
    }
    parts.into_iter().fold(vec![All::new()], |all, part| {
        let each = alternatives(part);
        let with = |so_far: &All| {
            let so_far = so_far.clone();
            each.iter()
                .map(move |more| so_far.iter().chain(more).cloned().collect())
                .collect::<Vec<All>>()
        };
        all.iter().flat_map(with).collect()
    })
}

/// The text without blanks and parentheses around all of it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
    match inner {
        Some(inner) if depths(text).all(|(at, depth)| depth > 0 || at + 1 == text.len()) => {
            bare(inner)
        }
        Some(_) | None => text,
    }
}

/// Each place outside of quotes, with how many brackets are open behind it.
fn depths(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let (mut quote, mut escaped, mut depth) = (None, false, 0_usize);
    text.char_indices().filter_map(move |(at, one)| {
        if let Some(open) = quote {
            if one == open && !escaped {
                quote = None;
            }
            escaped = one == '\\' && !escaped;
            return None;
        }
        match one {
            '"' | '\'' => quote = Some(one),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        Some((at, depth))
    })
}

/// The parts between an operator that stands in no brackets.
fn split<'t>(text: &'t str, operator: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    for (at, depth) in depths(text) {
        if depth == 0 && at >= begin && text[at..].starts_with(operator) {
            parts.push(&text[begin..at]);
            begin = at + operator.len();
        }
    }
    parts.push(&text[begin..]);
    parts
}

/// What one comparison says of one name.
enum Says<'t> {
    Is(&'t str),
    IsNot(&'t str),
    Above(f64, bool),
    Below(f64, bool),
}

/// A name compared with a text or a number.
fn comparison(text: &str) -> Option<(&str, Says<'_>)> {
    let operators = ["==", "!=", ">=", "<=", ">", "<"];
    let (operator, (name, value)) = operators
        .into_iter()
        .find_map(|it| Some((it, text.split_once(it)?)))?;
    let (name, value) = (name.trim(), value.trim());
    let plain = |it: char| it.is_alphanumeric() || it == '.' || it == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let number = value.parse::<f64>().ok();
    let text = value.strip_prefix(['"', '\'']).map(|_| value);
    let says = match (operator, number, text) {
        ("==", _, Some(text)) => Says::Is(text),
        ("!=", _, Some(text)) => Says::IsNot(text),
        (">=", Some(number), _) => Says::Above(number, true),
        (">", Some(number), _) => Says::Above(number, false),
        ("<=", Some(number), _) => Says::Below(number, true),
        ("<", Some(number), _) => Says::Below(number, false),
        _ => return None,
    };
    Some((name, says))
}

/// Two of them that can't hold together.
fn contradiction(all: &All) -> Option<String> {
    let said: Vec<_> = all
        .iter()
        .filter_map(|it| Some((it, comparison(it)?)))
        .collect();
    for (place, (one, (name, says))) in said.iter().enumerate() {
        for (other, (_, and)) in said[..place].iter().filter(|(_, (it, _))| it == name) {
            if excludes(says, and) {
                return Some(format!("`{other}` and `{one}`"));
            }
        }
    }
    all.iter()
        .find(|it| *it == "false")
        .map(|_| "`false`".to_owned())
}

fn excludes(one: &Says<'_>, other: &Says<'_>) -> bool {
    match (one, other) {
        (Says::Is(one), Says::Is(other)) => one != other,
        (Says::Is(one), Says::IsNot(other)) | (Says::IsNot(other), Says::Is(one)) => one == other,
        (Says::Above(least, low), Says::Below(most, high))
        | (Says::Below(most, high), Says::Above(least, low)) => {
            least > most || (least >= most && !(*low && *high))
        }
        (Says::IsNot(_), Says::IsNot(_))
        | (Says::Above(..), Says::Above(..))
        | (Says::Below(..), Says::Below(..))
        | (Says::Is(_) | Says::IsNot(_), Says::Above(..) | Says::Below(..))
        | (Says::Above(..) | Says::Below(..), Says::Is(_) | Says::IsNot(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::condition::{Names, Scope};

    fn condition(text: &str) -> Condition {
        Condition::compile(text, Scope::Lead, &Names::default()).expect(text)
    }

    #[test]
    fn what_can_not_hold_together_is_found() {
        for text in [
            "lead.type == \"demo\" && lead.type == \"webinar\"",
            "lead.employees > 50 && lead.employees < 50",
            "lead.employees >= 50 && (lead.country == \"DE\" && lead.employees < 10)",
            "(lead.type == \"a\" || lead.type == \"b\") && lead.type == \"c\"",
            "intent == \"high\" && intent != \"high\"",
        ] {
            assert!(never(&condition(text)).is_some(), "{text}");
        }
        for text in [
            "lead.type == \"demo\" || lead.type == \"webinar\"",
            "lead.employees >= 50 && lead.employees <= 50",
            "lead.employees > 10 && lead.employees < 50",
            "(lead.type == \"a\" || lead.type == \"b\") && lead.type == \"b\"",
            "lead.name == \"a && lead.type == 'x'\" && lead.type == \"y\"",
            "!(lead.type == \"a\") && lead.type == \"a\"",
            "lead.tags.exists(it, it == \"a\") && lead.tags.exists(it, it == \"b\")",
        ] {
            assert_eq!(never(&condition(text)), None, "{text}");
        }
    }

    #[test]
    fn a_wider_condition_takes_all_that_a_narrower_one_would() {
        let takes = |wide: &str, narrow: &str| covers(&condition(wide), &condition(narrow));
        let hot = "intent == \"high\" && fit == \"strong\"";
        assert!(takes("intent == \"high\"", hot));
        assert!(takes("fit  ==  \"strong\"", hot));
        assert!(takes("intent == \"medium\" || intent == \"high\"", hot));
        assert!(!takes(hot, "intent == \"high\""));
        assert!(!takes(
            "intent == \"high\"",
            "intent == \"high\" || fit == \"strong\""
        ));
        assert!(takes(
            "intent == \"high\"",
            &format!("({hot}) || intent == \"high\"")
        ));
    }
}
