//! The office in Microsoft Teams: the same people, who press and type there by activities.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    Office, PATIENCE, PEOPLE, adaptive,
    people::Pressed,
    person_of,
    seen::{Button, Seen},
};
use crate::microsoft::Microsoft;

/// The team's channel.
pub const CHANNEL: &str = "19:sales@thread.tacv2";
/// As much is typed in one breath, which is well below what Teams takes.
const AT_ONE_BREATH: usize = 5;
const BREATH: SignedDuration = SignedDuration::from_secs(4);
/// What Baton says when there is nothing else to say to a press.
const NOTED: &str = "Noted.";

/// Teams, and what stands on everybody's screen there.
pub struct Desktop {
    pub microsoft: Microsoft,
    screens: Mutex<BTreeMap<String, Screen>>,
    /// What requests were answered with.
    answered: Mutex<Vec<Value>>,
}

/// What only one person sees.
#[derive(Default)]
struct Screen {
    /// What they were told under a card or in a dialog.
    told: Vec<String>,
    /// The dialog that is open.
    dialog: Option<Value>,
    /// What an invoke was answered with last.
    answered: Value,
    /// When they have typed something of late.
    typed: Vec<Timestamp>,
}

impl Desktop {
    /// Everybody has the app.
    pub async fn open() -> Self {
        let microsoft = Microsoft::start().await;
        for (id, name) in PEOPLE {
            microsoft.add_user(name, &format!("{id}@example.com"));
        }
        Self {
            microsoft,
            screens: Mutex::default(),
            answered: Mutex::default(),
        }
    }

    /// Somebody's object id.
    pub fn user(who: &str) -> String {
        let at = PEOPLE.iter().position(|(id, _)| *id == person_of(who));
        let at = at.unwrap_or_else(|| panic!("nobody is called {who}"));
        format!("a7e00000-0000-4000-8000-{:012}", at + 1)
    }

    fn screens(&self) -> MutexGuard<'_, BTreeMap<String, Screen>> {
        self.screens.lock().unwrap()
    }

    /// All that the chat was ever sent, in messages and in answers.
    pub fn everything(&self) -> Vec<Value> {
        let mut all = self.microsoft.all_sent();
        all.extend(self.answered.lock().unwrap().iter().cloned());
        all
    }

    /// What somebody was told for their eyes only.
    pub fn told(&self, who: &str) -> Vec<String> {
        let screens = self.screens();
        screens.get(who).map_or(Vec::new(), |it| it.told.clone())
    }

    /// Everything in somebody's conversation, or in the channel.
    pub fn seen(&self, room: &str) -> Vec<Seen> {
        if !room.starts_with('#') {
            let all = self.microsoft.messages_of(&Self::user(room)).into_iter();
            return all.map(|one| adaptive::seen("", &one, false)).collect();
        }
        let mut all = Vec::new();
        for thread in self.microsoft.threads_of(CHANNEL) {
            let messages = self.microsoft.messages_in(&thread);
            let messages = messages.iter().enumerate();
            all.extend(messages.map(|(at, one)| adaptive::seen(&thread, one, at > 0)));
        }
        all
    }
}

impl Office {
    /// Sends an activity; what it is answered with.
    pub async fn activity(&self, activity: &Value) -> Value {
        let (url, second) = (
            format!("http://{}", self.baton),
            self.clock.now().as_second(),
        );
        let (status, said) = self.teams().microsoft.send(&url, activity, second).await;
        assert_eq!(status, 200, "{activity}");
        self.teams().answered.lock().unwrap().push(said.clone());
        said
    }

    /// Somebody presses a button in Teams.
    pub(super) async fn press_in_teams(&self, who: &str, room: &str, label: &str) -> Pressed {
        let (message, button) = self.find_button(room, label);
        let activity = self.pressing(who, &message, &button);
        let said = self.activity(&activity).await;
        self.note_answer(who, &said);
        if button.data["ask"].is_null() {
            return self.pressed(who);
        }
        // The question that is asked first is answered with yes.
        self.fill_in_teams(who, &json!({})).await;
        self.pressed(who)
    }

    /// The activity by which somebody presses a button.
    pub fn pressing(&self, who: &str, message: &Seen, button: &Button) -> Value {
        let user = Desktop::user(who);
        let by = self.teams().microsoft.by(&user);
        let mut activity = if button.opens {
            by.fetches(&message.id, &button.data)
        } else {
            by.presses(&message.id, &button.data)
        };
        if !message.conversation.is_empty() {
            activity["conversation"]["id"] = message.conversation.clone().into();
            activity["conversation"]["conversationType"] = "channel".into();
        }
        activity
    }

