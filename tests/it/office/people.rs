//! What people do: press, fill in, type, delete.

use baton::{
    commands::{self, CommandWords},
    playground::{Outcome, Press},
};
use serde_json::{Value, json};

use super::{Office, room, user};
use crate::harness::{SIGNING_SECRET, signed};

impl Office {
    /// Somebody presses a button by its words, in the newest of their messages that has it; `#sales`
    /// after the name presses it in the channel. Then Baton does what follows.
    pub async fn press(&self, who: &str, label: &str) {
        self.press_now(who, label).await;
        self.settle().await;
    }

    /// Somebody presses; cards are not changed yet.
    pub async fn press_now(&self, who: &str, label: &str) -> Outcome {
        let (who, room) = who.split_once(' ').unwrap_or((who, who));
        let (message, press) = self.button(room, label);
        let outcome = self.slack.press(&user(who), &message, press).await;
        assert_eq!(outcome.problem, None, "{who} presses {label}");
        outcome
    }

    /// The newest message with a button, and the press of it.
    pub fn button(&self, room: &str, label: &str) -> (String, Press) {
        let messages = self.messages(room);
        let mut found = messages.iter().rev().filter_map(|message| {
            let press = find_button(&message.blocks, label)?;
            Some((message.ts.clone(), press))
        });
        found
            .next()
            .unwrap_or_else(|| panic!("{room} has no button {label}"))
    }

    /// A press as it reaches Baton from a card that was on somebody's screen before: a button's name and
    /// what it carried.
    pub async fn press_stale(&self, who: &str, action: &str, value: &str) {
        let payload = json!({
            "type": "block_actions", "user": {"id": user(who), "team_id": "T0PLAYGROUND"},
            "trigger_id": "1.2.3", "actions": [{"action_id": action, "value": value}],
        });
        let mut form = form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("payload", &payload.to_string()).finish();
        let at = self.clock.now().as_second();
        let request = self
            .client
            .post(format!("http://{}/slack/interactions", self.baton))
            .header("x-slack-request-timestamp", at)
            .header("x-slack-signature", signed(SIGNING_SECRET, at, &body));
        assert_eq!(request.body(body).send().await.unwrap().status(), 200);
        self.settle().await;
    }

    /// A command as Slack delivers it, perhaps not for the first time; what is answered at once.
    pub async fn delivered(&self, who: &str, word: &str, text: &str, trigger: &str) -> Value {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("command", word),
            ("text", text),
            ("trigger_id", trigger),
            ("user_id", &user(who)),
            ("team_id", "T0PLAYGROUND"),
        ];
        let body = form.extend_pairs(fields).finish();
        let at = self.clock.now().as_second();
        let request = self
            .client
            .post(format!("http://{}/slack/commands", self.baton))
            .header("x-slack-request-timestamp", at)
            .header("x-slack-signature", signed(SIGNING_SECRET, at, &body));
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let said = answer.json().await.unwrap();
        self.settle().await;
        said
    }

    /// What a button in somebody's messages carries.
    pub fn value_of(&self, who: &str, label: &str) -> String {
        let (_, press) = self.button(who, label);
        press.value.unwrap().as_str().unwrap().to_owned()
    }

    /// Somebody sends the dialog that is open for them.
    pub async fn fill_in(&self, who: &str, values: Value) {
        let sent = self.slack.submit(&user(who), &values).await;
        assert_eq!(sent.problem, None, "{who} sends {values}");
        assert!(sent.errors.is_empty(), "{:?}", sent.errors);
        self.settle().await;
    }

    /// Somebody declines what they were asked last.
    pub async fn decline(&self, who: &str, reason: &str, note: &str) {
        let asked = self.press_now(who, "Decline").await;
        assert!(asked.dialog.is_some(), "{who} is asked for a reason");
        self.fill_in(who, json!({"choice": reason, "note": note}))
            .await;
    }

    /// Somebody logs a contact with the lead they got last.
    pub async fn contacted(&self, who: &str, how: &str) {
        self.press_now(who, "Contacted").await;
        self.fill_in(who, json!({ "choice": how })).await;
    }

    /// Somebody types a command; what they are answered.
    pub async fn slash(&self, who: &str, line: &str) -> String {
        let (word, text) = line.split_once(' ').unwrap_or((line, ""));
        let context = commands::Context {
            engine: self.engine(),
            words: &CommandWords::default(),
        };
        let answer = commands::answer(context, &who.into(), word, text).await;
        self.settle().await;
        answer.card.summary
    }

    /// Somebody types a command in Slack; what they read at once, and the dialog that opens.
    pub async fn types(&self, who: &str, line: &str) -> (String, bool) {
        let (word, text) = line.split_once(' ').unwrap_or((line, ""));
        let typed = self.slack.slash(&user(who), word, text).await;
        assert_eq!(typed.problem, None, "{who} types {line}");
        self.settle().await;
        let said = typed.messages.last().map(|message| message.text.clone());
        (said.unwrap_or_default(), typed.dialog.is_some())
    }

    /// Somebody opens their home tab, or looks at it again; what stands there.
    pub async fn home(&self, who: &str) -> String {
        self.slack.open_home(&user(who));
        let before = self.slack.calls().len();
        let drawn = |slack: &baton::playground::Playground| {
            let calls = slack.calls();
            let mut fresh = calls.iter().skip(before);
            fresh.find(|call| {
                call.method == "views.publish" && call.arguments["user_id"] == *user(who)
            })?;
            slack.home_of(&user(who)).map(|home| home.shown())
        };
        let within = std::time::Duration::from_secs(5);
        let home = self.slack.wait_for(within, drawn).await;
        home.unwrap_or_else(|| panic!("{who} has no home tab"))
    }

    /// Somebody presses a button on their home tab; what stands there then.
    pub async fn press_home(&self, who: &str, label: &str) -> String {
        let home = self.slack.home_of(&user(who)).unwrap();
        let blocks = home.view["blocks"].as_array().unwrap();
        let press = find_button(blocks, label)
            .unwrap_or_else(|| panic!("no button {label} in {}", home.shown()));
        let outcome = self.slack.press(&user(who), &home.id, press).await;
        assert_eq!(outcome.problem, None, "{who} presses {label}");
        self.settle().await;
        self.slack.home_of(&user(who)).unwrap().shown()
    }

    /// Somebody deletes a message whose text says this.
    pub async fn delete(&self, who: &str, says: &str) {
        let all = self.messages(who);
        let message = all.iter().find(|message| message.shown().contains(says));
        let ts = &message.expect("there is such a message").ts;
        let gone = self
            .client
            .post(format!("{}/api/chat.delete", self.chat))
            .bearer_auth("xoxb-office")
            .json(&json!({"channel": room(who), "ts": ts}));
        let gone: Value = gone.send().await.unwrap().json().await.unwrap();
        assert_eq!(gone["ok"], true, "{gone}");
    }
}

/// The button with this label, as it is pressed.
pub(super) fn find_button(blocks: &[Value], label: &str) -> Option<Press> {
    let rows = blocks.iter().filter(|block| block["type"] == "actions");
    let mut buttons = rows.flat_map(|row| row["elements"].as_array().into_iter().flatten());
    let button = buttons.find(|button| button["text"]["text"] == label)?;
    Some(Press {
        action_id: button["action_id"].as_str()?.to_owned(),
        block_id: None,
        value: Some(button["value"].clone()),
    })
}
