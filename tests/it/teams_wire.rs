//! Teams' adapter against a Microsoft that has good days and bad ones.

use std::{sync::Arc, time::Duration};

use baton::{
    chat::{
        Chat, Person, Reach, Recipient, Sent, Who,
        outcome::{FailKind, SendError},
        teams::{
            Settings, Teams,
            credential::{Certificate, Credential},
            hosts::{ServiceHost, ServiceHosts},
        },
    },
    clock::Clock,
    domain::card::Card,
};
use jiff::SignedDuration;
use serde_json::json;
use url::Url;

use crate::microsoft::{APP_ID, APP_PASSWORD, ISSUER, Microsoft, Order, TENANT};

const INSTALL: &str = "TeamsAppInstallation.ReadWriteSelfForUser.All";

fn secret() -> Credential {
    Credential::Secret(APP_PASSWORD.into())
}

fn clock() -> Clock {
    Clock::manual("2026-11-20T10:00:00Z".parse().unwrap())
}

fn chat(microsoft: &Microsoft, credential: Credential, clock: &Clock) -> Chat {
    let at = |path: &str| -> Url { format!("{}{path}", microsoft.address).parse().unwrap() };
    let theirs = clock.clone();
    let settings = Settings {
        app_id: APP_ID.to_owned(),
        tenant_id: TENANT.to_owned(),
        credential,
        issuer: ISSUER.to_owned(),
        metadata_url: microsoft.metadata_url().parse().unwrap(),
        login_url: at(""),
        graph_url: at("/v1.0"),
        service_url: at("/teams/"),
        hosts: ServiceHosts::new(vec![ServiceHost::of(&at("")).unwrap()]),
        catalog_id: None,
        timeout: Duration::from_millis(500),
        elapsed: clock.stopwatch(),
        now: Arc::new(move || theirs.now()),
    };
    Chat::Teams(Teams::new(settings).unwrap())
}

async fn say(chat: &Chat, user: &str, text: &str) -> Result<Sent, SendError> {
    let to = Recipient::User(user.to_owned());
    chat.post(&to, &Card::sentence(text), "key", None).await
}

fn why(error: SendError) -> String {
    error.to_string()
}

#[tokio::test]
async fn a_card_is_posted_to_a_person_changed_and_taken_away() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    let ayse = microsoft.add_user("Ayse", "ayse@example.com");
    let sent = say(&chat, &ayse, "A lead.").await.unwrap();
    say(&chat, &ayse, "Another.").await.unwrap();
    chat.update(&sent, &Card::sentence("Gone.")).await.unwrap();
    let stands = microsoft.messages_of(&ayse);
    assert_eq!(stands.len(), 2);
    assert_eq!((&stands[0].id, stands[0].changes), (&sent.message, 1));
    assert_eq!(stands[0].activity["summary"], "Gone.");
    assert_eq!(stands[0].card()["type"], "AdaptiveCard");
    chat.delete(&sent).await.unwrap();
    chat.delete(&sent).await.unwrap();
    assert_eq!(microsoft.messages_of(&ayse).len(), 1);
    clock.advance(SignedDuration::from_mins(1));
    let gone = chat.update(&sent, &Card::sentence("Again.")).await;
    assert_eq!(gone.unwrap_err().kind(), Some(FailKind::MessageGone));
    assert_eq!(microsoft.times_asked("POST /teams/v3/conversations "), 0);
    let opened = microsoft.asked();
    let opened = opened.iter().filter(|it| it.ends_with("/v3/conversations"));
    assert_eq!(opened.count(), 1, "the conversation is remembered");
    assert_eq!(microsoft.times_asked("/token"), 1);
}

