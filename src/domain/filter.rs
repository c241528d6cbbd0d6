//! `[[filter]]`: what no rep should see is taken out, what somebody should look at first is kept aside, and what
//! reps should know of is marked.
//!
//! ```toml
//! [[filter]]
//! id = "links"
//! when = "submission.links >= 4"
//! then = "park"
//! ```

use std::fmt;

use super::{
    condition::{Condition, SubmissionFacts},
    lead::Lead,
    route::Reader,
};

/// One `[[filter]]`.
#[derive(Clone, Debug)]
pub struct Filter {
    /// As named in the file.
    pub id: String,
    /// Which leads.
    pub when: Condition,
    /// What is done with them.
    pub then: Then,
}

/// What a filter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Then {
    /// Takes the lead out: the submission is kept, there is no lead.
    Drop,
    /// Keeps it aside until somebody lets it in.
    Park,
    /// Lets it through with a mark.
    Mark,
}

impl Then {
    /// As the file says it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Park => "park",
            Self::Mark => "mark",
        }
    }
}

/// A filter that held of somebody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Which.
    pub filter: String,
    /// What it does.
    pub then: Then,
}

impl fmt::Display for Hit {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let did = match self.then {
            Then::Drop => "dropped",
            Then::Park => "parked",
            Then::Mark => "marked",
        };
        write!(to, "{did} by the filter `{}`", self.filter)
    }
}

/// Assesses a lead and asks the filters about it in their order. The first that drops or parks has the last word;
/// the marks before it stay in `lead.marks`, where the filters behind them see them.
#[must_use]
pub fn sift(
    reader: &Reader<'_>,
    filters: &[Filter],
    lead: &mut Lead,
    submission: &SubmissionFacts<'_>,
) -> Option<Hit> {
    reader.assess(lead);
    for filter in filters {
        if !reader.verdict_on(lead, &filter.when, submission).holds {
            continue;
        }
        match filter.then {
            Then::Mark if lead.marks.contains(&filter.id) => {}
            Then::Mark => lead.marks.push(filter.id.clone()),
            Then::Drop | Then::Park => {
                return Some(Hit {
                    filter: filter.id.clone(),
                    then: filter.then,
                });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::domain::{
        calendar::Calendar,
        condition::{Names, Same, Scope},
        contact::Field,
        id::CalendarId,
        policy::Policy,
        world::Clocks,
    };

    #[derive(Debug)]
    struct AlwaysOpen;

    impl Clocks for AlwaysOpen {
        fn clock(&self, _: Option<&CalendarId>, _: &TimeZone) -> Calendar {
            Calendar::always(TimeZone::UTC)
        }
    }

    fn filter(id: &str, when: &str, then: Then) -> Filter {
        let names = Names {
            lists: ["competitors".to_owned()].into(),
            filters: ["links".to_owned()].into(),
            ..Names::default()
        };
        Filter {
            id: id.to_owned(),
            when: Condition::compile(when, Scope::Filter, &names)
                .unwrap_or_else(|wrong| panic!("{when}: {wrong:?}")),
            then,
        }
    }

    /// What becomes of somebody, and their marks.
    fn sifted(filters: &[Filter], email: &str, message: &str) -> (String, Vec<String>) {
        let lists = [(
            "competitors".to_owned(),
            ["Rival.com"].into_iter().collect(),
        )];
        let policy = Policy {
            lists: lists.into(),
            ..Policy::default()
        };
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let mut lead = Lead::new("lead_1".into(), 1, "website".into(), now);
        lead.contact.set_text(Field::Email, email);
        lead.contact.set_text(Field::Message, message);
        let facts = SubmissionFacts {
            seconds: Some(1.5),
            same: &|same, within| u32::from(same == Same::Email && within.as_mins() == 60) * 6,
            ..SubmissionFacts::default()
        };
        let reader = Reader::new(&policy, &AlwaysOpen, now);
        let hit = sift(&reader, filters, &mut lead, &facts);
        let said = hit.map_or("let through".to_owned(), |hit| hit.to_string());
        (said, lead.marks)
    }

    #[test]
    fn the_first_that_drops_or_parks_decides_and_marks_gather() {
        let filters = [
            filter("links", "submission.links >= 2", Then::Mark),
            filter("free", "lead.free_mail", Then::Mark),
            filter(
                "both",
                r#""links" in lead.marks && lead.free_mail"#,
                Then::Park,
            ),
            filter(
                "rivals",
                r#"lead.domain in list("competitors")"#,
                Then::Drop,
            ),
            filter("never", "submission.links >= 2", Then::Park),
        ];
        let links = "http://a.example http://b.example";
        let told = |email, message| sifted(&filters, email, message);
        let marks = |of: &[&str]| of.iter().map(ToString::to_string).collect::<Vec<_>>();
        let through = "let through".to_owned();
        assert_eq!(told("ada@acme.com", "hi"), (through.clone(), marks(&[])));
        assert_eq!(told("ada@gmail.com", "hi"), (through, marks(&["free"])));
        let parked = "parked by the filter `both`".to_owned();
        assert_eq!(
            told("ada@gmail.com", links),
            (parked, marks(&["links", "free"]))
        );
        let dropped = "dropped by the filter `rivals`".to_owned();
        assert_eq!(told("eve@rival.com", links), (dropped, marks(&["links"])));
    }

    #[test]
    fn a_list_of_domains_means_what_is_below_them_too() {
        let filters = [filter(
            "rivals",
            r#"lead.domain in list("competitors")"#,
            Then::Drop,
        )];
        for (email, drops) in [
            ("eve@rival.com", true),
            ("eve@mail.eu.rival.com", true),
            ("eve@notrival.com", false),
            ("eve@rival.com.tr", false),
        ] {
            let (said, _) = sifted(&filters, email, "");
            assert_eq!(said.starts_with("dropped"), drops, "{email}");
        }
    }

    #[test]
    fn a_form_that_says_nothing_of_its_time_is_not_called_fast() {
        let fast = filter("fast", "submission.seconds < 3", Then::Park);
        assert_eq!(
            sifted(std::slice::from_ref(&fast), "ada@acme.com", "").0,
            "parked by the filter `fast`"
        );
        let many = filter("many", r#"submission.same_email("1h") > 5"#, Then::Park);
        assert_eq!(
            sifted(&[many], "ada@acme.com", "").0,
            "parked by the filter `many`"
        );
        let policy = Policy::default();
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let mut lead = Lead::new("lead_1".into(), 1, "website".into(), now);
        let reader = Reader::new(&policy, &AlwaysOpen, now);
        let nothing = SubmissionFacts::default();
        assert_eq!(sift(&reader, &[fast], &mut lead, &nothing), None);
    }
}
