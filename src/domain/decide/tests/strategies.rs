//! Whom each strategy puts first, by which figures, and that nobody takes everything.

use proptest::prelude::*;

use super::*;
use crate::domain::{
    contact::{Field, FieldValue},
    policy::{Level, Prefer, Strategy as Choice},
    strategy::{Record, Tally, WINDOW},
};

/// Three reps in a team that chooses so.
fn team(choice: Choice, change: impl FnOnce(&mut Team)) -> Company {
    Company::new()
        .team("one", &["anna", "bert", "carl"], |team| {
            team.strategy = choice;
            change(team);
        })
        .route(&[Target::Team("one".into())])
}

fn record(all: (u32, u32), like: (u32, u32)) -> Record {
    let tally = |(won, ended)| Tally { won, ended };
    Record {
        all: tally(all),
        like: tally(like),
    }
}

/// Who is asked first; the lead is out of the way at once.
fn next(story: &mut Story, change: impl FnOnce(&mut Lead)) -> String {
    let n = story.arrives_as(change);
    let first = story.asked(n)[0].to_owned();
    story.accepts(n, &first).unwrap();
    first
}

fn because(story: &Story, n: usize, rep: &str) -> String {
    let routing = story.leads[n].routing.as_ref().unwrap();
    let one = routing
        .candidates
        .iter()
        .find(|one| one.rep.as_str() == rep);
    one.unwrap().because.clone()
}

fn german(lead: &mut Lead) {
    lead.contact.set_text(Field::Language, "de");
    lead.contact.set_text(Field::Product, "Payments");
    lead.contact
        .set(Field::DealValue, FieldValue::Number(80_000.0));
}

fn specialists() -> Company {
    let mut company = team(Choice::BestMatch, |_| {});
    for (name, languages, skill, level) in [
        ("anna", "de", "payments", Level::Senior),
        ("bert", "de", "lending", Level::Mid),
        ("carl", "en", "payments", Level::Junior),
    ] {
        let rep = company.policy.reps.get_mut(name).unwrap();
        rep.languages = vec![languages.to_owned()];
        rep.skills = vec![skill.to_owned()];
        rep.level = level;
    }
    company
}

#[test]
fn the_best_match_is_asked_and_every_candidate_says_what_it_is_made_of() {
    let mut story = Story::of(specialists());
    story.person("anna").record = record((5, 12), (4, 9));
    let n = story.arrives_as(german);
    assert_eq!(story.asked(n), ["anna"]);
    insta::assert_snapshot!(because(&story, n, "anna"), @"match 89 of 100: product Payments yes (25), language de yes (25), senior where a deal asks for senior (25), won 4 of 9 like this (14)");
    insta::assert_snapshot!(because(&story, n, "carl"), @"match 38 of 100: product Payments yes (25), language de no (0), junior where a deal asks for senior (0), nothing ended yet (12)");
}

#[test]
fn who_matches_about_as_well_as_the_best_has_a_turn() {
    let mut company = specialists();
    let rep = company.policy.reps.get_mut("bert").unwrap();
    (rep.skills, rep.level) = (vec!["Payments".to_owned()], Level::Senior);
    let mut story = Story::of(company);
    story.person("anna").record = record((8, 30), (2, 9));
    let asked: Vec<String> = (0..6).map(|_| next(&mut story, german)).collect();
    let of = |name: &str| asked.iter().filter(|one| *one == name).count();
    assert_eq!((of("anna"), of("bert"), of("carl")), (3, 3, 0));
}

#[test]
fn what_a_lead_says_nothing_of_counts_for_nobody() {
    let mut story = Story::of(specialists());
    let asked: Vec<String> = (0..6).map(|_| next(&mut story, |_| {})).collect();
    let of = |name: &str| asked.iter().filter(|one| *one == name).count();
    assert_eq!((of("anna"), of("bert"), of("carl")), (2, 2, 2));
}

#[test]
fn a_best_match_takes_no_more_than_the_share_that_is_set() {
    let mut company = specialists();
    company.policy.teams[0].share = Some(0.5);
    let mut story = Story::of(company);
    let asked: Vec<String> = (0..40).map(|_| next(&mut story, german)).collect();
    let anna = asked.iter().filter(|one| *one == "anna").count();
    assert_eq!(anna, 20);
}

#[test]
fn the_top_performer_gets_more_but_never_too_many() {
    let mut story = Story::of(team(Choice::TopPerformer, |_| {}));
    story.person("anna").record = record((12, 30), (0, 0));
    story.person("bert").record = record((2, 2), (0, 0));
    story.person("carl").record = record((10, 100), (0, 0));
    let n = story.arrives();
    assert_eq!(story.asked(n), ["anna"]);
    insta::assert_snapshot!(because(&story, n, "anna"), @"12 of 30 won in 90 days, so about 31 % (the team: 18 %); 0 of the last 20 turns, at most 8");
    insta::assert_snapshot!(because(&story, n, "bert"), @"2 of 2 won in 90 days, so about 26 % (the team: 18 %); 0 of the last 20 turns, at most 8");
    let asked: Vec<String> = (0..39).map(|_| next(&mut story, |_| {})).collect();
    let of = |name: &str| asked.iter().filter(|one| *one == name).count();
    assert_eq!((of("anna"), of("bert"), of("carl")), (15, 16, 8));
}

