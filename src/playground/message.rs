//! A message: what is kept of it, what `chat.update` does to it, and what its metadata may be.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::settings::Workspace;

/// How many earlier versions of a message are kept.
const EDITS_KEPT: usize = 50;
/// `chat.postMessage` cuts text here.
const MOST_TEXT: usize = 40_000;
/// `chat.update` refuses text beyond this.
const MOST_EDITED_TEXT: usize = 4_000;

/// A message as the playground holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// When it was posted, and its name within the channel: `1731420618.000100`.
    pub ts: String,
    /// The channel or direct message it is in.
    pub channel: String,
    /// Who wrote it: a person's id, or the bot user's.
    pub user: String,
    /// What notifications and screen readers say.
    pub text: String,
    /// What is shown, when not the text alone.
    #[serde(default)]
    pub blocks: Vec<Value>,
    /// The older kind of blocks, kept and not shown.
    #[serde(default)]
    pub attachments: Vec<Value>,
    /// What the app attached for itself.
    #[serde(default)]
    pub metadata: Option<Value>,
    /// The first message of the thread this one is in.
    #[serde(default)]
    pub thread_ts: Option<String>,
    /// Pictures shared with it.
    #[serde(default)]
    pub files: Vec<Value>,
    /// The only person who sees it, for what is gone with the next reload in Slack.
    #[serde(default)]
    pub ephemeral_to: Option<String>,
    /// True when it shows "(edited)".
    #[serde(default)]
    pub edited: bool,
    /// Earlier versions, the oldest first.
    #[serde(default)]
    pub edits: Vec<Edit>,
}

/// What a message was until it was edited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// When it stopped being so.
    pub until: Timestamp,
    /// The text of then.
    pub text: String,
    /// The blocks of then.
    pub blocks: Vec<Value>,
}

/// What a post or an edit says; what is not said is `None`.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) text: Option<String>,
    pub(super) blocks: Option<Vec<Value>>,
    pub(super) attachments: Option<Vec<Value>>,
    pub(super) metadata: Option<Value>,
    pub(super) thread_ts: Option<String>,
}

impl Draft {
    pub(super) fn says_nothing(&self) -> bool {
        let empty = |list: &Option<Vec<Value>>| list.as_ref().is_none_or(Vec::is_empty);
        self.text.as_deref().unwrap_or_default().is_empty()
            && empty(&self.blocks)
            && empty(&self.attachments)
    }

    /// A new message of it.
    pub(super) fn into_message(self, ts: String, channel: &str, user: &str) -> Message {
        let blocks = self.blocks.unwrap_or_default();
        let text = self
            .text
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| derived_text(&blocks));
        Message {
            ts,
            channel: channel.to_owned(),
            user: user.to_owned(),
            text: text.chars().take(MOST_TEXT).collect(),
            blocks,
            attachments: self.attachments.unwrap_or_default(),
            metadata: self.metadata.filter(|m| m != &json!({})),
            thread_ts: self.thread_ts,
            files: Vec::new(),
            ephemeral_to: None,
            edited: false,
            edits: Vec::new(),
        }
    }

    /// Changes `message` the way `chat.update` does.
    ///
    /// # Errors
    /// Slack's word for what is wrong with the edit.
    pub(super) fn apply(self, message: &mut Message, now: Timestamp) -> Result<(), &'static str> {
        if self
            .text
            .as_ref()
            .is_some_and(|text| text.chars().count() > MOST_EDITED_TEXT)
        {
            return Err("msg_too_long");
        }
        let untouched = self.text.is_none() && self.blocks.is_none();
        if untouched && self.attachments.is_none() && self.metadata.is_none() {
            return Err("no_text");
        }
        message.remember(now);
        if !untouched {
            message.edited = self.blocks.as_ref().is_none_or(Vec::is_empty);
            message.blocks = self.blocks.unwrap_or_default();
            message.text = match self.text {
                Some(text) => text,
                None if message.blocks.is_empty() => std::mem::take(&mut message.text),
                None => derived_text(&message.blocks),
            };
        }
        if let Some(attachments) = self.attachments {
            message.attachments = attachments;
        }
        if let Some(metadata) = self.metadata {
            message.metadata = Some(metadata).filter(|m| m != &json!({}));
        }
        Ok(())
    }
}

impl Message {
    fn remember(&mut self, now: Timestamp) {
        if self.edits.len() == EDITS_KEPT {
            self.edits.remove(0);
        }
        self.edits.push(Edit {
            until: now,
            text: self.text.clone(),
            blocks: self.blocks.clone(),
        });
    }

    /// The message as the API gives it; metadata only when asked for.
    pub(super) fn json(&self, workspace: &Workspace, with_metadata: bool) -> Value {
        let mut value = json!({
            "type": "message", "ts": self.ts, "user": self.user, "text": self.text, "team": workspace.team,
        });
        if self.user == workspace.bot_user {
            value["bot_id"] = json!(workspace.bot);
            value["app_id"] = json!(workspace.app);
        }
        for (key, list) in [
            ("blocks", &self.blocks),
            ("attachments", &self.attachments),
            ("files", &self.files),
        ] {
            if !list.is_empty() {
                value[key] = json!(list);
            }
        }
        if let Some(thread) = &self.thread_ts {
            value["thread_ts"] = json!(thread);
        }
        if self.edited {
            value["edited"] = json!({"user": self.user, "ts": self.ts});
        }
        match &self.metadata {
            Some(metadata) if with_metadata => value["metadata"] = metadata.clone(),
            Some(metadata) => value["metadata"] = json!({"event_type": metadata["event_type"]}),
            None => {}
        }
        value
    }
}

