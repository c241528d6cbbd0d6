//! Everything in the workspace at this moment: rooms, messages, dialogs, home tabs, files.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dialogs::Dialog;
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
        let rest = room.strip_prefix('D')?;
        self.people
            .iter()
            .find(|person| person.id.get(1..) == Some(rest))
    }

    pub(super) fn sees(&self, user: &str, room: &str) -> bool {
        match self.dm_owner(room) {
            Some(owner) => owner.id == user,
            None => self.channel(room).is_some_and(|channel| channel.has(user)),
        }
    }

    /// The rooms this person sees: their direct messages and their channels.
    pub(super) fn rooms_of(&self, user: &str) -> Vec<String> {
        let channels = self
            .channels
            .iter()
            .filter(|channel| channel.has(user))
            .map(|channel| channel.id.clone());
        self.person(user)
            .map(Person::dm)
            .into_iter()
            .chain(channels)
            .collect()
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
        let mut found = self
            .rooms_of(user)
            .into_iter()
            .filter_map(|room| self.message(&room, ts));
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
        self.sweep(now);
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

    /// Forgets what is long over, now and then: under load every time would be too often.
    fn sweep(&mut self, now: Timestamp) {
        if !self.next.is_multiple_of(512) {
            return;
        }
        self.triggers
            .retain(|_, trigger| now.duration_since(trigger.at) < ADDRESS_LIVES);
        self.addresses
            .retain(|_, address| now.duration_since(address.at) <= ADDRESS_LIVES);
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
        self.sweep(now);
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
    fn two_posts_at_one_moment_have_two_names() {
        let mut world = World::default();
        assert_ne!(world.fresh_ts(NOW), world.fresh_ts(NOW));
    }
}