#[test]
fn wishes_ask_for_the_deals_level_the_country_and_the_clock() {
    let mut company = team(Choice::RoundRobin, |_| {});
    for (name, level, country, zone) in [
        ("anna", Level::Senior, "DE-BE", "Europe/Berlin"),
        ("bert", Level::Mid, "TR", "Europe/Istanbul"),
        ("carl", Level::Junior, "US", "America/New_York"),
    ] {
        let rep = company.policy.reps.get_mut(name).unwrap();
        (rep.level, rep.country) = (level, Some(country.to_owned()));
        rep.timezone = Some(TimeZone::get(zone).unwrap());
    }
    for (wish, field, value, expected) in [
        (Prefer::Level, Field::DealValue, "20000", "bert"),
        (Prefer::Level, Field::DealValue, "900", "carl"),
        (Prefer::Level, Field::City, "Bonn", "anna"),
        (Prefer::Country, Field::Country, "DE", "anna"),
        (Prefer::Country, Field::Country, "us", "carl"),
        (Prefer::Timezone, Field::Timezone, "Europe/Moscow", "bert"),
        (Prefer::Timezone, Field::Timezone, "America/Chicago", "carl"),
    ] {
        company.policy.teams[0].prefer = vec![wish];
        let reader = |lead: &mut Lead| match value.parse() {
            Ok(number) => lead.contact.set(field, FieldValue::Number(number)),
            Err(_) => lead.contact.set_text(field, value),
        };
        let mut story = Story::of(std::mem::take(&mut company));
        let n = story.arrives_as(reader);
        assert_eq!(story.asked(n), [expected], "{wish:?} {value}");
        company = story.company;
    }
}

#[test]
fn a_matching_pool_lays_a_lead_out_to_those_who_suit_it() {
    let pool = |story: &mut Story, wishes: Vec<Prefer>, choice| {
        let team = &mut story.company.policy.teams[0];
        (team.prefer, team.strategy) = (wishes, choice);
        story.company.policy.routes[0].to = vec![Target::Pool {
            team: "one".into(),
            size: None,
            matching: true,
            hide: Vec::new(),
        }];
        let n = story.arrives_as(german);
        let mut asked = story.asked(n);
        asked.sort_unstable();
        asked.join(" ")
    };
    let mut story = Story::of(specialists());
    let languages = vec![Prefer::Languages];
    assert_eq!(
        pool(&mut story, languages.clone(), Choice::LeastLoaded),
        "anna bert"
    );
    assert_eq!(pool(&mut story, languages, Choice::BestMatch), "anna bert");
    assert_eq!(pool(&mut story, Vec::new(), Choice::BestMatch), "anna");
    assert_eq!(
        pool(&mut story, Vec::new(), Choice::RoundRobin),
        "anna bert carl"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    /// Whoever is away, however good somebody is: of any window nobody has more than their share.
    #[test]
    fn nobody_ever_has_more_than_the_share(
        best in any::<bool>(),
        share in 0.25..0.9_f64,
        records in prop::collection::vec((0..40_u32, 0..60_u32), 7),
        history in prop::collection::vec((0..7_usize, 0..6_u8), 30..90),
    ) {
        let names = ["anna", "bert", "carl", "dora", "emil", "fay", "gus"];
        let choice = if best { Choice::BestMatch } else { Choice::TopPerformer };
        let company = Company::new()
            .team("one", &names, |team| (team.strategy, team.share) = (choice, Some(share)))
            .route(&[Target::Team("one".into())]);
        let mut story = Story::of(company);
        for (name, (won, lost)) in names.iter().zip(records) {
            story.person(name).record = record((won, won + lost), (won / 2, (won + lost) / 2));
        }
        let most = story.company.policy.teams[0].most_of_last().unwrap();
        let mut away: Option<&str> = None;
        let mut given: Vec<String> = Vec::new();
        for (who, what) in history {
            if what == 0 {
                if let Some(back) = away.take() {
                    let kept = story.person(back).record;
                    story.comes_back(back);
                    story.person(back).record = kept;
                }
                away = Some(names[who]);
                story.goes_away(names[who], None);
            } else {
                given.push(next(&mut story, |_| {}));
            }
            let window = &given[given.len().saturating_sub(WINDOW)..];
            for name in names {
                let had = window.iter().filter(|one| *one == name).count();
                prop_assert!(had <= most, "{name} had {had} of {WINDOW}, at most {most}");
            }
        }
    }
}
