//! Buttons as actions. One that acts at once is an `Action.Execute`, with a `Submit` for clients that don't
//! know it; one that opens a dialog, or asks before it counts, is a `Submit` that fetches the dialog. In a
//! dialog Teams takes `Submit` alone.
//!
//! What a press sends back is `{"verb": …, "value": …}`, wherever it stands.

use serde_json::{Value, json};

use super::runs;
use crate::chat::text;
use crate::domain::card::{Button, ButtonStyle, Confirm};

/// The key of the action's word.
pub const VERB: &str = "verb";
/// The key of what the action is done to.
pub const VALUE: &str = "value";
/// The key of what is asked before the press counts.
pub const ASK: &str = "ask";
const MAX_LABEL: usize = 60;
const MAX_SPOKEN: usize = 120;
/// How a button looks that is not easily undone.
pub const DANGER: &str = "destructive";
/// The most that a question says.
pub const MAX_QUESTION: usize = 300;
/// As many are in sight, as far as they fit into one row; the others fold out.
const MAX_IN_SIGHT: usize = 6;
/// The width of a row on a usual screen, and what a button takes beside its letters, in pixels: not every
/// client breaks a row that is too long.
const ROW: usize = 440;
const BESIDE_LETTERS: usize = 34;
const LETTER: usize = 8;
/// The button that folds the others out.
const MORE: usize = BESIDE_LETTERS + LETTER;

/// Where a card stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a message.
    Message,
    /// In a dialog.
    Dialog,
}

/// The buttons in a row. What acts at once stays in sight; of the others the last fold out.
pub fn row(buttons: &[Button], place: Place) -> Option<Value> {
    let folded = folded(buttons);
    let actions: Vec<Value> = buttons
        .iter()
        .enumerate()
        .map(|(at, button)| {
            let mut action = action(button, place);
            if folded.contains(&at) {
                action["mode"] = "secondary".into();
            }
            action
        })
        .collect();
    (!actions.is_empty()).then(|| json!({"type": "ActionSet", "actions": actions}))
}

fn folded(buttons: &[Button]) -> Vec<usize> {
    let last_first = || (0..buttons.len()).rev();
    let openers = last_first().filter(|at| is_asked_more(&buttons[*at]));
    let others = last_first().filter(|at| !is_asked_more(&buttons[*at]));
    let mut width: usize = buttons.iter().map(width_of).sum();
    let mut folded = Vec::new();
    for at in openers.chain(others) {
        let in_sight = buttons.len() - folded.len();
        if in_sight <= MAX_IN_SIGHT && (width <= ROW || in_sight <= 1) {
            break;
        }
        width -= width_of(&buttons[at]);
        width += if folded.is_empty() { MORE } else { 0 };
        folded.push(at);
    }
    folded
}

fn width_of(button: &Button) -> usize {
    BESIDE_LETTERS + LETTER * button.label.chars().count().min(MAX_LABEL)
}

fn is_asked_more(button: &Button) -> bool {
    button.opens_dialog || button.confirm.is_some()
}

fn action(button: &Button, place: Place) -> Value {
    let fetches = place == Place::Message && is_asked_more(button);
    let executes = place == Place::Message && !fetches;
    let title = runs::line(&button.label, MAX_LABEL);
    let mut data = data(button);
    if fetches {
        data["msteams"] = json!({"type": "task/fetch"});
    }
    let mut action = if executes {
        json!({
            "type": "Action.Execute",
            "title": title,
            "verb": button.action.word(),
            "data": data,
            "fallback": {"type": "Action.Submit", "title": title, "data": data},
        })
    } else {
        json!({"type": "Action.Submit", "title": title, "data": data})
    };
    if let Some(spoken) = &button.spoken {
        action["tooltip"] = runs::line(spoken, MAX_SPOKEN).into();
    }
    if let Some(style) = style(button.style) {
        action["style"] = style.into();
    }
    action
}

fn style(style: ButtonStyle) -> Option<&'static str> {
    match style {
        ButtonStyle::Plain => None,
        ButtonStyle::Primary => Some("positive"),
        ButtonStyle::Danger => Some(DANGER),
    }
}

/// What a press sends back. What is asked beforehand goes along, for whoever makes the dialog then knows
/// nothing else of the button; it is shown to nobody but the presser.
fn data(button: &Button) -> Value {
    let mut data = json!({VERB: button.action.word(), VALUE: button.value});
    if let Some(confirm) = &button.confirm {
        let Confirm {
            title,
            text: words,
            yes,
            no,
        } = confirm;
        data[ASK] = json!({
            "title": text::cut(&text::line(title), MAX_LABEL),
            "text": text::cut(&text::line(words), MAX_QUESTION),
            "yes": text::cut(&text::line(yes), MAX_LABEL),
            "no": text::cut(&text::line(no), MAX_LABEL),
            "style": style(button.style),
        });
    }
    data
}
