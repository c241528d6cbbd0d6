//! A year of forty people in three zones, with their holidays and holidays of their own, through the very code that
//! decides live. Run with `--nocapture` it prints how their clocks were kept.

use std::fmt::Write;

use baton::{
    config::{compile::given, load_with},
    domain::{activity::Activities, submission::NewLead},
    rules::Rules,
    simulate::{Absence, Answers, Arrival, History, Line, Outcome, Usual, simulate},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

const PLACES: [(&str, &str, &str); 3] = [
    ("berlin", "Europe/Berlin", "DE-BE"),
    ("istanbul", "Europe/Istanbul", "TR"),
    ("bucharest", "Europe/Bucharest", "RO"),
];
const PEOPLE: usize = 40;
const LEADS: usize = 3000;

/// A generator good enough to make up a year with (SplitMix64).
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    /// Some moment of the year.
    fn moment(&mut self) -> Timestamp {
        let minutes = i64::try_from(self.up_to(365 * 24 * 60)).unwrap();
        begin() + SignedDuration::from_mins(minutes)
    }
}

fn begin() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// Who is where: every third in each place, one of them its manager.
fn rules() -> Rules {
    let mut text = String::from(
        "[calendar.office]\nhours = \"Mo-Fr 09:00-18:00; PH off\"\nholidays = \"rep\"\n",
    );
    for n in 0..PEOPLE {
        let (place, zone, country) = PLACES[n % 3];
        let _ = writeln!(
            text,
            "[[rep]]\nid = \"{place}{n}\"\nname = \"R {n}\"\nemail = \"r{n}@x.example\"\ntimezone = \"{zone}\"\n\
             country = \"{country}\"\ncalendar = \"office\"\ncapacity = 40\nstale = \"30d\""
        );
    }
    for (at, (place, zone, country)) in PLACES.iter().enumerate() {
        let people: Vec<String> = (0..PEOPLE)
            .filter(|n| n % 3 == at)
            .map(|n| format!("\"{place}{n}\""))
            .collect();
        let (manager, members) = people.split_first().unwrap();
        let country = country.split('-').next().unwrap();
        let _ = writeln!(
            text,
            "[calendar.{place}]\nhours = \"Mo-Fr 09:00-18:00; PH off\"\nholidays = \"{country}\"\ntimezone = \"{zone}\"\n\
             [[team]]\nid = \"{place}\"\nmembers = [{}]\nmanagers = [{manager}]\ntimezone = \"{zone}\"\n\
             sla = {{ demo = \"{place}-demo\", default = \"{place}-mql\" }}\n\
             [sla.{place}-demo]\nacknowledge = \"15m\"\ncontact = \"30m\"\ncalendar = \"{place}\"\n\
             [sla.{place}-mql]\nacknowledge = \"4h\"\ncontact = \"8h\"\ncalendar = \"{place}\"\n\
             [[route]]\nid = \"{place}\"\nwhen = 'lead.country == \"{country}\"'\nto = {{ team = \"{place}\" }}",
            members.join(", ")
        );
    }
    let open = |_: &std::path::Path| Ok(text.clone());
    let loaded = load_with("baton.toml".as_ref(), &|_| None, &open, begin());
    let complaints = loaded.complaints;
    Rules::new(
        loaded
            .compiled
            .unwrap_or_else(|| panic!("{complaints:?}"))
            .policy,
    )
}

/// Everybody is on holiday three times, for a week or two.
fn absences(dice: &mut Dice) -> Vec<Absence> {
    let mut absences = Vec::new();
    for n in 0..PEOPLE {
        for _ in 0..3 {
            let from = dice.moment();
            let days = 7 + i64::try_from(dice.up_to(8)).unwrap();
            absences.push(Absence {
                rep: format!("{}{n}", PLACES[n % 3].0).into(),
                from,
                until: Some(from + SignedDuration::from_hours(24 * days)),
                cover: None,
            });
        }
    }
    absences.sort_by_key(|absence| absence.from);
    absences
}

fn arrivals(dice: &mut Dice) -> Vec<Arrival> {
    let mut moments: Vec<Timestamp> = (0..LEADS).map(|_| dice.moment()).collect();
    moments.sort_unstable();
    let one = |(n, at): (usize, Timestamp)| {
        let country = ["DE", "TR", "RO"][usize::try_from(dice.up_to(3)).unwrap()];
        let lead_type = ["demo", "webinar"][usize::try_from(dice.up_to(2)).unwrap()];
        let said =
            json!({"email": format!("p{n}@c{n}.example"), "country": country, "type": lead_type});
        let given = given(said.as_object().unwrap()).unwrap();
        Arrival {
            number: i64::try_from(n).unwrap(),
            at,
            source: "website".into(),
            person: NewLead {
                contact: given.contact,
                lead_type: given.lead_type,
                ..NewLead::default()
            },
            activities: Activities::default(),
            previous_owner: None,
            was: None,
        }
    };
    moments.into_iter().enumerate().map(one).collect()
}

fn year() -> Outcome {
    let mut dice = Dice(2026);
    let history = History {
        absences: absences(&mut dice),
        ..History::default()
    };
    let arrivals = arrivals(&mut dice);
    let answers = Answers::of(&arrivals, Usual::default());
    simulate(&rules(), &history, &arrivals, &answers, &mut |_| {})
}

/// A line of the table of how clocks were kept.
fn kept(name: &str, line: &Line) -> String {
    let share = |share: Option<f64>| share.map_or(0.0, |share| share * 100.0);
    let hours = |time: Option<SignedDuration>| time.map_or(0.0, |time| time.as_secs_f64() / 3600.0);
    format!(
        "{name}: {} leads, accepted in time {:.1} %, tried in time {:.1} %, somebody had it within {:.1} h (half), {:.1} h (nine of ten)\n",
        line.leads,
        share(line.stats.acknowledge_kept()),
        share(line.stats.contact_kept()),
        hours(line.wait(0.5)),
        hours(line.wait(0.9)),
    )
}

#[test]
fn a_year_of_forty_people_in_three_zones_is_the_same_twice() {
    let (one, other) = (year(), year());
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
    let mut table = kept("all", &one.total);
    for (team, line) in &one.teams {
        table.push_str(&kept(team, line));
    }
    println!("{table}");
    assert_eq!(one.fates.len(), LEADS);
    // Nobody was lost: each lead found somebody, however many were on holiday.
    let nobody = one.fates.iter().filter(|fate| fate.owner.is_none());
    assert_eq!(nobody.count(), 0);
    // Whoever is there answers within five minutes, so that fifteen are kept by all but those who leave meanwhile.
    let answered = one.fates.iter().filter(|fate| fate.answered == Some(true));
    assert!(answered.count() * 100 >= LEADS * 97, "{table}");
}
