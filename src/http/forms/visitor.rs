//! Who looks at a form: which language they read, and what brought them.

use std::collections::BTreeMap;

use http::{
    HeaderMap,
    header::{ACCEPT_LANGUAGE, REFERER},
};

use crate::{
    domain::contact::Field,
    intake::{
        hosted::{Answers, TAKEN_ALONG},
        place, text,
    },
    words::form::{self, FormWords},
};

/// So many languages are looked at.
const MOST: usize = 20;
/// The longest value that is taken along.
const LONGEST: usize = 2_000;
/// Ad networks' own names for a click's id.
const CLICKS: [&str; 5] = ["gclid", "fbclid", "msclkid", "ttclid", "li_fat_id"];

/// Somebody in front of a form.
pub struct Visitor {
    /// The words that they read.
    pub words: &'static FormWords,
    /// The language that they like best, whether Baton speaks it or not.
    pub language: Option<&'static str>,
}

impl Visitor {
    /// By what their browser says; a source with a language has its form in that.
    pub fn of(headers: &HeaderMap, fixed: Option<&str>) -> Self {
        let said = headers.get(ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
        let liked = liked(said.unwrap_or_default());
        let words = match fixed {
            Some(language) => form::in_one_of([language]),
            None => form::in_one_of(liked.iter().copied()),
        };
        Self {
            words,
            language: liked.first().copied(),
        }
    }
}

/// The languages of an `Accept-Language`, the best liked first.
fn liked(header: &str) -> Vec<&'static str> {
    let weighed = header.split(',').take(MOST).filter_map(|part| {
        let (language, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight
            .trim()
            .strip_prefix("q=")
            .map_or(Some(1.0), |it| it.parse::<f64>().ok())?;
        let language = place::language(language.trim())?;
        (weight > 0.0).then_some((weight, language))
    });
    let mut weighed: Vec<(f64, &'static str)> = weighed.collect();
    weighed.sort_by(|one, two| two.0.total_cmp(&one.0));
    weighed.into_iter().map(|(_, language)| language).collect()
}

/// What the link to the form says of the visit; without a word about the page, the page that it stands on.
pub fn taken_along(query: &str, headers: &HeaderMap) -> Answers {
    let mut along: Answers = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let field = Field::by_name(&name).filter(|it| TAKEN_ALONG.contains(it));
        let field = field.or_else(|| CLICKS.contains(&&*name).then_some(Field::ClickId));
        if let Some(field) = field {
            let value = text::line(&value, LONGEST);
            along.entry(field.name().to_owned()).or_insert(value);
        }
    }
    let from = headers.get(REFERER).and_then(|it| it.to_str().ok());
    if let Some(from) = from {
        let page = Field::Page.name().to_owned();
        along
            .entry(page)
            .or_insert_with(|| text::line(from, LONGEST));
    }
    along
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_form_speaks_the_language_that_is_liked_best() {
        for (header, fixed, words, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", None, "de", Some("de")),
            ("fr,en;q=0.5,tr;q=0.7", None, "tr", Some("fr")),
            ("en;q=0,*;q=0.1", None, "en", None),
            ("tr", Some("de"), "de", Some("tr")),
            ("de;q=much", None, "en", None),
            ("", None, "en", None),
        ] {
            let header = HeaderValue::from_static(header);
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, header)]);
            let visitor = Visitor::of(&headers, fixed);
            assert_eq!(
                (visitor.words.language, visitor.language),
                (words, language)
            );
        }
    }

    #[test]
    fn only_what_tells_of_the_visit_is_taken_along() {
        let from = HeaderValue::from_static("https://www.example.com/prices");
        let headers = HeaderMap::from_iter([(REFERER, from)]);
        let along = taken_along(
            "utm_source=news&gclid=x&email=a@b.example&type=vip",
            &headers,
        );
        let along: Vec<_> = along
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            along,
            [
                "click_id=x",
                "page=https://www.example.com/prices",
                "utm_source=news"
            ]
        );
        assert_eq!(taken_along("page=/here", &headers)["page"], "/here");
    }
}
