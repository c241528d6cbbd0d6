//! What an account's owner hears of its leads while they are away, and when they are back.

use super::{
    facts,
    notices::{Telling, each},
    when::When,
};
use crate::domain::{
    card::Card,
    event::{Audible, Notice, Say},
    id::OfferId,
    lead::Lead,
};

/// Somebody stands in for the reader.
pub(super) fn stood_in(telling: &Telling<'_>, offer: &OfferId, lead: &Lead) -> Option<Card> {
    let offer = lead.stood_in().filter(|it| it.id == *offer)?;
    let (called, name) = (
        telling.seen(lead).called(),
        telling.policy.name_of(&offer.rep),
    );
    let account = telling.policy.account_of(&lead.contact);
    let account = account.map_or_else(String::new, |it| format!(", of your account {}", it.name));
    let does = if offer.is_pending() {
        "is asked for you"
    } else {
        "has it for you"
    };
    Some(Card::sentence(format!(
        "While you are away {name} {does}: lead {called}{account}. It is yours again when you are back."
    )))
}

/// Leads of the reader's accounts went on without them.
pub(super) fn went_on(telling: &Telling<'_>, about: &[(&Say, &Lead)]) -> Option<Card> {
    let Audible::Rep(reader) = telling.to else {
        return None;
    };
    let still = about.iter().filter(|(say, lead)| {
        let of_now = matches!(say.notice, Notice::WentOn { epoch } if epoch == lead.epoch);
        of_now && lead.is_open() && lead.owner() != Some(reader)
    });
    let still: Vec<(&Say, &Lead)> = still.copied().collect();
    let leads = each(&still);
    let headline = match leads.as_slice() {
        [] => return None,
        [_] => "A lead of your account goes on without you".to_owned(),
        several => format!("{} leads of your accounts go on without you", several.len()),
    };
    let line = |lead: &Lead| {
        let candidates = lead.routing.iter().flat_map(|it| &it.candidates);
        let mut yours = candidates.filter(|it| it.rep == *reader && !it.eligible);
        let because = yours.next().map(|it| facts::because(it, &telling.when));
        let because = because.map_or_else(String::new, |it| format!(" (you: {it})"));
        format!("{}{because}", telling.whereabouts(lead))
    };
    let lines: Vec<(&Lead, String)> = leads.into_iter().map(|lead| (lead, line(lead))).collect();
    Some(telling.listed(headline, &lines))
}

/// How far whoever stood in has come.
pub(super) fn so_far(lead: &Lead, when: &When) -> String {
    match (lead.clock.contacted_at, lead.clock.tried_at()) {
        (Some(at), _) => format!("They were reached {}.", when.said(at)),
        (None, Some(at)) => format!("They were tried {}, and not reached yet.", when.said(at)),
        (None, None) => "Nobody has tried to reach them yet.".to_owned(),
    }
}
