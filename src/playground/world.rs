//! Everything in the workspace at this moment: rooms, messages, dialogs, home tabs, files.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::message::{Draft, Message, name_blocks};
use super::settings::{Channel, Group, Person};

/// How long a trigger opens a dialog.
const TRIGGER_LIVES: SignedDuration = SignedDuration::from_secs(3);
/// How long a response address answers, and how often.
const ADDRESS_LIVES: SignedDuration = SignedDuration::from_mins(30);
const ADDRESS_USES: u32 = 5;

/// The state; what is not saved is known from the settings or short-lived.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct World {
    pub(super) next: u64,
    last_ts: i64,
    #[serde(skip)]
    pub(super) people: Vec<Person>,
    #[serde(skip)]
    pub(super) channels: Vec<Channel>,
    #[serde(skip)]
    pub(super) groups: Vec<Group>,
    pub(super) rooms: HashMap<String, BTreeMap<String, Message>>,
    pub(super) dialogs: BTreeMap<String, Dialog>,
    pub(super) stacks: HashMap<String, Vec<String>>,
    pub(super) homes: HashMap<String, Dialog>,
    pub(super) files: BTreeMap<String, File>,
    #[serde(skip)]
    triggers: HashMap<String, Trigger>,
    #[serde(skip)]
    addresses: HashMap<String, Address>,
}

/// A dialog somebody has open, or their home tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dialog {
    /// Slack's id of the view.
    pub id: String,
    /// Who sees it.
    pub user: String,
    /// Changes with every update.
    pub hash: String,
    /// The view below it in the stack.
    pub previous: Option<String>,
    /// The lowest view of the stack.
    pub root: String,
    /// The view as the app gave it.
    pub view: Value,
}

/// An uploaded file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) alt: String,
    pub(super) length: usize,
    pub(super) complete: bool,
    /// The bytes in base64, so that they can be saved with the rest.
    pub(super) content: Option<String>,
}

struct Trigger {
    user: String,
    at: Timestamp,
    used: bool,
    /// The dialog it was pressed in, which a further one is pushed onto.
    dialog: Option<String>,
}

/// Where an app may answer a press or a command for half an hour.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) user: String,
    pub(super) room: String,
    /// The message pressed; commands have none.
    pub(super) ts: Option<String>,
    at: Timestamp,
    uses: u32,
}

impl World {
    /// Forgets what happened; who there is stays, and numbers are not used again.
    pub(super) fn forget(&mut self) {
        let old = std::mem::take(self);
        let World {
            next,
            last_ts,
            people,
            channels,
            groups,
            ..
        } = old;
        *self = Self {
            next,
            last_ts,
            people,
            channels,
            groups,
            ..Self::default()
        };
    }

    /// A number nothing else has, as letters and digits.
    pub(super) fn fresh(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{:08}", self.next)
    }

    /// A moment nothing else was posted at, in Slack's spelling.
    pub(super) fn fresh_ts(&mut self, now: Timestamp) -> String {
        self.last_ts = now.as_microsecond().max(self.last_ts + 1);
        format!(
            "{}.{:06}",
            self.last_ts / 1_000_000,
            self.last_ts % 1_000_000
        )
    }

