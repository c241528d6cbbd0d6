//! What the owner of a lead, or whoever is asked, hears of it in its thread: it wrote again, or was changed.

use super::{
    facts,
    seen::{Seen, begin, cut},
};
use crate::domain::{
    card::{Card, Fact, Part, Run},
    contact::Field,
    event::Heard,
    lead::{Offer, State},
    person::SignKind,
    score::Intent,
};

const MAX_NEWS: usize = 8;
const MAX_VALUE: usize = 200;
const MAX_SUMMARY: usize = 600;
const MAX_ACTIVITY: usize = 40;

/// What is new of a lead, field by field, for whoever has it by `offer`; `None` if they have it no longer.
#[must_use]
pub(super) fn again(
    seen: &Seen<'_>,
    offer: &Offer,
    what: &[String],
    (how, by): (Heard, SignKind),
) -> Option<Card> {
    if !holds(seen, offer) {
        return None;
    }
    let news = news(seen, what);
    let headline = match how {
        Heard::Wrote => format!("Lead {} wrote again", seen.called()),
        Heard::Changed => format!("Lead {} was changed where it came from", seen.called()),
    };
    let said: Vec<String> = news
        .iter()
        .map(|fact| format!("{}: {}", fact.label, fact.value[0].words()))
        .collect();
    let mut parts = vec![Part::Text(vec![Run::bold(format!("{headline}."))])];
    if !news.is_empty() {
        parts.push(Part::Facts(news));
    }
    let doubt = doubt(by);
    parts.extend(doubt.map(|words| Part::Note(vec![Run::plain(words)])));
    let summary = cut(&format!("{headline}. {}", said.join(". ")), MAX_SUMMARY);
    let doubt = doubt.map_or_else(String::new, |words| format!(" {words}"));
    Some(Card {
        summary: format!("{summary}{doubt}"),
        parts,
    })
}

/// Whether they are asked by this offer, or own the lead by it.
pub(super) fn holds(seen: &Seen<'_>, offer: &Offer) -> bool {
    let owned = &seen.lead().state;
    offer.is_pending() || matches!(owned, State::Owned { offer: by, .. } if *by == offer.id)
}

fn news(seen: &Seen<'_>, what: &[String]) -> Vec<Fact> {
    let shown = what
        .iter()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| {
            let field = Field::by_name(&name.replace(' ', "_"));
            field.is_none_or(|field| !seen.hides(field))
        })
        .map(|(name, value)| facts::fact(begin(name), seen.shown(value, MAX_VALUE)));
    shown.take(MAX_NEWS).collect()
}

/// What makes a lead more urgent, in words.
pub(super) fn warmer(activity: &str, intent: Option<Intent>, mql: bool) -> String {
    let intent = intent.map(|intent| format!("its intent is {} now", intent.word()));
    let mql = mql.then(|| "its score makes it marketing qualified".to_owned());
    let now: Vec<String> = [intent, mql].into_iter().flatten().collect();
    let did = cut(&activity.replace('_', " "), MAX_ACTIVITY);
    format!("was active ({did}): {}", now.join(", and "))
}

/// What another program says of a contact, in words.
pub(super) fn contact(
    called: &str,
    activity: &str,
    source: &str,
    (reached, first): (bool, bool),
) -> String {
    let what = cut(&activity.replace('_', " "), MAX_ACTIVITY);
    let source = cut(source, 40);
    let done = if reached {
        "was reached"
    } else {
        "was tried, not reached yet"
    };
    let ended = if first {
        " It counts as the first contact."
    } else {
        ""
    };
    format!("Lead {called} {done} ({what}), says {source}.{ended}")
}

/// How sure it is that it was the lead, where it is not by the mail address.
fn doubt(by: SignKind) -> Option<&'static str> {
    match by {
        SignKind::Email => None,
        SignKind::Phone => Some("Known by the phone number."),
        SignKind::ExternalId => Some("Known by the source's own id of them."),
        SignKind::Name => Some(
            "Known by name and company only: it may be somebody else, so nothing of it is on the card.",
        ),
    }
}
