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

/// A list to look texts up in, such as `[list.competitors]`: sorted, each text once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextList(Vec<String>);

impl TextList {
    /// The texts, in the order of the alphabet.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl<T: Into<String>> FromIterator<T> for TextList {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut texts: Vec<String> = texts.into_iter().map(Into::into).collect();
        texts.sort_unstable();
        texts.dedup();
        Self(texts)
    }
}

/// A CEL list over texts that live elsewhere. It is copied only when somebody walks through it.
#[derive(Clone, Debug)]
pub(super) struct Texts<'v> {
    texts: &'v [String],
    sorted: bool,
    walked: OnceLock<Vec<CelString<'v>>>,
}

impl<'v> Texts<'v> {
    /// A list in any order.
    pub fn unsorted(texts: &'v [String]) -> Self {
        Self {
            texts,
            sorted: false,
            walked: OnceLock::new(),
        }
    }

    /// A list that is searched by halves.
    pub fn sorted(list: &'v TextList) -> Self {
        Self {
            sorted: true,
            ..Self::unsorted(&list.0)
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
        Ok(if self.sorted {
            let found = self.texts.binary_search_by(|one| one.as_str().cmp(text));
            found.is_ok()
        } else {
            self.texts.iter().any(|one| one == text)
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
