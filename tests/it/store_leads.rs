//! Leads in the store: one owner, no lost update, found by whatever people know of them.

use baton::{
    domain::{
        contact::Field,
        event::{Actor, Fact, FactKind},
        id::{LeadId, RepId, TeamId},
        lead::{Lead, Offer, OfferKind, OfferLevel, OfferState, State, Waiting},
        person::{Sign, SignKind},
        score::Intent,
    },
    store::{
        Channel, Db, Error, Tx, audit, facts,
        leads::{self, Cursor, LeadFilter, Saves},
    },
};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::db::both;

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// A mail address as what tells a person.
pub fn sign(mail: &str) -> Sign {
    Sign {
        kind: SignKind::Email,
        value: mail.to_owned(),
    }
}

/// The nth lead, which came in at second n.
pub fn lead(n: i64) -> Lead {
    let mut lead = Lead::new(
        format!("lead_{n:05}").into(),
        1000 + n,
        "site".into(),
        at(n),
    );
    lead.contact
        .set_text(Field::Email, format!("p{n}@acme.example"));
    lead.contact.set_text(Field::Name, format!("Zoë {n}"));
    lead.lead_type = "demo".to_owned();
    lead
}

pub fn offer(id: &str, rep: &str, state: OfferState) -> Offer {
    Offer {
        given: None,
        behalf: None,
        id: id.into(),
        rep: rep.into(),
        team: Some("sales".into()),
        kind: OfferKind::Push,
        level: OfferLevel::Target(0),
        epoch: 0,
        state,
        offered_at: at(0),
        delivered_at: None,
        not_before: None,
        until: None,
        decided_at: None,
        released_at: None,
        reason: None,
        lost: SignedDuration::ZERO,
        made_up_until: None,
        lost_to_chat: SignedDuration::ZERO,
        late: None,
        delivered_in: baton::domain::policy::Platform::Slack,
        held_since: None,
        not_shown: None,
        turn: false,
        not_theirs: baton::domain::lead::Lasted::default(),
        taken: false,
        hollow: None,
    }
}

/// `lead`, owned by `rep`.
pub fn owned(mut lead: Lead, rep: &str) -> Lead {
    let id = format!("offer_{}", lead.id);
    let mut accepted = offer(&id, rep, OfferState::Accepted);
    accepted.decided_at = Some(lead.created_at);
    lead.state = State::Owned {
        rep: rep.into(),
        offer: id.into(),
    };
    lead.offers.push(accepted);
    lead
}

/// `lead`, waiting in a team's queue.
pub fn waiting(mut lead: Lead, team: &str, intent: Intent) -> Lead {
    let team = Some(team.into());
    lead.state = State::Queued {
        team,
        waiting: Some(Waiting {
            again_at: Some(at(500)),
        }),
    };
    lead.intent = intent;
    lead
}

pub async fn add(db: &Db, leads: &[Lead]) {
    let done: Result<(), Error> = db
        .write(async |mut tx| {
            for lead in leads {
                leads::insert(&mut tx, lead).await?;
            }
            Ok(())
        })
        .await;
    done.unwrap();
}

async fn save(
    tx: &mut Tx,
    lead: &Lead,
    version: i64,
    before: &Lead,
    now: Timestamp,
) -> Result<(), Error> {
    let mut saves = Saves::default();
    saves.add(lead, version, before)?;
    saves.store(tx, now).await
}

/// Changes a lead as the engine does.
pub async fn change(db: &Db, id: &str, how: impl Fn(&mut Lead)) -> Result<(), Error> {
    db.write(async |mut tx| {
        let locked = leads::lock(&mut tx, &id.into()).await?.unwrap();
        let mut lead = locked.lead.clone();
        how(&mut lead);
        save(&mut tx, &lead, locked.version, &locked.lead, at(1000)).await
    })
    .await
}

