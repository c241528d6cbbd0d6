//! Public holidays: of a country or region, given dates, an `.ics` file, or all of these together.

use std::{collections::BTreeSet, sync::Arc};

use chrono::Datelike;
use jiff::civil::Date;
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
    /// holidays and is remembered in [`Holidays::national_only`].
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
    use jiff::civil::date;

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
}
