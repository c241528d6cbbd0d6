//! `/lead`: one lead with its history and the why, the next one of the queue, or a new one.
//!
//! ```text
//! /lead 4711    /lead ada@example.com    /lead why 4711    /lead next    /lead new
//! ```

use super::{
    Answer, Context, LeadAsk, Topic,
    asked::{Asked, Trouble},
    entered, leads as lists, rights,
};
use crate::{
    domain::{
        card::{Card, Part, Run},
        event::{Event, Refusal},
        id::{LeadId, RepId},
        lead::{Candidate, Lead},
    },
    engine,
    store::{Error, facts, leads},
    words::{
        answers, details,
        seen::Seen,
        why::{self, Before},
    },
};

/// More leads nobody looks after.
const MOST_LOOKED_AT: usize = 500;

/// So often the queue is read again when others were faster for all of it.
const MOST_LOOKS: usize = 3;

pub(super) async fn answer(asked: &Asked<'_>, ask: LeadAsk) -> Result<Answer, Trouble> {
    match ask {
        LeadAsk::Number(number) => {
            let found = asked
                .engine
                .db()
                .read(async |mut tx| leads::by_number(&mut tx, number).await)
                .await?;
            let called = format!("#{number}");
            match found.as_ref().and_then(|lead| passed_over(asked, lead)) {
                Some(passed) => Ok(why_not(asked, passed).await?.into()),
                None => shown(asked, found, &called).await,
            }
        }
        LeadAsk::Why(number) => asked_why(asked, number).await,
        LeadAsk::Email(email) => {
            let found = asked.engine.db().read(async |mut tx| {
                match leads::by_email(&mut tx, &email).await? {
                    Some(id) => leads::get(&mut tx, &id).await,
                    None => Ok(None),
                }
            });
            let told = |lead: &Lead| Seen::by(&asked.who, lead, asked.policy()).is_found_by(&email);
            shown(asked, found.await?.filter(told), &email).await
        }
        LeadAsk::Next => Ok(next(asked).await?.into()),
        LeadAsk::New => Ok(entered::form(asked)),
    }
}

/// Why they did not get a lead, or of one that they may see all that decided.
async fn asked_why(asked: &Asked<'_>, number: i64) -> Result<Answer, Trouble> {
    let found = asked
        .engine
        .db()
        .read(async |mut tx| leads::by_number(&mut tx, number).await)
        .await?;
    let candidate = found.as_ref().and_then(|lead| candidate(asked, lead));
    let theirs = |lead: &&Lead| {
        lead.owner() == Some(&asked.who) || lead.pending().any(|offer| offer.rep == asked.who)
    };
    match (&found, candidate) {
        (Some(lead), Some(candidate)) if !theirs(&lead) => {
            Ok(why_not(asked, (lead, candidate)).await?.into())
        }
        _ => shown(asked, found, &format!("#{number}")).await,
    }
}

/// How they stood when somebody was looked for.
fn candidate<'l>(asked: &Asked<'_>, lead: &'l Lead) -> Option<&'l Candidate> {
    let candidates = &lead.routing.as_ref()?.candidates;
    let mut candidates = candidates.iter();
    candidates.find(|candidate| candidate.rep == asked.who)
}

/// The same, of a lead that is not theirs to see.
fn passed_over<'l>(asked: &Asked<'_>, lead: &'l Lead) -> Option<(&'l Lead, &'l Candidate)> {
    let hidden = !rights::may_see(asked.policy(), &asked.who, lead);
    Some((lead, candidate(asked, lead).filter(|_| hidden)?))
}

/// What somebody hears of a lead that went to somebody else: nothing of whom it is.
async fn why_not(
    asked: &Asked<'_>,
    (lead, candidate): (&Lead, &Candidate),
) -> Result<Card, Trouble> {
    let theirs = asked
        .engine
        .db()
        .read(async |mut tx| leads::of_rep(&mut tx, &asked.who, MOST_LOOKED_AT).await);
    let own = |lead: &Lead| lead.is_open() && lead.owner() == Some(&asked.who);
    let before = Before {
        untouched_since: theirs
            .await?
            .into_iter()
            .filter(own)
            .map(|lead| lead.touched_at)
            .collect(),
    };
    Ok(why::why_not(
        lead,
        candidate,
        &before,
        asked.policy(),
        asked.words,
        &asked.when(),
    ))
}

