use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// A Saturday.
fn now() -> Zoned {
    "2026-11-21T14:00[Europe/Berlin]".parse().unwrap()
}

fn read(line: &str) -> Result<Command, Misunderstood> {
    let (word, text) = line.split_once(' ').unwrap_or((line, ""));
    parse(word, text, &now(), &CommandWords::default())
}

fn at(local: &str) -> jiff::Timestamp {
    let at: Zoned = format!("2026-{local}[Europe/Berlin]").parse().unwrap();
    at.timestamp()
}

fn name(name: &str) -> Named {
    Named::Name(name.to_owned())
}

fn user(id: &str) -> Named {
    Named::User(id.to_owned())
}

fn takes(who: Option<Named>, span: AwaySpan) -> Command {
    Command::Away {
        who,
        ask: AwayAsk::Take(span),
    }
}

fn until(local: &str) -> AwaySpan {
    AwaySpan {
        until: Some(Until::At(at(local))),
        ..AwaySpan::default()
    }
}

#[test]
fn away_is_read() {
    let because = |reason: &str, span: AwaySpan| AwaySpan {
        reason: reason.to_owned(),
        ..span
    };
    let covered = |cover: &str, span: AwaySpan| AwaySpan {
        cover: Some(cover.to_owned()),
        ..span
    };
    let list = |who| Command::Away {
        who,
        ask: AwayAsk::List,
    };
    let cancel = |who, nth| Command::Away {
        who,
        ask: AwayAsk::Cancel(nth),
    };
    for (line, command) in [
        ("/away", takes(None, AwaySpan::default())),
        ("AWAY", takes(None, AwaySpan::default())),
        ("/lead-away for 2h", takes(None, until("11-21T16:00"))),
        ("/away until 15:00", takes(None, until("11-21T15:00"))),
        (
            "/away until tomorrow 9am",
            takes(None, until("11-22T09:00")),
        ),
        (
            "/away until back",
            takes(
                None,
                AwaySpan {
                    until: Some(Until::Back),
                    ..AwaySpan::default()
                },
            ),
        ),
        (
            "/away dentist",
            takes(None, because("dentist", AwaySpan::default())),
        ),
        (
            "/away for 2h dentist",
            takes(None, because("dentist", until("11-21T16:00"))),
        ),
        (
            "/away cover @ayse",
            takes(None, covered("@ayse", AwaySpan::default())),
        ),
        (
            "/away for 2h cover <@U0AYSE|ayse>",
            takes(None, covered("<@U0AYSE|ayse>", until("11-21T16:00"))),
        ),
        (
            "/away @jonas until monday",
            takes(Some(name("jonas")), until("11-23T00:00")),
        ),
        (
            "/away <@U0JONAS|jonas> until monday",
            takes(Some(user("U0JONAS")), until("11-23T00:00")),
        ),
        ("/away <@U0JONAS> list", list(Some(user("U0JONAS")))),
        (
            "/away @jonas, until monday",
            takes(Some(name("jonas")), until("11-23T00:00")),
        ),
        ("/away list", list(None)),
        ("/away LIST", list(None)),
        ("/away cancel 2", cancel(None, 2)),
        ("/away cancel #2", cancel(None, 2)),
        ("/away @jonas cancel 1", cancel(Some(name("jonas")), 1)),
        (
            "/away list price meeting",
            takes(None, because("list price meeting", AwaySpan::default())),
        ),
        ("/away help", Command::Help(Some(Topic::Away))),
        ("/away ?", Command::Help(Some(Topic::Away))),
    ] {
        assert_eq!(read(line), Ok(command), "{line}");
    }
}

#[test]
fn back_is_read() {
    let back = |who, until| Command::Back { who, until };
    for (line, command) in [
        ("/back", back(None, None)),
        ("/lead-back", back(None, None)),
        ("/back now", back(None, None)),
        ("/back until 21:00", back(None, Some(at("11-21T21:00")))),
        ("/back 21:00", back(None, Some(at("11-21T21:00")))),
        ("/back for 2h", back(None, Some(at("11-21T16:00")))),
        ("/back @jonas", back(Some(name("jonas")), None)),
        (
            "/back <@U0JONAS|jonas> until 21:00",
            back(Some(user("U0JONAS")), Some(at("11-21T21:00"))),
        ),
        ("back help", Command::Help(Some(Topic::Back))),
    ] {
        assert_eq!(read(line), Ok(command), "{line}");
    }
}

