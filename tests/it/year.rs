//! A year of forty people in three zones, through the very code that decides live. People also miss: some answer late or
//! not at all, some decline, some take a lead and never call; they are on holiday, and ill without a word; Baton is down
//! for an hour and once for two days, the chat for a morning. Run with `--nocapture` it prints how the clocks were kept;
//! `BATON_YEAR_LEADS=20000` takes more leads.

use std::{collections::BTreeMap, fmt::Write};

use baton::{
    config::{compile::given, load_with},
    domain::{
        activity::Activities,
        event::{Down, MeasureKind},
        lead::{Cause, Promise},
        policy::Platform,
        stats::Stats,
        submission::NewLead,
    },
    rules::Rules,
    simulate::{
        Absence, Answer, Answers, Arrival, Fate, History, Line, Outage, Outcome, Says, Usual, Was,
        simulate,
    },
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

const PLACES: [(&str, &str, &str); 3] = [
    ("berlin", "Europe/Berlin", "DE-BE"),
    ("istanbul", "Europe/Istanbul", "TR"),
    ("bucharest", "Europe/Bucharest", "RO"),
];
/// What is asked for, and how fast each place wants to answer it.
const ASKED: [(&str, &str, &str); 3] = [
    (
        "demo",
        "high",
        r#"acknowledge = "15m"
contact = "30m"
untouched = [{ after = "20m", remind = "rep" }, { after = "30m", notify = "managers" }, { after = "60m", reoffer = "team" }]"#,
    ),
    (
        "webinar",
        "medium",
        r#"acknowledge = "4h"
contact = "8h"
untouched = [{ after = "6h", remind = "rep" }, { after = "8h", notify = "managers" }, { after = "16h", reoffer = "team" }]"#,
    ),
    (
        "download",
        "low",
        r#"acknowledge = "5bd"
contact = "10bd"
untouched = [{ after = "8bd", remind = "rep" }, { after = "12bd", reoffer = "team" }]"#,
    ),
];
const PEOPLE: usize = 40;
const LEADS: usize = 2000;
/// What was down, from when, for how many hours.
const DOWN: [(Down, &str, i64); 3] = [
    (Down::Baton, "2026-03-10T09:00:00Z", 1),
    (Down::Baton, "2026-06-16T06:00:00Z", 48),
    (Down::Chat(Platform::Slack), "2026-09-15T08:00:00Z", 3),
];
/// So many leads come shortly before each of these, beside the others.
const BEFORE: i64 = 12;

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

#[expect(clippy::disallowed_methods, reason = "the one switch of this test")]
fn leads() -> usize {
    let given = std::env::var("BATON_YEAR_LEADS").ok();
    given.map_or(LEADS, |given| given.parse().unwrap())
}

fn minutes(n: u64) -> SignedDuration {
    SignedDuration::from_mins(i64::try_from(n).unwrap())
}

fn name(n: usize) -> String {
    format!("{}{n}", PLACES[n % 3].0)
}

/// Who is where: every third in each place, one of them its manager, two its backups.
fn rules() -> Rules {
    let mut text = String::from(
        "[calendar.office]\nhours = \"Mo-Fr 09:00-18:00; PH off\"\nholidays = \"rep\"\n",
    );
    for n in 0..PEOPLE {
        let (_, zone, country) = PLACES[n % 3];
        let _ = writeln!(
            text,
            "[[rep]]\nid = \"{}\"\nname = \"R {n}\"\nemail = \"r{n}@x.example\"\ntimezone = \"{zone}\"\n\
             country = \"{country}\"\ncalendar = \"office\"\ncapacity = 40\nstale = \"30d\"",
            name(n)
        );
    }
    for (lead_type, intent, _) in ASKED {
        let _ = writeln!(
            text,
            "[[intent]]\nlevel = \"{intent}\"\nwhen = 'lead.type == \"{lead_type}\"'"
        );
    }
    for at in 0..PLACES.len() {
        place(&mut text, at);
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

fn place(text: &mut String, at: usize) {
    let (place, zone, country) = PLACES[at];
    let people: Vec<String> = (0..PEOPLE)
        .filter(|n| n % 3 == at)
        .map(|n| format!("\"{}\"", name(n)))
        .collect();
    let country = country.split('-').next().unwrap();
    let slas = ASKED.map(|(lead_type, ..)| format!("{lead_type} = \"{place}-{lead_type}\""));
    let _ = writeln!(
        text,
        "[calendar.{place}]\nhours = \"Mo-Fr 09:00-18:00; PH off\"\nholidays = \"{country}\"\ntimezone = \"{zone}\"\n\
         [[team]]\nid = \"{place}\"\nmanagers = [{}]\nbackups = [{}]\nmembers = [{}]\ntimezone = \"{zone}\"\n\
         sla = {{ {} }}\n\
         [[route]]\nid = \"{place}\"\nwhen = 'lead.country == \"{country}\"'\nto = {{ team = \"{place}\" }}",
        people[0],
        people[1..3].join(", "),
        people[3..].join(", "),
        slas.join(", ")
    );
    for (lead_type, _, clock) in ASKED {
        let _ = writeln!(
            text,
            "[sla.{place}-{lead_type}]\ncalendar = \"{place}\"\n{clock}"
        );
    }
}

/// Everybody is on holiday three times, for a week or two, and ill twice, for a day or three.
fn absences(dice: &mut Dice) -> Vec<Absence> {
    let mut absences = Vec::new();
    for n in 0..PEOPLE {
        for (times, least, more) in [(3, 7, 8), (2, 1, 3)] {
            for _ in 0..times {
                let from = dice.moment();
                let days = least + i64::try_from(dice.up_to(more)).unwrap();
                absences.push(Absence {
                    rep: name(n).into(),
                    from,
                    until: Some(from + SignedDuration::from_hours(24 * days)),
                    cover: None,
                });
            }
        }
    }
    absences.sort_by_key(|absence| absence.from);
    absences
}

fn outages() -> Vec<Outage> {
    let of = |(of, from, hours): (Down, &str, i64)| {
        let from: Timestamp = from.parse().unwrap();
        let until = from + SignedDuration::from_hours(hours);
        Outage { of, from, until }
    };
    DOWN.map(of).to_vec()
}

/// What people say: of a hundred 72 accept soon, 10 late, 9 say nothing and 9 decline. Two of the forty mostly say
/// nothing.
fn answer(dice: &mut Dice, silent: bool) -> Answer {
    let (says, after) = match (dice.up_to(100), silent) {
        (0..60, true) => (Says::Nothing, 0),
        (0..72, _) => (Says::Accepts, 1 + dice.up_to(12)),
        (72..82, _) => (Says::Accepts, 20 + dice.up_to(40)),
        (82..91, _) => (Says::Nothing, 0),
        _ => (Says::Declines("busy".to_owned()), 2 + dice.up_to(8)),
    };
    let after = minutes(after);
    Answer { says, after }
}

/// When they call: of a hundred 80 within half an hour, 14 within some hours, 6 never.
fn call(dice: &mut Dice) -> SignedDuration {
    match dice.up_to(100) {
        0..80 => minutes(3 + dice.up_to(25)),
        80..94 => minutes(60 + dice.up_to(300)),
        _ => SignedDuration::from_hours(2000),
    }
}

/// What is known of people from the years before.
fn habits(dice: &mut Dice) -> Answers {
    let mut known = Vec::new();
    for n in 0..400 {
        let (rep, silent) = match n % 10 {
            0 => (name(9), true),
            1 => (name(13), true),
            _ => ("anybody".to_owned(), false),
        };
        let answers = [(rep.into(), answer(dice, silent))].into();
        known.push(Arrival {
            was: Some(Was {
                answers,
                contacted_after: Some(call(dice)),
                ..Was::default()
            }),
            ..arrival(dice, n, begin())
        });
    }
    Answers::of(&known, Usual::default())
}

fn arrival(dice: &mut Dice, n: usize, at: Timestamp) -> Arrival {
    let any = |dice: &mut Dice| usize::try_from(dice.up_to(3)).unwrap();
    let country = ["DE", "TR", "RO"][any(dice)];
    let (lead_type, ..) = ASKED[any(dice)];
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
}

fn arrivals(dice: &mut Dice) -> Vec<Arrival> {
    let mut moments: Vec<Timestamp> = (0..leads()).map(|_| dice.moment()).collect();
    for outage in outages() {
        let before = (0..BEFORE).map(|n| outage.from - SignedDuration::from_mins(n));
        moments.extend(before);
    }
    moments.sort_unstable();
    let moments = moments.into_iter().enumerate();
    moments.map(|(n, at)| arrival(dice, n, at)).collect()
}

fn year() -> Outcome {
    let mut dice = Dice(2026);
    let answers = habits(&mut dice);
    let history = History {
        absences: absences(&mut dice),
        outages: outages(),
        ..History::default()
    };
    let arrivals = arrivals(&mut dice);
    simulate(&rules(), &history, &arrivals, &answers, &mut |_| {})
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

/// Half within, and nine of ten: in the hours of the clock.
fn took(stats: &Stats, what: MeasureKind) -> String {
    let said = |q| {
        let minutes = stats
            .time(what, q)
            .map_or(0.0, |it| it.as_secs_f64() / 60.0);
        match minutes {
            0.0..1.0 => "0".to_owned(),
            1.0..90.0 => format!("{minutes:.0} min"),
            _ => format!("{:.1} h", minutes / 60.0),
        }
    };
    format!("{}, {}", said(0.5), said(0.9))
}

fn caused<'f>(fates: impl Iterator<Item = &'f Fate>, what: Promise) -> BTreeMap<&'static str, u64> {
    let mut causes = BTreeMap::new();
    for (_, cause) in fates
        .flat_map(|fate| &fate.missed)
        .filter(|(it, _)| *it == what)
    {
        let cause = match cause {
            Cause::Rep => "rep",
            Cause::Capacity => "capacity",
            Cause::Baton => "Baton",
            Cause::Chat => "chat",
        };
        *causes.entry(cause).or_default() += 1;
    }
    causes
}

/// A line of the table of how clocks were kept.
fn kept(name: &str, line: &Line, fates: &[&Fate]) -> String {
    let stats = &line.stats;
    let again = fates.iter().filter(|fate| fate.asked.len() > 1).count();
    let why = |what| {
        let causes = caused(fates.iter().copied(), what);
        let said: Vec<String> = causes.iter().map(|(why, n)| format!("{why} {n}")).collect();
        said.join(", ")
    };
    format!(
        "| {name} | {} | {} ({}) | {} ({}) | {again} | {} | {} | {} | {} | {} |\n",
        line.leads,
        percent(stats.acknowledge_kept()),
        why(Promise::Acknowledge),
        percent(stats.contact_kept()),
        why(Promise::Contact),
        stats.count(MeasureKind::Escalated),
        stats.count(MeasureKind::Hollow),
        took(stats, MeasureKind::ReceivedOfferedOpen),
        took(stats, MeasureKind::AcceptedOpen),
        took(stats, MeasureKind::AcceptedContactedOpen),
    )
}

fn table(year: &Outcome) -> String {
    let mut table = String::from(
        "| intent | leads | accepted in time (else) | tried in time (else) | asked again | escalations | hollow | offered | accepted | called |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let all: Vec<&Fate> = year.fates.iter().collect();
    for (intent, line) in year.intents.iter().rev() {
        let of = all.iter().filter(|fate| fate.intent == *intent);
        let of: Vec<&Fate> = of.copied().collect();
        table.push_str(&kept(intent.word(), line, &of));
    }
    table.push_str(&kept("all", &year.total, &all));
    table
}

/// What came in the last weeks is still under way when nobody looks any more.
fn is_settled(fate: &Fate) -> bool {
    let december: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    fate.at < december
}

#[test]
fn a_year_in_which_people_also_miss_is_the_same_twice_and_nobody_is_lost() {
    let other = std::thread::spawn(year);
    let (one, other) = (year(), other.join().unwrap());
    assert!(one == other, "not the same twice");
    let table = table(&one);
    println!("{table}");
    let many = leads() + DOWN.len() * usize::try_from(BEFORE).unwrap();
    assert_eq!(one.fates.len(), many);
    for fate in &one.fates {
        assert!(
            fate.owner.is_some() || !is_settled(fate),
            "nobody ever had {fate:?}"
        );
        assert!(
            fate.answered.is_some() || !is_settled(fate),
            "nobody had to answer {fate:?}"
        );
        // Whatever was missed has a cause, and nothing has that was not.
        for (what, kept) in [
            (Promise::Acknowledge, fate.answered),
            (Promise::Contact, fate.contacted),
        ] {
            let missed = fate.missed.iter().any(|(it, _)| *it == what);
            assert_eq!(kept == Some(false), missed, "{fate:?}");
        }
    }
    for (what, counted) in [
        (Promise::Acknowledge, MeasureKind::AcknowledgeMissed),
        (Promise::Contact, MeasureKind::ContactMissed),
    ] {
        let causes = caused(one.fates.iter(), what);
        let sum: u64 = causes.values().sum();
        assert_eq!(sum, one.total.stats.count(counted), "{causes:?}");
    }
    let all = caused(one.fates.iter(), Promise::Acknowledge);
    let causes: Vec<&str> = all.keys().copied().collect();
    assert_eq!(causes, ["Baton", "capacity", "chat", "rep"]);
    let of_intents: u64 = one.intents.values().map(|line| line.leads).sum();
    assert_eq!(of_intents, one.total.leads);
    if leads() == LEADS {
        insta::assert_snapshot!(table, @"
        | intent | leads | accepted in time (else) | tried in time (else) | asked again | escalations | hollow | offered | accepted | called |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | high | 680 | 54 % (Baton 2, capacity 6, chat 5, rep 401) | 42 % (Baton 3, capacity 6, chat 5, rep 509) | 420 | 1252 | 346 | 0, 0 | 6 min, 11 min | 14 min, 24 min |
        | medium | 673 | 75 % (Baton 1, capacity 5, chat 1, rep 169) | 86 % (Baton 1, capacity 5, rep 94) | 254 | 327 | 34 | 0, 0 | 9 min, 38 min | 16 min, 2.3 h |
        | low | 683 | 80 % (Baton 8, chat 3, rep 128) | 94 % (Baton 3, rep 37) | 205 | 202 | 25 | 0, 0 | 8 min, 38 min | 17 min, 2.2 h |
        | all | 2036 | 68 % (Baton 11, capacity 11, chat 9, rep 698) | 71 % (Baton 7, capacity 11, chat 5, rep 640) | 879 | 1781 | 405 | 0, 0 | 8 min, 26 min | 16 min, 27 min |
        ");
    }
}
