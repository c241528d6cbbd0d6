//! What people do in Slack, through the playground and by requests of our own making.

use std::time::Duration;

use baton::{
    chat::Recipient,
    domain::{
        event::{Event, Handing, Premise, Receiver},
        id::{OfferId, RepId},
        lead::{Lead, State},
        policy::Platform,
    },
    store::leads,
    words::offer::offer_card,
};
use jiff::{SignedDuration, tz::TimeZone};
use serde_json::json;
use tokio::{sync::Notify, time::timeout};

use crate::{
    db::both,
    harness::{SIGNING_SECRET, Stage, pending, signed, user_of},
};

const ADA: &str = r#"{"email":"ada@example.com","name":"Ada Lovelace","phone":"+4930123456"}"#;

/// A lead that is offered, its offer, and whose it is.
async fn offered(stage: &Stage) -> (Lead, OfferId, RepId) {
    stage.send(ADA).await;
    let lead = stage.only_lead().await;
    let (offer, rep) = pending(&lead);
    (lead, offer, rep)
}

/// Puts the offer's card into somebody's direct messages; its name there.
async fn card_for(stage: &Stage, user: &str, offer: &OfferId) -> String {
    let lead = stage.only_lead().await;
    let offer = lead.offer(offer).unwrap();
    let rules = stage.engine.rules();
    let card = offer_card(
        &lead,
        offer,
        &rules.policy,
        &TimeZone::UTC,
        stage.clock.now(),
    );
    let to = Recipient::User(user.to_owned());
    stage
        .chat
        .post(&to, &card, &format!("card_{user}"), None)
        .await
        .unwrap()
        .message
}

/// What only this person was told last.
async fn told(stage: &Stage, user: &str) -> String {
    let last = |slack: &baton::playground::Playground| Some(slack.ephemeral_to(user).pop()?.text);
    let within = Duration::from_secs(5);
    stage.slack.wait_for(within, last).await.unwrap()
}

async fn from_slack(stage: &Stage, path: &str, body: String) -> reqwest::Response {
    let at = stage.clock.now().as_second();
    let request = stage.post(path).header("x-slack-request-timestamp", at);
    let request = request.header("x-slack-signature", signed(SIGNING_SECRET, at, &body));
    request.body(body).send().await.unwrap()
}

/// A press as Slack would send it.
async fn press(stage: &Stage, user: &str, team: &str, action: &str, value: &str) {
    let payload = json!({
        "type": "block_actions", "user": {"id": user, "team_id": team}, "trigger_id": format!("{action}.{value}"),
        "actions": [{"action_id": action, "value": value}],
    });
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload.to_string());
    let answer = from_slack(stage, "/slack/interactions", form.finish()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "");
}

