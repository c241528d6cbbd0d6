//! What is said when something did not work that nobody is to blame for, or only Baton.

/// The database or the chat did not do its part.
#[must_use]
pub fn try_again() -> String {
    "That did not work, and nothing has changed. Please try again in a minute.".to_owned()
}

/// A press has arrived, and what comes of it is seen elsewhere.
#[must_use]
pub fn noted() -> String {
    "Noted.".to_owned()
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

/// More was written than fits.
#[must_use]
pub fn too_long(most: usize) -> String {
    format!("Please write at most {most} characters.")
}

/// Something else was chosen, and not said what.
#[must_use]
pub fn say_what() -> String {
    "Please say in a few words what comes next.".to_owned()
}

/// A lead came to nothing, and nobody said why.
#[must_use]
pub fn say_why() -> String {
    "Please say why: choose a reason, or write it in the note.".to_owned()
}

/// What a lead is worth is no number.
#[must_use]
pub fn wrong_worth() -> String {
    "Please give a number from 0 on, like 12000.".to_owned()
}

/// The currency is no code.
#[must_use]
pub fn wrong_currency() -> String {
    "Please write the three letters of a currency, like EUR.".to_owned()
}

/// The time is missing, over, or too far ahead.
#[must_use]
pub fn choose_a_time() -> String {
    "Please choose a time from now on, within a year.".to_owned()
}

/// Whoever was chosen can't be asked.
#[must_use]
pub fn nobody_there() -> String {
    "Nobody there can be asked now. Please choose somebody else.".to_owned()
}

/// Whoever was chosen has the lead.
#[must_use]
pub fn has_it_already() -> String {
    "They have this lead already.".to_owned()
}

/// What was chosen has been taken out of the configuration.
#[must_use]
pub fn not_there_any_more() -> String {
    "That is no longer in the list. Please choose something else.".to_owned()
}
