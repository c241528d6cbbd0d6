//! What is sent to the app when somebody presses, submits or types: Slack's payloads.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::acts::Press;
use super::blocks::find_actions;
use super::callbacks::form;
use super::core::Core;
use super::dialogs::Dialog;
use super::form as fields;
use super::message::Message;
use super::world::World;

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
    pub(super) fn press_payload(
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

    pub(super) fn envelope(&self, world: &World, user: &str, kind: &str) -> Value {
        let workspace = &self.settings.workspace;
        let person = world.person(user);
        let name = person.map_or(user, |person| person.name.as_str());
        let theirs = person.and_then(|person| person.team.as_ref());
        let theirs = theirs.unwrap_or(&workspace.team);
        json!({
            "type": kind,
            "user": {"id": user, "username": user.to_lowercase(), "name": name, "team_id": theirs},
            "api_app_id": workspace.app, "token": "retired",
            "team": {"id": workspace.team, "domain": "playground"},
            "enterprise": null, "is_enterprise_install": false,
        })
    }

    pub(super) fn submission(&self, user: &str, dialog: &Dialog, state: &Value) -> Value {
        let mut world = self.world();
        let mut payload = self.envelope(&world, user, "view_submission");
        payload["trigger_id"] = json!(world.trigger(user, Some(dialog.id.clone()), self.now()));
        payload["view"] = self.view_json(dialog, state);
        payload["response_urls"] = json!([]);
        payload
    }

    pub(super) fn command_form(&self, user: &str, room: &str, command: &str, text: &str) -> String {
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
