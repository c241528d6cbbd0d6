//! Times and lengths of time in words, as people read them back.

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date};

/// A date so near needs no year.
const NEAR_DAYS: i32 = 183;
/// A moment so near is said to the second.
const NEAR_SECONDS: i64 = 120;

/// Says `at` in words on the clocks of `now`: "today 15:00", "tomorrow 09:00", "Mon 23 Nov 09:00".
///
/// Another year is named, unless the date is less than half a year away: "2 Jan 2028 09:00". What is less than
/// two minutes away is said to the second: "today 15:00:20".
#[must_use]
pub fn say(at: Timestamp, now: &Zoned) -> String {
    let local = at.to_zoned(now.time_zone().clone());
    match days_between(now.date(), local.date()) {
        0 => said(&local, now, "today %H:%M"),
        1 => said(&local, now, "tomorrow %H:%M"),
        -1 => said(&local, now, "yesterday %H:%M"),
        _ => say_dated(at, now),
    }
}

/// The same without a word that is wrong from midnight on: "Sat 21 Nov 15:00" also today.
#[must_use]
pub fn say_dated(at: Timestamp, now: &Zoned) -> String {
    let local = at.to_zoned(now.time_zone().clone());
    let (day, today) = (local.date(), now.date());
    let is_near = day.year() == today.year() || days_between(today, day).abs() < NEAR_DAYS;
    let format = if is_near {
        "%a %-d %b %H:%M"
    } else {
        "%-d %b %Y %H:%M"
    };
    said(&local, now, format)
}

fn said(local: &Zoned, now: &Zoned, format: &str) -> String {
    let seconds = if is_near(local.timestamp(), now.timestamp()) {
        local.strftime(":%S").to_string()
    } else {
        String::new()
    };
    local.strftime(format).to_string() + &seconds
}

/// Whether `at` is so near `now` that its seconds matter; a whole minute has none.
#[must_use]
pub fn is_near(at: Timestamp, now: Timestamp) -> bool {
    let apart = at.as_second().abs_diff(now.as_second());
    apart < NEAR_SECONDS.unsigned_abs() && at.as_second().rem_euclid(60) != 0
}

fn days_between(a: Date, b: Date) -> i32 {
    i32::try_from(b.duration_since(a).as_hours() / 24).unwrap_or(i32::MAX)
}

/// Says a length of time in its two biggest units: "15 min", "2 h 30 min", "3 days", "45 s".
#[must_use]
pub fn say_duration(time: SignedDuration) -> String {
    let seconds = time.unsigned_abs().as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let day_word = if days == 1 { "day" } else { "days" };
    let said = match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, 0, _) => format!("{days} {day_word}"),
        _ => format!("{days} {day_word} {hours} h"),
    };
    if time.is_negative() {
        format!("-{said}")
    } else {
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_said_as_people_say_them() {
        let now: Zoned = "2026-11-21T14:00[Europe/Berlin]".parse().unwrap();
        for (at, said) in [
            ("2026-11-21T15:00", "today 15:00"),
            ("2026-11-21T00:00", "today 00:00"),
            ("2026-11-22T09:00", "tomorrow 09:00"),
            ("2026-11-20T23:59", "yesterday 23:59"),
            ("2026-11-24T09:00", "Tue 24 Nov 09:00"),
            ("2027-01-02T09:00", "Sat 2 Jan 09:00"),
            ("2027-12-24T09:00", "24 Dec 2027 09:00"),
            ("2026-01-02T09:00", "Fri 2 Jan 09:00"),
            ("2025-01-02T09:00", "2 Jan 2025 09:00"),
            ("2026-11-21T14:01:20", "today 14:01:20"),
            ("2026-11-21T13:59:05", "today 13:59:05"),
            ("2026-11-21T14:01", "today 14:01"),
            ("2026-11-21T14:02:20", "today 14:02"),
        ] {
            let at: Zoned = format!("{at}[Europe/Berlin]").parse().unwrap();
            assert_eq!(say(at.timestamp(), &now), said);
        }
        let today: Zoned = "2026-11-21T14:01:20[Europe/Berlin]".parse().unwrap();
        assert_eq!(say_dated(today.timestamp(), &now), "Sat 21 Nov 14:01:20");
        let _ = (say(Timestamp::MIN, &now), say(Timestamp::MAX, &now));
    }

    #[test]
    fn lengths_are_said_in_two_units() {
        for (seconds, said) in [
            (0, "0 s"),
            (45, "45 s"),
            (900, "15 min"),
            (959, "15 min"),
            (7_200, "2 h"),
            (9_000, "2 h 30 min"),
            (86_400, "1 day"),
            (259_200, "3 days"),
            (100_000, "1 day 3 h"),
            (-900, "-15 min"),
        ] {
            assert_eq!(say_duration(SignedDuration::from_secs(seconds)), said);
        }
        let _ = say_duration(SignedDuration::MIN);
    }
}
