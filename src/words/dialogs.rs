//! The dialogs that ask: why a lead is declined, what came of a contact, how it ended.

use super::seen::Seen;
use crate::domain::{
    action::Action,
    card::{Choice, Dialog, Input, InputKind, Part, Run},
    event::{ContactHow, Ending},
    lead::{Lead, Offer},
    policy::{AfterDecline, Policy},
};

/// The key of the answer that is a choice: a decline reason's id, a way of contact, an ending, a receiver.
pub const CHOICE: &str = "choice";
/// The key of the answer in free words.
pub const NOTE: &str = "note";
/// The most characters of a note.
pub const MAX_NOTE: u16 = 1_000;
/// As many answers are in sight; more fold out.
const MOST_RADIO: usize = 10;

/// Asks why the rep does not want the lead. Answers: [`CHOICE`], [`NOTE`].
#[must_use]
pub fn decline(lead: &Lead, offer: &Offer, policy: &Policy) -> Dialog {
    let seen = Seen::by(&offer.rep, lead, policy);
    let choices: Vec<Choice> = policy
        .declines
        .iter()
        .map(|reason| Choice {
            value: reason.id.clone(),
            label: if offer.is_hand_over() {
                reason.label.clone()
            } else {
                format!("{}{}", reason.label, after_words(reason.then))
            },
        })
        .collect();
    Dialog {
        action: Action::OfferDecline,
        subject: offer.id.to_string(),
        title: titled("Decline", lead),
        submit: "Decline".to_owned(),
        parts: vec![about(&seen)],
        inputs: vec![
            pick("Why is it not for you?", choices),
            note("A few words more, if they help"),
        ],
    }
}

/// What a reason leads to, where it is not simply the next rep.
fn after_words(then: AfterDecline) -> &'static str {
    match then {
        AfterDecline::Next => "",
        AfterDecline::Review => " (a manager decides)",
        AfterDecline::Queue => " (back to the queue)",
        AfterDecline::Disqualify => " (nobody is asked again)",
    }
}

/// Asks what came of trying to reach the lead. Answers: [`CHOICE`], [`NOTE`].
#[must_use]
pub fn contacted(lead: &Lead) -> Dialog {
    let choices = ContactHow::ALL.map(|how| Choice {
        value: how.word().to_owned(),
        label: how_words(how).to_owned(),
    });
    Dialog {
        action: Action::LeadContacted,
        subject: lead.id.to_string(),
        title: titled("Contact", lead),
        submit: "Save".to_owned(),
        parts: vec![about(&Seen::whole(lead))],
        inputs: vec![
            pick("How did it go?", choices.to_vec()),
            note("What to remember"),
        ],
    }
}

/// A way of contact as a choice.
#[must_use]
pub fn how_words(how: ContactHow) -> &'static str {
    match how {
        ContactHow::Reached => "Reached: we talked",
        ContactHow::NoAnswer => "No answer",
        ContactHow::Voicemail => "Left a voicemail",
        ContactHow::MailSent => "Sent a mail",
        ContactHow::Meeting => "Met, or a meeting is set",
        ContactHow::WrongNumber => "Wrong number",
    }
}

/// Asks how the lead ended. Answers: [`CHOICE`], [`NOTE`].
#[must_use]
pub fn close(lead: &Lead) -> Dialog {
    let choices = Ending::ALL.map(|ending| Choice {
        value: ending.word().to_owned(),
        label: ending_words(ending).to_owned(),
    });
    Dialog {
        action: Action::LeadClose,
        subject: lead.id.to_string(),
        title: titled("Close", lead),
        submit: "Close lead".to_owned(),
        parts: vec![about(&Seen::whole(lead))],
        inputs: vec![
            pick("How did it end?", choices.to_vec()),
            note("Why, in a few words"),
        ],
    }
}

/// An ending as a choice.
#[must_use]
pub fn ending_words(ending: Ending) -> &'static str {
    match ending {
        Ending::Won => "Won",
        Ending::Lost => "Lost",
        Ending::Disqualified => "Not worth anybody's time",
        Ending::Nurture => "Not yet: back to marketing",
        Ending::Duplicate => "We had it already",
    }
}

/// Headings are short: "Decline #4711".
pub(super) fn titled(word: &str, lead: &Lead) -> String {
    format!("{word} #{}", lead.number)
}

pub(super) fn about(seen: &Seen<'_>) -> Part {
    Part::Text(vec![
        Run::bold(seen.who()),
        Run::plain(format!(" {}.", seen.asks())),
    ])
}

pub(super) fn pick(question: &str, choices: Vec<Choice>) -> Input {
    let kind = if choices.len() <= MOST_RADIO {
        InputKind::Radio(choices)
    } else {
        InputKind::Choice(choices)
    };
    Input {
        id: CHOICE.to_owned(),
        label: question.to_owned(),
        hint: None,
        kind,
        optional: false,
        initial: None,
    }
}

pub(super) fn note(hint: &str) -> Input {
    Input {
        id: NOTE.to_owned(),
        label: "Note".to_owned(),
        hint: Some(hint.to_owned()),
        kind: InputKind::LongText { max: MAX_NOTE },
        optional: true,
        initial: None,
    }
}
