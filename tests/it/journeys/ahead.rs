//! What managers read of the week to come: in the morning which steps will reach nobody, on Friday everything at once.

use std::collections::BTreeMap;

use baton::{engine::Engine, rules::Rules, store::Error};

use super::ada;
use crate::{
    office::{FRIDAY, Office, SALES, in_each_chat_at},
    reads,
};

/// The day before managers read what the coming week is like.
const THURSDAY: &str = "2026-11-19T10:00:00Z";

/// What a second Baton on the same database does it with.
fn replica(office: &Office) -> Engine {
    let (mine, clock) = (office.engine(), office.clock.clone());
    let rules = Rules::new(mine.rules().policy.clone());
    Engine::new(mine.db().clone(), clock, rules)
}

/// Two Batons look at the coming week at once; of how many teams each has something to say.
async fn look(office: &Office) -> usize {
    let (one, other) = (office.engine(), replica(office));
    let (one, other) = tokio::join!(one.look_ahead(), other.look_ahead());
    office.settle().await;
    assert_eq!(one.unwrap(), *other.as_ref().unwrap());
    other.unwrap()
}

#[tokio::test]
async fn managers_read_in_the_morning_which_steps_will_reach_nobody() {
    in_each_chat_at(THURSDAY, SALES, async |office| {
        office.lead(ada()).await;
        office.read("marta");
        assert_eq!(look(office).await, 0, "everybody is there");
        for who in ["jonas", "ayse", "selin"] {
            office.slash(who, "/away from tomorrow to Tuesday").await;
        }
        office.read("marta");
        assert_eq!(look(office).await, 1);
        reads!(office, "marta", @"
        Nobody of team sales will be there for some leads.
        Those under SLA demo that come in from Thu 19 Nov 23:30 to Wed 25 Nov 00:00 find nobody at these steps: the next of the team. Absences count, hours that people chose, and whom the chat does not reach. A cover, or backups, would help.
        ");
        // The same people are told of once a week.
        assert_eq!(look(office).await, 1);
        reads!(office, "marta", @"(nothing)");
    })
    .await;
}

#[tokio::test]
async fn hours_that_somebody_chose_count_in_the_morning() {
    in_each_chat_at(THURSDAY, SALES, async |office| {
        office.lead(ada()).await;
        for who in ["jonas", "ayse"] {
            office.slash(who, "/away from 23 Nov to 23 Nov").await;
        }
        office.read("marta");
        assert_eq!(look(office).await, 0, "Selin is there all day");
        office.slash("selin", "/away hours Mo-Su 06:00-20:00").await;
        assert_eq!(look(office).await, 1);
        reads!(office, "marta", @"
        Nobody of team sales will be there for some leads.
        Those under SLA demo that come in from Sun 22 Nov 23:30 to Mon 23 Nov 06:00, from Mon 23 Nov 19:30 to Tue 24 Nov 00:00 find nobody at these steps: the next of the team. Absences count, hours that people chose, and whom the chat does not reach. A cover, or backups, would help.
        ");
    })
    .await;
}

#[tokio::test]
async fn what_friday_says_is_not_said_again_in_the_morning() {
    in_each_chat_at(FRIDAY, SALES, async |office| {
        for who in ["jonas", "ayse", "selin"] {
            office.slash(who, "/away from 25 Nov to 25 Nov").await;
        }
        office.after("4h").await;
        office.read("marta");
        office.sleep("1h 30m");
        let other = replica(office);
        let (mut seen, mut too) = (BTreeMap::new(), BTreeMap::new());
        let (one, other) = tokio::join!(
            office.engine().tell_forecasts(&mut seen),
            other.tell_forecasts(&mut too)
        );
        assert_eq!((one.unwrap(), other.unwrap()), (1, 1));
        office.settle().await;
        reads!(office, "marta", @"
        # The week of Mon 23 Nov has steps that reach nobody
        Team sales (Europe/Berlin)
        Leads under SLA demo that come in from Tue 24 Nov 23:30 to Thu 26 Nov 00:00 find nobody at these steps: the next of the team.
        (By planned absences, hours that people chose, and whom the chat does not reach.)
        ");
        office.after("16h").await;
        assert_eq!(look(office).await, 0, "it was said yesterday");
        office.slash("deniz", "/away from 25 Nov to 25 Nov").await;
        office.read("marta");
        assert_eq!(look(office).await, 1);
        reads!(office, "marta", @"
        Nobody of team sales will be there for some leads.
        Those under SLA demo that come in from Wed 25 Nov 00:00 to Wed 25 Nov 23:30 find nobody at these steps: the backups. Absences count, hours that people chose, and whom the chat does not reach. A cover, or backups, would help.
        ");
    })
    .await;
}

#[tokio::test]
async fn on_the_morning_before_it_the_coming_week_is_left_to_the_message() {
    in_each_chat_at(FRIDAY, SALES, async |office| {
        for who in ["jonas", "ayse", "selin"] {
            office.slash(who, "/away from 25 Nov to 25 Nov").await;
        }
        assert_eq!(look(office).await, 0);
        for who in ["jonas", "ayse", "selin"] {
            office.slash(who, "/away from 22 Nov to 22 Nov").await;
        }
        office.read("marta");
        assert_eq!(look(office).await, 1);
        reads!(office, "marta", @"
        Nobody of team sales will be there for some leads.
        Those under SLA demo that come in from Sat 21 Nov 23:30 to Mon 23 Nov 00:00 find nobody at these steps: the next of the team. Absences count, hours that people chose, and whom the chat does not reach. A cover, or backups, would help.
        ");
    })
    .await;
}

/// On Friday managers read of Thursday, when nobody is there; on Wednesday only Selin is.
async fn friday(office: &mut Office) {
    for who in ["jonas", "ayse"] {
        office.slash(who, "/away from 25 Nov to 26 Nov").await;
    }
    office.slash("selin", "/away from 26 Nov to 26 Nov").await;
    office.after("6h").await;
    let told = office.read("marta");
    assert!(
        told.contains("The week of Mon 23 Nov") && !told.contains("25 Nov 0"),
        "{told}"
    );
}

#[tokio::test]
async fn hours_that_somebody_chose_since_friday_count_on_monday() {
    in_each_chat_at(FRIDAY, SALES, async |office| {
        friday(office).await;
        office.after("48h").await;
        office.slash("selin", "/away hours Mo-Fr 06:00-20:00").await;
        office.after("14h").await;
        office.read("marta");
        assert_eq!(look(office).await, 1);
        reads!(office, "marta", @"
        Nobody of team sales will be there for some leads.
        Those under SLA demo that come in from Tue 24 Nov 23:30 to Wed 25 Nov 06:00, from Wed 25 Nov 19:30 to Thu 26 Nov 00:00 find nobody at these steps: the next of the team. Absences count, hours that people chose, and whom the chat does not reach. A cover, or backups, would help.
        ");
    })
    .await;
}

/// The rules of sales, and until when Selin works there.
fn until(day: &str) -> String {
    format!("{SALES}\n[defaults.rep]\ntimezone = \"Europe/Berlin\"\n# selin: until = \"{day}\"\n")
}

#[tokio::test]
async fn a_last_day_that_was_known_since_friday_counts_on_monday_and_no_earlier_one() {
    in_each_chat_at(FRIDAY, SALES, async |office| {
        friday(office).await;
        office.after("48h").await;
        office.reload(&until("2026-11-24")).await;
        office.after("14h").await;
        office.read("marta");
        assert_eq!(look(office).await, 1);
        reads!(office, "marta", @"
        Nobody of team sales will be there for some leads.
        Those under SLA demo that come in from Tue 24 Nov 23:30 to Thu 26 Nov 00:00 find nobody at these steps: the next of the team. Absences count, hours that people chose, and whom the chat does not reach. A cover, or backups, would help.
        ");
    })
    .await;
    in_each_chat_at(FRIDAY, &until("2026-11-24"), async |office| {
        for who in ["jonas", "ayse"] {
            office.slash(who, "/away from 25 Nov to 26 Nov").await;
        }
        office.after("6h").await;
        reads!(office, "marta", @"
        # The week of Mon 23 Nov has steps that reach nobody
        Team sales (Europe/Berlin)
        Leads under SLA demo that come in from Tue 24 Nov 23:30 to Fri 27 Nov 00:00 find nobody at these steps: the next of the team.
        (By planned absences, hours that people chose, and whom the chat does not reach.)
        ");
        office.after("62h").await;
        office.read("marta");
        assert_eq!(look(office).await, 0, "it was said on Friday");
    })
    .await;
}

/// The coming week can't be looked at.
const BREAK: &str = "alter table absence rename to elsewhere";
const MEND: &str = "alter table elsewhere rename to absence";

#[tokio::test]
async fn what_could_not_be_read_for_friday_is_said_when_it_can_be() {
    in_each_chat_at(FRIDAY, SALES, async |office| {
        for who in ["jonas", "ayse", "selin"] {
            office.slash(who, "/away from 25 Nov to 25 Nov").await;
        }
        office.settle().await;
        office.sleep("6h");
        let run = async |statement: &'static str| {
            let db = office.engine().db();
            let done: Result<u64, Error> =
                db.write(async |mut tx| tx.q(statement).exec().await).await;
            done.unwrap();
        };
        let mut seen = BTreeMap::new();
        run(BREAK).await;
        let told = office.engine().tell_forecasts(&mut seen).await;
        told.unwrap_err();
        run(MEND).await;
        let told = office.engine().tell_forecasts(&mut seen).await;
        assert_eq!(told.unwrap(), 1);
        let told = office.engine().tell_forecasts(&mut seen).await;
        assert_eq!(told.unwrap(), 0);
    })
    .await;
}
