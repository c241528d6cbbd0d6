//! The tables of the field, as the demo's configuration has them: fifty leads made by hand, each with where the tables
//! say that it goes.

use baton::{
    config::{compile::given, load_with},
    demo,
    domain::{
        activity::Activities,
        policy::{Level, Policy, Rep},
        route::sla_for,
        submission::NewLead,
    },
    rules::Rules,
    simulate::{Answers, Arrival, Fate, History, Usual, simulate},
};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// What somebody is and did, then the rule, the team or what happens instead, the level of who is asked first, and the
/// clock.
const LEADS: &str = "
# intent x fit: high and strong, to a senior account executive at once
type=demo employees=200                            | hot           | enterprise         | senior | demo
type=demo employees=50                             | hot           | enterprise         | senior | demo
type=contact_sales employees=75                    | hot           | enterprise         | senior | demo
type=reply employees=900                           | hot           | enterprise         | senior | demo
type=newsletter employees=120 did:pricing_page     | hot           | enterprise         | senior | demo
type=demo employees=49 title=CEO tags=x            | hot-but-small | sdr                | any    | demo
type=download employees=60 did:pricing_page        | hot           | enterprise         | senior | demo
type=contact_sales employees=60 title=Director     | hot           | enterprise         | senior | demo
# high and weak, an SDR qualifies first
type=demo employees=12                             | hot-but-small | sdr                | any    | demo
type=demo                                          | hot-but-small | sdr                | any    | demo
type=contact_sales employees=4                     | hot-but-small | sdr                | any    | mql
type=reply employees=20                            | hot-but-small | sdr                | any    | mql
type=blog did:pricing_page                         | hot-but-small | sdr                | any    | mql
type=demo employees=30 email=ada@gmail.com         | hot-but-small | sdr                | any    | demo
# medium and strong, the fast lane of the SDRs
type=webinar employees=60                          | warm          | sdr                | any    | mql
type=case_study employees=300                      | warm          | sdr                | any    | mql
type=event employees=80                            | warm          | sdr                | any    | event
type=download employees=80 did:download*2          | warm          | sdr                | any    | download
type=download employees=51 did:download*5          | warm          | sdr                | any    | download
type=webinar employees=50 country=AT               | warm          | sdr                | any    | mql
# medium and weak, to marketing
type=webinar employees=8                           | lukewarm      | nurture: marketing | nobody | -
type=webinar                                       | lukewarm      | nurture: marketing | nobody | -
type=case_study employees=20                       | lukewarm      | nurture: marketing | nobody | -
type=event employees=3                             | lukewarm      | nurture: marketing | nobody | -
type=download did:download*3                       | lukewarm      | nurture: marketing | nobody | -
# low and strong, to marketing, watched
type=download employees=500                        | watched       | nurture: watched   | nobody | -
type=newsletter employees=90                       | watched       | nurture: watched   | nobody | -
type=badge employees=64                            | watched       | nurture: watched   | nobody | -
employees=5000                                     | watched       | nurture: watched   | nobody | -
type=download employees=70 did:download*1          | watched       | nurture: watched   | nobody | -
# low and weak, to marketing or to nobody
type=download employees=5                          | rest          | nurture: newsletter | nobody | -
type=newsletter                                    | rest          | nurture: newsletter | nobody | -
type=badge employees=11                            | rest          | nurture: newsletter | nobody | -
type=badge email=eve@mailinator.com                | nobody        | disqualified       | nobody | -
type=newsletter email=tom@gmail.com                | rest          | nurture: newsletter | nobody | -
# the size of the deal
type=demo deal_value=60000 employees=10            | large-deal    | enterprise         | senior | demo
type=contact_sales deal_value=50000.5              | large-deal    | enterprise         | senior | demo
type=demo deal_value=50000                         | middle-deal   | midmarket          | mid    | demo
type=reply deal_value=10000 employees=400          | middle-deal   | midmarket          | mid    | mql
type=contact_sales deal_value=25000 language=es    | middle-deal   | midmarket          | mid    | mql
type=demo deal_value=9999                          | small-deal    | sdr                | any    | demo
type=demo deal_value=500 employees=800             | small-deal    | sdr                | any    | demo
type=newsletter deal_value=90000                   | rest          | nurture: newsletter | nobody | -
# the size of the company: one rep each
type=trial employees=10                            | trial-small   | sdr                | junior | mql
type=trial employees=11                            | trial-middle  | sdr                | mid    | mql
type=trial employees=50                            | trial-middle  | sdr                | mid    | mql
type=trial employees=51                            | trial-large   | enterprise         | senior | demo
# named accounts, and people who decide
type=demo employees=900 email=hank@globex.example  | named-account | enterprise         | senior | demo
type=newsletter email=ned@globex.example           | named-account | enterprise         | senior | demo
type=referral employees=310                        | referral      | review: enterprise | nobody | demo
";

