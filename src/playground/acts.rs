//! What people do: press, fill in, type a command, open the home tab; and what they then see.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::callbacks::{Answer, Callback};
use super::core::Core;
use super::dialogs::Dialog;
use super::form as fields;
use super::message::{Draft, Message};
use super::settings::{Group, Person};

/// What came of something a person did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// What Baton answered; all zero when nothing was sent.
    pub answer: Answer,
    /// What Slack told the person instead, when something was wrong on their side or Baton's.
    pub problem: Option<String>,
    /// Messages under the fields of the dialog, by block.
    pub errors: Map<String, Value>,
    /// The dialog that is open now.
    pub dialog: Option<Dialog>,
    /// Messages that appeared for this person meanwhile, those only they see included.
    pub messages: Vec<Message>,
}

/// What is pressed or chosen.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Press {
    /// The element's name.
    pub action_id: String,
    /// Its block, where several elements share a name.
    #[serde(default)]
    pub block_id: Option<String>,
    /// The button with this value, where several share a name; for a select what was chosen.
    #[serde(default)]
    pub value: Option<Value>,
}

impl From<&str> for Press {
    fn from(action_id: &str) -> Self {
        Self {
            action_id: action_id.to_owned(),
            ..Self::default()
        }
    }
}

impl Core {
    /// The person presses or chooses something in a message (by `ts`) or a view (by id).
    pub(super) async fn press(
        self: &Arc<Self>,
        user: &str,
        name: &str,
        press: &Press,
        filled: &Value,
    ) -> Outcome {
        let since = self.world().fresh_ts(self.now());
        let Some(payload) = self.press_payload(user, name, press, filled) else {
            return self.outcome(
                user,
                &since,
                Answer::default(),
                Some("not_there".to_owned()),
            );
        };
        let answer = self.interact(user, &payload).await;
        let problem = answer.problem.clone();
        self.outcome(user, &since, answer, problem)
    }

