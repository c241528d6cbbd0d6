//! Public holidays: of a country or region, given dates, an `.ics` file, or all of these together.

use std::{collections::BTreeSet, sync::Arc};

use chrono::Datelike;
use jiff::{
    ToSpan,
    civil::{Date, Weekday, date},
};
use opening_hours::{ContextHolidays, localization::Country};

use super::{germany, ics};

/// Which days are public holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    dates: BTreeSet<Date>,
    national_only: BTreeSet<String>,
}

/// Holidays that could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HolidaysError {
    /// The country is not among the known ones.
    #[error(
        "the public holidays of `{code}` are not known; known are {}. Dates or an .ics file complete it: \
         holidays = [\"2026-12-25\", \"file:holidays.ics\"]",
        known()
    )]
    UnknownCountry {
        /// What was asked for.
        code: String,
    },
    /// The country is known, but it has no such region.
    #[error("`{code}` is no region of Germany; they are {}", states())]
    UnknownRegion {
        /// What was asked for.
        code: String,
    },
    /// The `.ics` text is not a calendar of whole days.
    #[error("line {line} of the .ics file: {what}")]
    Ics {
        /// Where, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
}

impl Holidays {
    /// No holidays at all.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The holidays of a country, `"DE"`, or of a region in it, `"DE-BY"`.
    ///
    /// Regional holidays are known for Germany's Länder. Any other region gets its country's
    /// holidays and is remembered in [`Holidays::national_only`]; the United Kingdom alone means England and Wales.
    /// Where the data lacks days that move, [`lacking`] says so.
    ///
    /// # Errors
    ///
    /// When the country is not known, or has no such region.
    pub fn of(code: &str) -> Result<Self, HolidaysError> {
        let unknown = || HolidaysError::UnknownCountry {
            code: code.to_owned(),
        };
        let upper = code.trim().to_ascii_uppercase();
        let (country, region) = upper
            .split_once('-')
            .map_or((&*upper, None), |(c, r)| (c, Some(r)));
        let country: Country = country.parse().map_err(|_| unknown())?;
        let mut holidays = Self::on(days_of(&country.holidays()));
        match (country, region) {
            (Country::GB, None | Some("ENG" | "WLS")) => add_bank_holidays(&mut holidays.dates),
            (_, None) => {}
            (Country::DE, Some(state)) if germany::STATES.contains(&state) => {
                let regional = days_of(&country.holidays_regional());
                holidays.dates.extend(
                    regional
                        .into_iter()
                        .filter(|day| germany::keeps(state, *day)),
                );
            }
            (Country::DE, Some(_)) => {
                return Err(HolidaysError::UnknownRegion {
                    code: code.to_owned(),
                });
            }
            (_, Some(_)) => holidays.national_only = BTreeSet::from([upper.clone()]),
        }
        Ok(holidays)
    }

    /// Holidays on exactly these dates.
    #[must_use]
    pub fn on(dates: impl IntoIterator<Item = Date>) -> Self {
        Self {
            dates: dates.into_iter().collect(),
            national_only: BTreeSet::new(),
        }
    }

    /// The whole-day events of an iCalendar text; what repeats every year does so until 2100.
    ///
    /// Events with a time of day are meetings and do not count.
    ///
    /// # Errors
    ///
    /// When the text is not iCalendar, or an event repeats in a way that is not understood.
    pub fn from_ics(text: &str) -> Result<Self, HolidaysError> {
        ics::whole_days(text).map(Self::on)
    }

    /// The holidays of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.dates.extend(other.dates);
        self.national_only.extend(other.national_only);
        self
    }

    /// Whether `day` is a holiday.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.dates.contains(&day)
    }

    /// All days, in order.
    pub fn days(&self) -> impl Iterator<Item = Date> + '_ {
        self.dates.iter().copied()
    }

    /// Regions of which only the country's holidays are known: worth a warning, and the missing dates.
    pub fn national_only(&self) -> impl Iterator<Item = &str> {
        self.national_only.iter().map(String::as_str)
    }

    /// As the opening-hours evaluation takes them.
    pub(super) fn context(&self) -> ContextHolidays {
        let none = ContextHolidays::default();
        let mut public = none.get_public().clone();
        for day in self.dates.iter().filter_map(|day| chrono_date(*day)) {
            public.insert(day);
        }
        ContextHolidays::new(Arc::new(public), Arc::default())
    }
}