/// The lead, if it is theirs to see; whether there is one that is not is not said.
async fn shown(asked: &Asked<'_>, found: Option<Lead>, called: &str) -> Result<Answer, Trouble> {
    let theirs = |lead: &Lead| rights::may_see(asked.policy(), &asked.who, lead);
    match found.filter(theirs) {
        Some(lead) => Ok(whole(asked, &lead).await?.into()),
        None => Err(Trouble::refused(format!(
            "I have no lead {called} that you may see. {} looks for a name or a company.",
            asked.words.typed(Topic::Leads, "search")
        ))),
    }
}

/// Everything that is known of a lead.
async fn whole(asked: &Asked<'_>, lead: &Lead) -> Result<Card, Trouble> {
    let history = asked
        .engine
        .db()
        .read(async |mut tx| facts::timeline(&mut tx, &lead.id).await)
        .await?;
    let (policy, when) = (asked.policy(), asked.when());
    let lead = policy.rated(lead.clone(), when.now());
    Ok(details::lead_card(
        &lead, &history, policy, &asked.who, &when,
    ))
}

/// Takes the next lead for `who`, as the button does, once for each delivery; its card comes by itself.
pub async fn pull(context: Context<'_>, who: &RepId, delivery: &str) -> Option<Card> {
    let pulled = match Asked::new(context, who).await {
        Ok(mut asked) => {
            delivery.clone_into(&mut asked.delivery);
            take_next(&asked).await
        }
        Err(trouble) => Err(trouble),
    };
    match pulled {
        Ok(Some(_)) => None,
        Ok(None) => Some(Card::sentence(NOTHING)),
        Err(trouble) => Some(Card::sentence(trouble.said())),
    }
}

/// What is said of an empty queue.
const NOTHING: &str = "The queue is empty: there is no next lead.";

async fn next(asked: &Asked<'_>) -> Result<Card, Trouble> {
    let Some(lead) = take_next(asked).await? else {
        return Ok(Card::sentence(NOTHING));
    };
    let mut card = whole(asked, &lead).await?;
    card.summary = format!("It is yours. {}", card.summary);
    card.parts.insert(
        0,
        Part::Text(vec![Run::bold("The next one from the queue. It is yours.")]),
    );
    Ok(card)
}

/// The first of the queue that nobody else takes meanwhile.
async fn take_next(asked: &Asked<'_>) -> Result<Option<Lead>, Trouble> {
    if let Some(lead) = taken_before(asked).await? {
        return get(asked, &lead).await;
    }
    let mut tried: Vec<LeadId> = Vec::new();
    for _ in 0..MOST_LOOKS {
        let waiting = lists::queue(asked).await?;
        let fresh: Vec<Lead> = waiting
            .into_iter()
            .filter(|lead| !tried.contains(&lead.id))
            .collect();
        if fresh.is_empty() {
            break;
        }
        for lead in fresh {
            if let Some(lead) = take(asked, &lead.id).await? {
                return Ok(Some(lead));
            }
            tried.push(lead.id);
        }
    }
    Ok(None)
}

/// The lead that this very delivery has taken before Baton went down and came back.
async fn taken_before(asked: &Asked<'_>) -> Result<Option<LeadId>, Trouble> {
    if asked.delivery.is_empty() {
        return Ok(None);
    }
    Ok(asked.engine.taken_by(&asked.who, &asked.delivery).await?)
}

async fn take(asked: &Asked<'_>, lead: &LeadId) -> Result<Option<Lead>, Trouble> {
    let taken = if asked.delivery.is_empty() {
        let by = asked.who.clone();
        let handled = asked.engine.handle(lead, Event::Claim { by }).await;
        handled.map(|handled| handled.lead.id)
    } else {
        let (who, delivery) = (&asked.who, &asked.delivery);
        asked.engine.claim_once(lead, who, delivery).await
    };
    match taken {
        Ok(taken) => get(asked, &taken).await,
        // Somebody was faster, or it is not for them to take.
        Err(
            engine::Error::Refused {
                refusal: Refusal::OfferOver | Refusal::NotToBeTaken | Refusal::AlreadyYours,
                ..
            }
            | engine::Error::NoSuchLead,
        ) => Ok(None),
        Err(engine::Error::Refused {
            refusal: Refusal::HoldsEnough { most },
            ..
        }) => Err(Trouble::refused(answers::holds_enough(most))),
        Err(error) => Err(error.into()),
    }
}

/// A lead with its history, for whoever may see it.
pub(super) async fn get(asked: &Asked<'_>, id: &LeadId) -> Result<Option<Lead>, Trouble> {
    let found = asked
        .engine
        .db()
        .read(async |mut tx| Ok::<_, Error>(leads::get(&mut tx, id).await?));
    Ok(found.await?)
}
