//! By which clock a lead lives: the time zone that they gave, else what their country and region say, else their
//! phone number. A country of several zones without a region is a range of clocks, and not a guess.

use std::{collections::HashMap, sync::LazyLock};

use jiff::{Timestamp, civil::Time, tz::TimeZone};

use super::contact::{Contact, Field};

/// No calling code, with what follows it in the table, has more digits.
const LONGEST_PREFIX: usize = 6;
/// Before this hour nobody is called.
const MORNING: i8 = 8;
/// From this hour on nobody is called.
const EVENING: i8 = 21;

/// The clocks of a place: mostly one, else from the westernmost to the easternmost.
#[derive(Clone, Debug, PartialEq)]
pub struct Zones {
    /// Where it is earliest.
    pub west: TimeZone,
    /// Where it is latest; the same if there is only one.
    pub east: TimeZone,
}

impl Zones {
    fn one(zone: TimeZone) -> Self {
        Self {
            west: zone.clone(),
            east: zone,
        }
    }

    /// The only zone, if there is only one.
    #[must_use]
    pub fn only(&self) -> Option<&TimeZone> {
        (self.west == self.east).then_some(&self.west)
    }

    /// The time of day there, from the earliest to the latest.
    #[must_use]
    pub fn times(&self, now: Timestamp) -> (Time, Time) {
        let [west, east] = [&self.west, &self.east].map(|zone| zone.to_datetime(now).time());
        (west, east)
    }

    /// Whether somewhere there people are not called at this hour.
    #[must_use]
    pub fn is_night(&self, now: Timestamp) -> bool {
        let (west, east) = self.times(now);
        [west, east]
            .iter()
            .any(|time| !(MORNING..EVENING).contains(&time.hour()))
    }
}

/// What the table knows.
#[derive(Default)]
struct Table {
    /// By country, or country and region as `US-CA`.
    zones: HashMap<String, Zones>,
    /// `US-CA` by `US-california`.
    regions: HashMap<String, &'static str>,
    /// A place by the digits with which a phone number begins.
    prefixes: HashMap<&'static str, &'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("zones.txt")));

fn read(lines: &'static str) -> Table {
    let mut table = Table::default();
    let lines = lines.lines().filter(|line| !line.starts_with('#'));
    for (code, means) in lines.filter_map(|line| line.split_once('=')) {
        if let Some(prefix) = code.strip_prefix('+') {
            table.prefixes.insert(prefix, means);
            continue;
        }
        let (zones, names) = means.split_once('=').unwrap_or((means, ""));
        let (west, east) = zones.split_once('|').unwrap_or((zones, zones));
        if let (Ok(west), Ok(east)) = (TimeZone::get(west), TimeZone::get(east)) {
            table.zones.insert(code.to_owned(), Zones { west, east });
        }
        let country = code.split('-').next().unwrap_or_default();
        for name in names.split('|').filter(|name| !name.is_empty()) {
            let name = format!("{country}-{}", name.to_lowercase());
            table.regions.insert(name, code);
        }
    }
    table
}

/// The clocks by which this person lives, as far as what is known of them says it.
#[must_use]
pub fn of(contact: &Contact) -> Option<Zones> {
    let given = contact.text(Field::Timezone);
    let given = Some(given).filter(|name| !name.is_empty());
    if let Some(zone) = given.and_then(|name| TimeZone::get(name).ok()) {
        return Some(Zones::one(zone));
    }
    let country = contact.text(Field::Country).to_uppercase();
    let by_phone = place_of(contact.text(Field::Phone));
    if country.is_empty() {
        return by_phone.and_then(|place| TABLE.zones.get(place)).cloned();
    }
    let by_place = in_region(&country, contact.text(Field::Region)).or_else(|| {
        // The number says in which part of the country, where it is one of there.
        let part = by_phone.filter(|place| place.split('-').next() == Some(&*country));
        TABLE.zones.get(part.unwrap_or(&country))
    });
    by_place.cloned()
}