/// The demo's rules; with the clocks of the tables, which are built in, in place of its short ones.
fn rules() -> Rules {
    let (before, clocks) = demo::CONFIG.split_once("[sla.demo]").unwrap();
    let (_, after) = clocks.split_once("[notices]").unwrap();
    let text = format!("{before}[notices]{after}");
    let open = |_: &std::path::Path| Ok(text.clone());
    let env = |name: &str| Some(format!("value of {name}"));
    let loaded = load_with("demo.toml".as_ref(), &env, &open, monday());
    assert!(loaded.complaints.is_empty(), "{:?}", loaded.complaints);
    Rules::new(loaded.compiled.unwrap().policy)
}

fn monday() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

/// Somebody who comes in on Monday at ten, in the words of the table.
fn arrival(number: i64, words: &str) -> Arrival {
    let mut said = Map::new();
    said.insert(
        "email".to_owned(),
        format!("a{number}@b{number}.example").into(),
    );
    let mut activities = Activities::default();
    for word in words.split_whitespace() {
        if let Some(did) = word.strip_prefix("did:") {
            let (name, times) = did.split_once('*').unwrap_or((did, "1"));
            let times: i64 = times.parse().unwrap();
            for hours in 1..=times {
                activities.add(name, monday() - jiff::SignedDuration::from_hours(hours));
            }
            continue;
        }
        let (name, value) = word.split_once('=').unwrap();
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        said.insert(name.to_owned(), value);
    }
    let given = given(&said).unwrap();
    Arrival {
        number,
        at: monday(),
        source: "website".into(),
        person: NewLead {
            contact: given.contact,
            lead_type: given.lead_type,
            ..NewLead::default()
        },
        activities,
        previous_owner: None,
        was: None,
    }
}

/// Where it went, in the table's words.
fn told(policy: &Policy, fate: &Fate) -> String {
    let rule = fate.rule.as_ref().map_or("-", |it| it.as_str());
    let route = policy.routes.iter().find(|it| it.id.as_str() == rule);
    let team = fate.team.as_ref();
    let name = team.map_or("", |it| it.as_str());
    // A review that nobody sees to is the managers' in the end.
    let decides = route.is_some_and(|it| it.to[0].is_review());
    let place = match fate.state {
        _ if decides => format!("review: {name}"),
        "nurture" => {
            let label = route.map(|it| format!("{:?}", it.to)).unwrap();
            format!("nurture: {}", label.split('"').nth(1).unwrap())
        }
        "disqualified" => "disqualified".to_owned(),
        _ => name.to_owned(),
    };
    let first = fate
        .asked
        .first()
        .filter(|_| !decides)
        .map(|rep| level(&policy.reps[rep]));
    let runs = !matches!(fate.state, "nurture" | "disqualified");
    let sla = sla_for(
        policy,
        route,
        team.and_then(|it| policy.team(it)),
        &fate.lead_type,
    );
    let sla = sla.filter(|_| runs).and_then(|sla| sla.id.as_ref());
    let sla = sla.map_or("-", |it| it.as_str());
    format!("{rule} | {place} | {} | {sla}", first.unwrap_or("nobody"))
}

fn level(rep: &Rep) -> &'static str {
    match rep.level {
        Level::Junior => "junior",
        Level::Mid => "mid",
        Level::Senior => "senior",
    }
}

#[test]
fn fifty_leads_land_where_the_tables_say() {
    let rules = rules();
    let lines = LEADS.lines().filter(|it| it.contains('|'));
    let mut wrong = Vec::new();
    let mut count = 0;
    for (number, line) in (1..).zip(lines) {
        count += 1;
        let (words, expected) = line.split_once('|').unwrap();
        let cells: Vec<&str> = expected.split('|').map(str::trim).collect();
        let arrivals = [arrival(number, words)];
        let answers = Answers::of(&arrivals, Usual::default());
        let outcome = simulate(
            &rules,
            &History::default(),
            &arrivals,
            &answers,
            &mut |_| {},
        );
        let told = told(&rules.policy, &outcome.fates[0]);
        let went: Vec<&str> = told.split(" | ").collect();
        let any = cells[2] == "any" && went[2] != "nobody";
        let same = went.iter().zip(&cells).enumerate();
        if !same
            .into_iter()
            .all(|(at, (went, said))| went == said || (at == 2 && any))
        {
            wrong.push(format!("{words} went {told}, not {}", cells.join(" | ")));
        }
    }
    assert_eq!((wrong.join("\n"), count), (String::new(), 50));
}

#[test]
fn the_clocks_are_those_of_the_table() {
    let slas = rules().policy.slas;
    let clock = |name: &str| {
        let sla = &slas[name];
        [sla.acknowledge, sla.contact].map(|it| it.unwrap().to_string())
    };
    assert_eq!(clock("demo"), ["15m", "30m"]);
    assert_eq!(clock("mql"), ["4h", "8h"]);
    assert_eq!(clock("event"), ["2d", "3d"]);
    assert_eq!(clock("download"), ["5bd", "10d"]);
}
