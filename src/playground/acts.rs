//! What people do: press, fill in, type a command, open the home tab; and what they then see.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::blocks::find_actions;
use super::callbacks::{Answer, Callback, form};
use super::core::Core;
use super::form as fields;
use super::message::{Draft, Message};
use super::world::{Dialog, World};

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

/// Where something is pressed.
enum Place {
    Message(Message),
    View(Dialog),
}

impl Place {
    fn find(world: &World, user: &str, name: &str) -> Option<Self> {
        let home = world.homes.get(user).filter(|home| home.id == name);
        let dialog = world.open_dialog(user).filter(|dialog| dialog.id == name);
        match home.or(dialog) {
            Some(view) => Some(Place::View(view.clone())),
            None => world.seen_message(user, name).cloned().map(Place::Message),
        }
    }

    fn blocks(&self) -> &[Value] {
        match self {
            Place::Message(message) => &message.blocks,
            Place::View(view) => view.view["blocks"].as_array().map_or(&[], Vec::as_slice),
        }
    }

    /// The element meant, and the block it stands in.
    fn element(&self, press: &Press) -> Option<(&str, &Value)> {
        let mut found = find_actions(self.blocks())
            .into_iter()
            .filter(|(block, element)| {
                let named = element["action_id"] == press.action_id.as_str();
                named
                    && press
                        .block_id
                        .as_deref()
                        .is_none_or(|wanted| wanted == *block)
            });
        let valued = |element: &Value| {
            element["type"] != "button" || press.value.as_ref() == Some(&element["value"])
        };
        match &press.value {
            Some(_) => found.find(|(_, element)| valued(element)),
            None => found.next(),
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

    fn press_payload(
        &self,
        user: &str,
        name: &str,
        press: &Press,
        filled: &Value,
    ) -> Option<Value> {
        let now = self.now();
        let mut world = self.world();
        let place = Place::find(&world, user, name)?;
        let (block, element) = place.element(press)?;
        let mut payload = self.envelope(&world, user, "block_actions");
        payload["actions"] = json!([action(block, element, press.value.as_ref(), now)]);
        let mut chosen = filled.clone();
        if let Some(value) = &press.value {
            chosen[block] = json!({ &press.action_id: value });
        }
        let state = fields::state(place.blocks(), &chosen);
        payload["state"] = json!({"values": state});
        let open = matches!(&place, Place::View(view) if world.open_dialog(user) == Some(view));
        payload["trigger_id"] = json!(world.trigger(user, open.then(|| name.to_owned()), now));
        match &place {
            Place::Message(message) => {
                self.press_in_message(&mut world, &mut payload, user, message);
            }
            Place::View(view) => {
                payload["container"] = json!({"type": "view", "view_id": view.id});
                payload["view"] = self.view_json(view, &state);
            }
        }
        Some(payload)
    }

    fn press_in_message(
        &self,
        world: &mut World,
        payload: &mut Value,
        user: &str,
        message: &Message,
    ) {
        let hidden = message.ephemeral_to.is_some();
        let address = world.address(user, &message.channel, Some(message.ts.clone()), self.now());
        payload["response_url"] = json!(format!("{}/response/{address}", self.origin()));
        payload["container"] = json!({
            "type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": hidden,
        });
        if let Some(thread) = &message.thread_ts {
            payload["container"]["thread_ts"] = json!(thread);
        }
        let name = room_name(world, &message.channel);
        payload["channel"] = json!({"id": message.channel, "name": name});
        if !hidden {
            payload["message"] = message.json(&self.settings.workspace, true);
        }
    }

    fn envelope(&self, world: &World, user: &str, kind: &str) -> Value {
        let workspace = &self.settings.workspace;
        let name = world
            .person(user)
            .map_or(user, |person| person.name.as_str());
        json!({
            "type": kind,
            "user": {"id": user, "username": user.to_lowercase(), "name": name, "team_id": workspace.team},
            "api_app_id": workspace.app, "token": "retired",
            "team": {"id": workspace.team, "domain": "playground"},
            "enterprise": null, "is_enterprise_install": false,
        })
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

    fn submission(&self, user: &str, dialog: &Dialog, state: &Value) -> Value {
        let mut world = self.world();
        let mut payload = self.envelope(&world, user, "view_submission");
        payload["trigger_id"] = json!(world.trigger(user, Some(dialog.id.clone()), self.now()));
        payload["view"] = self.view_json(dialog, state);
        payload["response_urls"] = json!([]);
        payload
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

    fn command_form(&self, user: &str, room: &str, command: &str, text: &str) -> String {
        let (now, workspace) = (self.now(), &self.settings.workspace);
        let mut world = self.world();
        let address = world.address(user, room, None, now);
        let trigger = world.trigger(user, None, now);
        form(&[
            ("token", "retired"),
            ("team_id", &workspace.team),
            ("team_domain", "playground"),
            ("channel_id", room),
            ("channel_name", room_name(&world, room)),
            ("user_id", user),
            ("user_name", &user.to_lowercase()),
            ("command", command),
            ("text", &escaped_mentions(&world, text)),
            ("api_app_id", &workspace.app),
            ("is_enterprise_install", "false"),
            (
                "response_url",
                &format!("{}/response/{address}", self.origin()),
            ),
            ("trigger_id", &trigger),
        ])
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
        let (now, workspace) = (self.now(), &self.settings.workspace);
        let mut world = self.world();
        let channel = world
            .person(user)
            .map(super::settings::Person::dm)
            .unwrap_or_default();
        let mut event = json!({
            "type": "app_home_opened", "user": user, "channel": channel, "tab": "home",
            "event_ts": world.fresh_ts(now),
        });
        if let Some(home) = world.homes.get(user) {
            event["view"] = self.view_json(home, &json!({}));
        }
        let body = json!({
            "token": "retired", "team_id": workspace.team, "api_app_id": workspace.app, "event": event,
            "type": "event_callback", "event_id": world.fresh("Ev"), "event_time": now.as_second(),
            "authorizations": [{"enterprise_id": null, "team_id": workspace.team, "user_id": workspace.bot_user,
                "is_bot": true, "is_enterprise_install": false}],
            "is_ext_shared_channel": false,
        });
        drop(world);
        self.announce(user.to_owned(), body.to_string());
    }

    fn outcome(&self, user: &str, since: &str, answer: Answer, problem: Option<String>) -> Outcome {
        let world = self.world();
        let rooms = world.rooms.keys().filter(|room| world.sees(user, room));
        let fresh = rooms.flat_map(|room| {
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

/// One entry of `actions`: the element without its looks, and what was chosen.
fn action(block: &str, element: &Value, value: Option<&Value>, now: Timestamp) -> Value {
    let stamp = format!("{}.{:06}", now.as_second(), now.subsec_microsecond());
    let kind = &element["type"];
    let mut action = json!({"type": kind, "action_id": element["action_id"], "block_id": block, "action_ts": stamp});
    if kind == "overflow" {
        action["selected_option"] = fields::option(element, value.unwrap_or(&Value::Null));
    } else if let Some(field) = fields::field(element, value) {
        for (key, chosen) in field.as_object().into_iter().flatten() {
            action[key] = chosen.clone();
        }
    }
    for key in ["text", "value", "style", "url"] {
        if kind == "button" && element.get(key).is_some() {
            action[key] = element[key].clone();
        }
    }
    action
}

fn room_name<'w>(world: &'w World, room: &str) -> &'w str {
    world
        .channel(room)
        .map_or("directmessage", |channel| channel.name.as_str())
}

/// Turns `@selin` into `<@U0SELIN>` for people of the workspace, as `should_escape` does.
fn escaped_mentions(world: &World, text: &str) -> String {
    let word = |part: &str| {
        let Some(name) = part.strip_prefix('@') else {
            return part.to_owned();
        };
        let known = world.people.iter().find(|person| {
            let first = person.name.split(' ').next().unwrap_or_default();
            let mailbox = person.email.split('@').next().unwrap_or_default();
            [first, mailbox, &person.id]
                .iter()
                .any(|known| known.to_lowercase() == name.to_lowercase())
        });
        known.map_or_else(|| part.to_owned(), |person| format!("<@{}>", person.id))
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
