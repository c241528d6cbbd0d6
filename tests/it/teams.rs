//! Baton in Microsoft Teams alone, from the webhook to the press, through `POST /api/messages`.

mod changes;

use std::path::Path;

use baton::{
    app::App,
    clock::Clock,
    config,
    http::{Patience, serve},
    worker::Worker,
};
use jiff::SignedDuration;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    db::{Fresh, both_fresh},
    microsoft::{Message, Microsoft, Order},
    office::FRIDAY,
};

const RULES: &str = r#"
[[source]]
id = "website"
format = "json"
verify = { scheme = "token", token = "t0ken" }
type = "demo"

[[team]]
id = "sales"
members = ["ayse", "jonas"]
managers = ["marta"]
timezone = "Europe/Berlin"
sla = "demo"

[[route]]
id = "all"
to = { team = "sales" }
"#;

/// A company that works in Teams.
struct Company {
    microsoft: Microsoft,
    clock: Clock,
    url: String,
    client: Client,
    app: App,
    worker: Worker,
    people: [String; 3],
    _stop: DropGuard,
}

impl Company {
    async fn open(fresh: &Fresh) -> Self {
        let microsoft = Microsoft::start().await;
        microsoft.permit("User.Read.All");
        let people = ["ayse", "jonas", "marta"].map(|id| {
            let email = format!("{id}@example.com");
            microsoft.add_user(id, &email)
        });
        let clock = Clock::manual(FRIDAY.parse().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut text = format!("[database]\nurl = \"{}\"\n", fresh.url);
        text += &microsoft.table();
        for id in ["ayse", "jonas", "marta"] {
            text +=
                &format!("[[rep]]\nid = \"{id}\"\nname = \"{id}\"\nemail = \"{id}@example.com\"\n");
        }
        text += RULES;
        let open = |_: &Path| Ok(text.clone());
        let loaded = config::load_with(Path::new("baton.toml"), &|_| None, &open, clock.now());
        let said = config::plain(&loaded.complaints, &loaded.sources);
        let compiled = loaded.compiled.unwrap_or_else(|| panic!("{said}"));
        let app = App::build(compiled, clock.clone()).await.unwrap();
        let worker = app.resume().await.unwrap();
        let stop = CancellationToken::new();
        let served = serve(listener, app.router(), Patience::default(), stop.clone());
        tokio::spawn(async move { served.await.unwrap() });
        let company = Self {
            microsoft,
            clock,
            url,
            client: Client::builder().no_proxy().build().unwrap(),
            app,
            worker,
            people,
            _stop: stop.drop_guard(),
        };
        company.settle().await;
        company
    }

    async fn settle(&self) {
        for _ in 0..1_000 {
            let done = self.worker.tick().await.unwrap();
            if done.leads + done.absences + done.messages == 0 {
                return;
            }
        }
        panic!("something is due again and again");
    }

    /// Sends an activity; what Teams gets, after everything that is due is done.
    async fn send(&self, activity: &Value) -> (u16, Value) {
        let second = self.clock.now().as_second();
        let said = self.microsoft.send(&self.url, activity, second).await;
        self.settle().await;
        said
    }

    /// A lead comes in.
    async fn lead(&self, name: &str) {
        let email = format!("{name}@customer.example");
        let request = self
            .client
            .post(format!("{}/webhooks/website?token=t0ken", self.url));
        let lead = json!({"email": email, "name": name});
        assert_eq!(request.json(&lead).send().await.unwrap().status(), 200);
        self.settle().await;
    }

    /// How many messages everybody has got.
    fn messages(&self) -> usize {
        let all = self.people.iter();
        all.map(|user| self.microsoft.messages_of(user).len()).sum()
    }

    /// Lets time pass, in small steps, in which everything happens that is due.
    async fn after(&self, time: &str) {
        let (step, until) = (
            SignedDuration::from_secs(6),
            self.clock.now() + time.parse::<SignedDuration>().unwrap(),
        );
        while self.clock.now() < until {
            self.clock.advance(step);
            self.settle().await;
        }
    }

    /// Who was offered the last lead, and the message.
    fn offered(&self) -> (String, Message) {
        let find = |user: &String| {
            let message = self.microsoft.messages_of(user).pop()?;
            let data = data_of(message.card(), "offer.accept")?;
            data["value"].is_string().then_some((user.clone(), message))
        };
        self.people
            .iter()
            .find_map(find)
            .expect("a lead is offered")
    }

    async fn close(self) {
        self.app.engine().db().close().await;
    }
}

/// What a button of a card sends back.
fn data_of(card: &Value, verb: &str) -> Option<Value> {
    match card {
        Value::Object(fields) if fields.get("data").is_some_and(|it| it["verb"] == verb) => {
            fields.get("data").cloned()
        }
        Value::Object(fields) => fields.values().find_map(|it| data_of(it, verb)),
        Value::Array(all) => all.iter().find_map(|it| data_of(it, verb)),
        _ => None,
    }
}

async fn on_both(story: impl AsyncFn(&Company)) {
    both_fresh(async |fresh| {
        let company = Company::open(fresh).await;
        story(&company).await;
        company.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_offer_is_accepted_with_one_press_and_the_card_changes_for_good() {
    on_both(async |company| {
        company.lead("ada").await;
        let (user, message) = company.offered();
        let accept = data_of(message.card(), "offer.accept").unwrap();
        let press = company.microsoft.by(&user).presses(&message.id, &accept);
        let (status, said) = company.send(&press).await;
        assert_eq!((status, &said["statusCode"]), (200, &json!(200)), "{said}");
        assert_eq!(said["type"], "application/vnd.microsoft.card.adaptive");
        assert_eq!(data_of(&said["value"], "offer.accept"), None);
        assert!(
            data_of(&said["value"], "lead.contacted").is_some(),
            "{said}"
        );
        let stands = company.microsoft.messages_of(&user);
        let stands = stands.iter().find(|it| it.id == message.id).unwrap();
        assert_eq!(stands.card(), &said["value"], "the message shows the same");
        // Teams repeats what it believes lost: the same answer, and nothing more happens.
        let changes = stands.changes;
        let (_, again) = company.send(&press).await;
        assert_eq!(again, said);
        // A second press is another activity.
        let twice = company.microsoft.by(&user).presses(&message.id, &accept);
        let (_, twice) = company.send(&twice).await;
        assert_eq!(twice["statusCode"], 200);
        assert_eq!(data_of(&twice["value"], "offer.accept"), None);
        let stands = company.microsoft.messages_of(&user);
        let stands = stands.iter().find(|it| it.id == message.id).unwrap();
        assert_eq!(stands.changes, changes);
    })
    .await;
}

#[tokio::test]
async fn an_old_client_presses_by_a_message_and_sees_the_changed_card() {
    on_both(async |company| {
        company.lead("ada").await;
        let (user, message) = company.offered();
        let accept = data_of(message.card(), "offer.accept").unwrap();
        let press = company.microsoft.by(&user);
        let press = press.submits_message(&message.id, &accept);
        assert_eq!(company.send(&press).await, (200, Value::Null));
        let stands = company.microsoft.messages_of(&user);
        let stands = stands.iter().find(|it| it.id == message.id).unwrap();
        assert!(data_of(stands.card(), "lead.contacted").is_some());
    })
    .await;
}

#[tokio::test]
async fn a_decline_asks_for_its_reason_in_a_dialog_and_the_next_one_is_asked() {
    on_both(async |company| {
        company.lead("ada").await;
        let (user, message) = company.offered();
        let decline = data_of(message.card(), "offer.decline").unwrap();
        let by = company.microsoft.by(&user);
        let (status, dialog) = company.send(&by.fetches(&message.id, &decline)).await;
        assert_eq!(status, 200);
        let card = &dialog["task"]["value"]["card"]["content"];
        assert_eq!(card["type"], "AdaptiveCard", "{dialog}");
        let sent = data_of(&card["actions"], "offer.decline").unwrap();
        // Without a reason the dialog stays, and says so.
        let (_, wrong) = company.send(&by.submits(&sent)).await;
        assert_eq!(wrong["task"]["type"], "continue", "{wrong}");
        assert!(wrong.to_string().contains("Please choose one."), "{wrong}");
        let reason = card["body"].as_array().unwrap().iter();
        let mut reason = reason.filter(|it| it["type"] == "Input.ChoiceSet");
        let reason = reason.next().expect("reasons to choose from");
        let mut chosen = sent.clone();
        chosen[reason["id"].as_str().unwrap()] = reason["choices"][0]["value"].clone();
        let (status, closed) = company.send(&by.submits(&chosen)).await;
        assert_eq!(
            (status, closed["task"]["type"].as_str()),
            (200, None),
            "{closed}"
        );
        let (next, _) = company.offered();
        assert_ne!(next, user);
    })
    .await;
}

#[tokio::test]
async fn whoever_presses_anothers_card_changes_nothing() {
    on_both(async |company| {
        company.lead("ada").await;
        let (user, message) = company.offered();
        let accept = data_of(message.card(), "offer.accept").unwrap();
        let other = company.people.iter().find(|it| **it != user).unwrap();
        let (_, said) = company
            .send(&company.microsoft.by(other).presses(&message.id, &accept))
            .await;
        assert_eq!(said["statusCode"], 200);
        let stranger = "00000000-0000-4000-8000-00000000000f";
        let press = company.microsoft.by(stranger).presses(&message.id, &accept);
        let (_, said) = company.send(&press).await;
        assert_eq!(
            said["type"], "application/vnd.microsoft.activity.message",
            "{said}"
        );
        assert_eq!(company.offered().0, user, "still theirs to take");
    })
    .await;
}

#[tokio::test]
async fn words_are_answered_in_the_conversation_with_and_without_a_slash() {
    on_both(async |company| {
        let ayse = company.people[0].clone();
        for typed in ["leadrules", "/leadrules", "help"] {
            company.clock.advance(SignedDuration::from_mins(1));
            let before = company.microsoft.messages_of(&ayse).len();
            let (status, said) = company
                .send(&company.microsoft.by(&ayse).types(typed))
                .await;
            assert_eq!((status, said), (200, Value::Null), "{typed}");
            eventually(|| company.microsoft.messages_of(&ayse).len() > before).await;
        }
        // No word opens a form in Teams, but a button does.
        let by = company.microsoft.by(&ayse);
        let before = company.microsoft.messages_of(&ayse).len();
        company.send(&by.types("lead new")).await;
        eventually(|| company.microsoft.messages_of(&ayse).len() > before).await;
        let said = company.microsoft.messages_of(&ayse).pop().unwrap();
        let open = data_of(said.card(), "lead.new").unwrap();
        let (_, dialog) = company.send(&by.fetches(&said.id, &open)).await;
        assert_eq!(dialog["task"]["value"]["title"], "New lead");
    })
    .await;
}

#[tokio::test]
async fn who_installs_baton_is_greeted_once_and_again_after_they_took_it_out_and_were_asked_nothing()
 {
    on_both(async |company| {
        let ayse = company.people[0].clone();
        let by = company.microsoft.by(&ayse);
        company.microsoft.set_installed(&ayse, true);
        assert_eq!(company.send(&by.installs("add")).await.0, 200);
        assert_eq!(company.send(&by.is_joined()).await.0, 200);
        eventually(|| company.microsoft.messages_of(&ayse).len() == 1).await;
        company.settle().await;
        let greeting = company.microsoft.messages_of(&ayse);
        assert_eq!(greeting.len(), 1, "one greeting for both");
        let text = greeting[0].activity["summary"].as_str().unwrap();
        assert!(text.contains("Hello ayse"), "{text}");
        assert_eq!(company.send(&by.installs("remove")).await.0, 200);
        for name in ["ada", "bea", "cleo"] {
            company.lead(name).await;
            assert_ne!(company.offered().0, ayse);
        }
        let left = company.microsoft.messages_of(&ayse).len();
        assert_eq!(company.send(&by.installs("add")).await.0, 200);
        eventually(|| company.microsoft.messages_of(&ayse).len() > left).await;
    })
    .await;
}

/// Waits for what happens by itself.
async fn eventually(is_so: impl Fn() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it never happens");
}

#[tokio::test]
async fn what_is_not_teams_is_refused_and_what_is_unknown_is_said_to_be() {
    on_both(async |company| {
        let ayse = &company.people[0];
        let by = company.microsoft.by(ayse);
        let typed = by.types("leads");
        let bare = || company.client.post(format!("{}/api/messages", company.url));
        let without = bare().json(&typed).send().await.unwrap();
        assert_eq!(without.status(), 401);
        assert_eq!(
            without.text().await.unwrap(),
            "",
            "why is nobody's business"
        );
        let text = bare().body("type=message").send().await.unwrap();
        assert_eq!(text.status(), 400);
        let stale = company.clock.now().as_second() - 2 * 3_600;
        let old = company.microsoft.send(&company.url, &typed, stale).await;
        assert_eq!(old.0, 401);
        let unknown = by.activity("invoke", &json!({"name": "composeExtension/query"}));
        assert_eq!(company.send(&unknown).await.0, 501);
        let reaction = by.activity("messageReaction", &json!({}));
        assert_eq!(company.send(&reaction).await, (200, Value::Null));
    })
    .await;
}

#[tokio::test]
async fn without_microsofts_keys_teams_is_asked_to_come_again() {
    on_both(async |company| {
        company
            .microsoft
            .order("openidconfiguration", [Order::refuse(500, "x")]);
        let typed = company.microsoft.by(&company.people[0]).types("leads");
        assert_eq!(company.send(&typed).await.0, 503);
        company.clock.advance(SignedDuration::from_mins(2));
        assert_eq!(company.send(&typed).await.0, 200);
    })
    .await;
}

#[tokio::test]
async fn an_offer_that_an_outage_swallowed_twice_is_there_when_teams_is_back() {
    on_both(async |company| {
        company.lead("ada").await;
        assert_eq!(company.messages(), 1);
        company.microsoft.set_down(true);
        company.lead("bea").await;
        company.after("24s").await;
        assert_eq!(company.messages(), 1);
        company.microsoft.set_down(false);
        company.after("6s").await;
        assert_eq!(company.messages(), 2, "the card of the second lead");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_teams_takes_only_later_still_comes() {
    on_both(async |company| {
        let ayse = company.people[0].clone();
        let before = company.microsoft.messages_of(&ayse).len();
        for _ in 0..8 {
            let typed = company.microsoft.by(&ayse).types("leadrules");
            assert_eq!(company.send(&typed).await.0, 200);
        }
        assert!(company.microsoft.messages_of(&ayse).len() < before + 8);
        eventually(|| {
            company.clock.advance(SignedDuration::from_secs(1));
            company.microsoft.messages_of(&ayse).len() == before + 8
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn whoever_gets_the_app_without_a_word_of_it_is_tried_again_within_a_day() {
    on_both(async |company| {
        let all = |installed| {
            for user in &company.people {
                company.microsoft.set_installed(user, installed);
            }
        };
        all(false);
        company.lead("ada").await;
        all(true);
        company.clock.advance(SignedDuration::from_hours(25));
        company.settle().await;
        company.lead("bea").await;
        assert!(company.people.contains(&company.offered().0));
    })
    .await;
}
