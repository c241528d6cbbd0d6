//! The audit: silent while all is well, and each rule is told when it is broken.

use baton::{
    domain::{
        calendar::Calendar,
        contact::Field,
        event::{Actor, Fact, FactKind},
        lead::{Lead, OfferKind, OfferState, State},
        plan::{Plan, PlannedStep, StepDone},
        policy::StepAction,
        strategy::{Entry, EntryWhy, Turns},
    },
    store::{
        Db, Error, audit, facts, leads,
        turns::{self, Posting},
    },
};

use crate::{
    db::both,
    store_leads::{add, at, lead, offer, owned, sign},
};

async fn told(db: &Db) -> Vec<String> {
    let broken: Result<_, Error> = db.read(async |mut tx| audit::audit(&mut tx).await).await;
    let broken = broken.unwrap();
    assert!(broken.is_sorted());
    broken
        .into_iter()
        .map(|broken| {
            let lead = broken.lead.map(|id| id.to_string()).unwrap_or_default();
            format!("{} {lead}: {}", broken.invariant, broken.detail)
        })
        .collect()
}

async fn run(db: &Db, statements: &'static [&'static str]) {
    let done: Result<(), Error> = db
        .write(async |mut tx| {
            for sql in statements {
                tx.q(*sql).exec().await?;
            }
            Ok(())
        })
        .await;
    done.unwrap();
}

/// Stores leads with their history.
async fn tell(db: &Db, leads: &[Lead]) {
    add(db, leads).await;
    let done: Result<(), Error> = db
        .write(async |mut tx| {
            for lead in leads {
                let fact = |event| Fact {
                    event,
                    actor: Actor::Baton,
                    rep: None,
                    offer: None,
                    detail: String::new(),
                };
                let facts = [FactKind::Created, FactKind::Owned];
                let facts = facts.map(|event| (lead.id.clone(), fact(event)));
                facts::append(&mut tx, &facts, at(0)).await?;
                let signs = [sign(lead.contact.text(Field::Email))];
                leads::claim(&mut tx, &signs, &lead.id).await?;
            }
            let mut balance = Turns::default();
            let why = EntryWhy::Offered;
            let entry = Entry {
                rep: "anna".into(),
                why,
                amount: 1.5,
                offer: None,
            };
            balance.post(&entry, at(0));
            let posting = Posting {
                team: "sales".into(),
                lead: None,
                entry,
            };
            turns::post(&mut tx, &[posting], at(0)).await?;
            turns::save(&mut tx, &"sales".into(), &balance).await
        })
        .await;
    done.unwrap();
}

fn asked(mut lead: Lead) -> Lead {
    let pending = offer(&format!("offer_{}", lead.id), "anna", OfferState::Pending);
    lead.state = State::Offered {
        offer: pending.id.clone(),
    };
    lead.offers.push(pending);
    lead
}

fn pooled(mut lead: Lead) -> Lead {
    for rep in ["anna", "ben"] {
        let mut open = offer(
            &format!("offer_{}_{rep}", lead.id),
            rep,
            OfferState::Pending,
        );
        open.kind = OfferKind::Pool;
        lead.offers.push(open);
    }
    lead.state = State::Pooled {
        team: "sales".into(),
        hide: Vec::new(),
    };
    lead
}

#[tokio::test]
async fn all_is_well_on_more_than_a_page_of_leads() {
    both(async |db| {
        let leads: Vec<Lead> = (1..=1100)
            .map(|n| match n % 4 {
                0 => owned(lead(n), "anna"),
                1 => asked(lead(n)),
                2 => pooled(lead(n)),
                _ => lead(n),
            })
            .collect();
        tell(&db, &leads).await;
        assert_eq!(told(&db).await, Vec::<String>::new());
        run(&db, &["update lead set epoch = 9 where number = 2099"]).await;
        assert_eq!(
            told(&db).await,
            ["columns_are_the_lead lead_01099: epoch is not the lead's"]
        );
    })
    .await;
}

