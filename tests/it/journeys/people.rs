//! People of the chat: who leaves it, is no colleague, or joins a group.

use std::time::Duration;

use baton::{
    domain::policy::Platform,
    engine::Engine,
    playground::{Fault, FaultRule, Group, Person},
    store::{
        accounts::{self, Account},
        groups, reps,
    },
};

use super::{ada, short};
use crate::{
    office::{Office, SALES, on_both, person, user},
    reads,
};

/// Waits until Baton has heard of something: events come by themselves.
async fn heard(office: &Office, has: impl AsyncFn(&Engine) -> bool) {
    for _ in 0..1_000 {
        if has(office.engine()).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("Baton has not heard of it");
}

/// What Baton knows of Selin.
async fn selin(engine: &Engine) -> reps::KnownRep {
    let selin = ["selin".into()];
    let known = engine
        .db()
        .read(async |mut tx| reps::known(&mut tx, &selin).await);
    known.await.unwrap().remove("selin").unwrap()
}

/// What Baton knows of her account in Slack.
async fn looked_up(engine: &Engine) -> Account {
    let selin = "selin".into();
    let known = engine
        .db()
        .read(async |mut tx| accounts::of(&mut tx, &selin, Platform::Slack).await);
    known.await.unwrap().unwrap()
}

/// Selin with another account.
fn changed(change: impl FnOnce(&mut Person)) -> Person {
    let mut selin = person("selin", "Selin Kaya");
    change(&mut selin);
    selin
}

#[tokio::test]
async fn who_leaves_slack_passes_on_what_waits_and_the_manager_is_told_once() {
    on_both(SALES, async |office| {
        office.lead(ada()).await;
        office.read("selin");
        let gone = changed(|selin| selin.deleted = true);
        office.slack.put_person(gone.clone());
        heard(office, async |engine| {
            selin(engine).await.unreachable_at.is_some()
        })
        .await;
        office.slack.put_person(gone);
        office.settle().await;
        assert_eq!(
            office.story_of(1001).await,
            "offered: selin withdrawn, jonas pending"
        );
        reads!(office, "marta", @"
        The chat does not deliver to Selin Kaya.
        • #1001 · Ada Lovelace, Analytical Engines: Jonas Weber is asked now.
        (The chat says: the account is deactivated. Selin Kaya gets no leads until this is mended.)
        ");
        // Day after day she is still gone, which is no news.
        office.after("26h").await;
        assert!(!office.read("marta").contains("Selin"));
        assert_eq!(selin(office.engine()).await.barred(), Some("deactivated"));
        // Back again she is asked again.
        office.slack.put_person(changed(|_| {}));
        heard(office, async |engine| {
            looked_up(engine).await.looked_up_at.is_none()
        })
        .await;
        office.settle().await;
        assert_eq!(selin(office.engine()).await.unreachable_at, None);
    })
    .await;
}

#[tokio::test]
async fn a_guest_and_a_stranger_get_no_lead_and_no_answer_about_one() {
    let guest = changed(|selin| selin.guest = true);
    let stranger = changed(|selin| selin.team = Some("T0ELSEWHERE".to_owned()));
    for (account, why) in [
        (guest, "a guest's account"),
        (stranger, "another company's"),
    ] {
        on_both(SALES, async |office| {
            office.slack.put_person(account.clone());
            heard(office, async |engine| {
                looked_up(engine).await.looked_up_at.is_none()
            })
            .await;
            office.settle().await;
            office.lead(ada()).await;
            assert_eq!(office.story_of(1001).await, "offered: jonas pending");
            let told = office.read("marta");
            assert!(told.contains(why), "{told}");
            let selin = user("selin");
            let typed = office.slack.slash(&selin, "/leads", "search Ada");
            let answer = typed.await.answer.body;
            assert!(
                answer.contains("text") && !answer.contains("Ada"),
                "{answer}"
            );
            assert_eq!(office.read("selin"), "(nothing)");
        })
        .await;
    }
}

#[tokio::test]
async fn a_team_made_of_a_group_has_whoever_is_in_it_now() {
    let group = |members: &[&str]| Group {
        id: "S0DACH".to_owned(),
        handle: "dach".to_owned(),
        members: members.iter().map(|who| user(who)).collect(),
    };
    let rules = SALES.replace(
        r#"members = ["ayse", "jonas", "selin"]"#,
        r#"members = ["@DACH"]"#,
    );
    on_both(&rules, async |office| {
        office.slack.put_group(group(&["ayse", "oskar"]));
        office.after("16m").await;
        office.lead(ada()).await;
        assert_eq!(office.story_of(1001).await, "offered: ayse pending");
        let stale = async |engine: &Engine| {
            let all = engine.db().read(async |mut tx| groups::all(&mut tx).await);
            let all = all.await.unwrap();
            all.iter().all(|group| group.looked_up_at.as_second() == 0)
        };
        office.slack.put_group(group(&["jonas"]));
        heard(office, stale).await;
        office.settle().await;
        office.lead(short("Grace")).await;
        assert_eq!(office.story_of(1002).await, "offered: jonas pending");
        // While Slack doesn't say, and over a restart, it is who it was.
        let missing = Fault::Refuse {
            error: "missing_scope".to_owned(),
        };
        office.fault(FaultRule::next(1_000, "usergroups.list", missing));
        office.after("16m").await;
        office.stop().await;
        office.start().await;
        let team = office.engine().rules().policy.teams[0].members.clone();
        assert_eq!(team, ["jonas".into()]);
    })
    .await;
}