#[tokio::test]
async fn an_accepted_offer_is_owned_and_a_second_press_says_so() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (_, offer, rep) = offered(&stage).await;
        let user = user_of(&rep);
        let card = card_for(&stage, &user, &offer).await;
        let pressed = stage.slack.press(&user, &card, "offer.accept").await;
        assert_eq!(pressed.problem, None);
        let owned = State::Owned {
            rep: rep.clone(),
            offer: offer.clone(),
        };
        assert_eq!(stage.only_lead().await.state, owned);
        let accepted = "select count(*) from fact where event = 'owned'";
        assert_eq!(stage.count(accepted).await, 1);

        stage.slack.press(&user, &card, "offer.accept").await;
        assert_eq!(
            told(&stage, &user).await,
            "Lead #1001 · Ada Lovelace is yours. Call by today 10:30 (UTC)."
        );
        assert_eq!(stage.count(accepted).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_press_delivered_twice_at_once_accepts_once() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (_, offer, rep) = offered(&stage).await;
        let user = user_of(&rep);
        let press = || press(&stage, &user, "T1", "offer.accept", offer.as_str());
        futures_util::future::join_all((0..5).map(|_| press())).await;
        assert_eq!(stage.only_lead().await.owner(), Some(&rep));
        assert_eq!(
            stage
                .count("select count(*) from fact where event = 'owned'")
                .await,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_press_is_answered_in_time_while_the_database_is_busy() {
    both(async |db| {
        let stage = Stage::new(db.clone()).await;
        let (lead, offer, rep) = offered(&stage).await;
        let (begun, release) = (Notify::new(), Notify::new());
        let hold = db.write(async |mut tx| {
            leads::lock(&mut tx, &lead.id).await?;
            begun.notify_one();
            release.notified().await;
            Ok::<_, baton::store::Error>(())
        });
        let pressed = async {
            begun.notified().await;
            let user = user_of(&rep);
            let press = press(&stage, &user, "T1", "offer.accept", offer.as_str());
            timeout(Duration::from_secs(3), press).await.unwrap();
            assert_eq!(stage.only_lead().await.owner(), None);
            release.notify_one();
        };
        let (held, ()) = tokio::join!(hold, pressed);
        held.unwrap();
        let owned = async {
            while stage.only_lead().await.owner() != Some(&rep) {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(5), owned).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_declined_offer_goes_to_the_next_with_its_reason() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (_, offer, rep) = offered(&stage).await;
        let user = user_of(&rep);
        let card = card_for(&stage, &user, &offer).await;
        let asked = stage.slack.press(&user, &card, "offer.decline").await;
        assert!(asked.dialog.is_some(), "{asked:?}");
        let sent = stage
            .slack
            .submit(&user, &json!({"choice": "busy", "note": "on a train"}))
            .await;
        assert_eq!((sent.problem, sent.dialog.is_some()), (None, false));
        let lead = stage.only_lead().await;
        let reason = lead.offer(&offer).unwrap().reason.clone().unwrap();
        assert_eq!((&*reason.id, &*reason.note), ("busy", "on a train"));
        assert_ne!(pending(&lead).1, rep);

        // The card shows the old buttons until the outbox has changed it.
        stage.slack.press(&user, &card, "offer.decline").await;
        assert!(
            told(&stage, &user)
                .await
                .starts_with("Too late for lead #1001.")
        );
    })
    .await;
}

#[tokio::test]
async fn a_dialog_that_comes_too_late_says_who_has_the_lead() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (lead, offer, rep) = offered(&stage).await;
        let user = user_of(&rep);
        let card = card_for(&stage, &user, &offer).await;
        stage.slack.press(&user, &card, "offer.decline").await;
        let assign = Event::Assign {
            to: Receiver::Rep("marta".into()),
            by: baton::domain::event::Actor::Baton,
            handing: Handing::Now,
            words: String::new(),
            premise: Premise::Any,
        };
        stage.engine.handle(&lead.id, assign).await.unwrap();
        let sent = stage.slack.submit(&user, &json!({"choice": "busy"})).await;
        let said = sent.dialog.unwrap().view.to_string();
        assert!(
            said.contains("Too late for lead #1001.") && said.contains("marta"),
            "{said}"
        );
        assert_eq!(stage.only_lead().await.owner(), Some(&"marta".into()));
    })
    .await;
}

#[tokio::test]
async fn a_contact_and_an_ending_are_logged() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (_, offer, rep) = offered(&stage).await;
        let user = user_of(&rep);
        press(&stage, &user, "T1", "offer.accept", offer.as_str()).await;
        let card = card_for(&stage, &user, &offer).await;
        stage.slack.press(&user, &card, "lead.contacted").await;
        stage
            .slack
            .submit(&user, &json!({"choice": "voicemail"}))
            .await;
        let lead = stage.only_lead().await;
        assert!(lead.clock.attempted_at.is_some() && lead.clock.contacted_at.is_none());
        stage.slack.press(&user, &card, "lead.close").await;
        stage.slack.submit(&user, &json!({"choice": "won"})).await;
        assert_eq!(stage.only_lead().await.state_word(), "closed");
    })
    .await;
}

#[tokio::test]
async fn details_and_why_are_for_those_concerned() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (_, offer, rep) = offered(&stage).await;
        let mine = user_of(&rep);
        let other = ["selin", "jonas", "ayse"]
            .into_iter()
            .find(|name| *name != rep.as_str());
        let other = user_of(&other.unwrap().into());
        for (user, sees) in [(&*mine, true), ("U0MARTA", true), (&*other, false)] {
            let card = card_for(&stage, user, &offer).await;
            for button in ["lead.details", "lead.why"] {
                let pressed = stage.slack.press(user, &card, button).await;
                assert_eq!(pressed.dialog.is_some(), sees, "{user} {button}");
                stage.slack.close(user, true).await;
            }
        }
        assert!(told(&stage, &other).await.starts_with("Only the owner"));
    })
    .await;
}