async fn found(db: &Db, filter: LeadFilter) -> Vec<i64> {
    let page: Result<_, Error> = db
        .read(async |mut tx| leads::list(&mut tx, &filter).await)
        .await;
    page.unwrap()
        .0
        .into_iter()
        .map(|lead| lead.number - 1000)
        .collect()
}

#[tokio::test]
async fn a_lead_comes_back_as_it_was_stored_and_as_it_was_changed() {
    both(async |db| {
        let first = owned(lead(1), "anna");
        add(&db, std::slice::from_ref(&first)).await;
        let get = async || -> Result<_, Error> {
            db.read(async |mut tx| leads::get(&mut tx, &"lead_00001".into()).await)
                .await
        };
        assert_eq!(get().await.unwrap(), Some(first));
        change(&db, "lead_00001", |lead| {
            lead.contact.set_text(Field::Company, "Acme");
        })
        .await
        .unwrap();
        change(&db, "lead_00001", |lead| {
            lead.stage = baton::domain::score::Stage::Sql;
        })
        .await
        .unwrap();
        let changed = get().await.unwrap().unwrap();
        assert_eq!(changed.contact.text(Field::Company), "Acme");
        let by_number: Result<_, Error> = db
            .read(async |mut tx| leads::by_number(&mut tx, 1001).await)
            .await;
        assert_eq!(by_number.unwrap(), Some(changed));
        assert_eq!(
            found(
                &db,
                LeadFilter {
                    q: Some("ACME".into()),
                    ..LeadFilter::default()
                }
            )
            .await,
            [1]
        );
    })
    .await;
}

#[tokio::test]
async fn numbers_count_from_1001() {
    both(async |db| {
        for number in [1001, 1002] {
            let next: Result<i64, Error> = db
                .write(async |mut tx| leads::next_number(&mut tx).await)
                .await;
            assert_eq!(next.unwrap(), number);
        }
    })
    .await;
}

