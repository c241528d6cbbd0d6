//! Stories of business time, and a slow and obvious model to hold against it.

use jiff::{ToSpan, Zoned, civil::DateTime, tz::AmbiguousOffset};
use proptest::{prelude::*, test_runner::TestCaseResult};

use super::*;

const OFFICE: &str = "Mo-Fr 09:00-18:00; PH off";

fn at(text: &str) -> Timestamp {
    text.parse::<Zoned>().unwrap().timestamp()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn calendar(hours: &str, country: &str, zone_name: &str) -> Calendar {
    let holidays = match country {
        "" => Holidays::none(),
        code => Holidays::of(code).unwrap(),
    };
    Calendar::new(hours, &holidays, zone(zone_name)).unwrap()
}

fn berlin(hours: &str) -> Calendar {
    calendar(hours, "DE", "Europe/Berlin")
}

/// The local time, short; in the calendar's zone.
fn local(calendar: &Calendar, at: Option<Timestamp>) -> String {
    at.map_or("never".to_owned(), |at| {
        at.to_zoned(calendar.zone().clone())
            .strftime("%a %F %H:%M")
            .to_string()
    })
}

fn added(calendar: &Calendar, from: &str, period: &str) -> String {
    let name = calendar.zone().iana_name().unwrap();
    local(
        calendar,
        calendar.add(at(&format!("{from}[{name}]")), period.parse().unwrap()),
    )
}

#[test]
fn open_time_skips_nights_weekends_and_holidays() {
    let office = berlin(OFFICE);
    for (from, period, due) in [
        ("2026-11-20T17:50", "30m", "Mon 2026-11-23 09:20"),
        ("2026-11-20T17:30", "30m", "Fri 2026-11-20 18:00"),
        ("2026-11-21T14:00", "15m", "Mon 2026-11-23 09:15"),
        ("2026-11-23T08:59", "1m", "Mon 2026-11-23 09:01"),
        ("2026-12-24T17:00", "2h", "Mon 2026-12-28 10:00"),
        ("2026-12-31T17:50", "30m", "Mon 2027-01-04 09:20"),
        ("2026-04-02T17:59", "2m", "Tue 2026-04-07 09:01"),
        ("2026-10-25T01:30", "30m", "Mon 2026-10-26 09:30"),
        ("2026-11-23T09:00", "2d", "Mon 2026-11-30 12:00"),
        ("2026-11-21T14:00", "0s", "Sat 2026-11-21 14:00"),
    ] {
        assert_eq!(added(&office, from, period), due, "{from} + {period}");
    }
    let lunch = berlin(
        "Mo-Fr 09:00-12:30,13:30-18:00; Dec 24,Dec 31 09:00-12:00; PH off; 2026 Nov 23 off \"outing\"",
    );
    assert_eq!(
        added(&lunch, "2026-11-20T17:50", "4h"),
        "Tue 2026-11-24 13:50"
    );
    let dubai = calendar("Su-Th 08:00-17:00", "", "Asia/Dubai");
    assert_eq!(
        added(&dubai, "2026-11-19T16:50", "30m"),
        "Sun 2026-11-22 08:20"
    );
}

#[test]
fn night_shifts_count_the_hours_that_really_pass() {
    let night = berlin("Mo-Su 22:00-06:00");
    for (from, to, hours) in [
        ("2026-03-28T22:00", "2026-03-29T06:00", 7),
        ("2026-10-24T22:00", "2026-10-25T06:00", 9),
        ("2026-11-20T22:00", "2026-11-21T06:00", 8),
    ] {
        let [a, b] = [from, to].map(|text| at(&format!("{text}[Europe/Berlin]")));
        assert_eq!(
            night.open_between(a, b),
            SignedDuration::from_hours(hours),
            "{from}"
        );
        assert_eq!(
            night.add(a, Period::Time(SignedDuration::from_hours(hours))),
            Some(b),
            "{from}"
        );
        assert_eq!(night.next_close(a), Some(b), "{from}");
    }
}

#[test]
fn hours_that_the_clocks_skip_are_not_open_and_repeated_ones_start_once() {
    let early = berlin("Mo-Su 02:15-02:45");
    let spring = at("2026-03-29T00:00[Europe/Berlin]");
    assert_eq!(
        local(&early, early.next_open(spring)),
        "Mon 2026-03-30 02:15"
    );
    let autumn = at("2026-10-25T00:00[Europe/Berlin]");
    assert_eq!(
        early.next_open(autumn),
        Some(at("2026-10-25T02:15+02:00[Europe/Berlin]"))
    );
    assert!(!early.is_open(at("2026-10-25T02:30+01:00[Europe/Berlin]")));
    let until_three = berlin("Mo-Su 01:00-03:00");
    assert_eq!(
        until_three.open_between(spring, spring + 12.hours()),
        SignedDuration::from_hours(1)
    );
    assert_eq!(
        until_three.open_between(autumn, autumn + 12.hours()),
        SignedDuration::from_hours(3)
    );
}

#[test]
fn business_days_end_with_the_close_of_the_last_whole_one() {
    let office = berlin(OFFICE);
    for (from, period, due) in [
        ("2026-11-21T14:00", "1bd", "Mon 2026-11-23 18:00"),
        ("2026-11-20T10:00", "1bd", "Mon 2026-11-23 18:00"),
        ("2026-11-20T19:00", "1bd", "Mon 2026-11-23 18:00"),
        ("2026-11-23T07:00", "1bd", "Tue 2026-11-24 18:00"),
        ("2026-11-23T10:00", "5bd", "Mon 2026-11-30 18:00"),
        ("2026-12-23T10:00", "2bd", "Mon 2026-12-28 18:00"),
        ("2026-11-21T14:00", "0bd", "Sat 2026-11-21 14:00"),
    ] {
        assert_eq!(added(&office, from, period), due, "{from} + {period}");
    }
    let night = berlin("Mo-Fr 22:00-06:00");
    assert_eq!(
        added(&night, "2026-11-23T23:00", "1bd"),
        "Wed 2026-11-25 06:00"
    );
    assert_eq!(
        added(&night, "2026-11-24T05:00", "1bd"),
        "Wed 2026-11-25 06:00"
    );
    assert_eq!(
        added(&night, "2026-11-24T07:00", "1bd"),
        "Thu 2026-11-26 06:00"
    );
    assert_eq!(
        added(&night, "2026-11-27T23:00", "1bd"),
        "Tue 2026-12-01 06:00"
    );
    let round_the_clock = berlin("24/7");
    assert_eq!(
        added(&round_the_clock, "2026-11-20T10:00", "1bd"),
        "Sun 2026-11-22 00:00"
    );
    let always = Calendar::always(zone("Europe/Berlin"));
    assert_eq!(
        added(&always, "2026-11-20T10:00", "1bd"),
        "Tue 2026-11-24 00:00"
    );
}

#[test]
fn always_is_plain_time() {
    let always = Calendar::always(TimeZone::UTC);
    let now = at("2026-11-21T14:00:00.5[UTC]");
    assert!(always.is_open(now));
    assert_eq!(always.next_open(now), Some(now));
    assert_eq!(always.next_close(now), None);
    assert_eq!(
        always.add(now, "4h".parse().unwrap()),
        Some(now + 4.hours())
    );
    assert_eq!(
        always.open_between(now, now + 4.hours()),
        SignedDuration::from_hours(4)
    );
    assert_eq!(
        always.open_between(now, now - 4.hours()),
        SignedDuration::ZERO
    );
    assert_eq!(
        always.next_working_day(now),
        Some(at("2026-11-22T09:00[UTC]"))
    );
}

#[test]
fn opening_closing_and_the_next_working_day() {
    let office = berlin(OFFICE);
    for (now, open, opens, closes, works) in [
        (
            "2026-11-20T10:00",
            true,
            "Fri 2026-11-20 10:00",
            "Fri 2026-11-20 18:00",
            "Mon 2026-11-23 09:00",
        ),
        (
            "2026-11-20T18:00",
            false,
            "Mon 2026-11-23 09:00",
            "never",
            "Mon 2026-11-23 09:00",
        ),
        (
            "2026-11-23T07:00",
            false,
            "Mon 2026-11-23 09:00",
            "never",
            "Tue 2026-11-24 09:00",
        ),
        (
            "2026-12-24T12:00",
            true,
            "Thu 2026-12-24 12:00",
            "Thu 2026-12-24 18:00",
            "Mon 2026-12-28 09:00",
        ),
    ] {
        let now = at(&format!("{now}[Europe/Berlin]"));
        assert_eq!(office.is_open(now), open, "{now}");
        assert_eq!(local(&office, office.next_open(now)), opens);
        assert_eq!(local(&office, office.next_close(now)), closes);
        assert_eq!(local(&office, office.next_working_day(now)), works);
    }
    let night = berlin("Mo-Fr 22:00-06:00");
    let small_hours = at("2026-11-24T02:00[Europe/Berlin]");
    assert_eq!(
        local(&night, night.next_working_day(small_hours)),
        "Tue 2026-11-24 22:00"
    );
    assert_eq!(
        local(&night, night.next_close(small_hours)),
        "Tue 2026-11-24 06:00"
    );
    assert_eq!(berlin("24/7").next_close(small_hours), None);
    let with_comments = berlin("Mo-Fr 09:00-12:00 \"a\", Mo-Fr 12:00-18:00 \"b\"");
    let morning = at("2026-11-24T10:00[Europe/Berlin]");
    assert_eq!(
        local(&with_comments, with_comments.next_close(morning)),
        "Tue 2026-11-24 18:00"
    );
}

#[test]
fn what_never_opens_says_so_soon() {
    let now = at("2026-11-21T14:00[Europe/Berlin]");
    for hours in ["off", "2020 Mo-Fr 09:00-18:00", "Mo-Fr 09:00-18:00 unknown"] {
        let never = berlin(hours);
        assert!(!never.is_open(now), "{hours}");
        let answers = [
            never.next_open(now),
            never.next_close(now),
            never.next_working_day(now),
        ];
        assert_eq!(answers, [None, None, None], "{hours}");
        assert_eq!(never.add(now, "1m".parse().unwrap()), None, "{hours}");
        assert_eq!(never.add(now, "1bd".parse().unwrap()), None, "{hours}");
    }
    let christmas = berlin("Dec 24 09:00-10:00");
    assert_eq!(
        added(&christmas, "2026-12-24T09:30", "1h"),
        "Fri 2027-12-24 09:30"
    );
}

#[test]
fn instants_are_whole_microseconds_and_never_early() {
    let odd = Timestamp::new(1_795_425_000, 123_456_789).unwrap();
    for calendar in [Calendar::always(TimeZone::UTC), calendar("24/7", "", "UTC")] {
        assert_eq!(
            calendar.next_open(odd).unwrap().subsec_nanosecond(),
            123_457_000
        );
        let due = calendar
            .add(odd, Period::Time(SignedDuration::from_nanos(1)))
            .unwrap();
        assert_eq!(due.subsec_nanosecond(), 123_457_000);
    }
}

#[test]
fn the_ends_of_time_are_survived() {
    let far = SignedDuration::from_hours(100_000_000);
    for calendar in [Calendar::always(zone("Asia/Kathmandu")), berlin(OFFICE)] {
        for now in [
            Timestamp::MIN,
            Timestamp::MAX,
            at("2100-12-31T12:00[UTC]"),
            at("1969-12-31T12:00[UTC]"),
        ] {
            let _ = (
                calendar.is_open(now),
                calendar.next_open(now),
                calendar.next_close(now),
            );
            let _ = (
                calendar.next_working_day(now),
                calendar.add(now, Period::BusinessDays(u32::MAX)),
            );
            let _ = (
                calendar.add(now, Period::Time(far)),
                calendar.add(now, Period::Time(SignedDuration::MAX)),
            );
            let _ = (
                calendar.open_between(Timestamp::MIN, now),
                calendar.open_between(now, Timestamp::MAX),
            );
        }
    }
}

#[test]
fn hours_that_cannot_be_read_are_shown_where() {
    for (hours, byte, rest) in [
        ("Mo-Fr 9am to 5pm", 6, "9am to 5pm"),
        ("Mo-Fx 09:00-17:00", 3, "Fx 09:00-17:00"),
        ("Mo-Fr 09:00-18:00; é", 19, "é"),
        ("", 0, ""),
    ] {
        let error = Calendar::new(hours, &Holidays::none(), TimeZone::UTC).unwrap_err();
        assert_eq!(
            error,
            CalendarError::Syntax {
                at: byte,
                rest: rest.to_owned()
            }
        );
    }
    let error = |hours: &str| Calendar::new(hours, &Holidays::none(), TimeZone::UTC).unwrap_err();
    assert!(
        error("2030-2020 open")
            .to_string()
            .contains("do you mean '2020-2030'")
    );
    assert_eq!(error(&"Mo ".repeat(1_000)), CalendarError::TooLong);
}

/// Hours in words of the calendar, and as the model has them: is it open at this local minute?
type Model = (&'static str, fn(DateTime) -> bool);

fn weekday(at: DateTime) -> i8 {
    at.weekday().to_monday_one_offset()
}

fn minute(at: DateTime) -> i32 {
    i32::from(at.hour()) * 60 + i32::from(at.minute())
}

const MODELS: [Model; 6] = [
    ("Mo-Fr 09:00-18:00; PH off", |at| {
        let christmas = at.month() == 12 && at.day() == 25;
        weekday(at) <= 5 && (540..1080).contains(&minute(at)) && !christmas
    }),
    (
        "Mo-Fr 09:00-12:30,13:30-18:00; Sa 10:00-14:00",
        |at| match weekday(at) {
            7 => false,
            6 => (600..840).contains(&minute(at)),
            _ => (540..750).contains(&minute(at)) || (810..1080).contains(&minute(at)),
        },
    ),
    ("Mo-Su 22:00-06:00", |at| !(360..1320).contains(&minute(at))),
    ("Su-Th 22:00-06:00", |at| {
        let yesterday = weekday(at.yesterday().unwrap());
        (minute(at) >= 1320 && ![5, 6].contains(&weekday(at)))
            || (minute(at) < 360 && ![5, 6].contains(&yesterday))
    }),
    ("Mo-Su 01:15-02:40", |at| (75..160).contains(&minute(at))),
    ("24/7", |_| true),
];
const ZONES: [&str; 7] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "UTC",
];
const JUNK: [&str; 30] = [
    "Mo",
    "-",
    "Fr",
    ",",
    ";",
    "09:00",
    "18:00",
    "26:00",
    "48:00",
    "00:00",
    "PH",
    "SH",
    "off",
    "open",
    "unknown",
    "24/7",
    "2026",
    "2030+",
    "Dec",
    "24",
    "week",
    "53",
    "/2",
    "easter",
    "+1 day",
    "[1]",
    "sunset",
    "(sunrise+01:00)",
    "||",
    "\"x\"",
];
const WINDOW: i64 = 3 * 24 * 60;

/// The local minute that counts at `at`: in an hour that comes a second time, its last one.
fn counting_minute(zone: &TimeZone, at: Timestamp) -> DateTime {
    let repeated = |at: Timestamp| {
        let fold = zone.to_ambiguous_timestamp(zone.to_datetime(at));
        matches!(fold.offset(), AmbiguousOffset::Fold { .. }) && fold.earlier().unwrap() != at
    };
    let mut last = at;
    while repeated(at) && repeated(last + 1.minute()) {
        last += 1.minute();
    }
    zone.to_datetime(last)
}

fn agrees_with_the_model(
    (hours, model): Model,
    zone: &TimeZone,
    from: Timestamp,
    wanted: usize,
) -> TestCaseResult {
    let christmas = (2020..2040).map(|year| date(year, 12, 25));
    let calendar = Calendar::new(hours, &Holidays::on(christmas), zone.clone()).unwrap();
    let minutes: Vec<_> = (0..WINDOW).map(|n| from + n.minutes()).collect();
    let open: Vec<_> = minutes
        .iter()
        .copied()
        .filter(|at| model(counting_minute(zone, *at)))
        .collect();
    for at in minutes.iter().copied().step_by(5) {
        prop_assert_eq!(
            calendar.is_open(at),
            open.binary_search(&at).is_ok(),
            "open at {}",
            at
        );
    }
    let total = SignedDuration::from_mins(i64::try_from(open.len()).unwrap());
    prop_assert_eq!(calendar.open_between(from, from + WINDOW.minutes()), total);
    if let Some(first) = open.first() {
        prop_assert_eq!(calendar.next_open(from), Some(*first));
        let nth = wanted % open.len();
        let period = SignedDuration::from_mins(i64::try_from(nth).unwrap() + 1);
        prop_assert_eq!(
            calendar.add(from, Period::Time(period)),
            Some(open[nth] + 1.minute())
        );
        let closes = minutes
            .iter()
            .find(|at| *at > first && open.binary_search(at).is_err());
        if let Some(closes) = closes {
            prop_assert_eq!(calendar.next_close(*first), Some(*closes));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_week_agrees_with_a_minute_by_minute_model(
        model in 0..MODELS.len(), zone_index in 0..ZONES.len(), minute in 0..5_000_000_i64, wanted in 0..9_999_usize,
    ) {
        let from = at("2024-01-01T00:00[UTC]") + minute.minutes();
        agrees_with_the_model(MODELS[model], &zone(ZONES[zone_index]), from, wanted)?;
    }

    #[test]
    fn nights_on_which_the_clocks_change_agree_too(
        model in 0..MODELS.len(), zone_index in 0..ZONES.len(), nth in 0..12_usize, before in 0..2_880_i64, wanted in 0..9_999_usize,
    ) {
        let zone = zone(ZONES[zone_index]);
        let start = at("2024-01-01T00:00[UTC]");
        let change = zone.following(start).nth(nth).map_or(start, |change| change.timestamp());
        let change = change.round(Unit::Minute).unwrap();
        agrees_with_the_model(MODELS[model], &zone, change - before.minutes(), wanted)?;
    }

    #[test]
    fn hours_of_junk_never_panic(words in prop::collection::vec(0..JUNK.len(), 0..8), joined in any::<bool>()) {
        let words: Vec<_> = words.into_iter().map(|word| JUNK[word]).collect();
        if let Ok(calendar) = Calendar::new(&words.join(if joined { "" } else { " " }), &Holidays::none(), zone(ZONES[0])) {
            let now = at("2026-11-21T14:00[UTC]");
            let _ = (calendar.next_open(now), calendar.next_close(now), calendar.next_working_day(now));
            let _ = calendar.add(now, Period::BusinessDays(3));
        }
    }
}