#[tokio::test]
async fn what_disagrees_with_a_lead_is_told() {
    both(async |db| {
        tell(&db, &[owned(lead(1), "anna"), asked(lead(2))]).await;
        run(
            &db,
            &[
                "update lead set wake_at = 7, owner = 'ben', words = '' where id = 'lead_00001'",
                "update offer set rep = 'ben' where lead_id = 'lead_00002'",
                "delete from fact where lead_id = 'lead_00001'",
                "insert into offer (id, lead_id, rep, kind, state, epoch, offered_at) \
                 values ('offer_x', 'lead_x', 'ben', 'push', 'expired', 0, 0)",
                "insert into fact (lead_id, seq, at, event, actor, detail) values ('lead_y', 1, 0, 'created', 'baton', '')",
                "update identity set lead_id = 'lead_z' where value = 'p2@acme.example'",
                "delete from identity where value = 'p1@acme.example'",
                "update turn set amount = 2.5",
            ],
        )
        .await;
        assert_eq!(
            told(&db).await,
            [
                "columns_are_the_lead lead_00001: owner is not the lead's",
                "columns_are_the_lead lead_00001: wake_at is not the lead's",
                "columns_are_the_lead lead_00001: words is not the lead's",
                "fact_lead_exists lead_y: created names a lead that is not there",
                "history_is_whole lead_00001: has no 'created'",
                "history_is_whole lead_00001: is owned and has no 'owned'",
                "identity_lead_exists lead_z: email names a lead that is not there",
                "offer_lead_exists lead_x: offer_x names a lead that is not there",
                "offers_are_the_lead lead_00002: offer_lead_00002 is not as the lead has it",
                "signs_are_kept lead_00001: its mail address leads to nobody",
                "turns_are_their_ledger : team sales, rep anna: taken is 1.5, the ledger says 2.5",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_state_that_does_not_fit_its_offers_is_told() {
    both(async |db| {
        let mut other_epoch = owned(lead(1), "anna");
        other_epoch.epoch = 1;
        let mut nobody_asked = asked(lead(2));
        nobody_asked.offers.clear();
        let mut still_asked = asked(lead(3));
        still_asked.state = State::Review {
            team: "sales".into(),
        };
        let mut empty_pool = pooled(lead(4));
        empty_pool.offers.clear();
        let mut kept_pool = pooled(lead(5));
        kept_pool.state = State::Queued {
            team: None,
            waiting: None,
        };
        let mut not_released = owned(lead(6), "anna");
        not_released.state = State::Nurture {
            label: String::new(),
        };
        tell(
            &db,
            &[
                other_epoch,
                nobody_asked,
                still_asked,
                empty_pool,
                kept_pool,
                not_released,
            ],
        )
        .await;
        let told = told(&db).await;
        let rules: Vec<_> = told
            .iter()
            .map(|told| told.split(':').next().unwrap())
            .collect();
        assert_eq!(
            rules,
            [
                "offered_to_one lead_00002",
                "offered_to_one lead_00003",
                "owned_by_offer lead_00001",
                "owned_by_offer lead_00006",
                "pooled_by_offers lead_00004",
                "pooled_by_offers lead_00005",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn submissions_cards_and_messages_need_their_lead() {
    both(async |db| {
        run(
            &db,
            &[
                "insert into submission (id, source, received_at, query, body, body_hash, status, problems, lead_id, leads) \
                 values ('sub_1', 's', 0, '', '', '', 'ignored', '[]', null, '[]'), \
                 ('sub_2', 's', 0, '', '', '', 'accepted', '[]', null, '[]'), \
                 ('sub_3', 's', 0, '', '', '', 'accepted', '[]', 'lead_a', '[\"lead_a\", \"lead_b\"]')",
                "insert into card (key, lead_id, recipient, conversation, message, revision, shown_at) \
                 values ('k', 'lead_c', 'r', 'c', 'm', 1, 0)",
                "insert into outbox (kind, lead_id, recipient, key, doc, state, due_at, lease, attempts, revision, \
                 created_at) values ('show', 'lead_d', 'r', 'k', '{}', 'pending', 0, 0, 0, 0, 0), \
                 ('show', 'lead_e', 'r', 'l', '{}', 'sent', 0, 0, 0, 0, 0)",
            ],
        )
        .await;
        assert_eq!(
            told(&db).await,
            [
                "card_lead_exists lead_c: of card k names a lead that is not there",
                "card_lead_exists lead_d: of message k names a lead that is not there",
                "submission_leads_exist : sub_2 was accepted and names no lead",
                "submission_leads_exist lead_a: sub_3 names a lead that is not there",
                "submission_leads_exist lead_b: sub_3 names a lead that is not there",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_lead_whose_steps_nothing_starts_is_told() {
    both(async |db| {
        let step = PlannedStep {
            at: at(9),
            action: StepAction::Remind,
            done: StepDone::Open,
            from: None,
        };
        let sla = baton::domain::policy::Sla::default();
        let mut plan = Plan::new(
            &sla,
            None,
            0,
            at(0),
            &Calendar::always(jiff::tz::TimeZone::UTC),
            &jiff::tz::TimeZone::UTC,
        );
        plan.escalation.push(step);
        let mut planned = lead(1);
        planned.plan = Some(plan);
        planned.state = State::Review {
            team: "sales".into(),
        };
        tell(&db, std::slice::from_ref(&planned)).await;
        assert_eq!(told(&db).await, Vec::<String>::new());
        run(&db, &["update lead set wake_at = null"]).await;
        assert_eq!(
            told(&db).await,
            [
                "columns_are_the_lead lead_00001: wake_at is not the lead's",
                "open_steps_wake lead_00001: has steps to take, or none left, and nothing wakes it",
            ]
        );
    })
    .await;
}
