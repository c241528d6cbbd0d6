//! What Teams sends when people do something, shaped as Microsoft's own playground sends it.

use serde_json::{Value, json};

use super::{APP_ID, Microsoft, TENANT, connector::personal};

/// Somebody in their own conversation with Baton.
pub struct Saying<'a> {
    microsoft: &'a Microsoft,
    user: String,
}

impl Microsoft {
    /// What a person does.
    pub fn by(&self, user: &str) -> Saying<'_> {
        Saying {
            microsoft: self,
            user: user.to_owned(),
        }
    }

    /// A message that somebody types, with what every activity says.
    pub fn typed(&self, text: &str) -> Value {
        self.by("a7e00000-0000-4000-8000-000000000001").types(text)
    }

    /// A name that no activity has had.
    fn next_activity(&self) -> String {
        let mut kept = self.kept();
        kept.activities += 1;
        format!("f:{:08}", kept.activities)
    }
}

impl Saying<'_> {
    /// An activity of a kind, with more in it.
    pub fn activity(&self, kind: &str, more: &Value) -> Value {
        let user = &self.user;
        let mut activity = json!({
            "type": kind,
            "id": self.microsoft.next_activity(),
            "timestamp": "2026-11-20T10:00:00Z",
            "localTimezone": "Europe/Istanbul",
            "channelId": "msteams",
            "serviceUrl": self.microsoft.service_url(),
            "from": {"id": format!("29:{user}"), "name": "Ayse", "aadObjectId": user},
            "recipient": {"id": format!("28:{APP_ID}"), "name": "Baton"},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": personal(user)},
            "entities": [{"type": "clientInfo", "locale": "en-US", "platform": "Web"}],
            "channelData": {"tenant": {"id": TENANT}},
        });
        for (name, value) in more.as_object().unwrap() {
            activity[name] = value.clone();
        }
        activity
    }

    /// Types a message.
    pub fn types(&self, text: &str) -> Value {
        self.activity("message", &json!({"text": text, "textFormat": "plain"}))
    }

    /// Presses a button of a message, as today's clients do.
    pub fn presses(&self, message: &str, data: &Value) -> Value {
        let action = json!({"type": "Action.Execute", "verb": data["verb"], "data": data});
        let more = json!({
            "name": "adaptiveCard/action",
            "replyToId": message,
            "value": {"action": action, "trigger": "manual"},
        });
        self.activity("invoke", &more)
    }

    /// Presses it in a client that knows no better.
    pub fn submits_message(&self, message: &str, data: &Value) -> Value {
        self.activity("message", &json!({"replyToId": message, "value": data}))
    }

    /// Presses a button that opens a dialog.
    pub fn fetches(&self, message: &str, data: &Value) -> Value {
        let more = json!({
            "name": "task/fetch",
            "replyToId": message,
            "value": {"data": data, "context": {"theme": "default"}},
        });
        self.activity("invoke", &more)
    }

    /// Sends a dialog off.
    pub fn submits(&self, data: &Value) -> Value {
        let more = json!({"name": "task/submit", "value": {"data": data}});
        self.activity("invoke", &more)
    }

    /// Installs Baton, or takes it out.
    pub fn installs(&self, action: &str) -> Value {
        self.activity("installationUpdate", &json!({"action": action}))
    }

    /// Has Baton added to their conversation.
    pub fn is_joined(&self) -> Value {
        let added = json!([{"id": format!("28:{APP_ID}")}]);
        self.activity("conversationUpdate", &json!({"membersAdded": added}))
    }
}