#[test]
fn lists_of_leads_are_read() {
    let search = |text: &str| LeadsView::Search(text.to_owned());
    for (line, view) in [
        ("/leads", LeadsView::Mine),
        ("/leads mine", LeadsView::Mine),
        ("/leads QUEUE", LeadsView::Queue),
        ("leads review", LeadsView::Review),
        ("/leads turns", LeadsView::Turns),
        ("/leads search acme", search("acme")),
        ("/leads Search Ada  Lovelace", search("Ada Lovelace")),
        ("/leads search 4711", search("4711")),
        ("/leads find ada@example.com", search("ada@example.com")),
    ] {
        assert_eq!(read(line), Ok(Command::Leads(view)), "{line}");
    }
}

#[test]
fn numbers_are_asked_for_in_any_order() {
    let days = |from: (i16, i8, i8), to: (i16, i8, i8)| Period::Days {
        from: date(from.0, from.1, from.2),
        to: date(to.0, to.1, to.2),
    };
    let named = |text: &str| Some(StatsOf::Named(name(text)));
    for (line, of, by, period) in [
        ("/leadstats", None, None, Period::Week),
        ("/leadstats me", Some(StatsOf::Me), None, Period::Week),
        ("/leadstats all", Some(StatsOf::All), None, Period::Week),
        ("/leadstats today", None, None, Period::Today),
        ("/leadstats month", None, None, Period::Month),
        ("/leadstats this quarter", None, None, Period::Quarter),
        (
            "/leadstats Enterprise",
            named("Enterprise"),
            None,
            Period::Week,
        ),
        (
            "/leadstats @jonas month",
            named("jonas"),
            None,
            Period::Month,
        ),
        (
            "/leadstats <@U0JONAS|j> month",
            Some(StatsOf::Named(user("U0JONAS"))),
            None,
            Period::Month,
        ),
        ("/leadstats by rep", None, Some(By::Rep), Period::Week),
        (
            "/leadstats by sources today",
            None,
            Some(By::Source),
            Period::Today,
        ),
        (
            "/leadstats enterprise by rule month",
            named("enterprise"),
            Some(By::Rule),
            Period::Month,
        ),
        (
            "/leadstats month by type enterprise",
            named("enterprise"),
            Some(By::Type),
            Period::Month,
        ),
        (
            "/leadstats yesterday",
            None,
            None,
            days((2026, 11, 20), (2026, 11, 20)),
        ),
        (
            "/leadstats last week",
            None,
            None,
            days((2026, 11, 9), (2026, 11, 15)),
        ),
        (
            "/leadstats last month",
            None,
            None,
            days((2026, 10, 1), (2026, 10, 31)),
        ),
        (
            "/leadstats last quarter",
            None,
            None,
            days((2026, 7, 1), (2026, 9, 30)),
        ),
        (
            "/leadstats 2026-11-01..2026-11-15",
            None,
            None,
            days((2026, 11, 1), (2026, 11, 15)),
        ),
        (
            "/leadstats 1 nov..15 nov",
            None,
            None,
            days((2026, 11, 1), (2026, 11, 15)),
        ),
        (
            "/leadstats by team 1 Dec .. 15 Nov",
            None,
            Some(By::Team),
            days((2025, 12, 1), (2026, 11, 15)),
        ),
        (
            "/leadstats monday..today",
            None,
            None,
            days((2026, 11, 16), (2026, 11, 21)),
        ),
        (
            "/leadstats 2026-11-01..",
            None,
            None,
            days((2026, 11, 1), (2026, 11, 21)),
        ),
        (
            "/leadstats 1.11.2026..15.11.2026 me",
            Some(StatsOf::Me),
            None,
            days((2026, 11, 1), (2026, 11, 15)),
        ),
    ] {
        let ask = StatsAsk { of, by, period };
        assert_eq!(read(line), Ok(Command::LeadStats(ask)), "{line}");
    }
}

#[test]
fn experiments_and_whys_are_asked_for_by_name() {
    let asked = |id: Option<&str>, period| {
        Ok(Command::Experiment {
            id: id.map(str::to_owned),
            period,
        })
    };
    let november = Period::Days {
        from: date(2026, 11, 1),
        to: date(2026, 11, 15),
    };
    for (line, id, period) in [
        ("/leadstats experiment", None, None),
        ("/leadstats experiment Speed", Some("Speed"), None),
        (
            "/leadstats experiments speed month",
            Some("speed"),
            Some(Period::Month),
        ),
        (
            "/leadstats experiment speed 2026-11-01..2026-11-15",
            Some("speed"),
            Some(november),
        ),
    ] {
        assert_eq!(read(line), asked(id, period), "{line}");
    }
    assert!(read("/leadstats experiment speed other").is_err());
    for line in ["/lead why 4711", "/lead WHY #4711"] {
        assert_eq!(read(line), Ok(Command::Lead(LeadAsk::Why(4711))), "{line}");
    }
    assert!(read("/lead why ada@example.com").is_err());
}

