//! What people do: press, fill in, type, delete.

use baton::{
    commands::{self, CommandWords},
    playground::Press,
};
use serde_json::{Value, json};

use super::{Office, PATIENCE, room, seen::Button, user};
use crate::harness::{SIGNING_SECRET, signed};

/// What is on somebody's screen after a press.
#[derive(Debug)]
pub struct Pressed {
    /// The dialog that has opened.
    pub dialog: Option<String>,
    /// What stands in place of the card at once, in a chat that answers so; null where only words are said.
    pub card: Option<Value>,
}

/// What is on somebody's screen after they have sent a dialog off.
#[derive(Debug)]
pub struct SentOff {
    /// What is wrong with what they filled in, a line each.
    pub wrong: Option<String>,
    /// The dialog, if it is still open.
    pub dialog: Option<String>,
}

impl Office {
    /// Somebody presses a button by its words, in the newest of their messages that has it; `#sales`
    /// after the name presses it in the channel. Then Baton does what follows.
    pub async fn press(&self, who: &str, label: &str) {
        let pressed = self.press_now(who, label).await;
        self.settle().await;
        if let Some(card) = pressed.card.filter(Value::is_object) {
            let room = who.split_once(' ').map_or(who, |(_, room)| room);
            assert!(
                self.stands_as_answered(room, &card).await,
                "{who} sees after {label} what stands nowhere: {card:#}"
            );
        }
    }

    /// Somebody presses; cards are not changed yet.
    pub async fn press_now(&self, who: &str, label: &str) -> Pressed {
        let (who, room) = who.split_once(' ').unwrap_or((who, who));
        if self.is_in_teams(who) {
            return self.press_in_teams(who, room, label).await;
        }
        let (message, press) = self.button(room, label);
        let outcome = self.slack.press(&user(who), &message, press).await;
        assert_eq!(outcome.problem, None, "{who} presses {label}");
        Pressed {
            dialog: outcome.dialog.map(|dialog| dialog.shown()),
            card: None,
        }
    }

    /// The newest message in Slack with a button, and the press of it.
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
        if self.is_in_teams(who) {
            self.press_stale_in_teams(who, action, value).await;
            return self.settle().await;
        }
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

    /// A command as the chat delivers it, perhaps not for the first time; what is answered.
    pub async fn delivered(&self, who: &str, line: &str, delivery: &str) -> String {
        let said = if self.is_in_teams(who) {
            self.delivered_in_teams(who, line, delivery).await
        } else {
            self.delivered_in_slack(who, line, delivery).await
        };
        self.settle().await;
        said
    }

    async fn delivered_in_slack(&self, who: &str, line: &str, trigger: &str) -> String {
        let (word, text) = line.split_once(' ').unwrap_or((line, ""));
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
        let said: Value = answer.json().await.unwrap();
        said["text"].as_str().unwrap_or_default().to_owned()
    }

    /// What a button in somebody's messages carries.
    pub fn value_of(&self, who: &str, label: &str) -> String {
        self.find_button(who, label).1.value
    }

    /// Somebody sends the dialog that is open for them.
    pub async fn fill_in(&self, who: &str, values: Value) {
        assert_eq!(self.try_fill_in(who, values).await.wrong, None);
    }