fn in_region(country: &str, region: &str) -> Option<&'static Zones> {
    let region = region.trim();
    if region.is_empty() {
        return None;
    }
    let code = region.to_uppercase();
    let code = code.rsplit('-').next().unwrap_or_default();
    let by_code = TABLE.zones.get(&format!("{country}-{code}"));
    by_code.or_else(|| {
        let name = format!("{country}-{}", region.to_lowercase());
        TABLE.zones.get(*TABLE.regions.get(&name)?)
    })
}

/// Where a number in E.164 form is from: by the longest beginning that is known.
fn place_of(phone: &str) -> Option<&'static str> {
    let digits = phone.strip_prefix('+')?;
    let longest = LONGEST_PREFIX.min(digits.len());
    (1..=longest).rev().find_map(|length| {
        let prefix = digits.get(..length)?;
        TABLE.prefixes.get(prefix).copied()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zones(country: &str, region: &str, phone: &str, zone: &str) -> String {
        let mut contact = Contact::default();
        contact.set_text(Field::Country, country);
        contact.set_text(Field::Region, region);
        contact.set_text(Field::Phone, phone);
        contact.set_text(Field::Timezone, zone);
        let Some(found) = of(&contact) else {
            return "unknown".to_owned();
        };
        let name = |zone: &TimeZone| zone.iana_name().unwrap_or("?").to_owned();
        match found.only() {
            Some(zone) => name(zone),
            None => format!("{} to {}", name(&found.west), name(&found.east)),
        }
    }

    #[test]
    fn a_zone_is_the_one_given_else_of_the_place_else_of_the_number() {
        for (country, region, phone, zone, expected) in [
            ("US", "CA", "+4930123", "Asia/Tokyo", "Asia/Tokyo"),
            ("DE", "", "+14155550100", "nonsense", "Europe/Berlin"),
            ("US", "California", "", "", "America/Los_Angeles"),
            ("US", "us-tx", "", "", "America/Chicago"),
            ("CA", "Québec", "", "", "America/Toronto"),
            ("US", "", "", "", "America/Los_Angeles to America/New_York"),
            (
                "US",
                "Narnia",
                "+1415",
                "",
                "America/Los_Angeles to America/New_York",
            ),
            ("CA", "", "+14165550100", "", "America/Toronto"),
            ("ES", "", "", "", "Europe/Madrid"),
            ("ES", "Las Palmas", "", "", "Atlantic/Canary"),
            ("", "", "+905321234567", "", "Europe/Istanbul"),
            ("", "", "+18765550100", "", "America/Jamaica"),
            ("", "", "+77011234567", "", "Asia/Almaty"),
            ("", "", "030123", "", "unknown"),
            ("", "", "", "", "unknown"),
            ("ZZ", "x", "+", "../etc", "unknown"),
        ] {
            let found = zones(country, region, phone, zone);
            assert_eq!(found, expected, "{country} {region} {phone} {zone}");
        }
    }

    #[test]
    fn every_line_of_the_table_is_a_zone_that_is_known() {
        let lines = include_str!("zones.txt").lines();
        let places = lines.filter(|line| !line.starts_with(['#', '+']));
        assert_eq!(places.count(), TABLE.zones.len());
        let unknown = TABLE
            .prefixes
            .values()
            .find(|place| !TABLE.zones.contains_key(**place));
        assert_eq!(unknown, None);
    }

    #[test]
    fn it_is_night_where_it_is_night_somewhere() {
        let at = |hour: &str| format!("2026-11-21T{hour}:00Z").parse().expect("a moment");
        let mut contact = Contact::default();
        contact.set_text(Field::Country, "US");
        let usa = of(&contact).expect("known");
        // 5:00 in the west and 8:00 in the east, then 10:00 and 13:00.
        assert!(usa.is_night(at("13:00")));
        assert!(!usa.is_night(at("18:00")));
        assert!(usa.is_night(at("02:00")));
    }
}
