//! Leads that come in all at once, over many connections: the turns stay fair, and nobody is favoured by their name.

use std::collections::BTreeMap;

use baton::{
    domain::lead::Lead,
    store::leads::{self, LeadFilter},
};
use futures_util::future::join_all;
use serde_json::json;

use crate::office::{Office, on_both};

/// Five with equal shares.
const RULES: &str = r#"
people = ["ayse", "deniz", "jonas", "oskar", "selin", "marta"]

[[team]]
id = "sales"
members = ["ayse", "deniz", "jonas", "oskar", "selin"]
managers = ["marta"]
timezone = "Europe/Berlin"
sla = "demo"

[[route]]
id = "all"
to = { team = "sales" }

[sla.demo]
acknowledge = "4h"
contact = "8h"
"#;

const CONNECTIONS: usize = 12;
const EACH: usize = 20;

/// Everybody posts one after the other on a connection of their own, all at the same time.
async fn crowd(office: &Office) {
    let one = async |connection: usize| {
        for n in 0..EACH {
            let email = format!("lead{n}@company{connection}.example");
            office.submit(json!({"email": email, "name": "Ann"})).await;
        }
    };
    join_all((0..CONNECTIONS).map(one)).await;
    assert_eq!(
        office.leads().await,
        i64::try_from(CONNECTIONS * EACH).unwrap()
    );
}

/// Who was asked, lead by lead.
async fn asked(office: &Office) -> Vec<String> {
    let filter = LeadFilter {
        limit: 1_000,
        ..LeadFilter::default()
    };
    let read = office
        .engine()
        .db()
        .read(async |mut tx| leads::list(&mut tx, &filter).await);
    let mut all: Vec<Lead> = read.await.unwrap().0;
    all.sort_by_key(|lead| lead.number);
    let reps = all.iter().map(|lead| lead.offers[0].rep.to_string());
    reps.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_hundreds_at_once_all_get_the_same_and_nobody_is_first_by_name() {
    on_both(RULES, async |office| {
        crowd(office).await;
        let asked = asked(office).await;
        assert_eq!(asked.len(), CONNECTIONS * EACH);
        let mut had: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, rep) in asked.iter().enumerate() {
            had.entry(rep).or_default().push(place);
        }
        let many: Vec<usize> = had.values().map(Vec::len).collect();
        let (least, most) = (many.iter().min().unwrap(), many.iter().max().unwrap());
        assert!(had.len() == 5 && most - least <= 1, "{many:?}");
        // Whoever were always asked first of five would on average be two places before the others.
        let middle = |places: &[usize]| places.iter().sum::<usize>() as f64 / places.len() as f64;
        let all = (asked.len() - 1) as f64 / 2.0;
        for (rep, places) in &had {
            let off = middle(places) - all;
            assert!(off.abs() < 1.2, "{rep} comes {off:.2} places off");
        }
    })
    .await;
}
