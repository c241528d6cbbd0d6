//! What Baton may answer: to a command, to a dialog, and later at a response address.

use serde_json::{Map, Value, json};

use super::blocks::{Surface, check_blocks, check_view};
use super::core::Core;
use super::dialogs::Dialog;
use super::message::{Draft, Message};
use super::world::Address;

/// What Slack's client says when the answer to a dialog makes no sense.
const TROUBLE: &str = "We had some trouble connecting. Try again?";

impl Core {
    /// Does what the answer to a submitted dialog says; gives back the messages under its fields.
    ///
    /// # Errors
    /// What the client shows when the answer is none that Slack knows.
    pub(super) fn obey(&self, dialog: &Dialog, body: &str) -> Result<Map<String, Value>, String> {
        let user = &dialog.user;
        if body.is_empty() {
            self.world().close(user, false);
            return Ok(Map::new());
        }
        let said: Value = serde_json::from_str(body).map_err(|_| TROUBLE.to_owned())?;
        match said["response_action"].as_str() {
            Some("clear") => {
                self.world().close(user, true);
                Ok(Map::new())
            }
            Some("errors") => known_errors(dialog, &said["errors"]),
            Some("update") => {
                let view = fit(&said["view"])?;
                self.world().replace(&dialog.id, view);
                Ok(Map::new())
            }
            Some("push") => {
                let view = fit(&said["view"])?;
                self.world()
                    .push(user, view)
                    .map_err(|_| TROUBLE.to_owned())?;
                Ok(Map::new())
            }
            _ => Err(TROUBLE.to_owned()),
        }
    }

    /// Shows what a command was answered with.
    ///
    /// # Errors
    /// What the person sees when the answer can't be shown.
    pub(super) fn show_answer(&self, user: &str, room: &str, body: &str) -> Result<(), String> {
        if body.trim().is_empty() {
            return Ok(());
        }
        let said = match serde_json::from_str::<Value>(body) {
            Ok(said) if said.is_object() => said,
            _ => json!({"text": body}),
        };
        let draft =
            draft_of(&said).map_err(|error| format!("Slack could not show the answer: {error}"))?;
        if !draft.says_nothing() {
            self.appear(user, room, draft, said["response_type"] == "in_channel");
        }
        Ok(())
    }

    /// Posts for everybody, or for one person alone.
    pub(super) fn appear(&self, user: &str, room: &str, draft: Draft, for_all: bool) -> Message {
        let mut world = self.world();
        let bot = &self.settings.workspace.bot_user;
        let mut message = world.post(room, bot, draft, self.now());
        if !for_all {
            message.ephemeral_to = Some(user.to_owned());
            if let Some(kept) = world.message_mut(room, &message.ts) {
                kept.ephemeral_to = Some(user.to_owned());
            }
        }
        drop(world);
        self.tell_message(&message);
        message
    }

    /// Takes what is posted to a response address.
    ///
    /// # Errors
    /// The HTTP status and Slack's word.
    pub(super) fn respond(&self, id: &str, said: &Value) -> Result<(), (u16, String)> {
        let draft = draft_of(said).map_err(|error| (400, error))?;
        let address = self
            .world()
            .answer_at(id, self.now())
            .map_err(|error| (404, error.to_owned()))?;
        if truthy(&said["delete_original"]) {
            self.remove(&address);
            return Ok(());
        }
        if draft.says_nothing() {
            return Err((400, "no_text".to_owned()));
        }
        match &address.ts {
            Some(ts) if truthy(&said["replace_original"]) => self.rewrite(&address, ts, draft),
            _ => {
                self.appear(
                    &address.user,
                    &address.room,
                    draft,
                    said["response_type"] == "in_channel",
                );
                Ok(())
            }
        }
    }

    fn rewrite(&self, address: &Address, ts: &str, mut draft: Draft) -> Result<(), (u16, String)> {
        let now = self.now();
        let mut world = self.world();
        world.name(draft.blocks.iter_mut().flatten());
        let message = world
            .message_mut(&address.room, ts)
            .ok_or((404, "message_not_found".to_owned()))?;
        draft
            .apply(message, now)
            .map_err(|error| (400, error.to_owned()))?;
        let message = message.clone();
        drop(world);
        self.tell_message(&message);
        Ok(())
    }

    fn remove(&self, address: &Address) {
        let Some(ts) = &address.ts else { return };
        if let Some(room) = self.world().rooms.get_mut(&address.room) {
            room.remove(ts);
        }
        self.tell(|| json!({"kind": "gone", "channel": address.room, "ts": ts}));
    }
}

fn fit(view: &Value) -> Result<Value, String> {
    match check_view(view, Surface::Modal) {
        Ok(()) => Ok(view.clone()),
        Err(_) => Err(TROUBLE.to_owned()),
    }
}

/// Messages must be for input blocks of this dialog, or Slack shows trouble instead.
fn known_errors(dialog: &Dialog, errors: &Value) -> Result<Map<String, Value>, String> {
    let errors = errors
        .as_object()
        .filter(|map| !map.is_empty())
        .ok_or(TROUBLE)?;
    let blocks = dialog.view["blocks"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let inputs: Vec<&str> = blocks
        .iter()
        .filter(|block| block["type"] == "input")
        .filter_map(|block| block["block_id"].as_str())
        .collect();
    let fine = errors
        .iter()
        .all(|(key, words)| inputs.contains(&key.as_str()) && words.is_string());
    if fine {
        Ok(errors.clone())
    } else {
        Err(TROUBLE.to_owned())
    }
}

/// What an answer says, its blocks checked.
fn draft_of(said: &Value) -> Result<Draft, String> {
    if !said.is_object() {
        return Err("invalid_payload".to_owned());
    }
    let blocks = said.get("blocks").filter(|blocks| !blocks.is_null());
    if let Some(blocks) = blocks {
        let complaints = check_blocks(blocks, Surface::Message, "/blocks");
        if !complaints.is_empty() {
            return Err(format!("invalid_blocks: {}", complaints.join("; ")));
        }
    }
    Ok(Draft {
        text: said["text"].as_str().map(str::to_owned),
        blocks: blocks.and_then(Value::as_array).cloned(),
        attachments: said["attachments"].as_array().cloned(),
        metadata: None,
        thread_ts: said["thread_ts"].as_str().map(str::to_owned),
    })
}

/// Slack's documents write `"true"` where a boolean works too.
fn truthy(value: &Value) -> bool {
    value == &json!(true) || value == "true"
}
