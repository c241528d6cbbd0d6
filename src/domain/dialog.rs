//! A dialog: something to read and questions to answer, over what the person was doing.

use super::{action::Action, card::Part};

/// A dialog. Without inputs it is only to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialog {
    /// The action it completes.
    pub action: Action,
    /// What it is about, carried along: an offer's or a lead's id.
    pub subject: String,
    /// Its heading, short.
    pub title: String,
    /// What is written on the button that sends it.
    pub submit: String,
    /// What is said before the questions.
    pub parts: Vec<Part>,
    /// The questions.
    pub inputs: Vec<Input>,
}

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The key of its answer.
    pub id: String,
    /// The question.
    pub label: String,
    /// A word of help.
    pub hint: Option<String>,
    /// How it is answered.
    pub kind: InputKind,
    /// Whether it may stay unanswered.
    pub optional: bool,
    /// What stands there at first: a text, a choice's value, a number, or a moment in RFC 3339.
    pub initial: Option<String>,
}

/// How a question is answered. Every answer arrives as a text; a moment as RFC 3339.
#[derive(Clone, Debug, PartialEq)]
pub enum InputKind {
    /// One of a list that folds out.
    Choice(Vec<Choice>),
    /// One of a few that are all in sight.
    Radio(Vec<Choice>),
    /// One line, of at most so many characters.
    ShortText {
        /// The most characters.
        max: u16,
    },
    /// Several lines, of at most so many characters.
    LongText {
        /// The most characters.
        max: u16,
    },
    /// A number.
    Number,
    /// A day and a time of day, in the person's own zone.
    Moment,
}

/// A possible answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}