    /// Whether what somebody saw at once in place of the card stands there for everybody, perhaps without words
    /// above it that are for them alone.
    pub(super) async fn stands_as_answered(&self, room: &str, card: &Value) -> bool {
        let body = match adaptive::words_above(card) {
            Some((_, rest)) => rest,
            None => card["body"].clone(),
        };
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.seen(room).iter().any(|one| one.card["body"] == body) {
                return true;
            }
            // What no lead's card is, is changed right after the answer.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// A press from a card that stood there before.
    pub(super) async fn press_stale_in_teams(&self, who: &str, action: &str, value: &str) {
        let user = Desktop::user(who);
        let data = json!({"verb": action, "value": value});
        let press = self.teams().microsoft.by(&user).presses("1", &data);
        let said = self.activity(&press).await;
        self.note_answer(who, &said);
    }

    pub(super) fn pressed(&self, who: &str) -> Pressed {
        let screens = self.teams().screens();
        let dialog = screens.get(who).and_then(|screen| screen.dialog.as_ref());
        Pressed {
            dialog: dialog.map(|it| self.in_words(who, &adaptive::shown_dialog(it))),
            card: screens.get(who).map(|it| it.answered["value"].clone()),
        }
    }

    /// Keeps what an invoke was answered with, as the client does.
    pub fn note_answer(&self, who: &str, said: &Value) {
        let mut screens = self.teams().screens();
        let screen = screens.entry(who.to_owned()).or_default();
        screen.answered = Value::Null;
        screen.dialog = None;
        let task = &said["task"];
        match (said["type"].as_str(), task["type"].as_str()) {
            (Some("application/vnd.microsoft.activity.message"), None) => {
                screen.told.push(text_of(&said["value"]));
                screen.told.retain(|told| told != NOTED);
            }
            (Some("application/vnd.microsoft.card.adaptive"), None) => {
                assert_eq!(said["statusCode"], 200);
                screen.answered = said.clone();
                let above = adaptive::words_above(&said["value"]);
                screen.told.extend(above.map(|(words, _)| words));
            }
            (None, Some("message")) => screen.told.push(text_of(&task["value"])),
            (None, Some("continue")) if task["value"]["title"] == "Baton" => {
                let card = &task["value"]["card"]["content"];
                screen.told.push(adaptive::lines(card));
            }
            (None, Some("continue")) => screen.dialog = Some(task["value"].clone()),
            (None, None) => assert_eq!(*said, Value::Null, "an answer that Teams understands"),
            other => panic!("{other:?}: {said}"),
        }
    }

    /// Somebody sends their dialog off; what was wrong with it, if something was.
    pub(super) async fn fill_in_teams(&self, who: &str, values: &Value) -> Option<String> {
        let dialog = self.teams().screens().get_mut(who).unwrap().dialog.take();
        let dialog = dialog.unwrap_or_else(|| panic!("{who} has no dialog"));
        let card = &dialog["card"]["content"];
        let mut data = card["actions"][0]["data"].clone();
        for input in adaptive::inputs(card) {
            if let Some((id, value)) = filled(input, values) {
                data[id] = value;
            }
        }
        let submit = self
            .teams()
            .microsoft
            .by(&Desktop::user(who))
            .submits(&data);
        let said = self.activity(&submit).await;
        self.note_answer(who, &said);
        let wrong = adaptive::wrong(&said["task"]["value"]["card"]["content"]);
        (!wrong.is_empty()).then_some(wrong)
    }

    /// Somebody writes to Baton; what they are answered.
    pub(super) async fn type_in_teams(&self, who: &str, line: &str) -> Seen {
        let typed = self.typing(who, line);
        self.typed_in_teams(who, &typed).await
    }

    /// The same, as it is delivered under a name, perhaps not for the first time.
    pub(super) async fn delivered_in_teams(&self, who: &str, line: &str, name: &str) -> String {
        let mut typed = self.typing(who, line);
        typed["id"] = name.into();
        self.typed_in_teams(who, &typed).await.summary
    }

    fn typing(&self, who: &str, line: &str) -> Value {
        self.teams().microsoft.by(&Desktop::user(who)).types(line)
    }

    /// Lets somebody pause who types faster than Teams takes answers: those would come as late as they do in life.
    fn take_breath(&self, who: &str) {
        let now = self.clock.now();
        let mut screens = self.teams().screens();
        let typed = &mut screens.entry(who.to_owned()).or_default().typed;
        typed.retain(|at| now.duration_since(*at) < BREATH);
        if typed.len() >= AT_ONE_BREATH {
            self.clock.advance(BREATH);
        }
        typed.push(self.clock.now());
    }

    async fn typed_in_teams(&self, who: &str, typed: &Value) -> Seen {
        self.take_breath(who);
        let before = self.teams().seen(who).len();
        assert_eq!(self.activity(typed).await, Value::Null);
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            // Somebody who has typed much already waits until Teams takes more.
            for _ in 0..20 {
                if let Some(answer) = self.teams().seen(who).into_iter().nth(before) {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            self.sleep("500ms");
        }
        panic!("{who} is answered nothing to {}", typed["text"]);
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// An input with what somebody gives: text, a choice's value, or a second for a moment; else what it has.
fn filled(input: &Value, values: &Value) -> Option<(String, Value)> {
    let id = input["id"].as_str()?;
    let name = id.strip_prefix("input.")?;
    let (name, half) = name.split_once('@').unwrap_or((name, ""));
    let given = values.get(name);
    let value = match (given, half) {
        (None, _) => input.get("value")?.clone(),
        (Some(at), "date") => json!(berlin(at).strftime("%Y-%m-%d").to_string()),
        (Some(at), "time") => json!(berlin(at).strftime("%H:%M").to_string()),
        (Some(value), _) => value.clone(),
    };
    Some((id.to_owned(), value))
}

fn berlin(at: &Value) -> jiff::Zoned {
    let at = Timestamp::from_second(at.as_i64().unwrap()).unwrap();
    at.to_zoned(TimeZone::get("Europe/Berlin").unwrap())
}