/// A date for the crates that know chrono only; none before 1970 or after 2100, where no calendar reaches.
pub(super) fn chrono_date(date: Date) -> Option<chrono::NaiveDate> {
    let year = i32::from(date.year());
    (1970..=2100).contains(&year).then_some(())?;
    chrono::NaiveDate::from_ymd_opt(
        year,
        date.month().unsigned_abs().into(),
        date.day().unsigned_abs().into(),
    )
}

fn days_of(holidays: &ContextHolidays) -> Vec<Date> {
    holidays.get_public().iter().filter_map(jiff_date).collect()
}

/// What the data knows of no part of the United Kingdom as a whole, and England and Wales have in common: New Year's
/// Day or the Monday after it, Easter Monday, the last Monday of August.
fn add_bank_holidays(dates: &mut BTreeSet<Date>) {
    let years: BTreeSet<i16> = dates.iter().map(|day| day.year()).collect();
    let is_good_friday =
        |day: &Date| matches!(day.month(), 3 | 4) && day.weekday() == Weekday::Friday;
    let good_fridays: Vec<Date> = dates.iter().copied().filter(is_good_friday).collect();
    let mondays = good_fridays
        .into_iter()
        .filter_map(|day| day.checked_add(3.days()).ok());
    dates.extend(mondays);
    for year in years {
        let new_year = date(year, 1, 1);
        let observed = match new_year.weekday() {
            Weekday::Saturday | Weekday::Sunday => new_year.nth_weekday(1, Weekday::Monday),
            _ => Ok(new_year),
        };
        let summer = date(year, 8, 1).nth_weekday_of_month(-1, Weekday::Monday);
        dates.extend(observed.into_iter().chain(summer));
    }
}

/// Days that the data of a country does not have, in words; `None` where nothing is known to be missing.
#[must_use]
pub fn lacking(code: &str) -> Option<&'static str> {
    let country = code.trim().split('-').next().unwrap_or_default();
    country
        .eq_ignore_ascii_case("TR")
        .then_some("Ramazan Bayramı and Kurban Bayramı")
}

fn jiff_date(day: chrono::NaiveDate) -> Option<Date> {
    let year = i16::try_from(day.year()).ok()?;
    Date::new(
        year,
        i8::try_from(day.month()).ok()?,
        i8::try_from(day.day()).ok()?,
    )
    .ok()
}

fn known() -> String {
    Country::ALL.map(Country::iso_code).join(", ")
}

