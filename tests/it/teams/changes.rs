//! What changes while Baton runs: who people are, what an administrator switches off and on again.

use baton::{domain::policy::Rep, rules::Rules, store};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Company, data_of, eventually, on_both};
use crate::microsoft::Order;

/// Changes what the configuration says of everybody; each gets somebody of their own.
fn change<T>(company: &Company, anew: &[T], change: impl Fn(&mut Rep, &T)) {
    let engine = company.app.engine();
    let mut policy = engine.rules().policy.clone();
    for (rep, user) in policy.reps.values_mut().zip(anew) {
        change(rep, user);
    }
    engine.set_rules(Rules::new(policy));
}

#[tokio::test]
async fn whom_the_configuration_names_anew_gets_the_next_lead_at_once() {
    on_both(async |company| {
        company.lead("ada").await;
        let anew = ["ayse2", "jonas2", "marta2"]
            .map(|id| company.microsoft.add_user(id, &format!("{id}@example.com")));
        change(company, &anew, |rep, user| rep.teams = Some(user.clone()));
        company.lead("bea").await;
        let messages = anew.iter().map(|user| company.microsoft.messages_of(user));
        assert_eq!(messages.map(|all| all.len()).sum::<usize>(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_new_address_in_the_configuration_counts_at_once_and_the_old_account_is_nobodys() {
    on_both(async |company| {
        company.lead("ada").await;
        let (old, card) = company.offered();
        let anew = ["ayse", "jonas", "marta"].map(|id| {
            let email = format!("{id}.new@example.com");
            (company.microsoft.add_user(id, &email), email)
        });
        change(company, &anew, |rep, (_, email)| {
            rep.email.clone_from(email);
        });
        let accept = data_of(card.card(), "offer.accept").unwrap();
        let press = company.microsoft.by(&old).presses(&card.id, &accept);
        let (_, said) = company.send(&press).await;
        assert_eq!(data_of(&said["value"], "lead.contacted"), None, "{said}");
        let before = company.messages();
        company.lead("bea").await;
        assert_eq!(company.messages(), before, "nothing for who they were");
        let new = anew
            .iter()
            .map(|(user, _)| company.microsoft.messages_of(user));
        assert_eq!(new.map(|all| all.len()).sum::<usize>(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_waits_while_an_administrator_has_switched_baton_off_goes_out_when_it_is_on_again() {
    on_both(async |company| {
        company.lead("ada").await;
        company.microsoft.set_disabled(true);
        company.lead("bea").await;
        company.after("3m").await;
        assert_eq!(company.messages(), 1);
        company.microsoft.set_disabled(false);
        company.after("1m").await;
        let managers = company.microsoft.messages_of(&company.people[2]);
        let told = managers[0].activity["summary"].as_str().unwrap();
        assert!(told.contains("could not be reached"), "{told}");
        assert_eq!(company.messages(), 3, "the second lead's card, and that");
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_until_somebody_mends_it_waits_for_that() {
    on_both(async |company| {
        let refused = [(); 3].map(|()| Order::refuse(405, "MethodNotAllowed"));
        company.microsoft.order("/activities", refused);
        company.lead("ada").await;
        assert_eq!(company.messages(), 0);
        company.after("5m").await;
        assert_eq!(company.messages(), 1);
        assert!(company.people.contains(&company.offered().0));
    })
    .await;
}

#[tokio::test]
async fn whoever_is_no_rep_is_not_given_the_app_for_what_they_type() {
    on_both(async |company| {
        let microsoft = &company.microsoft;
        for permission in [
            "AppCatalog.Read.All",
            "TeamsAppInstallation.ReadWriteSelfForUser.All",
        ] {
            microsoft.permit(permission);
        }
        microsoft.add_to_catalog();
        let installs = || microsoft.times_asked("/teamwork/installedApps");
        let stranger = microsoft.add_user("Vera", "vera@example.com");
        let rep = company.people[0].clone();
        for (user, given) in [(stranger, 0), (rep, 1)] {
            microsoft.set_installed(&user, false);
            let before = microsoft.times_asked("POST /emea/v3/conversations");
            let typed = in_channel(microsoft.by(&user).types("<at>Baton</at> leads"));
            assert_eq!(company.send(&typed).await, (200, Value::Null));
            eventually(|| microsoft.times_asked("POST /emea/v3/conversations") > before).await;
            company.clock.advance(SignedDuration::from_secs(5));
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            assert_eq!(installs(), given);
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_too_late_leaves_the_card_to_its_line() {
    on_both(async |company| {
        company.lead("ada").await;
        let (user, card) = company.offered();
        let db = company.app.engine().db().clone();
        // Something else holds the lead for longer than Teams waits.
        let held: tokio::task::JoinHandle<Result<(), store::Error>> = tokio::spawn(async move {
            db.write(async |mut tx| {
                tx.q("update lead set wake_at = wake_at").exec().await?;
                tokio::time::sleep(std::time::Duration::from_millis(2_900)).await;
                Ok(())
            })
            .await
        });
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let accept = data_of(card.card(), "offer.accept").unwrap();
        let press = company.microsoft.by(&user).presses(&card.id, &accept);
        let second = company.clock.now().as_second();
        let (_, said) = company.microsoft.send(&company.url, &press, second).await;
        assert_eq!(said["type"], "application/vnd.microsoft.activity.message");
        held.await.unwrap().unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let changes = || {
            let stands = company.microsoft.messages_of(&user);
            let card = stands.iter().find(|it| it.id == card.id).unwrap();
            (
                card.changes,
                data_of(card.card(), "lead.contacted").is_some(),
            )
        };
        assert_eq!(changes(), (0, false), "nothing past the outbox");
        company.settle().await;
        assert_eq!(changes(), (1, true));
    })
    .await;
}

/// The same, typed in a channel.
fn in_channel(mut typed: Value) -> Value {
    let baton = typed["recipient"].clone();
    typed["conversation"]["id"] = "19:sales@thread.tacv2;messageid=1".into();
    typed["conversation"]["conversationType"] = "channel".into();
    let mention = json!({"type": "mention", "mentioned": baton, "text": "<at>Baton</at>"});
    typed["entities"] = json!([mention]);
    typed
}