#[tokio::test]
async fn a_channel_gets_threads_and_answers_in_them() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    let sales = Recipient::Channel("19:sales@thread.tacv2".to_owned());
    let card = Card::sentence("First come, first served.");
    let sent = chat.post(&sales, &card, "key", None).await.unwrap();
    let threads = microsoft.threads_of("19:sales@thread.tacv2");
    assert_eq!(threads, std::slice::from_ref(&sent.conversation));
    let thread = sent.conversation.split_once("=").unwrap().1;
    let news = Card::sentence("It wrote again.");
    chat.post(&sales, &news, "key2", Some(thread))
        .await
        .unwrap();
    assert_eq!(microsoft.messages_in(&sent.conversation).len(), 2);
    chat.update(&sent, &Card::sentence("Taken.")).await.unwrap();
    let stands = microsoft.messages_in(&sent.conversation);
    assert_eq!(stands[0].activity["summary"], "Taken.");
}

#[tokio::test]
async fn what_may_have_arrived_is_not_sent_again_and_what_did_not_is_told_apart() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    let ayse = microsoft.add_user("Ayse", "ayse@example.com");
    let sent = say(&chat, &ayse, "A lead.").await.unwrap();
    let unsure = [
        Order::lose(502),
        Order::lose(504),
        Order::refuse(500, "ServiceError"),
        Order::Silence,
    ];
    for order in unsure {
        clock.advance(SignedDuration::from_mins(1));
        microsoft.order("/activities", [order]);
        let said = say(&chat, &ayse, "A lead.").await.unwrap_err();
        assert!(matches!(said, SendError::Unknown { .. }), "{said}");
    }
    assert_eq!(microsoft.messages_of(&ayse).len(), 3);
    for order in [
        Order::lose(502),
        Order::refuse(412, "PreconditionFailed"),
        Order::Silence,
    ] {
        clock.advance(SignedDuration::from_mins(1));
        microsoft.order("PUT", [order]);
        let said = chat.update(&sent, &Card::sentence("x")).await.unwrap_err();
        assert!(
            matches!(said, SendError::Retry { after: None, .. }),
            "{said}"
        );
    }
    clock.advance(SignedDuration::from_mins(1));
    microsoft.order("/activities", [Order::throttle(30)]);
    let said = say(&chat, &ayse, "A lead.").await.unwrap_err();
    let wait = |error: &SendError| match error {
        SendError::Retry { after, .. } => *after,
        SendError::NotYet { after } => Some(*after),
        SendError::Unknown { .. } | SendError::Fail { .. } => None,
    };
    assert_eq!(wait(&said), Some(Duration::from_secs(30)));
    let asked = microsoft.asked().len();
    let said = say(&chat, &ayse, "A lead.").await.unwrap_err();
    assert_eq!(wait(&said), Some(Duration::from_secs(30)));
    assert_eq!(microsoft.asked().len(), asked, "nobody was asked");
}

#[tokio::test]
async fn a_conversation_that_is_lost_is_made_anew() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    let ayse = microsoft.add_user("Ayse", "ayse@example.com");
    say(&chat, &ayse, "A lead.").await.unwrap();
    microsoft.lose_conversation(&ayse);
    say(&chat, &ayse, "Another.").await.unwrap();
    assert_eq!(microsoft.messages_of(&ayse).len(), 1);
}

#[tokio::test]
async fn the_app_is_installed_for_who_lacks_it_where_that_is_permitted() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    let ayse = microsoft.add_user("Ayse", "ayse@example.com");
    microsoft.set_installed(&ayse, false);
    let mut refused = String::new();
    let grants: [&dyn Fn(); 4] = [
        &|| {},
        &|| microsoft.permit("AppCatalog.Read.All"),
        &|| microsoft.add_to_catalog(),
        &|| microsoft.permit(INSTALL),
    ];
    for grant in grants {
        clock.advance(SignedDuration::from_mins(1));
        grant();
        if let Err(error) = say(&chat, &ayse, "A lead.").await {
            refused += &format!("{error}\n");
        }
    }
    insta::assert_snapshot!(refused, @r#"
    refused (RecipientGone): app_not_installed: missing_permission: AppCatalog.Read.All
    refused (RecipientGone): app_not_installed: not_in_app_catalog
    refused (RecipientGone): app_not_installed: missing_permission: TeamsAppInstallation.ReadWriteSelfForUser.All
    "#);
    // Taken out later: the next message finds out, and installs it again.
    clock.advance(SignedDuration::from_mins(1));
    microsoft.set_installed(&ayse, false);
    say(&chat, &ayse, "Another.").await.unwrap();
    assert_eq!(microsoft.messages_of(&ayse).len(), 2);
    assert_eq!(microsoft.times_asked("GET /v1.0/appCatalogs"), 3);
    microsoft.block(&ayse);
    let said = say(&chat, &ayse, "A third.").await.unwrap_err();
    insta::assert_snapshot!(why(said), @"refused (RecipientGone): MessageWritesBlocked");
}