#[tokio::test]
async fn who_saves_an_older_version_loses() {
    both(async |db| {
        add(&db, &[lead(1)]).await;
        change(&db, "lead_00001", |lead| lead.epoch = 1)
            .await
            .unwrap();
        let stale: Result<(), Error> = db
            .write(async |mut tx| save(&mut tx, &lead(1), 1, &lead(1), at(9)).await)
            .await;
        match stale {
            Err(Error::Conflict { constraint }) => assert_eq!(constraint, "lead_version"),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn of_leads_stored_together_all_are_or_none() {
    both(async |db| {
        add(&db, &[lead(1), lead(2), lead(3)]).await;
        let changed = |n: i64| {
            let mut changed = lead(n);
            changed.epoch = 7;
            changed
                .contact
                .set_text(Field::Email, format!("new{n}@example.com"));
            changed
        };
        let together = async |stale: i64| {
            db.write(async |mut tx| {
                let mut saves = Saves::default();
                for n in [1, 2, 3] {
                    let version = if n == stale { 2 } else { 1 };
                    saves.add(&changed(n), version, &lead(n))?;
                }
                saves.store(&mut tx, at(9)).await
            })
            .await
        };
        let epochs = async || {
            let read = db.read(async |mut tx| {
                let ids: Vec<LeadId> = [1, 2, 3].map(|n| lead(n).id).into();
                let seen = leads::seen(&mut tx, &ids).await?;
                Ok::<_, Error>(
                    seen.values()
                        .map(|one| (one.lead.epoch, one.version))
                        .collect::<Vec<_>>(),
                )
            });
            read.await.unwrap()
        };
        let lost: Result<(), Error> = together(2).await;
        assert!(matches!(lost, Err(Error::Conflict { .. })), "{lost:?}");
        assert_eq!(epochs().await, [(0, 1); 3]);
        together(0).await.unwrap();
        assert_eq!(epochs().await, [(7, 2); 3]);
        // What they are found by goes with them.
        let read = db.read(async |mut tx| audit::audit(&mut tx).await).await;
        let mut broken = read.unwrap();
        broken.retain(|broken| broken.invariant != "signs_are_kept");
        assert_eq!(broken, Vec::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_at_once_are_all_kept() {
    both(async |db| {
        add(&db, &[lead(1)]).await;
        let changes = (0..20).map(|_| change(&db, "lead_00001", |lead| lead.epoch += 1));
        for done in join_all(changes).await {
            done.unwrap();
        }
        let kept: Result<_, Error> = db
            .read(async |mut tx| leads::get(&mut tx, &"lead_00001".into()).await)
            .await;
        assert_eq!(kept.unwrap().unwrap().epoch, 20);
    })
    .await;
}

#[tokio::test]
async fn a_lead_never_has_two_owners_nor_two_who_are_asked() {
    both(async |db| {
        add(&db, &[owned(lead(1), "anna")]).await;
        let second =
            |state| move |lead: &mut Lead| lead.offers.push(offer("offer_2", "ben", state));
        match change(&db, "lead_00001", second(OfferState::Accepted)).await {
            Err(Error::Conflict { constraint }) => assert_eq!(constraint, "offer_one_owner"),
            other => panic!("{other:?}"),
        }
        change(&db, "lead_00001", second(OfferState::Pending))
            .await
            .unwrap();
        let third = |lead: &mut Lead| {
            lead.offers
                .push(offer("offer_3", "cem", OfferState::Pending));
        };
        match change(&db, "lead_00001", third).await {
            Err(Error::Conflict { constraint }) => assert_eq!(constraint, "offer_one_push"),
            other => panic!("{other:?}"),
        }
        // Handed over in one step, in whatever order the offers stand.
        change(&db, "lead_00001", |lead| {
            lead.offers[1].state = OfferState::Accepted;
            lead.offers[0].released_at = Some(at(5));
            lead.offers.swap(0, 1);
        })
        .await
        .unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_due_comes_in_its_order_and_wakes_the_worker() {
    both(async |db| {
        let wake = db.subscribe(Channel::Leads);
        add(&db, &[lead(1), waiting(lead(2), "sales", Intent::Low)]).await;
        assert!(wake.has_changed().unwrap());
        let look: Result<_, Error> = db
            .read(async |mut tx| {
                let next = leads::next_wake(&mut tx).await?;
                let early = leads::due(&mut tx, at(499), 10).await?;
                Ok((next, early, leads::due(&mut tx, at(500), 10).await?))
            })
            .await;
        assert_eq!(
            look.unwrap(),
            (Some(at(500)), vec![], vec![("lead_00002".into(), at(500))])
        );
    })
    .await;
}

#[tokio::test]
async fn who_waits_comes_by_intent_and_then_by_age() {
    both(async |db| {
        add(
            &db,
            &[
                waiting(lead(1), "sales", Intent::Low),
                waiting(lead(2), "sales", Intent::High),
                waiting(lead(3), "other", Intent::High),
                waiting(lead(4), "emea", Intent::High),
                waiting(lead(5), "sales", Intent::Medium),
                lead(6),
            ],
        )
        .await;
        let look = async |limit: usize| -> Result<Vec<LeadId>, Error> {
            let teams: [TeamId; 2] = ["sales".into(), "emea".into()];
            db.read(async |mut tx| leads::waiting(&mut tx, &teams, limit).await)
                .await
        };
        let all = ["lead_00002", "lead_00004", "lead_00005", "lead_00001"].map(LeadId::from);
        assert_eq!(look(10).await.unwrap(), all);
        assert_eq!(look(3).await.unwrap(), all[..3]);
    })
    .await;
}

#[tokio::test]
async fn leads_are_found_by_the_reps_concerned() {
    both(async |db| {
        let mut asked = lead(2);
        asked
            .offers
            .push(offer("offer_a", "anna", OfferState::Pending));
        let mut past = lead(3);
        past.offers
            .push(offer("offer_b", "anna", OfferState::Expired));
        add(&db, &[owned(lead(1), "anna"), asked, past]).await;
        // Whoever is asked is found, however they are asked: also to take over what a colleague owns.
        let mut kinds = Vec::new();
        for (n, kind) in [
            (4, OfferKind::Push),
            (5, OfferKind::Pool),
            (6, OfferKind::Given),
            (7, OfferKind::HandOver),
        ] {
            let mut one = owned(lead(n), "cem");
            let mut asks = offer(&format!("offer_{n}"), "ben", OfferState::Pending);
            asks.kind = kind;
            one.offers.push(asks);
            kinds.push(one);
        }
        add(&db, &kinds).await;
        let ben = RepId::from("ben");
        let bens: Result<_, Error> = db
            .read(async |mut tx| {
                let listed = leads::of_rep(&mut tx, &ben, 9).await?.into_iter();
                let listed: Vec<LeadId> = listed.map(|lead| lead.id).collect();
                Ok((leads::pending_with(&mut tx, &ben).await?, listed))
            })
            .await;
        let all: Vec<LeadId> = kinds.iter().map(|lead| lead.id.clone()).collect();
        assert_eq!(bens.unwrap(), (all.clone(), all));
        let anna = RepId::from("anna");
        let look: Result<_, Error> = db
            .read(async |mut tx| {
                Ok((
                    leads::owned_by(&mut tx, &anna).await?,
                    leads::pending_with(&mut tx, &anna).await?,
                    leads::with_pending_offers(&mut tx).await?,
                    leads::last_owner_of(&mut tx, "P1@acme.example").await?,
                    leads::last_owner_of(&mut tx, "p2@acme.example").await?,
                ))
            })
            .await;
        let (one, two) = (
            vec![LeadId::from("lead_00001")],
            vec![LeadId::from("lead_00002")],
        );
        let pending: Vec<LeadId> = two
            .iter()
            .chain(kinds.iter().map(|lead| &lead.id))
            .cloned()
            .collect();
        assert_eq!(look.unwrap(), (one, two, pending, Some(anna.clone()), None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_submissions_of_one_person_at_once_make_one_lead() {
    both(async |db| {
        let come = async |n: i64| -> Result<LeadId, Error> {
            let mail = "zoe@acme.example";
            db.write(async |mut tx| {
                let signs = [sign(mail)];
                leads::hold(&mut tx, &signs).await?;
                if let Some(id) = leads::by_email(&mut tx, mail).await? {
                    return Ok(id);
                }
                let new = lead(n);
                leads::insert(&mut tx, &new).await?;
                leads::claim(&mut tx, &signs, &new.id).await?;
                Ok(new.id)
            })
            .await
        };
        let mut made: Vec<LeadId> = join_all((0..12).map(come))
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        made.dedup();
        assert_eq!(made.len(), 1);
        assert_eq!(found(&db, LeadFilter::default()).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn pages_stay_where_they_are_while_leads_come_in() {
    both(async |db| {
        let mut twins: Vec<Lead> = (1..=7).map(lead).collect();
        twins[3].created_at = twins[4].created_at;
        add(&db, &twins).await;
        let mut filter = LeadFilter {
            limit: 2,
            ..LeadFilter::default()
        };
        let mut seen = Vec::new();
        for newer in 100.. {
            let page: Result<_, Error> = db
                .read(async |mut tx| leads::list(&mut tx, &filter).await)
                .await;
            let (leads, next) = page.unwrap();
            seen.extend(leads.into_iter().map(|lead| lead.number - 1000));
            add(&db, &[lead(newer)]).await;
            let Some(next) = next else { break };
            filter.cursor = Cursor::parse(&next.to_string());
            assert_eq!(filter.cursor, Some(next));
        }
        assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    })
    .await;
}

#[tokio::test]
async fn lists_are_narrowed_by_everything_people_know() {
    both(async |db| {
        let mut ours = waiting(lead(1), "sales", Intent::Low);
        ours.contact.set_text(Field::Company, "50%_off!");
        ours.contact.set_text(Field::ExternalId, "X-1");
        let mut test = lead(4);
        test.source = "ads".into();
        add(
            &db,
            &[
                ours,
                waiting(lead(2), "emea", Intent::Low),
                owned(lead(3), "anna"),
                test,
            ],
        )
        .await;
        let none = LeadFilter::default;
        for (filter, expected) in [
            (
                LeadFilter {
                    state: Some("queued".into()),
                    ..none()
                },
                vec![2, 1],
            ),
            (
                LeadFilter {
                    owner: Some("anna".into()),
                    ..none()
                },
                vec![3],
            ),
            (
                LeadFilter {
                    team: Some("emea".into()),
                    ..none()
                },
                vec![2],
            ),
            (
                LeadFilter {
                    source: Some("ads".into()),
                    ..none()
                },
                vec![4],
            ),
            (
                LeadFilter {
                    email: Some("P2@Acme.example".into()),
                    ..none()
                },
                vec![2],
            ),
            (
                LeadFilter {
                    external_id: Some("X-1".into()),
                    ..none()
                },
                vec![1],
            ),
            (
                LeadFilter {
                    q: Some("zoË".into()),
                    ..none()
                },
                vec![4, 3, 2, 1],
            ),
            (
                LeadFilter {
                    q: Some("0%_O".into()),
                    ..none()
                },
                vec![1],
            ),
            (
                LeadFilter {
                    q: Some("0_%".into()),
                    ..none()
                },
                vec![],
            ),
            (
                LeadFilter {
                    since: Some(at(3)),
                    ..none()
                },
                vec![4, 3],
            ),
            (
                LeadFilter {
                    teams: Some(vec!["sales".into()]),
                    ..none()
                },
                vec![1],
            ),
            (
                LeadFilter {
                    teams: Some(vec!["sales".into()]),
                    or_owner: Some("anna".into()),
                    ..none()
                },
                vec![3, 1],
            ),
            (
                LeadFilter {
                    teams: Some(vec![]),
                    ..none()
                },
                vec![],
            ),
            (
                LeadFilter {
                    team: Some("emea".into()),
                    state: Some("owned".into()),
                    ..none()
                },
                vec![],
            ),
        ] {
            assert_eq!(found(&db, filter.clone()).await, expected, "{filter:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn history_is_told_in_the_order_in_which_it_happened() {
    both(async |db| {
        let fact = |event, actor, detail: &str| Fact {
            event,
            actor,
            rep: Some("anna".into()),
            offer: None,
            detail: detail.to_owned(),
        };
        let (early, late) = (
            [
                fact(FactKind::Created, Actor::Source("site".into()), "Zoë \"Z\""),
                fact(FactKind::Routed, Actor::Baton, ""),
            ],
            [
                fact(FactKind::Owned, Actor::Rep("anna".into()), "'"),
                fact(FactKind::Closed, Actor::Api("crm".into()), "\\"),
            ],
        );
        let id = LeadId::from("lead_1");
        let other = (LeadId::from("lead_2"), early[0].clone());
        let of = |facts: &[Fact]| -> Vec<(LeadId, Fact)> {
            facts.iter().map(|it| (id.clone(), it.clone())).collect()
        };
        // Those of several leads come mixed.
        let mut first = of(&early);
        first.insert(1, other.clone());
        let told: Result<_, Error> = db
            .write(async |mut tx| {
                facts::append(&mut tx, &first, at(1)).await?;
                facts::append(&mut tx, &[], at(2)).await?;
                facts::append(&mut tx, &of(&late), at(2)).await?;
                let others = facts::timeline(&mut tx, &other.0).await?;
                assert_eq!(others, [(at(1), other.1.clone())]);
                facts::timeline(&mut tx, &id).await
            })
            .await;
        let early = early.into_iter().map(|fact| (at(1), fact));
        let expected: Vec<_> = early
            .chain(late.into_iter().map(|fact| (at(2), fact)))
            .collect();
        assert_eq!(told.unwrap(), expected);
    })
    .await;
}
