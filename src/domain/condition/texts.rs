//! Lists of texts as a condition sees them: borrowed, and searched fast when they are long.

use std::sync::OnceLock;

use cel::{
    ExecutionError,
    common::{
        traits::{Container, Iterable, Iterator, Sizer},
        types::{CelInt, CelString, LIST_TYPE, Type},
        value::Val,
    },
};

use crate::domain::mail;

/// A list to look texts up in, such as `[list.competitors]`: sorted, each text once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextList {
    texts: Vec<String>,
    /// The same without capital letters.
    folded: Vec<String>,
}

impl TextList {
    /// The texts, in the order of the alphabet.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.texts
    }

    /// Whether the list names this text, in whatever case; a domain also when it names the one that it belongs to.
    #[must_use]
    pub fn names(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let listed = |text: &str| {
            let found = self.folded.binary_search_by(|one| one.as_str().cmp(text));
            found.is_ok()
        };
        listed(&text) || text.contains('.') && mail::parents(&text).any(listed)
    }
}

fn in_order(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup();
    texts
}

impl<T: Into<String>> FromIterator<T> for TextList {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let texts = in_order(texts.into_iter().map(Into::into).collect());
        let folded = in_order(texts.iter().map(|text| text.to_lowercase()).collect());
        Self { texts, folded }
    }
}

/// A CEL list over texts that live elsewhere. It is copied only when somebody walks through it.
#[derive(Clone, Debug)]
pub(super) struct Texts<'v> {
    texts: &'v [String],
    look: Look<'v>,
    walked: OnceLock<Vec<CelString<'v>>>,
}

/// How a text is looked for.
#[derive(Clone, Copy, Debug)]
enum Look<'v> {
    /// One after the other.
    Through,
    /// By halves.
    Sorted,
    /// As people mean it who wrote the list.
    Named(&'v TextList),
}

impl<'v> Texts<'v> {
    /// A list in any order.
    pub fn unsorted(texts: &'v [String]) -> Self {
        Self {
            texts,
            look: Look::Through,
            walked: OnceLock::new(),
        }
    }

    /// A list that is searched by halves.
    pub fn sorted(list: &'v TextList) -> Self {
        Self {
            look: Look::Sorted,
            ..Self::unsorted(&list.texts)
        }
    }

    /// A list with a name of its own.
    pub fn named(list: &'v TextList) -> Self {
        Self {
            look: Look::Named(list),
            ..Self::unsorted(&list.texts)
        }
    }
}

impl Val for Texts<'_> {
    fn get_type(&self) -> &Type {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static Type {
        &LIST_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(self.clone())
    }
}

impl Container for Texts<'_> {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        let Some(text) = value.downcast_ref::<CelString>().map(CelString::inner) else {
            return Ok(false);
        };
        Ok(match self.look {
            Look::Through => self.texts.iter().any(|one| one == text),
            Look::Sorted => {
                let found = self.texts.binary_search_by(|one| one.as_str().cmp(text));
                found.is_ok()
            }
            Look::Named(list) => list.names(text),
        })
    }
}

impl Sizer for Texts<'_> {
    fn size(&self) -> CelInt {
        i64::try_from(self.texts.len()).unwrap_or(i64::MAX).into()
    }
}

impl Iterable for Texts<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn Iterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        let walked = self
            .walked
            .get_or_init(|| self.texts.iter().map(|one| one.as_str().into()).collect());
        Box::new(Walk(walked.iter()))
    }
}

struct Walk<'b, 'v>(std::slice::Iter<'b, CelString<'v>>);

impl<'b, 'v: 'w, 'w> Iterator<'b, 'w> for Walk<'b, 'v> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        self.0.next().map(|text| text as _)
    }
}