#[tokio::test]
async fn people_are_found_by_id_and_address_and_without_graph_by_their_id() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    let ayse = microsoft.add_user("Ayse O'Neil", "ayse.o'neil@example.com");
    let by_email = Who::Email("ayse.o'neil@example.com".to_owned());
    let by_id = Who::Id(ayse.clone());
    let said = chat.person(&by_email).await.unwrap_err();
    insta::assert_snapshot!(why(said), @"refused (Config): missing_permission: User.Read.All");
    let Person { id, name, .. } = chat.person(&by_id).await.unwrap();
    assert_eq!((id.as_str(), name.as_str()), (ayse.as_str(), ""));
    say(&chat, &ayse, "Hello.").await.unwrap();
    let Person { name, .. } = chat.person(&by_id).await.unwrap();
    assert_eq!(name, "Ayse O'Neil", "their conversation knows them");
    microsoft.permit("User.Read.All");
    for who in [&by_email, &by_id] {
        let found = chat.person(who).await.unwrap();
        assert_eq!((&found.id, &*found.name), (&ayse, "Ayse O'Neil"));
        assert_eq!(found.email.as_deref(), Some("ayse.o'neil@example.com"));
        assert_eq!(found.barred(), None);
    }
    microsoft.change_user(&ayse, |user| user.enabled = false);
    assert_eq!(
        chat.person(&by_id).await.unwrap().barred(),
        Some("deactivated")
    );
    microsoft.change_user(&ayse, |user| (user.enabled, user.guest) = (true, true));
    assert_eq!(chat.person(&by_id).await.unwrap().barred(), Some("guest"));
    for nobody in [
        Who::Email("x@example.com".to_owned()),
        Who::Id("x".to_owned()),
    ] {
        let said = chat.person(&nobody).await.unwrap_err();
        assert_eq!(said.kind(), Some(FailKind::RecipientGone));
    }
}

#[tokio::test]
async fn a_token_lasts_until_shortly_before_its_end_and_is_fetched_once() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    let all = (0..10).map(|_| chat.check());
    let all = futures_util::future::join_all(all).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(microsoft.times_asked("/token"), 1);
    clock.advance(SignedDuration::from_secs(3_599 - 301));
    chat.check().await.unwrap();
    assert_eq!(microsoft.times_asked("/token"), 1);
    clock.advance(SignedDuration::from_secs(2));
    chat.check().await.unwrap();
    assert_eq!(microsoft.times_asked("/token"), 2);
    let login = microsoft.last_login();
    assert_eq!(login["scope"], "https://api.botframework.com/.default");
}

#[tokio::test]
async fn a_token_that_is_taken_back_is_replaced_once() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    let ayse = microsoft.add_user("Ayse", "ayse@example.com");
    say(&chat, &ayse, "A lead.").await.unwrap();
    microsoft.revoke_tokens();
    say(&chat, &ayse, "Another.").await.unwrap();
    assert_eq!(microsoft.times_asked("/token"), 2);
    let denied = || Order::refuse(401, "BotNotRegistered");
    microsoft.order("/activities", [denied(), denied()]);
    let said = say(&chat, &ayse, "A third.").await.unwrap_err();
    assert_eq!(said.kind(), Some(FailKind::TokenDead));
    assert!(matches!(chat.reach(), Reach::SilentFor(_)));
    clock.advance(SignedDuration::from_mins(1));
    say(&chat, &ayse, "A third.").await.unwrap();
    assert_eq!(chat.reach(), Reach::Answers);
}