#[test]
fn what_is_not_understood_is_said_in_words() {
    for (line, topic, what) in [
        (
            "/away until florps",
            Some(Topic::Away),
            "I don't know when `until florps` is",
        ),
        (
            "/away from 12 Dec to 2 Dec 2026",
            Some(Topic::Away),
            "ends before it starts",
        ),
        (
            "/away until yesterday",
            Some(Topic::Away),
            "is over already",
        ),
        ("/away cancel", Some(Topic::Away), "Which one?"),
        ("/away cancel x", Some(Topic::Away), "“x” is no number"),
        ("/away cancel 0", Some(Topic::Away), "“0” is no number"),
        (
            "/back until yesterday",
            Some(Topic::Back),
            "is over already",
        ),
        ("/back until florps", Some(Topic::Back), "I don't know when"),
        (
            "/back tomorrow",
            Some(Topic::Back),
            "what “tomorrow” means here",
        ),
        (
            "/back hooray",
            Some(Topic::Back),
            "what “hooray” means here",
        ),
        ("/leads mien", Some(Topic::Leads), "Did you mean `mine`?"),
        ("/leads acme", Some(Topic::Leads), "`search acme`"),
        ("/leads search", Some(Topic::Leads), "Search for what?"),
        (
            "/leads turns now",
            Some(Topic::Leads),
            "what “turns now” means",
        ),
        ("/leadstats by", Some(Topic::LeadStats), "By what?"),
        (
            "/leadstats by colour",
            Some(Topic::LeadStats),
            "I can't count by “colour”, but by `rep`",
        ),
        (
            "/leadstats week month",
            Some(Topic::LeadStats),
            "what “month” means here",
        ),
        (
            "/leadstats sdr enterprise",
            Some(Topic::LeadStats),
            "what “enterprise” means here",
        ),
        (
            "/leadstats 2026-11-15..2026-11-01",
            Some(Topic::LeadStats),
            "I don't know these days",
        ),
        (
            "/leadstats ..",
            Some(Topic::LeadStats),
            "I don't know these days",
        ),
        (
            "/leadstats tomorrow..",
            Some(Topic::LeadStats),
            "I don't know these days",
        ),
        ("/leadz", None, "Did you mean /leads?"),
        ("/awya", None, "Did you mean /lead-away?"),
        ("/florps", None, "I don't know “/florps”"),
    ] {
        let wrong = read(line).unwrap_err();
        assert_eq!(wrong.topic, topic, "{line}");
        assert!(wrong.what.contains(what), "{line}: {}", wrong.what);
    }
    for line in ["", "/", "help", "/help", "?"] {
        assert_eq!(read(line), Ok(Command::Help(None)), "{line}");
    }
}

#[test]
fn the_installation_has_words_of_its_own() {
    let words = CommandWords::new(BTreeMap::from([(
        "back".to_owned(),
        "/wieder-da".to_owned(),
    )]));
    let read = parse("/Wieder-Da", "", &now(), &words);
    assert_eq!(
        read,
        Ok(Command::Back {
            who: None,
            until: None
        })
    );
    let wrong = parse("/bakc", "", &now(), &words).unwrap_err();
    assert!(
        wrong.what.contains("Did you mean /wieder-da?"),
        "{}",
        wrong.what
    );
}

proptest! {
    #[test]
    fn whatever_is_typed_is_answered(
        word in "/?(away|back|leads|leadstats|\\PC{0,12})",
        text in prop_oneof![
            "\\PC{0,600}",
            "((by|rep|week|last|\\.\\.|from|until|list|cancel|search|<@|@|1 nov|9999-12-31|-9999-01-01|24:00|İ|month) ?){0,12}",
        ],
    ) {
        let read = parse(&word, &text, &now(), &CommandWords::default());
        if let Ok(Command::LeadStats(ask)) = &read {
            let (from, to) = ask.period.moments(&now());
            prop_assert!(from < to);
            prop_assert!(!ask.period.said(&now()).is_empty());
        }
        if let Err(wrong) = read {
            prop_assert!(wrong.what.chars().count() < 700);
        }
    }
}