/// What Slack reads out when blocks come without a text.
fn derived_text(blocks: &[Value]) -> String {
    let texts = blocks.iter().filter_map(|block| {
        block["text"]["text"]
            .as_str()
            .or(block["alt_text"].as_str())
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// Gives blocks and elements without a name one, as Slack does.
pub(super) fn name_blocks(blocks: &mut [Value], mut fresh: impl FnMut() -> String) {
    for block in blocks {
        name(block, "block_id", &mut fresh);
        if block["type"] == "actions" {
            for element in block["elements"].as_array_mut().into_iter().flatten() {
                name(element, "action_id", &mut fresh);
            }
        }
        for holder in ["accessory", "element"] {
            let element = block.get_mut(holder).filter(|e| e["type"] != "image");
            if let Some(element) = element {
                name(element, "action_id", &mut fresh);
            }
        }
    }
}

fn name(value: &mut Value, key: &str, fresh: &mut impl FnMut() -> String) {
    if let Some(map) = value.as_object_mut()
        && !map.contains_key(key)
    {
        map.insert(key.to_owned(), json!(fresh()));
    }
}

/// Slack's word for what is wrong with `metadata`, if anything is.
pub(super) fn metadata_refused(metadata: &Value) -> Option<&'static str> {
    if metadata == &json!({}) {
        return None;
    }
    let word = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
    };
    let (Some(event), Some(payload)) = (
        metadata["event_type"].as_str(),
        metadata["event_payload"].as_object(),
    ) else {
        return Some("invalid_metadata_format");
    };
    if !word(event) {
        return Some("invalid_metadata_format");
    }
    let plain = |v: &Value| v.is_string() || v.is_number() || v.is_boolean();
    let flat = |v: &Value| plain(v) || v.as_object().is_some_and(|map| map.values().all(plain));
    if !payload.values().all(flat) {
        return Some("invalid_metadata_schema");
    }
    (metadata.to_string().len() > 8_000).then_some("metadata_too_large")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted() -> Message {
        let draft = Draft {
            text: Some("Lead 7".to_owned()),
            blocks: Some(vec![json!({"type": "divider"})]),
            metadata: Some(json!({"event_type": "card", "event_payload": {"key": "a"}})),
            ..Draft::default()
        };
        draft.into_message("1.000001".to_owned(), "D1", "U1")
    }

    fn edit(draft: Draft) -> Message {
        let mut message = posted();
        draft.apply(&mut message, Timestamp::UNIX_EPOCH).unwrap();
        message
    }

    #[test]
    fn text_without_blocks_wipes_the_blocks() {
        let message = edit(Draft {
            text: Some("gone".to_owned()),
            ..Draft::default()
        });
        assert!(message.blocks.is_empty());
        assert!(message.edited);
        assert_eq!(message.edits[0].blocks.len(), 1);
    }

    #[test]
    fn blocks_without_text_derive_a_text_and_show_no_edit() {
        let blocks = vec![json!({"type": "section", "text": {"type": "mrkdwn", "text": "new"}})];
        let message = edit(Draft {
            blocks: Some(blocks),
            ..Draft::default()
        });
        assert_eq!((message.text.as_str(), message.edited), ("new", false));
    }

    #[test]
    fn neither_keeps_both_and_an_empty_list_clears() {
        let message = edit(Draft {
            metadata: Some(json!({})),
            ..Draft::default()
        });
        assert_eq!(
            (
                message.blocks.len(),
                message.text.as_str(),
                message.metadata
            ),
            (1, "Lead 7", None)
        );
        let message = edit(Draft {
            blocks: Some(vec![]),
            ..Draft::default()
        });
        assert_eq!((message.blocks.len(), message.text.as_str()), (0, "Lead 7"));
        assert!(message.metadata.is_some(), "metadata not mentioned is kept");
    }

    #[test]
    fn an_edit_holds_its_limits() {
        let mut message = posted();
        let long = Draft {
            text: Some("x".repeat(4001)),
            ..Draft::default()
        };
        assert_eq!(
            long.apply(&mut message, Timestamp::UNIX_EPOCH),
            Err("msg_too_long")
        );
        assert_eq!(
            Draft::default().apply(&mut message, Timestamp::UNIX_EPOCH),
            Err("no_text")
        );
        assert!(message.edits.is_empty());
    }

    #[test]
    fn a_post_is_cut_at_forty_thousand() {
        let draft = Draft {
            text: Some("é".repeat(50_000)),
            ..Draft::default()
        };
        assert_eq!(
            draft
                .into_message(String::new(), "D1", "U1")
                .text
                .chars()
                .count(),
            40_000
        );
    }

    #[test]
    fn metadata_is_flat_and_small() {
        let refused = |payload: Value| {
            metadata_refused(&json!({"event_type": "card", "event_payload": payload}))
        };
        assert_eq!(
            refused(json!({"key": "a", "n": 1, "in": {"b": true}})),
            None
        );
        assert_eq!(
            refused(json!({"in": {"deep": {}}})),
            Some("invalid_metadata_schema")
        );
        assert_eq!(
            refused(json!({"key": "x".repeat(9000)})),
            Some("metadata_too_large")
        );
        assert_eq!(refused(json!("text")), Some("invalid_metadata_format"));
        assert_eq!(metadata_refused(&json!({})), None);
    }

    #[test]
    fn nameless_blocks_are_named() {
        let mut blocks = vec![json!({"type": "actions", "elements": [{"type": "button"}]})];
        let mut n = 0;
        name_blocks(&mut blocks, || {
            n += 1;
            format!("n{n}")
        });
        assert_eq!(blocks[0]["block_id"], "n1");
        assert_eq!(blocks[0]["elements"][0]["action_id"], "n2");
    }
}