#[tokio::test]
async fn a_credential_that_microsoft_refuses_is_told_in_words_and_can_be_changed() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, Credential::Secret("wrong".into()), &clock);
    let said = chat.check().await.unwrap_err();
    insta::assert_snapshot!(why(said), @"refused (TokenDead): AADSTS7000215: the client secret is wrong; `app_password` is the secret's value, not its id");
    microsoft.order("/token", [Order::throttle(9)]);
    let said = chat.check().await.unwrap_err();
    insta::assert_snapshot!(why(said), @"try again later: ratelimited");
    let Chat::Teams(teams) = &chat else {
        panic!("it is Teams");
    };
    let pem = include_str!("fixtures/teams/baton.pem");
    teams.set_credential(Credential::Certificate(Certificate::from_pem(pem).unwrap()));
    chat.check().await.unwrap();
    assert!(!microsoft.last_login().contains_key("client_secret"));
}

#[tokio::test]
async fn the_token_goes_nowhere_but_to_teams() {
    let (microsoft, elsewhere) = (Microsoft::start().await, Microsoft::start().await);
    let chat = chat(&microsoft, secret(), &clock());
    let ayse = microsoft.add_user("Ayse", "ayse@example.com");
    // What was stored when another configuration was in force.
    chat.remember_conversation(&ayse, "a:1-x", Some(&elsewhere.service_url()));
    say(&chat, &ayse, "A lead.").await.unwrap();
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_card_that_teams_refuses_goes_out_simplified() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    let ayse = microsoft.add_user("Ayse", "ayse@example.com");
    microsoft.order("/activities", [Order::refuse(413, "MessageSizeTooBig")]);
    let sent = say(&chat, &ayse, "A lead.").await.unwrap();
    microsoft.order("PUT", [Order::refuse(400, "BadSyntax")]);
    chat.update(&sent, &Card::sentence("Gone.")).await.unwrap();
    assert_eq!(microsoft.messages_of(&ayse)[0].changes, 1);
    assert_eq!(
        json!("Gone."),
        microsoft.messages_of(&ayse)[0].activity["summary"]
    );
}

#[tokio::test]
async fn teams_that_was_silent_is_found_to_be_back_by_the_check_alone() {
    for knows_somebody in [true, false] {
        let (microsoft, clock) = (Microsoft::start().await, clock());
        let chat = chat(&microsoft, secret(), &clock);
        let ayse = microsoft.add_user("Ayse", "ayse@example.com");
        let sent = say(&chat, &ayse, "A lead.").await.unwrap();
        let chat = match knows_somebody {
            true => chat,
            // As after a restart.
            false => self::chat(&microsoft, secret(), &clock),
        };
        microsoft.order("PUT", [Order::refuse(503, "ServiceUnavailable")]);
        let update = chat.update(&sent, &Card::sentence("x")).await;
        assert!(update.is_err());
        clock.advance(SignedDuration::from_secs(9));
        assert!(matches!(chat.reach(), Reach::SilentFor(_)));
        microsoft.order("GET /teams/v3/conv", [Order::refuse(503, "x")]);
        chat.check().await.unwrap_err();
        assert!(matches!(chat.reach(), Reach::SilentFor(_)));
        chat.check().await.unwrap();
        assert_eq!(chat.reach(), Reach::Answers);
    }
}

#[tokio::test]
async fn an_address_means_the_colleague_and_of_two_colleagues_neither() {
    let (microsoft, clock) = (Microsoft::start().await, clock());
    let chat = chat(&microsoft, secret(), &clock);
    microsoft.permit("User.Read.All");
    let [guest, old, ayse] = [(); 3].map(|()| microsoft.add_user("Ayse", "ayse@example.com"));
    microsoft.change_user(&guest, |user| user.guest = true);
    microsoft.change_user(&old, |user| user.enabled = false);
    let who = Who::Email("ayse@example.com".to_owned());
    assert_eq!(chat.person(&who).await.unwrap().id, ayse);
    microsoft.change_user(&old, |user| user.enabled = true);
    let said = chat.person(&who).await.unwrap_err();
    insta::assert_snapshot!(why(said), @"refused (RecipientGone): several_users_have_this_address");
}