    /// The same; what they read in it then.
    pub async fn try_fill_in(&self, who: &str, values: Value) -> SentOff {
        if self.is_in_teams(who) {
            let wrong = self.fill_in_teams(who, &values).await;
            self.settle().await;
            let dialog = self.pressed(who).dialog;
            return SentOff { wrong, dialog };
        }
        let sent = self.slack.submit(&user(who), &values).await;
        assert_eq!(sent.problem, None, "{who} sends {values}");
        self.settle().await;
        let errors = sent
            .errors
            .values()
            .map(|it| it.as_str().unwrap_or_default());
        let errors = errors.collect::<Vec<_>>().join("\n");
        SentOff {
            wrong: (!errors.is_empty()).then_some(errors),
            dialog: sent.dialog.map(|dialog| dialog.shown()),
        }
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
            stands: false,
        };
        let answer = commands::answer(context, &who.into(), word, text).await;
        self.settle().await;
        answer.card.summary
    }

    /// Somebody types a command in Slack; what they read at once, and the dialog that opens.
    pub async fn types(&self, who: &str, line: &str) -> (String, bool) {
        if self.is_in_teams(who) {
            let answer = self.type_in_teams(who, line).await;
            // What opens a form in Slack is a button in Teams.
            let form = answer
                .buttons
                .iter()
                .find(|it| it.data["verb"] == "lead.new");
            let form = form.filter(|_| line.ends_with("lead new"));
            let opened = match form {
                Some(form) => self.press_in_teams(who, who, &form.label).await.dialog,
                None => None,
            };
            self.settle().await;
            return (answer.summary, opened.is_some());
        }
        let (word, text) = line.split_once(' ').unwrap_or((line, ""));
        let typed = self.slack.slash(&user(who), word, text).await;
        assert_eq!(typed.problem, None, "{who} types {line}");
        self.settle().await;
        let said = typed.messages.last().map(|message| message.text.clone());
        (said.unwrap_or_default(), typed.dialog.is_some())
    }

    /// Somebody opens their home tab, or looks at it again; what stands there.
    pub async fn home(&self, who: &str) -> String {
        if self.is_in_teams(who) {
            let page = self.type_in_teams(who, "home").await;
            self.has_read(who, &page);
            return format!("# (home)\n{}", self.in_words(who, &page.shown));
        }
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
        let home = self.slack.wait_for(PATIENCE, drawn).await;
        home.unwrap_or_else(|| panic!("{who} has no home tab"))
    }

    /// Somebody presses a button on their home tab; what stands there then.
    pub async fn press_home(&self, who: &str, label: &str) -> String {
        if self.is_in_teams(who) {
            let page = self.find_button(who, label).0.id;
            self.press(who, label).await;
            let page = self.seen(who).into_iter().find(|one| one.id == page);
            let page = page.unwrap();
            self.has_read(who, &page);
            return format!("# (home)\n{}", page.shown);
        }
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
        let all = self.seen(who);
        let message = all.iter().find(|message| message.shown.contains(says));
        let ts = &message.expect("there is such a message").id;
        if self.is_in_teams(who) {
            let user = super::Desktop::user(who);
            return self.teams().microsoft.take_away(&user, ts);
        }
        let gone = self
            .client
            .post(format!("{}/api/chat.delete", self.chat))
            .bearer_auth("xoxb-office")
            .json(&json!({"channel": room(who), "ts": ts}));
        let gone: Value = gone.send().await.unwrap().json().await.unwrap();
        assert_eq!(gone["ok"], true, "{gone}");
    }
}

/// Everything in rows of buttons.
pub(super) fn all_buttons(blocks: &[Value]) -> Vec<Button> {
    let rows = blocks.iter().filter(|block| block["type"] == "actions");
    let all = rows.flat_map(|row| row["elements"].as_array().into_iter().flatten());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let button = |button: &Value| Button {
        label: text(&button["text"]["text"]),
        value: text(&button["value"]),
        data: Value::Null,
        opens: false,
    };
    all.map(button).collect()
}

/// The button with this label, as it is pressed.
fn find_button(blocks: &[Value], label: &str) -> Option<Press> {
    let rows = blocks.iter().filter(|block| block["type"] == "actions");
    let mut buttons = rows.flat_map(|row| row["elements"].as_array().into_iter().flatten());
    let button = buttons.find(|button| button["text"]["text"] == label)?;
    Some(Press {
        action_id: button["action_id"].as_str()?.to_owned(),
        block_id: None,
        value: Some(button["value"].clone()),
    })
}
