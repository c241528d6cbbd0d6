//! `text.matches("pattern")`: the pattern is compiled with its condition, and is then the list of all texts
//! that it matches, to be looked into with `in`.

use std::ops::Range;

use cel::{
    ExecutionError,
    common::{
        traits::Container,
        types::{CelString, LIST_TYPE, Type},
        value::Val,
    },
};
use regex::{Regex, RegexBuilder};

/// How large a compiled pattern may become: counts within counts grow without bound.
const MOST_BYTES: usize = 1 << 20;

/// How deep groups may stand in each other.
const DEEPEST: u32 = 50;

/// A regular expression. Matching takes time in proportion to the text, whatever the pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Regex);

/// Why a pattern is of no use.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Where in it, in bytes; none when it is about the whole.
    pub span: Option<Range<usize>>,
    pub message: String,
    pub help: &'static str,
}

impl Pattern {
    pub fn read(text: &str) -> Result<Self, Wrong> {
        let mut parser = regex_syntax::ParserBuilder::new()
            .nest_limit(DEEPEST)
            .build();
        parser.parse(text).map_err(|error| wrong(&error))?;
        let built = RegexBuilder::new(text)
            .nest_limit(DEEPEST)
            .size_limit(MOST_BYTES)
            .build();
        built.map(Self).map_err(|_| Wrong {
            span: None,
            message: "this pattern becomes too large".to_owned(),
            help: "repeat less often than `{1000}`, or ask `in list(\"NAME\")`",
        })
    }
}

fn wrong(error: &regex_syntax::Error) -> Wrong {
    let (span, why) = match error {
        regex_syntax::Error::Parse(error) => (Some(*error.span()), error.kind().to_string()),
        regex_syntax::Error::Translate(error) => (Some(*error.span()), error.kind().to_string()),
        other => (None, other.to_string()),
    };
    Wrong {
        span: span.map(|span| span.start.offset..span.end.offset),
        message: format!("this is no regular expression: {why}"),
        help: "before a sign that is meant as itself stands a backslash; `(?i)` at the beginning ignores case",
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

/// A pattern where CEL expects a list.
#[derive(Clone, Debug)]
pub(super) struct Matching<'p>(pub &'p Pattern);

impl Val for Matching<'_> {
    fn get_type(&self) -> &Type {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static Type {
        &LIST_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(self.clone())
    }
}

impl Container for Matching<'_> {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        let text = value.downcast_ref::<CelString>().map(CelString::inner);
        Ok(text.is_some_and(|text| self.0.0.is_match(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_pattern_is_refused_in_no_time() {
        for (pattern, why) in [
            ("(((a{100}){100}){100}){100}", "too large"),
            ("\\w{1000}{1000}", "too large"),
            (&*"(".repeat(2000), "unclosed group"),
            (&*format!("{}a{}", "(".repeat(200), ")".repeat(200)), "nest"),
            ("(?=a)", "look-ahead"),
            ("(a)\\1", "backreferences"),
        ] {
            let wrong = Pattern::read(pattern).unwrap_err();
            assert!(wrong.message.contains(why), "{pattern}: {wrong:?}");
        }
    }

    #[test]
    fn a_pattern_that_is_slow_elsewhere_is_not_slow_here() {
        let Pattern(pattern) = Pattern::read("^(a+)+$").unwrap();
        assert!(!pattern.is_match(&format!("{}!", "a".repeat(200_000))));
    }
}
