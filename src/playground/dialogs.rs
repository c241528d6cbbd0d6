//! Dialogs and home tabs: who has which open, on top of which.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::world::World;

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

impl World {
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
}