#[tokio::test]
async fn a_manager_sends_a_reviewed_lead_on() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (lead, offer, rep) = offered(&stage).await;
        let decline = Event::Decline {
            offer,
            by: rep.clone(),
            reason: "unclear".into(),
            note: String::new(),
        };
        stage.engine.handle(&lead.id, decline).await.unwrap();
        assert_eq!(stage.only_lead().await.state_word(), "review");
        press(
            &stage,
            &user_of(&rep),
            "T1",
            "review.route",
            lead.id.as_str(),
        )
        .await;
        press(
            &stage,
            &user_of(&rep),
            "T1",
            "review.drop",
            lead.id.as_str(),
        )
        .await;
        assert_eq!(stage.only_lead().await.state_word(), "review");
        press(&stage, "U0MARTA", "T1", "review.route", lead.id.as_str()).await;
        assert_eq!(stage.only_lead().await.state_word(), "offered");
        press(&stage, "U0MARTA", "T1", "review.drop", lead.id.as_str()).await;
        assert_eq!(stage.only_lead().await.state_word(), "offered");
    })
    .await;
}

#[tokio::test]
async fn nobody_presses_for_somebody_else() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (_, offer, rep) = offered(&stage).await;
        press(&stage, "U0STRANGER", "T1", "offer.accept", offer.as_str()).await;
        press(&stage, "U0MARTA", "T1", "offer.accept", offer.as_str()).await;
        stage.desk.set_workspace("T1");
        press(&stage, &user_of(&rep), "T2", "offer.accept", offer.as_str()).await;
        assert_eq!(stage.only_lead().await.state_word(), "offered");
        press(&stage, &user_of(&rep), "T1", "offer.accept", offer.as_str()).await;
        assert_eq!(stage.only_lead().await.owner(), Some(&rep));
    })
    .await;
}

#[tokio::test]
async fn a_stranger_is_told_why_nothing_happens() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (_, offer, _) = offered(&stage).await;
        let person = baton::playground::Person::new("U0NEW", "New", "new@example.com", "UTC", "");
        stage.slack.put_person(person);
        let card = card_for(&stage, "U0NEW", &offer).await;
        stage.slack.press("U0NEW", &card, "offer.accept").await;
        assert!(
            told(&stage, "U0NEW")
                .await
                .contains("not in the list of reps")
        );
    })
    .await;
}

#[tokio::test]
async fn only_what_slack_has_signed_lately_is_heard() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let now = stage.clock.now().as_second();
        let body = "command=%2Fleads&user_id=U0SELIN&team_id=T1";
        let good = signed(SIGNING_SECRET, now, body);
        let late = now - 301;
        let cases = [
            (Some(now), Some(good.clone()), body.to_owned(), 200),
            (Some(now), Some(good.clone()), format!("{body}x"), 401),
            (
                Some(late),
                Some(signed(SIGNING_SECRET, late, body)),
                body.to_owned(),
                401,
            ),
            (
                Some(now),
                Some(signed("other", now, body)),
                body.to_owned(),
                401,
            ),
            (Some(now), None, body.to_owned(), 401),
            (None, Some(good), body.to_owned(), 401),
        ];
        for (at, signature, body, status) in cases {
            let mut request = stage.post("/slack/commands");
            if let Some(at) = at {
                request = request.header("x-slack-request-timestamp", at);
            }
            if let Some(signature) = signature {
                request = request.header("x-slack-signature", signature);
            }
            let answer = request.body(body).send().await.unwrap();
            assert_eq!(answer.status(), status);
            assert_eq!(answer.text().await.unwrap().is_empty(), status == 401);
        }
    })
    .await;
}

#[tokio::test]
async fn slack_is_told_that_we_are_there() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let challenge = json!({"type": "url_verification", "challenge": "abc"}).to_string();
        let answer = from_slack(&stage, "/slack/events", challenge).await;
        assert_eq!(answer.text().await.unwrap(), r#"{"challenge":"abc"}"#);
        let check = from_slack(&stage, "/slack/commands", "ssl_check=1".to_owned()).await;
        assert_eq!(check.status(), 200);
        let odd = from_slack(&stage, "/slack/interactions", "payload=%7B".to_owned()).await;
        assert_eq!(odd.status(), 400);
    })
    .await;
}

#[tokio::test]
async fn an_offer_that_moved_on_is_not_accepted_any_more() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (lead, offer, rep) = offered(&stage).await;
        let delivered = Event::Delivered {
            offer: offer.clone(),
            chat: Platform::Slack,
        };
        stage.engine.handle(&lead.id, delivered).await.unwrap();
        for minutes in [10, 5] {
            stage.clock.advance(SignedDuration::from_mins(minutes));
            stage.engine.handle(&lead.id, Event::Due).await.unwrap();
        }
        let user = user_of(&rep);
        let card = card_for(&stage, &user, &offer).await;
        press(&stage, &user, "T1", "offer.accept", offer.as_str()).await;
        let (_, next) = pending(&stage.only_lead().await);
        assert_ne!(next, rep);
        let said = stage.slack.press(&user, &card, "lead.why").await;
        assert!(said.dialog.is_none());
    })
    .await;
}

