//! Leads that come in all at once, over many connections, or whose moment comes for all of them at once: the turns stay
//! fair, nobody is favoured by their name, and one that can't be handled holds up nobody.

use std::collections::BTreeMap;

use baton::{
    domain::{id::TeamId, lead::Lead},
    store::{
        Error, Json,
        leads::{self, LeadFilter},
        turns,
    },
};
use futures_util::future::join_all;
use serde_json::{Value, json};

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

/// The same five; whoever does not answer within a quarter of an hour is passed over.
fn impatient() -> String {
    let clock = "acknowledge = \"30m\"\nescalation = [{ after = \"15m\", reoffer = \"team\" }]";
    RULES.replace("acknowledge = \"4h\"", clock)
}

/// More than are handled together.
const MANY: i64 = 70;

/// So many leads come in, and everybody who is asked has seen the card: nobody else is passed over.
async fn all_shown(office: &Office, leads: i64) {
    for n in 0..leads {
        let email = format!("lead{n}@company{n}.example");
        office.submit(json!({"email": email, "name": "Ann"})).await;
    }
    office.settle().await;
    // A chat takes one message a second for each of them.
    while office.something_waits().await {
        office.sleep("1s");
        office.settle().await;
    }
}

async fn change_doc(office: &Office, number: i64, doc: &Value) -> Value {
    let was: Result<(Json<Value>,), Error> = office
        .engine()
        .db()
        .write(async |mut tx| {
            let was = tx.q("select doc from lead where number = $1").bind(number);
            let was = was.one().await?;
            let put = tx.q("update lead set doc = $2 where number = $1");
            put.bind(number).bind(Json(doc)).exec().await?;
            Ok(was)
        })
        .await;
    was.unwrap().0.0
}

/// The numbers of the leads that were put before somebody, turn by turn.
async fn turns_given(office: &Office) -> Vec<i64> {
    let team = TeamId::from("sales");
    let read: Result<_, Error> = office
        .engine()
        .db()
        .read(async |mut tx| {
            let mut numbers = Vec::new();
            for line in turns::ledger(&mut tx, &team, 1_000).await? {
                let lead = leads::get(&mut tx, &line.lead.unwrap()).await?.unwrap();
                numbers.push(lead.number);
            }
            Ok(numbers)
        })
        .await;
    let mut numbers = read.unwrap();
    numbers.reverse();
    numbers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_falls_due_at_once_all_moves_on_but_for_one_that_cannot() {
    on_both(&impatient(), async |office| {
        all_shown(office, MANY).await;
        let first = turns_given(office).await;
        assert_eq!(first.len(), usize::try_from(MANY).unwrap());
        let broken = first[40];
        let doc = change_doc(office, broken, &json!({})).await;
        office.sleep("16m");
        office.worker().tick().await.unwrap();
        change_doc(office, broken, &doc).await;
        let others: Vec<i64> = first.iter().copied().filter(|n| *n != broken).collect();
        let mut second = turns_given(office).await.split_off(first.len());
        // Which of one moment comes first is the database's to say.
        second.sort_unstable();
        assert_eq!(second, others);
        office.worker().tick().await.unwrap();
        assert_eq!(turns_given(office).await.last(), Some(&broken));
        let mut had: BTreeMap<String, usize> = BTreeMap::new();
        for number in first {
            let story = office.api_lead(number).await;
            for offer in story["offers"].as_array().unwrap() {
                *had.entry(offer["rep"].to_string()).or_default() += 1;
            }
        }
        let (least, most) = (had.values().min().unwrap(), had.values().max().unwrap());
        assert!(had.len() == 5 && most - least <= 1, "{had:?}");
    })
    .await;
}

/// The numbers of all leads.
async fn numbers(office: &Office) -> std::ops::RangeInclusive<i64> {
    1001..=1000 + office.leads().await
}

/// How many offers wait for an answer of each.
async fn waiting_for(office: &Office) -> BTreeMap<String, usize> {
    let mut waiting = BTreeMap::new();
    for number in numbers(office).await {
        let story = office.api_lead(number).await;
        for offer in story["offers"].as_array().unwrap() {
            if offer["state"] == "pending" {
                let rep = offer["rep"].as_str().unwrap().to_owned();
                *waiting.entry(rep).or_default() += 1;
            }
        }
    }
    waiting
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_move_on_at_once_nobody_gets_more_than_they_may_carry() {
    // Ayse is behind the others from her third lead on, and would be asked for every one that moves.
    let rules = format!("{}\n# ayse: capacity = 3\n", impatient());
    on_both(&rules, async |office| {
        all_shown(office, 40).await;
        assert_eq!(waiting_for(office).await.get("ayse"), Some(&3));
        office.sleep("16m");
        office.worker().tick().await.unwrap();
        // Where one of hers is the last to move on, somebody else gets it, and she has one less.
        let after = waiting_for(office).await;
        let room = after.get("ayse").is_none_or(|many| *many <= 3);
        assert!(room, "{after:?}");
        assert_eq!(after.values().sum::<usize>(), 40, "{after:?}");
    })
    .await;
}

/// Two teams of the same people, each of whom may have one lead at a time.
const SHARED: &str = r#"
people = ["ayse", "jonas", "selin", "deniz", "marta"]

[[team]]
id = "sales"
members = ["ayse", "jonas", "selin", "deniz"]
managers = ["marta"]
sla = "demo"

[[team]]
id = "events"
members = ["ayse", "jonas", "selin", "deniz"]
managers = ["marta"]
sla = "demo"

[[route]]
id = "events"
when = 'lead.employees > 100'
to = { team = "events" }

[[route]]
id = "all"
to = { team = "sales" }

[sla.demo]
acknowledge = "4h"
contact = "8h"

# ayse: capacity = 1
# jonas: capacity = 1
# selin: capacity = 1
# deniz: capacity = 1
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_in_two_teams_gets_no_more_than_they_may_carry_from_both_at_once() {
    on_both(SHARED, async |office| {
        let one = async |n: usize| {
            let employees = [10, 500][n % 2];
            let email = format!("lead{n}@company{n}.example");
            let lead = json!({"email": email, "name": "Ann", "employees": employees});
            office.submit(lead).await;
        };
        join_all((0..CONNECTIONS).map(one)).await;
        let waiting = waiting_for(office).await;
        let each = ["ayse", "deniz", "jonas", "selin"].map(|rep| (rep.to_owned(), 1));
        assert_eq!(waiting, BTreeMap::from(each));
        let mut teams = BTreeMap::new();
        for number in numbers(office).await {
            let team = office.api_lead(number).await["route"]["team"].to_string();
            *teams.entry(team).or_insert(0) += 1;
        }
        let half = CONNECTIONS / 2;
        let halves = ["events", "sales"].map(|team| (format!("{team:?}"), half));
        assert_eq!(teams, BTreeMap::from(halves));
    })
    .await;
}
