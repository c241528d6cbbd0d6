//! The dialogs that ask: why a lead is declined, what came of a contact, how far it has come, how it ended.

use super::{details, next_step, seen::Seen, when::When};
use crate::domain::{
    action::Action,
    card::{Choice, Dialog, Input, InputKind, Part, Run},
    contact::Field,
    event::{ContactHow, Deal, Ending, NotWon},
    lead::{Lead, Offer},
    policy::{AfterDecline, Policy},
    score::Stage,
};

/// The key of the answer that is a choice: a decline reason's id, a way of contact, an ending, a receiver.
pub const CHOICE: &str = "choice";
/// The key of the answer in free words.
pub const NOTE: &str = "note";
/// The key of what a lead was worth.
pub const WORTH: &str = "worth";
/// The key of its currency.
pub const CURRENCY: &str = "currency";
/// The key of why it came to nothing.
pub const WHY: &str = "why";
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
        .filter(|reason| !reason.managers_only || policy.manages(&offer.rep, lead))
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

/// Asks what came of trying to reach the lead, and what comes next. Answers: [`CHOICE`], [`NOTE`],
/// [`next_step::NEXT`], [`next_step::AT`].
#[must_use]
pub fn contacted(lead: &Lead, when: &When) -> Dialog {
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
        inputs: [
            pick("How did it go?", choices.to_vec()),
            note("What to remember"),
        ]
        .into_iter()
        .chain(next_step::inputs(lead, when))
        .collect(),
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

/// How far an owner may say that a lead has come.
pub const STAGES: [Stage; 4] = [Stage::Sal, Stage::Sql, Stage::Opportunity, Stage::Customer];

/// Asks how far the lead has come. Answers: [`CHOICE`].
#[must_use]
pub fn stage(lead: &Lead) -> Dialog {
    let choices = STAGES.map(|stage| Choice {
        value: stage.word().to_owned(),
        label: details::stage(stage).to_owned(),
    });
    Dialog {
        action: Action::LeadStage,
        subject: lead.id.to_string(),
        title: titled("Stage", lead),
        submit: "Save".to_owned(),
        parts: vec![about(&Seen::whole(lead))],
        inputs: vec![Input {
            initial: Some(lead.stage.word().to_owned()),
            ..pick("How far has it come?", choices.to_vec())
        }],
    }
}

/// Asks how the lead ended. Answers: [`CHOICE`], [`WORTH`], [`CURRENCY`], [`WHY`], [`NOTE`].
#[must_use]
pub fn close(lead: &Lead) -> Dialog {
    let choices = Ending::ALL.map(|ending| Choice {
        value: ending.word().to_owned(),
        label: ending_words(ending).to_owned(),
    });
    let reasons = NotWon::ALL.map(|why| Choice {
        value: why.word().to_owned(),
        label: why_words(why).to_owned(),
    });
    let more = |id: &str, label: &str, kind| Input {
        id: id.to_owned(),
        label: label.to_owned(),
        hint: None,
        kind,
        optional: true,
        initial: None,
    };
    let currency = lead.contact.text(Field::Currency);
    Dialog {
        action: Action::LeadClose,
        subject: lead.id.to_string(),
        title: titled("Close", lead),
        submit: "Close lead".to_owned(),
        parts: vec![about(&Seen::whole(lead))],
        inputs: vec![
            pick("How did it end?", choices.to_vec()),
            more(WORTH, "What is it worth?", InputKind::Number),
            Input {
                hint: Some("Three letters, like EUR".to_owned()),
                initial: Deal::is_currency(currency).then(|| currency.to_owned()),
                ..more(CURRENCY, "Currency", InputKind::ShortText { max: 3 })
            },
            more(
                WHY,
                "If it came to nothing: why?",
                InputKind::Choice(reasons.to_vec()),
            ),
            note("A few words more, if they help"),
        ],
    }
}

/// A reason why a lead came to nothing, as a choice.
#[must_use]
pub fn why_words(why: NotWon) -> &'static str {
    match why {
        NotWon::Price => "The price",
        NotWon::Competitor => "They chose somebody else",
        NotWon::Timing => "Not the right time",
        NotWon::NoNeed => "No need, or no money for it",
        NotWon::Silent => "They never answered",
        NotWon::Unfit => "Not whom we sell to",
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