/// A command as Slack would send it; the answer's words.
async fn typed(stage: &Stage, user: &str, word: &str, text: &str) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("command", word),
        ("text", text),
        ("user_id", user),
        ("team_id", "T1"),
    ] {
        form.append_pair(name, value);
    }
    let answer = from_slack(stage, "/slack/commands", form.finish()).await;
    assert_eq!(answer.status(), 200);
    let said: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(said["response_type"], "ephemeral");
    said["text"].as_str().unwrap().to_owned()
}

/// A lead whose offer was accepted.
async fn accepted(stage: &Stage) {
    let (_, offer, rep) = offered(stage).await;
    press(stage, &user_of(&rep), "T1", "offer.accept", offer.as_str()).await;
}

/// The block texts and pictures of a message, as JSON.
fn blocks_of(message: &baton::playground::Message) -> String {
    serde_json::to_string(&message.blocks).unwrap()
}

#[tokio::test]
async fn away_and_back_move_offers_and_can_be_cancelled_by_a_button() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let (_, _, rep) = offered(&stage).await;
        let user = user_of(&rep);
        let said = typed(&stage, &user, "/away", "for 2h dentist").await;
        assert!(
            said.starts_with("You are away until today 12:00 (UTC): dentist."),
            "{said}"
        );
        assert_ne!(pending(&stage.only_lead().await).1, rep);

        typed(&stage, &user, "/lead-away", "from 12 Dec to 2 Jan").await;
        stage.slack.slash(&user, "/away", "list").await;
        let list = stage.slack.ephemeral_to(&user).pop().unwrap();
        assert!(list.text.contains("Sat 12 Dec"), "{}", list.text);
        let pressed = stage.slack.press(&user, &list.ts, "away.cancel").await;
        assert_eq!(pressed.problem, None);
        let left = |slack: &baton::playground::Playground| {
            let list = slack.ephemeral_to(&user).pop()?;
            list.text.starts_with("Cancelled:").then_some(list.text)
        };
        let left = stage
            .slack
            .wait_for(Duration::from_secs(5), left)
            .await
            .unwrap();
        assert!(
            left.contains("dentist") && left.contains("Sat 12 Dec"),
            "{left}"
        );
        assert_eq!(stage.slack.ephemeral_to(&user).len(), 1);

        assert_eq!(
            typed(&stage, &user, "/lead-back", "").await,
            "You were not away: you get leads as usual."
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_cancels_a_colleagues_absence() {
    both(async |db| {
        let stage = Stage::new(db).await;
        typed(&stage, "U0SELIN", "/away", "from 12 Dec to 2 Jan").await;
        let id = stage
            .db
            .read(async |mut tx| tx.q("select id from absence").one::<(String,)>().await)
            .await
            .unwrap()
            .0;
        let open = "select count(*) from absence where cancelled_at is null";
        for (user, left) in [("U0JONAS", 1), ("U0MARTA", 0)] {
            press(&stage, user, "T1", "away.cancel", &id).await;
            assert_eq!(stage.count(open).await, left, "{user}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_keeps_its_text_from_page_to_page() {
    both(async |db| {
        let stage = Stage::new(db).await;
        for number in 0..12 {
            let body =
                format!(r#"{{"email":"p{number}@acme.example","company":"Acme: {number}"}}"#);
            stage.send(&body).await;
        }
        stage.slack.slash("U0MARTA", "/leads", "search acme:").await;
        let first = stage.slack.ephemeral_to("U0MARTA").pop().unwrap();
        assert!(
            first.text.starts_with("Found for “acme:”: 12 leads."),
            "{}",
            first.text
        );
        stage.slack.press("U0MARTA", &first.ts, "leads.page").await;
        let turned = |slack: &baton::playground::Playground| {
            let list = slack.ephemeral_to("U0MARTA").pop()?;
            (list.text != first.text).then_some(list)
        };
        let second = stage
            .slack
            .wait_for(Duration::from_secs(5), turned)
            .await
            .unwrap();
        assert!(second.text.starts_with("Found for “acme:”: 12 leads."));
        assert_eq!(second.ts, first.ts);
        assert!(blocks_of(&second).contains("search:0:acme:"));
        assert_eq!(second.text.matches("Acme:").count(), 2, "{}", second.text);
    })
    .await;
}

#[tokio::test]
async fn numbers_come_with_a_picture_behind_the_answer() {
    both(async |db| {
        let stage = Stage::new(db).await;
        accepted(&stage).await;
        stage
            .slack
            .slash("U0MARTA", "/leadstats", "today by rep")
            .await;
        let picture = |slack: &baton::playground::Playground| {
            let all = slack.ephemeral_to("U0MARTA");
            let shown = all.iter().any(|one| blocks_of(one).contains("slack_file"));
            shown.then_some(all)
        };
        let all = stage
            .slack
            .wait_for(Duration::from_secs(5), picture)
            .await
            .unwrap();
        assert_eq!(all.len(), 2);
        assert!(
            all[0].text.starts_with("Team sales, today."),
            "{}",
            all[0].text
        );
        assert!(blocks_of(&all[1]).contains("slack_file"));
        assert!(all[1].text.contains("offers by rep"), "{}", all[1].text);
    })
    .await;
}

#[tokio::test]
async fn a_picture_without_a_place_behind_the_answer_comes_as_a_message() {
    both(async |db| {
        let stage = Stage::new(db).await;
        accepted(&stage).await;
        // Without a response address.
        let said = typed(&stage, "U0MARTA", "/leadstats", "today").await;
        assert!(said.starts_with("Team sales, today."), "{said}");
        let posted = |slack: &baton::playground::Playground| {
            let all = slack.messages_of("U0MARTA");
            all.into_iter()
                .find(|one| blocks_of(one).contains("slack_file"))
        };
        let picture = stage.slack.wait_for(Duration::from_secs(5), posted).await;
        assert!(picture.is_some());
    })
    .await;
}

#[tokio::test]
async fn the_configured_words_are_commands_and_are_said_in_help() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let help = typed(&stage, "U0JONAS", "/away", "help").await;
        assert!(help.starts_with("/lead-away: no new leads"), "{help}");
        let before = typed(&stage, "U0JONAS", "/weg", "").await;
        assert!(before.starts_with("I don't know “/weg”"), "{before}");
        let words = [("away".to_owned(), "/weg".to_owned())];
        stage
            .desk
            .set_words(baton::commands::CommandWords::new(words.into()));
        let help = typed(&stage, "U0JONAS", "/weg", "help").await;
        assert!(help.starts_with("/weg: no new leads"), "{help}");
        let nonsense = typed(&stage, "U0JONAS", "/weg", "blörgh xyz until").await;
        assert!(nonsense.contains("/weg until tomorrow 9am"), "{nonsense}");
    })
    .await;
}

#[tokio::test]
async fn strangers_type_in_vain() {
    both(async |db| {
        let stage = Stage::new(db).await;
        for word in ["/away", "/back", "/leads", "/leadstats", "/florps"] {
            let said = typed(&stage, "U0NEW", word, "").await;
            assert!(said.contains("not in the list of reps"), "{word}: {said}");
        }
        stage.desk.set_workspace("T2");
        let said = typed(&stage, "U0JONAS", "/away", "").await;
        assert!(said.contains("not in the list of reps"), "{said}");
        assert_eq!(stage.count("select count(*) from absence").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_command_is_answered_in_time_while_the_database_is_busy() {
    both(async |db| {
        let stage = Stage::new(db.clone()).await;
        let (lead, _, rep) = offered(&stage).await;
        let user = user_of(&rep);
        let (begun, release) = (Notify::new(), Notify::new());
        let hold = db.write(async |mut tx| {
            leads::lock(&mut tx, &lead.id).await?;
            begun.notify_one();
            release.notified().await;
            Ok::<_, baton::store::Error>(())
        });
        let asked = async {
            begun.notified().await;
            let slash = stage.slack.slash(&user, "/away", "for 2h");
            let outcome = timeout(Duration::from_secs(3), slash).await.unwrap();
            assert_eq!(outcome.problem, None);
            assert!(stage.slack.ephemeral_to(&user).is_empty());
            release.notify_one();
        };
        let (held, ()) = tokio::join!(hold, asked);
        held.unwrap();
        assert!(told(&stage, &user).await.starts_with("You are away until"));
    })
    .await;
}

#[tokio::test]
async fn an_opened_home_is_answered_harmlessly() {
    both(async |db| {
        let stage = Stage::new(db).await;
        let event = json!({
            "type": "event_callback", "team_id": "T1",
            "event": {"type": "app_home_opened", "user": "U0JONAS", "tab": "home"},
        });
        let answer = from_slack(&stage, "/slack/events", event.to_string()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.unwrap(), "");
    })
    .await;
}