    /// The person sends the dialog on top with these values.
    pub(super) async fn submit(self: &Arc<Self>, user: &str, given: &Value) -> Outcome {
        let since = self.world().fresh_ts(self.now());
        let Some(dialog) = self.world().open_dialog(user).cloned() else {
            return self.outcome(
                user,
                &since,
                Answer::default(),
                Some("no_dialog_open".to_owned()),
            );
        };
        let blocks = dialog.view["blocks"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let state = fields::state(blocks, given);
        let errors = fields::refused(blocks, &state);
        if !errors.is_empty() {
            let outcome = self.outcome(user, &since, Answer::default(), None);
            return Outcome { errors, ..outcome };
        }
        let payload = self.submission(user, &dialog, &state);
        let answer = self.interact(user, &payload).await;
        let said = match &answer.problem {
            Some(_) => Err("We had some trouble connecting. Try again?".to_owned()),
            None => self.obey(&dialog, &answer.body),
        };
        self.tell_dialog(user);
        match said {
            Ok(errors) => Outcome {
                errors,
                ..self.outcome(user, &since, answer, None)
            },
            Err(problem) => self.outcome(user, &since, answer, Some(problem)),
        }
    }

    /// The person closes the dialog on top, or with the cross all of them.
    pub(super) async fn close(self: &Arc<Self>, user: &str, all: bool) -> Outcome {
        let since = self.world().fresh_ts(self.now());
        let closed = self.world().close(user, all);
        self.tell_dialog(user);
        let wanted = closed
            .iter()
            .rev()
            .find(|dialog| dialog.view["notify_on_close"] == true);
        let Some(dialog) = wanted else {
            return self.outcome(user, &since, Answer::default(), None);
        };
        let mut payload = self.envelope(&self.world(), user, "view_closed");
        payload["view"] = self.view_json(dialog, &json!({}));
        payload["is_cleared"] = json!(all);
        let answer = self.interact(user, &payload).await;
        self.outcome(user, &since, answer, None)
    }

    /// The person types a slash command in a room.
    pub(super) async fn slash(
        self: &Arc<Self>,
        user: &str,
        room: &str,
        command: &str,
        text: &str,
    ) -> Outcome {
        let since = self.world().fresh_ts(self.now());
        let body = self.command_form(user, room, command, text);
        let callback = Callback {
            path: "commands",
            body,
            user: user.to_owned(),
            retry: None,
        };
        let answer = self.call_back(callback).await;
        let problem = match &answer.problem {
            Some(problem) => Some(format!("{command} failed with the error \"{problem}\"")),
            None => self.show_answer(user, room, &answer.body).err(),
        };
        self.outcome(user, &since, answer, problem)
    }

    /// The person writes in a room. Writing to the app is switched off, as Baton's manifest has it.
    pub(super) fn say(&self, user: &str, room: &str, text: &str) -> Outcome {
        let now = self.now();
        let mut world = self.world();
        let since = world.fresh_ts(now);
        if world.dm_owner(room).is_some() {
            drop(world);
            let problem = "Sending messages to this app has been turned off.".to_owned();
            return self.outcome(user, &since, Answer::default(), Some(problem));
        }
        let draft = Draft {
            text: Some(text.to_owned()),
            ..Draft::default()
        };
        let message = world.post(room, user, draft, now);
        drop(world);
        self.tell_message(&message);
        self.outcome(user, &since, Answer::default(), None)
    }

    /// The person opens the app's home tab; Baton is told by an event.
    pub(super) fn open_home(self: &Arc<Self>, user: &str) {
        let mut world = self.world();
        let channel = world.person(user).map(Person::dm).unwrap_or_default();
        let event_ts = world.fresh_ts(self.now());
        let mut event = json!({
            "type": "app_home_opened", "user": user, "channel": channel, "tab": "home", "event_ts": event_ts,
        });
        if let Some(home) = world.homes.get(user) {
            event["view"] = self.view_json(home, &json!({}));
        }
        drop(world);
        self.happen(user, &event);
    }

    /// Adds a person, or changes the one with the same id; Baton is told by an event.
    pub(super) fn put_person(self: &Arc<Self>, person: Person) {
        let user = person.json(&self.settings.workspace.team, self.now());
        let id = person.id.clone();
        let mut world = self.world();
        match world.people.iter_mut().find(|known| known.id == id) {
            Some(known) => *known = person,
            None => world.people.push(person),
        }
        drop(world);
        self.tell(|| json!({"kind": "reload"}));
        self.happen(&id, &json!({"type": "user_change", "user": user}));
    }

    /// The person wants not to be disturbed from one second to another, or may be again; Baton is told by an event.
    pub(super) async fn pause(self: &Arc<Self>, user: &str, times: Option<(i64, i64)>) {
        // Where it is off, Slack has both at 1.
        let (start, end) = times.unwrap_or((1, 1));
        let event_ts = self.world().fresh_ts(self.now());
        let event = json!({
            "type": "dnd_updated_user", "user": user, "event_ts": event_ts, "dnd_status": {
                "dnd_enabled": times.is_some(), "next_dnd_start_ts": start, "next_dnd_end_ts": end,
            },
        });
        let (user, body) = (user.to_owned(), self.event_body(&event));
        let heard = self.call_back(Callback::event(user.clone(), body.clone()));
        if heard.await.problem.is_some() {
            self.announce(user, body);
        }
    }

    /// Adds a group, or changes the one with the same id; Baton is told by an event.
    pub(super) fn put_group(self: &Arc<Self>, group: Group) {
        let event = json!({
            "type": "subteam_members_changed", "subteam_id": group.id,
            "team_id": self.settings.workspace.team, "users_count": group.members.len(),
        });
        let mut world = self.world();
        match world.groups.iter_mut().find(|known| known.id == group.id) {
            Some(known) => *known = group,
            None => world.groups.push(group),
        }
        drop(world);
        self.happen("", &event);
    }

    /// Sends an event in its envelope.
    pub(super) fn happen(self: &Arc<Self>, user: &str, event: &Value) {
        self.announce(user.to_owned(), self.event_body(event));
    }

    fn event_body(&self, event: &Value) -> String {
        let workspace = &self.settings.workspace;
        let body = json!({
            "token": "retired", "team_id": workspace.team, "api_app_id": workspace.app, "event": event,
            "type": "event_callback", "event_id": self.world().fresh("Ev"), "event_time": self.now().as_second(),
            "authorizations": [{"enterprise_id": null, "team_id": workspace.team, "user_id": workspace.bot_user,
                "is_bot": true, "is_enterprise_install": false}],
            "is_ext_shared_channel": false,
        });
        body.to_string()
    }

    fn outcome(&self, user: &str, since: &str, answer: Answer, problem: Option<String>) -> Outcome {
        let world = self.world();
        let rooms = world.rooms_of(user);
        let fresh = rooms.iter().flat_map(|room| {
            world
                .messages(room)
                .rev()
                .take_while(|m| m.ts.as_str() > since)
        });
        let seen = fresh.filter(|m| m.ephemeral_to.as_deref().is_none_or(|only| only == user));
        let mut messages: Vec<Message> = seen.cloned().collect();
        messages.sort_by(|a, b| a.ts.cmp(&b.ts));
        let dialog = world.open_dialog(user).cloned();
        Outcome {
            answer,
            problem,
            errors: Map::new(),
            dialog,
            messages,
        }
    }
}