fn states() -> String {
    germany::STATES
        .map(|state| format!("DE-{state}"))
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_2026(holidays: &Holidays) -> Vec<Date> {
        holidays.days().filter(|day| day.year() == 2026).collect()
    }

    #[test]
    fn a_country_has_its_holidays() {
        let germany = Holidays::of("DE").unwrap();
        assert_eq!(in_2026(&germany).len(), 9);
        assert!(germany.contains(date(2026, 12, 25)));
        assert!(!germany.contains(date(2026, 1, 6)));
        assert_eq!(Holidays::of(" de ").unwrap(), germany);
    }

    #[test]
    fn each_land_keeps_its_own() {
        let counts = germany::STATES
            .map(|state| in_2026(&Holidays::of(&format!("DE-{state}")).unwrap()).len());
        // BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH
        assert_eq!(
            counts,
            [
                12, 10, 12, 13, 10, 10, 10, 11, 10, 11, 11, 10, 12, 11, 11, 11
            ]
        );
        let bavaria = Holidays::of("DE-BY").unwrap();
        for day in [
            date(2026, 1, 6),
            date(2026, 6, 4),
            date(2026, 8, 15),
            date(2026, 11, 1),
            date(2026, 10, 3),
        ] {
            assert!(bavaria.contains(day), "{day}");
        }
        assert!(!bavaria.contains(date(2026, 10, 31)));
        assert!(Holidays::of("DE-BE").unwrap().contains(date(2027, 3, 8)));
    }

    #[test]
    fn every_regional_holiday_is_somebodys() {
        let germany = Holidays::of("DE").unwrap();
        let all = germany::STATES.iter().fold(Holidays::none(), |all, state| {
            all.and(Holidays::of(&format!("DE-{state}")).unwrap())
        });
        for day in days_of(&Country::DE.holidays_regional())
            .into_iter()
            .filter(|day| day.year() >= 2018)
        {
            assert!(all.contains(day) || germany.contains(day), "{day}");
        }
    }

    #[test]
    fn a_region_that_is_not_known_gets_its_country_and_says_so() {
        let california = Holidays::of("us-ca").unwrap();
        assert!(california.contains(date(2026, 11, 26)));
        let both = Holidays::of("DE").unwrap().and(california);
        assert_eq!(both.national_only().collect::<Vec<_>>(), ["US-CA"]);
    }

    #[test]
    fn an_unknown_country_is_told_what_helps() {
        for code in ["IN", "XX", "", "Germany", "D-E", "é"] {
            let error = Holidays::of(code).unwrap_err().to_string();
            assert!(
                error.contains("AD, AL") && error.contains(".ics file"),
                "{error}"
            );
        }
        assert!(
            Holidays::of("DE-XX")
                .unwrap_err()
                .to_string()
                .contains("DE-BY")
        );
    }

    #[test]
    fn dates_and_countries_add_up() {
        let own = date(2026, 11, 23);
        let holidays = Holidays::of("TR").unwrap().and(Holidays::on([own]));
        assert!(holidays.contains(own) && holidays.contains(date(2026, 10, 29)));
    }

    /// What the data says too little and too much of 2026, by the official list of that country or Land, written
    /// as `month.day`.
    fn compared(code: &str, year: i16, official: &str) -> String {
        let day = |text: &str| {
            let (month, day) = text.split_once('.').unwrap();
            date(year, month.parse().unwrap(), day.parse().unwrap())
        };
        let official: BTreeSet<Date> = official.split_whitespace().map(day).collect();
        let said = Holidays::of(code).unwrap();
        let said: BTreeSet<Date> = said.days().filter(|day| day.year() == year).collect();
        let lacks = official.difference(&said).map(|day| format!("lacks {day}"));
        let adds = said.difference(&official).map(|day| format!("adds {day}"));
        lacks.chain(adds).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn official_lists_are_kept_or_the_difference_is_known() {
        // gov.uk, bank holidays of England and Wales.
        assert_eq!(
            compared("GB", 2026, "1.1 4.3 4.6 5.4 5.25 8.31 12.25 12.28"),
            ""
        );
        assert_eq!(
            compared("GB", 2027, "1.1 3.26 3.29 5.3 5.31 8.30 12.27 12.28"),
            ""
        );
        assert_eq!(
            compared("GB-ENG", 2028, "1.3 4.14 4.17 5.1 5.29 8.28 12.25 12.26"),
            ""
        );
        // Codul muncii, art. 139.
        let romania =
            "1.1 1.2 1.6 1.7 1.24 4.10 4.12 4.13 5.1 5.31 6.1 8.15 11.30 12.1 12.25 12.26";
        assert_eq!(compared("RO", 2026, romania), "");
        let bavaria = "1.1 1.6 4.3 4.6 5.1 5.14 5.25 6.4 8.15 10.3 11.1 12.25 12.26";
        assert_eq!(compared("DE-BY", 2026, bavaria), "");
        let berlin = "1.1 3.8 4.3 4.6 5.1 5.14 5.25 10.3 12.25 12.26";
        assert_eq!(compared("DE-BE", 2026, berlin), "");
        // Law 2429; the Bayrams go by the moon, and their dates are for the configuration to say.
        let turkey = "1.1 3.20 3.21 3.22 4.23 5.1 5.19 5.27 5.28 5.29 5.30 7.15 8.30 10.29";
        insta::assert_snapshot!(compared("TR", 2026, turkey), @"lacks 2026-03-20, lacks 2026-03-21, lacks 2026-03-22, lacks 2026-05-27, lacks 2026-05-28, lacks 2026-05-29, lacks 2026-05-30");
        assert_eq!(lacking("tr-34"), Some("Ramazan Bayramı and Kurban Bayramı"));
        assert_eq!(lacking("GB"), None);
    }
}