    pub(super) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub(super) fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// Whose direct messages this room is.
    pub(super) fn dm_owner(&self, room: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.dm() == room)
    }

    pub(super) fn sees(&self, user: &str, room: &str) -> bool {
        match self.dm_owner(room) {
            Some(owner) => owner.id == user,
            None => self.channel(room).is_some_and(|channel| channel.has(user)),
        }
    }

    pub(super) fn members(&self, room: &str) -> Vec<&Person> {
        self.people
            .iter()
            .filter(|person| !person.deleted && self.sees(&person.id, room))
            .collect()
    }

    /// Posts `draft` in `room` and gives it back as it stands there.
    pub(super) fn post(
        &mut self,
        room: &str,
        user: &str,
        mut draft: Draft,
        now: Timestamp,
    ) -> Message {
        self.name(draft.blocks.iter_mut().flatten());
        let ts = self.fresh_ts(now);
        let message = draft.into_message(ts.clone(), room, user);
        self.rooms
            .entry(room.to_owned())
            .or_default()
            .insert(ts, message.clone());
        message
    }

    pub(super) fn name<'b>(&mut self, blocks: impl Iterator<Item = &'b mut Value>) {
        for block in blocks {
            name_blocks(std::slice::from_mut(block), || self.fresh("b"));
        }
    }

    pub(super) fn message(&self, room: &str, ts: &str) -> Option<&Message> {
        self.rooms.get(room)?.get(ts)
    }

    pub(super) fn message_mut(&mut self, room: &str, ts: &str) -> Option<&mut Message> {
        self.rooms.get_mut(room)?.get_mut(ts)
    }

    /// The message at `ts` that this person sees, wherever it is.
    pub(super) fn seen_message(&self, user: &str, ts: &str) -> Option<&Message> {
        let rooms = self.rooms.iter().filter(|(room, _)| self.sees(user, room));
        let mut found = rooms.filter_map(|(_, messages)| messages.get(ts));
        found.find(|message| {
            message
                .ephemeral_to
                .as_deref()
                .is_none_or(|only| only == user)
        })
    }

    pub(super) fn messages(&self, room: &str) -> impl DoubleEndedIterator<Item = &Message> {
        self.rooms.get(room).into_iter().flat_map(BTreeMap::values)
    }

    /// Hands out what a press or a command may open a dialog with.
    pub(super) fn trigger(&mut self, user: &str, dialog: Option<String>, now: Timestamp) -> String {
        self.triggers
            .retain(|_, trigger| now.duration_since(trigger.at) < ADDRESS_LIVES);
        let id = self.fresh("13345224609.738474920.");
        self.triggers.insert(
            id.clone(),
            Trigger {
                user: user.to_owned(),
                at: now,
                used: false,
                dialog,
            },
        );
        id
    }

    /// Uses a trigger up: who pressed, and in which dialog.
    ///
    /// # Errors
    /// Slack's word when it is unknown, used or too old.
    pub(super) fn pull(
        &mut self,
        id: &str,
        now: Timestamp,
    ) -> Result<(String, Option<String>), &'static str> {
        let trigger = self.triggers.get_mut(id).ok_or("invalid_trigger_id")?;
        if trigger.used {
            return Err("exchanged_trigger_id");
        }
        if now.duration_since(trigger.at) > TRIGGER_LIVES {
            return Err("expired_trigger_id");
        }
        trigger.used = true;
        Ok((trigger.user.clone(), trigger.dialog.clone()))
    }

    /// Hands out a response address and returns its name.
    pub(super) fn address(
        &mut self,
        user: &str,
        room: &str,
        ts: Option<String>,
        now: Timestamp,
    ) -> String {
        self.addresses
            .retain(|_, address| now.duration_since(address.at) <= ADDRESS_LIVES);
        let id = self.fresh("R");
        let address = Address {
            user: user.to_owned(),
            room: room.to_owned(),
            ts,
            at: now,
            uses: 0,
        };
        self.addresses.insert(id.clone(), address);
        id
    }

    /// Uses a response address once more.
    ///
    /// # Errors
    /// Slack's word when it is unknown, too old or used up.
    pub(super) fn answer_at(&mut self, id: &str, now: Timestamp) -> Result<Address, &'static str> {
        let address = self.addresses.get_mut(id).ok_or("expired_url")?;
        if now.duration_since(address.at) > ADDRESS_LIVES {
            return Err("expired_url");
        }
        if address.uses == ADDRESS_USES {
            return Err("used_url");
        }
        address.uses += 1;
        Ok(address.clone())
    }

    /// The dialog on top of this person's stack.
    pub(super) fn open_dialog(&self, user: &str) -> Option<&Dialog> {
        self.dialogs.get(self.stacks.get(user)?.last()?)
    }

    /// Opens `view` for this person, on top of what is open.
    ///
    /// # Errors
    /// `push_limit_reached` when three are open already.
    pub(super) fn push(&mut self, user: &str, mut view: Value) -> Result<Dialog, &'static str> {
        self.name(view["blocks"].as_array_mut().into_iter().flatten());
        let id = self.fresh("V");
        let hash = self.fresh("h.");
        let stack = self.stacks.entry(user.to_owned()).or_default();
        if stack.len() == 3 {
            return Err("push_limit_reached");
        }
        let (previous, root) = (
            stack.last().cloned(),
            stack.first().cloned().unwrap_or(id.clone()),
        );
        stack.push(id.clone());
        let dialog = Dialog {
            id: id.clone(),
            user: user.to_owned(),
            hash,
            previous,
            root,
            view,
        };
        self.dialogs.insert(id, dialog.clone());
        Ok(dialog)
    }

    /// Replaces the content of an open dialog.
    pub(super) fn replace(&mut self, id: &str, mut view: Value) -> Option<Dialog> {
        self.name(view["blocks"].as_array_mut().into_iter().flatten());
        let hash = self.fresh("h.");
        let dialog = self.dialogs.get_mut(id)?;
        dialog.hash = hash;
        dialog.view = view;
        Some(dialog.clone())
    }

    /// Closes the dialog on top, or all of them; returns what was closed, the top first.
    pub(super) fn close(&mut self, user: &str, all: bool) -> Vec<Dialog> {
        let stack = self.stacks.entry(user.to_owned()).or_default();
        let keep = if all {
            0
        } else {
            stack.len().saturating_sub(1)
        };
        let closed = stack.split_off(keep);
        closed
            .iter()
            .rev()
            .filter_map(|id| self.dialogs.remove(id))
            .collect()
    }

    /// Shows `view` as this person's home tab.
    pub(super) fn publish(&mut self, user: &str, mut view: Value) -> Dialog {
        self.name(view["blocks"].as_array_mut().into_iter().flatten());
        let fresh = self.fresh("V");
        let hash = self.fresh("h.");
        let id = self.homes.get(user).map_or(fresh, |home| home.id.clone());
        let home = Dialog {
            id: id.clone(),
            user: user.to_owned(),
            hash,
            previous: None,
            root: id,
            view,
        };
        self.homes.insert(user.to_owned(), home.clone());
        home
    }
}

