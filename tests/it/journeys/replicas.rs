//! Several Batons on one PostgreSQL: what one of them does no other does again. SQLite has one, which is asked twice.

use std::{collections::BTreeMap, sync::Arc};

use baton::{
    app::heartbeat::on_time,
    clock::Clock,
    domain::{
        contact::{Contact, Field},
        id::LeadId,
        policy::Policy,
        submission::NewLead,
    },
    engine::{Content, Engine, Submission},
    rules::Rules,
    store::{Error, instance},
};
use futures_util::future::join_all;
use jiff::SignedDuration;

use super::{ada, short};
use crate::{
    db::both_fresh,
    office::{Office, SALES, in_each_chat, on_both},
};

/// Two engines on the office's database.
async fn two(office: &Office) -> [Arc<Engine>; 2] {
    let here = office.engine().clone();
    let there = office.replica().await.unwrap_or_else(|| here.clone());
    [Arc::new(here), Arc::new(there)]
}

/// Another submission of the same person by each replica.
async fn submits(engine: Arc<Engine>, replica: usize, person: usize) {
    let name = format!("{replica} {person}");
    let submission = Submission {
        source: "website".into(),
        content_type: None,
        query: String::new(),
        headers: BTreeMap::new(),
        body: name.clone().into_bytes(),
        body_hash: name.clone(),
        delivery_id: Some(name),
        window: SignedDuration::from_mins(10),
    };
    let mut contact = Contact::default();
    contact.set_text(Field::Email, format!("person{person}@example.org"));
    let lead = NewLead {
        contact,
        lead_type: "demo".to_owned(),
        ..NewLead::default()
    };
    let content = Content::Leads {
        leads: vec![lead],
        problems: Vec::new(),
    };
    engine.receive(&submission, &content).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_make_one_lead_of_one_person() {
    on_both(SALES, async |office| {
        let engines = two(office).await;
        for person in 0..25 {
            let [here, there] = engines.clone();
            let here = tokio::spawn(submits(here, 1, person));
            let there = tokio::spawn(submits(there, 2, person));
            let (here, there) = tokio::join!(here, there);
            here.unwrap();
            there.unwrap();
        }
        assert_eq!(office.leads().await, 25);
        close(engines, office).await;
    })
    .await;
}

#[tokio::test]
async fn what_the_chat_delivers_twice_takes_one_lead_whoever_has_it() {
    let queue = SALES.replace("to = { team = \"sales\" }", "to = { queue = \"sales\" }");
    on_both(&queue, async |office| {
        for name in ["Ada", "Grace"] {
            office.lead(short(name)).await;
        }
        let engines = two(office).await;
        let leads = [1001, 1002].map(async |number| {
            let lead = office.api_lead(number).await;
            LeadId::from(lead["id"].as_str().unwrap())
        });
        let leads = join_all(leads).await;
        let mut taken = Vec::new();
        for (engine, lead) in engines.iter().zip(&leads) {
            let had = engine.claim_once(lead, &"selin".into(), "1.2.abc").await;
            taken.push(had.unwrap());
        }
        assert_eq!(taken, [leads[0].clone(), leads[0].clone()]);
        assert_eq!(office.api_lead(1002).await["state"], "queued");
        close(engines, office).await;
    })
    .await;
}

#[tokio::test]
async fn each_manager_is_told_by_one_replica() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        for who in ["ayse", "jonas", "selin", "deniz"] {
            office.slash(who, "/away from tomorrow to Friday").await;
        }
        // Friday's afternoon, and Saturday's morning; the loops of neither have looked since.
        let engines = two(office).await;
        let [here, there] = &engines;
        office.sleep("5h 30m");
        let (mut seen, mut their_seen) = (BTreeMap::new(), BTreeMap::new());
        let told = tokio::join!(
            here.tell_forecasts(&mut seen),
            there.tell_forecasts(&mut their_seen)
        );
        assert_eq!((told.0.unwrap(), told.1.unwrap()), (1, 1));
        office.sleep("16h");
        let told = tokio::join!(here.look_ahead(), there.look_ahead());
        let nothing_new = (0, 0);
        assert_eq!((told.0.unwrap(), told.1.unwrap()), nothing_new);
        close(engines, office).await;
        office.settle().await;
        let told = office.read("marta");
        assert_eq!(told.matches("The week of").count(), 1, "{told}");
    })
    .await;
}

async fn close([_, there]: [Arc<Engine>; 2], office: &Office) {
    if office.is_shared() {
        there.db().close().await;
    }
}

#[tokio::test]
async fn a_clock_goes_by_the_databases_where_replicas_share_one() {
    both_fresh(async |fresh| {
        let day = SignedDuration::from_hours(24);
        let clock = Clock::system();
        clock.set_shift(day);
        let engine = Engine::new(fresh.open().await, clock, Rules::new(Policy::default()));
        engine.agree_on_time().await;
        let off = engine.clock().shift();
        match fresh.is_sqlite() {
            true => assert_eq!(off, day),
            false => assert!(off.abs() < SignedDuration::from_secs(60), "{off}"),
        }
        engine.db().close().await;
    })
    .await;
}

#[tokio::test]
async fn two_who_ask_for_the_time_at_once_do_not_put_the_clock_right_twice() {
    both_fresh(async |fresh| {
        let clock = Clock::system();
        clock.set_shift(SignedDuration::from_hours(24));
        let engine = Engine::new(fresh.open().await, clock, Rules::new(Policy::default()));
        tokio::join!(engine.agree_on_time(), engine.agree_on_time());
        let off = engine.clock().shift();
        assert!(
            fresh.is_sqlite() || off.abs() < SignedDuration::from_secs(60),
            "{off}"
        );
        engine.db().close().await;
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_said_so_since_the_time_was_read_is_alive() {
    in_each_chat(SALES, async |office| {
        office.lead(ada()).await;
        office.settle().await;
        let until = async || office.until(1001).await;
        let (before, now) = (until().await, office.clock.now());
        // One has died an hour ago; another has started a moment later than it is here.
        let seen: Result<(), Error> = office
            .engine()
            .db()
            .write(async |mut tx| {
                let died = now - SignedDuration::from_hours(1);
                let others = "update instance set seen_at = $1";
                tx.q(others).bind(died).exec().await?;
                instance::beat(&mut tx, "run_other", now + SignedDuration::from_secs(1)).await
            })
            .await;
        seen.unwrap();
        assert_eq!(on_time(office.engine()).await.unwrap(), None);
        office.worker().make_up_for_downtime().await.unwrap();
        assert_eq!(until().await, before, "nobody was down");
    })
    .await;
}
