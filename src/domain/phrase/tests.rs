//! What people type, and what it means.

use proptest::prelude::*;

use super::*;

/// A Saturday.
const NOW: &str = "2026-11-21T14:00[Europe/Berlin]";

fn zoned(text: &str) -> Zoned {
    text.parse().unwrap()
}

/// What was understood, as `from .. until | reason | cover`.
fn told(text: &str, now: &Zoned) -> String {
    let time = |at: Timestamp| {
        at.to_zoned(now.time_zone().clone())
            .strftime("%a %F %H:%M")
            .to_string()
    };
    let away = match away(text, now) {
        Ok(away) => away,
        Err(error) => return format!("! {error}"),
    };
    let from = away.from.map_or("now".to_owned(), time);
    let until = match away.until {
        None => "?".to_owned(),
        Some(Until::Back) => "back".to_owned(),
        Some(Until::At(at)) => time(at),
    };
    let reason = Some(away.reason).filter(|reason| !reason.is_empty());
    let rest = [reason, away.cover]
        .into_iter()
        .flatten()
        .map(|part| format!(" | {part}"));
    format!("{from} .. {until}{}", rest.collect::<String>())
}

fn table(now: &str, rows: &[(&str, &str)]) {
    let now = zoned(now);
    let wrong: Vec<_> = rows
        .iter()
        .map(|(text, expected)| (*text, *expected, told(text, &now)))
        .filter(|(_, expected, told)| expected != told)
        .map(|(text, expected, told)| {
            format!("/away {text}\n  expected {expected}\n  told     {told}")
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lengths_of_time() {
    table(
        NOW,
        &[
            ("for 2h", "now .. Sat 2026-11-21 16:00"),
            ("2h", "now .. Sat 2026-11-21 16:00"),
            ("for 2 hours", "now .. Sat 2026-11-21 16:00"),
            (
                "for 90 minutes dentist",
                "now .. Sat 2026-11-21 15:30 | dentist",
            ),
            ("2h 30m Dentist", "now .. Sat 2026-11-21 16:30 | Dentist"),
            (
                "Dentist, 2h and 30 min",
                "now .. Sat 2026-11-21 16:30 | Dentist",
            ),
            ("dentist for 1.5h", "now .. Sat 2026-11-21 15:30 | dentist"),
            ("for half an hour", "now .. Sat 2026-11-21 14:30"),
            ("for an hour lunch", "now .. Sat 2026-11-21 15:00 | lunch"),
            ("for a week", "now .. Sat 2026-11-28 14:00"),
            ("for 3 days", "now .. Tue 2026-11-24 14:00"),
            (
                "for two months parental leave",
                "now .. Thu 2027-01-21 14:00 | parental leave",
            ),
            ("for the day", "now .. Sun 2026-11-22 00:00"),
            ("for the rest of the day", "now .. Sun 2026-11-22 00:00"),
            (
                "from 16:00 for 2h",
                "Sat 2026-11-21 16:00 .. Sat 2026-11-21 18:00",
            ),
            (
                "out for lunch for 45 min",
                "now .. Sat 2026-11-21 14:45 | out for lunch",
            ),
        ],
    );
}

#[test]
fn ends() {
    table(
        NOW,
        &[
            ("until 15:00", "now .. Sat 2026-11-21 15:00"),
            ("until 13:00", "now .. Sun 2026-11-22 13:00"),
            ("until 14:00", "now .. Sun 2026-11-22 14:00"),
            ("until 9am", "now .. Sun 2026-11-22 09:00"),
            ("until 9 pm", "now .. Sat 2026-11-21 21:00"),
            ("till 3.30pm", "now .. Sat 2026-11-21 15:30"),
            ("until 12pm", "now .. Sun 2026-11-22 12:00"),
            ("until noon", "now .. Sun 2026-11-22 12:00"),
            ("until midnight", "now .. Sun 2026-11-22 00:00"),
            ("until the end of the day", "now .. Sun 2026-11-22 00:00"),
            ("until tomorrow 9am", "now .. Sun 2026-11-22 09:00"),
            ("until tomorrow at 9am", "now .. Sun 2026-11-22 09:00"),
            ("until 9am tomorrow", "now .. Sun 2026-11-22 09:00"),
            ("until tomorrow", "now .. Sun 2026-11-22 00:00"),
            ("until tomorrow morning", "now .. Sun 2026-11-22 09:00"),
            ("until tomorrow noon", "now .. Sun 2026-11-22 12:00"),
            ("until this evening", "now .. Sat 2026-11-21 18:00"),
            ("until Monday", "now .. Mon 2026-11-23 00:00"),
            ("until mon 8:30", "now .. Mon 2026-11-23 08:30"),
            ("until saturday", "now .. Sat 2026-11-28 00:00"),
            ("until saturday 18:00", "now .. Sat 2026-11-21 18:00"),
            ("until saturday 9am", "now .. Sat 2026-11-28 09:00"),
            ("until next friday", "now .. Fri 2026-11-27 00:00"),
            ("until next week", "now .. Mon 2026-11-23 00:00"),
            ("until next month", "now .. Tue 2026-12-01 00:00"),
            ("until 24 dec", "now .. Thu 2026-12-24 00:00"),
            ("until Dec 24th", "now .. Thu 2026-12-24 00:00"),
            ("until the 24th of December", "now .. Thu 2026-12-24 00:00"),
            ("until thu 24 dec 10:00", "now .. Thu 2026-12-24 10:00"),
            ("until 24.12.", "now .. Thu 2026-12-24 00:00"),
            ("until 24/12", "now .. Thu 2026-12-24 00:00"),
            ("until 20 nov", "now .. Sat 2027-11-20 00:00"),
            ("until 29 feb", "now .. Tue 2028-02-29 00:00"),
            ("until 2026-12-24 10:00", "now .. Thu 2026-12-24 10:00"),
            ("until 24.12.2026", "now .. Thu 2026-12-24 00:00"),
            ("until today", "now .. Sun 2026-11-22 00:00"),
            ("through friday", "now .. Sat 2026-11-28 00:00"),
            ("until back", "now .. back"),
            ("until I'm back", "now .. back"),
            ("until I’m back, sick", "now .. back | sick"),
            ("sick until further notice", "now .. back | sick"),
            ("back at 15:00", "now .. Sat 2026-11-21 15:00"),
            (
                "lunch, back in 30 min",
                "now .. Sat 2026-11-21 14:30 | lunch",
            ),
        ],
    );
}

#[test]
fn spans() {
    table(
        NOW,
        &[
            (
                "from 12 Dec to 2 Jan",
                "Sat 2026-12-12 00:00 .. Sun 2027-01-03 00:00",
            ),
            (
                "from 12 Dec to 2 Jan Holidays!",
                "Sat 2026-12-12 00:00 .. Sun 2027-01-03 00:00 | Holidays!",
            ),
            (
                "Holidays from 12 Dec until 2 Jan",
                "Sat 2026-12-12 00:00 .. Sun 2027-01-03 00:00 | Holidays",
            ),
            (
                "12 dec - 2 jan",
                "Sat 2026-12-12 00:00 .. Sun 2027-01-03 00:00",
            ),
            (
                "2026-12-12 to 2027-01-02",
                "Sat 2026-12-12 00:00 .. Sun 2027-01-03 00:00",
            ),
            (
                "from tomorrow to friday",
                "Sun 2026-11-22 00:00 .. Sat 2026-11-28 00:00",
            ),
            (
                "from monday to wednesday",
                "Mon 2026-11-23 00:00 .. Thu 2026-11-26 00:00",
            ),
            ("from today to monday", "now .. Tue 2026-11-24 00:00"),
            ("from 14:00 to 16:00", "now .. Sat 2026-11-21 16:00"),
            ("from 13:00 to 16:00", "now .. Sat 2026-11-21 16:00"),
            (
                "from 10:00 to 12:00",
                "Sun 2026-11-22 10:00 .. Sun 2026-11-22 12:00",
            ),
            (
                "from 22:00 to 6:00",
                "Sat 2026-11-21 22:00 .. Sun 2026-11-22 06:00",
            ),
            (
                "15:00-16:00 call",
                "Sat 2026-11-21 15:00 .. Sat 2026-11-21 16:00 | call",
            ),
            (
                "from 15:00–16:30",
                "Sat 2026-11-21 15:00 .. Sat 2026-11-21 16:30",
            ),
            (
                "from tomorrow 9am to tomorrow 11am",
                "Sun 2026-11-22 09:00 .. Sun 2026-11-22 11:00",
            ),
            (
                "tomorrow until 15:00",
                "Sun 2026-11-22 00:00 .. Sun 2026-11-22 15:00",
            ),
            ("from friday", "Fri 2026-11-27 00:00 .. ?"),
            ("today", "now .. Sun 2026-11-22 00:00"),
            ("tomorrow", "Sun 2026-11-22 00:00 .. Mon 2026-11-23 00:00"),
            (
                "tomorrow dentist",
                "Sun 2026-11-22 00:00 .. Mon 2026-11-23 00:00 | dentist",
            ),
            (
                "dentist tomorrow afternoon",
                "Sun 2026-11-22 12:00 .. Sun 2026-11-22 18:00 | dentist",
            ),
            ("this afternoon", "now .. Sat 2026-11-21 18:00"),
            (
                "this morning",
                "Sun 2026-11-22 09:00 .. Sun 2026-11-22 12:00",
            ),
            ("next week", "Mon 2026-11-23 00:00 .. Mon 2026-11-30 00:00"),
            ("friday", "Fri 2026-11-27 00:00 .. Sat 2026-11-28 00:00"),
            ("saturday", "now .. Sun 2026-11-22 00:00"),
            ("24 dec", "Thu 2026-12-24 00:00 .. Fri 2026-12-25 00:00"),
            ("15:00", "now .. Sat 2026-11-21 15:00"),
        ],
    );
}

#[test]
fn reasons_and_cover() {
    table(
        NOW,
        &[
            ("", "now .. ?"),
            ("lunch", "now .. ? | lunch"),
            ("lunch in the sun", "now .. ? | lunch in the sun"),
            ("meeting with 2 people", "now .. ? | meeting with 2 people"),
            ("Kids sick", "now .. ? | Kids sick"),
            ("cover @ayse", "now .. ? | @ayse"),
            (
                "for 2h dentist cover <@U0AYSE>",
                "now .. Sat 2026-11-21 16:00 | dentist | <@U0AYSE>",
            ),
            (
                "for 2h cover @ayse dentist",
                "now .. Sat 2026-11-21 16:00 | dentist | @ayse",
            ),
            (
                "until friday cover jonas",
                "now .. Fri 2026-11-27 00:00 | jonas",
            ),
            (
                "until friday cover by @jonas.weber",
                "now .. Fri 2026-11-27 00:00 | @jonas.weber",
            ),
            (
                "need cover tomorrow",
                "Sun 2026-11-22 00:00 .. Mon 2026-11-23 00:00 | need cover",
            ),
            (
                "I cover the event until 18:00",
                "now .. Sat 2026-11-21 18:00 | I cover the event",
            ),
            (
                "working from home until 15:00",
                "now .. Sat 2026-11-21 15:00 | working from home",
            ),
            (
                "until friday. Back pain",
                "now .. Fri 2026-11-27 00:00 | Back pain",
            ),
        ],
    );
}

#[test]
fn a_time_that_was_meant_and_not_understood_is_said() {
    let now = zoned(NOW);
    for (text, says) in [
        ("until whenever", "I don't know when `until whenever` is"),
        ("until 25:00", "I don't know when `until 25:00` is"),
        ("until 5", "I don't know when"),
        ("for ever", "`for ever`"),
        ("for -2h", "`for -2h`"),
        ("from 31 feb to 2 mar", "I don't know when"),
        (
            "for 2h until whenever",
            "I don't know when `until whenever` is",
        ),
        ("until 2026-11-20", "`until 2026-11-20` is over already"),
        ("until yesterday", "is over already"),
        ("from 12 dec 2026 to 2 jan 2026", "is over already"),
        ("from 12 dec 2027 to 2 jan 2027", "ends before it starts"),
        ("until 2199-01-01", "more than ten years away"),
        ("for 900 years", "more than ten years away"),
        (&"x".repeat(201), "200 characters"),
    ] {
        let told = told(text, &now);
        assert!(
            told.starts_with("! ") && told.contains(says),
            "{text}: {told}"
        );
    }
}

#[test]
fn other_zones_and_nights_on_which_the_clocks_change() {
    table(
        "2026-03-28T23:00[Europe/Berlin]",
        &[
            ("for 8h", "now .. Sun 2026-03-29 08:00"),
            ("for 1 day", "now .. Sun 2026-03-29 23:00"),
            ("until 2:30", "now .. Sun 2026-03-29 03:30"),
        ],
    );
    table(
        "2026-12-31T22:00[America/New_York]",
        &[
            ("until tomorrow 9am", "now .. Fri 2027-01-01 09:00"),
            ("until 2 jan", "now .. Sat 2027-01-02 00:00"),
            ("until 31 dec", "now .. Fri 2027-01-01 00:00"),
            ("tonight", "now .. Fri 2027-01-01 00:00"),
        ],
    );
    table(
        "2026-11-23T08:00[Asia/Kathmandu]",
        &[
            ("until monday", "now .. Mon 2026-11-30 00:00"),
            (
                "this morning",
                "Mon 2026-11-23 09:00 .. Mon 2026-11-23 12:00",
            ),
            ("this week", "now .. Mon 2026-11-30 00:00"),
            (
                "next friday",
                "Fri 2026-12-04 00:00 .. Sat 2026-12-05 00:00",
            ),
        ],
    );
}

#[test]
fn single_instants() {
    let now = zoned(NOW);
    for (text, expected) in [
        ("15:00", "2026-11-21T15:00"),
        ("until 15:00", ""),
        ("tomorrow 9am", "2026-11-22T09:00"),
        ("friday", "2026-11-27T00:00"),
        ("24 dec", "2026-12-24T00:00"),
        ("2026-12-24 10:00", "2026-12-24T10:00"),
        ("2026-10-01", "2026-10-01T00:00"),
        ("9am", "2026-11-22T09:00"),
        ("noon", "2026-11-22T12:00"),
        ("monday 8:30", "2026-11-23T08:30"),
        ("yesterday", "2026-11-20T00:00"),
        ("in 2 hours", "2026-11-21T16:00"),
        ("now", "2026-11-21T14:00"),
        ("", ""),
        ("soon", ""),
        ("friday lunch", ""),
    ] {
        let expected = Some(expected).filter(|text| !text.is_empty());
        let expected = expected.map(|text| zoned(&format!("{text}[Europe/Berlin]")).timestamp());
        assert_eq!(instant(text, &now).ok(), expected, "{text}");
    }
}

#[test]
fn single_lengths() {
    for (text, minutes) in [
        ("2h", 120),
        ("2 hours", 120),
        ("90 minutes", 90),
        ("1.5h", 90),
        ("2h 30m", 150),
        ("2H", 120),
        ("1 day", 1_440),
        ("a week", 10_080),
        ("an hour", 60),
        ("half an hour", 30),
    ] {
        assert_eq!(
            duration(text),
            Ok(SignedDuration::from_mins(minutes)),
            "{text}"
        );
    }
    for text in [
        "",
        "2",
        "-2h",
        "2h ago",
        "soon",
        "15:00:00",
        "a month",
        "P2D",
        "0h",
        "99999999999999999999h",
    ] {
        assert!(duration(text).is_err(), "{text}");
    }
    assert_eq!(
        duration("999999 days"),
        Err(PhraseError::TooFar("999999 days".to_owned()))
    );
}

const JUNK: [&str; 44] = [
    "next",
    "last",
    "friday",
    "9",
    "99",
    "99999999999",
    "pm",
    "am",
    ":",
    "/",
    "-",
    "2026",
    "0",
    "31",
    "feb",
    "tomorrow",
    "h",
    "d",
    "ago",
    "at",
    "é",
    "13",
    "-1",
    ".",
    "24:00",
    "0am",
    "13pm",
    "00",
    "year",
    "months",
    "until",
    "from",
    "to",
    "for",
    "cover",
    "@x",
    "through",
    "12-14",
    "back",
    "1e9h",
    "in",
    "week",
    "the",
    "of",
];

proptest! {
    #[test]
    fn junk_never_panics_and_what_is_understood_lies_ahead(
        picks in prop::collection::vec((0..JUNK.len(), any::<bool>()), 0..9), second in 0..4_000_000_000_i64,
    ) {
        let text: String = picks.iter().map(|(word, space)| format!("{}{}", JUNK[*word], if *space { " " } else { "" })).collect();
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let now = Timestamp::from_second(second).unwrap().to_zoned(zone);
        let _ = (instant(&text, &now), duration(&text));
        if let Ok(away) = away(&text, &now) {
            prop_assert!(away.from.is_none_or(|from| from > now.timestamp()));
            if let Some(Until::At(until)) = away.until {
                prop_assert!(until > away.from.unwrap_or(now.timestamp()));
            }
        }
    }

    #[test]
    fn any_text_is_survived_at_the_ends_of_time(text in ".{0,40}") {
        for now in [Timestamp::MIN, Timestamp::MAX] {
            let now = now.to_zoned(jiff::tz::TimeZone::UTC);
            let _ = (away(&text, &now), instant(&text, &now), away(&format!("until {text}"), &now));
            let _ = (away("from friday to monday", &now), away("tomorrow", &now), away("for 2h", &now));
        }
    }
}
