//! What changes while Baton runs: who people are, what an administrator switches off and on again.

use baton::{domain::policy::Rep, rules::Rules};

use super::{Company, data_of, on_both};
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
        change(company, &anew, |rep, (_, email)| rep.email.clone_from(email));
        let accept = data_of(card.card(), "offer.accept").unwrap();
        let press = company.microsoft.by(&old).presses(&card.id, &accept);
        let (_, said) = company.send(&press).await;
        assert_eq!(data_of(&said["value"], "lead.contacted"), None, "{said}");
        let before = company.messages();
        company.lead("bea").await;
        assert_eq!(company.messages(), before, "nothing for who they were");
        let new = anew.iter().map(|(user, _)| company.microsoft.messages_of(user));
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
