//! What Baton itself has read of somebody, out of a list or its own form: a JSON object that calls canonical fields
//! by their names, and everything else by its label.
//!
//! Such a submission is marked among its headers, so that it is read again as what it was whatever format its source
//! has. Nobody outside can set the mark: of a request's headers only those are kept that its preset names.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::Value;

use super::{Reading, Source};
use crate::domain::{
    contact::Field,
    submission::{Import, ImportTo},
};

/// The header that marks what Baton itself has read.
const MARK: &str = "baton-row";
/// What stands there for the form.
const FORM: &str = "form";
/// The content type of such a body.
pub const CONTENT_TYPE: &str = "application/json";

/// From where a row comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The source's hosted form.
    Form,
    /// A list that somebody brought in.
    Import(ImportTo),
}

impl Origin {
    /// The headers that are kept with such a row.
    #[must_use]
    pub fn headers(self) -> BTreeMap<String, String> {
        let word = match self {
            Self::Form => FORM,
            Self::Import(to) => to.word(),
        };
        BTreeMap::from([(MARK.to_owned(), word.to_owned())])
    }

    /// Where a submission with these headers comes from; none: it was sent, by webhook or to the API.
    #[must_use]
    pub fn of(headers: &BTreeMap<String, String>) -> Option<Self> {
        match headers.get(MARK)?.as_str() {
            FORM => Some(Self::Form),
            word => ImportTo::by_word(word).map(Self::Import),
        }
    }
}

/// Reads a row as it was stored.
pub(super) fn read(source: &Source, origin: Origin, body: &[u8]) -> Reading {
    match serde_json::from_slice(body) {
        Ok(row) => read_row(source, origin, &row),
        Err(_) => Reading::Quarantined(vec!["the row is no JSON".into()]),
    }
}

/// Reads a row.
#[must_use]
pub fn read_row(source: &Source, origin: Origin, row: &Value) -> Reading {
    let mut mapped = source.mapping.apply_row(row);
    if !mapped.is_contactable() {
        mapped.problems.push("no e-mail and no phone".into());
        return Reading::Quarantined(mapped.problems);
    }
    let mut problems = mapped.problems;
    let mut lead = mapped.lead;
    if let Origin::Import(to) = origin {
        let said = lead.contact.text(Field::SubmittedAt);
        let arrived_at = moment(said);
        if arrived_at.is_none() && !said.is_empty() {
            problems.push("submitted_at is no time that can be read".into());
        }
        lead.import = Some(Import { to, arrived_at });
    }
    Reading::Leads {
        leads: vec![lead],
        problems,
    }
}

/// The years in which somebody can have asked for something.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2199;

/// A moment as lists write it; without a zone it is UTC. Only what can be read in one way is read.
#[must_use]
pub fn moment(text: &str) -> Option<Timestamp> {
    const FORMATS: [&str; 3] = [
        "%d.%m.%Y %H:%M:%S",
        "%d.%m.%Y %H:%M",
        "%Y-%m-%d %H:%M:%S UTC",
    ];
    let text = text.trim();
    let utc = |it: civil::DateTime| it.to_zoned(TimeZone::UTC).ok().map(|it| it.timestamp());
    let with_time = || text.parse::<civil::DateTime>().ok();
    let with_date = || {
        let german = civil::Date::strptime("%d.%m.%Y", text);
        text.parse::<civil::Date>()
            .or(german)
            .ok()
            .map(civil::DateTime::from)
    };
    let formats = || {
        FORMATS
            .iter()
            .find_map(|it| civil::DateTime::strptime(it, text).ok())
    };
    let seconds = || {
        let number: i64 = text.parse().ok()?;
        let seconds = if text.len() > 10 {
            number / 1_000
        } else {
            number
        };
        Timestamp::from_second(seconds).ok()
    };
    let found = match text.parse::<Timestamp>() {
        Ok(at) => Some(at),
        Err(_) if text.bytes().all(|it| it.is_ascii_digit()) => seconds(),
        Err(_) => formats()
            .or_else(with_time)
            .or_else(with_date)
            .and_then(utc),
    };
    found.filter(|at| YEARS.contains(&at.to_zoned(TimeZone::UTC).year()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::intake::Format;

    fn source() -> Source {
        Source::new("list".into(), Format::Xml)
    }

    #[test]
    fn a_row_is_taken_at_its_word_whatever_the_source_s_format() {
        let row =
            json!({"email": "Ada@B.example", "Work mail": "x@b.example", "employees": "11-50"});
        let Reading::Leads { leads, problems } = read_row(&source(), Origin::Form, &row) else {
            panic!("it is a lead");
        };
        assert!(problems.is_empty(), "{problems:?}");
        let lead = &leads[0];
        assert_eq!(lead.contact.text(Field::Email), "ada@b.example");
        assert_eq!(lead.contact.number(Field::Employees), Some(11.0));
        let attributes: Vec<_> = lead.attributes.keys().map(String::as_str).collect();
        assert_eq!(attributes, ["Work mail", "employees"]);
        assert_eq!(lead.import, None);
    }

    #[test]
    fn nobody_to_be_reached_is_no_lead() {
        let read = read_row(
            &source(),
            Origin::Form,
            &json!({"email": "ada", "name": "Ada"}),
        );
        let problems = ["email is not an e-mail address", "no e-mail and no phone"];
        assert_eq!(
            read,
            Reading::Quarantined(problems.map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn what_was_stored_is_read_as_what_it_was() {
        for origin in [Origin::Form, Origin::Import(ImportTo::Nurture)] {
            let headers = origin.headers();
            assert_eq!(Origin::of(&headers), Some(origin));
            let body = br#"{"email": "ada@b.example", "submitted_at": "2021-04-15T00:03:00Z"}"#;
            let read = crate::intake::read(&source(), Some(CONTENT_TYPE), &headers, body);
            let Reading::Leads { leads, .. } = read else {
                panic!("it is a lead");
            };
            let arrived = leads[0].import.and_then(|it| it.arrived_at);
            let expected = "2021-04-15T00:03:00Z".parse().expect("a time");
            assert_eq!(arrived, (origin != Origin::Form).then_some(expected));
        }
    }

    #[test]
    fn moments_are_read_that_can_mean_only_one() {
        for (text, read) in [
            ("2021-04-15T00:03:00Z", "2021-04-15T00:03:00Z"),
            ("2021-04-15T02:03:00+02:00", "2021-04-15T00:03:00Z"),
            ("2021-04-15 10:30:00", "2021-04-15T10:30:00Z"),
            ("2021-04-15 10:30", "2021-04-15T10:30:00Z"),
            ("2021-04-15", "2021-04-15T00:00:00Z"),
            ("15.04.2021", "2021-04-15T00:00:00Z"),
            ("15.04.2021 10:30", "2021-04-15T10:30:00Z"),
            ("1618444980", "2021-04-15T00:03:00Z"),
            ("1618444980000", "2021-04-15T00:03:00Z"),
        ] {
            assert_eq!(moment(text), Some(read.parse().expect("a time")), "{text}");
        }
        for text in [
            "04/05/2021",
            "yesterday",
            "",
            "7",
            "0001-01-01",
            "99999-01-01",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