impl Dialog {
    /// The view as the API and callbacks give it.
    pub(super) fn json(&self, team: &str, app: &str, bot: &str, state: &Value) -> Value {
        let mut view = self.view.clone();
        for (key, empty) in [
            ("private_metadata", json!("")),
            ("callback_id", json!("")),
            ("external_id", json!("")),
        ] {
            if view.get(key).is_none() {
                view[key] = empty;
            }
        }
        for key in ["clear_on_close", "notify_on_close"] {
            if view.get(key).is_none() {
                view[key] = json!(false);
            }
        }
        for key in ["submit", "close"] {
            if view.get(key).is_none() {
                view[key] = Value::Null;
            }
        }
        view["id"] = json!(self.id);
        view["hash"] = json!(self.hash);
        view["team_id"] = json!(team);
        view["app_id"] = json!(app);
        view["app_installed_team_id"] = json!(team);
        view["bot_id"] = json!(bot);
        view["root_view_id"] = json!(self.root);
        view["previous_view_id"] = json!(self.previous);
        view["state"] = json!({"values": state});
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn a_trigger_opens_one_dialog_within_three_seconds() {
        let mut world = World::default();
        let id = world.trigger("U1", None, NOW);
        assert_eq!(world.pull("nonsense", NOW), Err("invalid_trigger_id"));
        assert_eq!(
            world.pull(&id, NOW + 3.seconds()),
            Ok(("U1".to_owned(), None))
        );
        assert_eq!(world.pull(&id, NOW), Err("exchanged_trigger_id"));
        let late = world.trigger("U1", None, NOW);
        assert_eq!(
            world.pull(&late, NOW + 4.seconds()),
            Err("expired_trigger_id")
        );
    }

    #[test]
    fn a_response_address_answers_five_times_in_half_an_hour() {
        let mut world = World::default();
        let id = world.address("U1", "D1", None, NOW);
        for _ in 0..5 {
            assert!(world.answer_at(&id, NOW + 30.minutes()).is_ok());
        }
        assert_eq!(world.answer_at(&id, NOW).err(), Some("used_url"));
        let late = world.address("U1", "D1", None, NOW);
        assert_eq!(
            world.answer_at(&late, NOW + 31.minutes()).err(),
            Some("expired_url")
        );
    }

    #[test]
    fn three_dialogs_lie_on_each_other_and_no_fourth() {
        let mut world = World::default();
        for _ in 0..3 {
            world.push("U1", json!({"type": "modal"})).unwrap();
        }
        assert_eq!(world.push("U1", json!({})), Err("push_limit_reached"));
        assert_eq!(world.close("U1", false).len(), 1);
        assert_eq!(world.close("U1", true).len(), 2);
        assert_eq!(world.open_dialog("U1"), None);
    }

    #[test]
    fn two_posts_at_one_moment_have_two_names() {
        let mut world = World::default();
        assert_ne!(world.fresh_ts(NOW), world.fresh_ts(NOW));
    }
}
