//! Which of Germany's regional holidays are whose: the data names them for the country only.

use jiff::civil::{Date, Weekday};

/// The Länder, by their ISO 3166-2 code.
pub(super) const STATES: [&str; 16] = [
    "BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH",
];

/// Whether the regional holiday `date` is kept in `state`.
///
/// Assumption Day counts for the whole of Bavaria, as it does in its cities; Corpus Christi does not for
/// Saxony and Thuringia, where a few villages keep it.
pub(super) fn keeps(state: &str, date: Date) -> bool {
    states(date).contains(&state)
}

fn states(date: Date) -> &'static [&'static str] {
    match (date.month(), date.day(), date.weekday()) {
        (1, 6, _) => &["BW", "BY", "ST"],
        (3, 8, _) => &["BE", "MV"],
        // 80 years after the war's end, and 75 years: once each.
        (5, 8, _) if matches!(date.year(), 2020 | 2025) => &["BE"],
        (8, 15, _) => &["BY", "SL"],
        (9, 20, _) => &["TH"],
        (10, 31, _) => &["BB", "HB", "HH", "MV", "NI", "SH", "SN", "ST", "TH"],
        (11, 1, _) => &["BW", "BY", "NW", "RP", "SL"],
        (11, _, Weekday::Wednesday) => &["SN"],
        // Easter Sunday and Whit Sunday.
        (3..=6, _, Weekday::Sunday) => &["BB"],
        // Corpus Christi.
        (5..=6, _, Weekday::Thursday) => &["BW", "BY", "HE", "NW", "RP", "SL"],
        _ => &[],
    }
}
