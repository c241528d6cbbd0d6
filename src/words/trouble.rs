//! What is said when something did not work that nobody is to blame for, or only Baton.

/// The database or the chat did not do its part.
#[must_use]
pub fn try_again() -> String {
    "That did not work, and nothing has changed. Please try again in a minute.".to_owned()
}

/// A dialog came too late for the press that asked for it.
#[must_use]
pub fn press_again() -> String {
    "That took too long to open. Please press the button once more.".to_owned()
}

/// The button is of another time.
#[must_use]
pub fn no_such_button() -> String {
    "This button does nothing any more.".to_owned()
}

/// A dialog was sent off without a choice.
#[must_use]
pub fn choose_one() -> String {
    "Please choose one.".to_owned()
}
