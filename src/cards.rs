//! The card of a lead as it is now, for whoever shows it: the worker where it stands, and the desk to the
//! person who has just pressed it.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    domain::{
        card::Card,
        event::{Audible, CardRef},
        id::{LeadId, RepId, TeamId},
        lead::{Lead, Offer, State},
        policy::{Channel, Policy},
    },
    engine::{Engine, Error},
    store::{
        leads,
        outbox::{self, Place},
        reps, tally,
    },
    words::{self, late::HollowAccepts, when::When},
};

/// More leads of one message are not looked at.
const MOST_IN_ONE: i64 = 50;
/// Accepts without a contact count for so long.
const LATELY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A card as it is now.
pub struct Drawn {
    /// What it shows.
    pub card: Card,
    /// Where it stands already.
    pub place: Option<Place>,
    /// Whether it is worth posting where it does not stand: it asks something, or it is the owner's.
    pub asks: bool,
}

/// Draws a card of a lead by the clock of its readers; `None` if there is nothing to show any more.
///
/// # Errors
/// If the database does not answer.
pub async fn draw(
    engine: &Engine,
    lead: &LeadId,
    card: &CardRef,
    zone: &TimeZone,
) -> Result<Option<Drawn>, Error> {
    let key = outbox::card_key(lead, card);
    let now = engine.clock().now();
    if let CardRef::Late { to, .. } = card {
        return draw_late(engine, &key, to, zone, now).await;
    }
    let (lead, standing) = engine
        .db()
        .read(async |mut tx| {
            let lead = leads::get(&mut tx, lead).await?;
            Ok::<_, Error>((lead, outbox::card(&mut tx, &key).await?))
        })
        .await?;
    let rules = engine.rules();
    let drawn = lead.and_then(|lead| {
        let lead = rules.policy.rated(lead, now);
        let drawn = of_lead(&lead, card, &rules.policy, zone, now)?;
        Some((drawn, asks_something(&lead, card)))
    });
    Ok(drawn.map(|(card, asks)| Drawn {
        card,
        place: standing.map(|card| card.place()),
        asks,
    }))
}

fn of_lead(
    lead: &Lead,
    card: &CardRef,
    policy: &Policy,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<Card> {
    match card {
        CardRef::Offer { offer, .. } => {
            let offer = lead.offer(offer)?;
            Some(words::offer::offer_card(lead, offer, policy, zone, now))
        }
        CardRef::Pool { .. } => Some(words::pool::pool_card(lead, policy, zone, now)),
        CardRef::Review { rep, .. } => {
            Some(words::review::review_card(lead, rep, policy, zone, now))
        }
        CardRef::Late { .. } => None,
    }
}

/// The message in which somebody was told that leads are late, as they stand now.
async fn draw_late(
    engine: &Engine,
    key: &str,
    to: &Audible,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Option<Drawn>, Error> {
    let found = engine
        .db()
        .read(async |mut tx| {
            let Some(card) = outbox::card(&mut tx, key).await? else {
                return Ok::<_, Error>(None);
            };
            let place = card.place();
            let mut late = Vec::new();
            for card in outbox::cards_at(&mut tx, &place, MOST_IN_ONE).await? {
                late.extend(leads::get(&mut tx, &card.lead_id).await?);
            }
            Ok(Some((place, late)))
        })
        .await?;
    let Some((place, late)) = found else {
        return Ok(None);
    };
    let rules = engine.rules();
    let hollow = hollow_accepts(engine, late.iter()).await?;
    let when = When::for_what_stands(now, zone);
    Ok(Some(Drawn {
        card: words::late::late_card(&late, to.rep(), &hollow, &rules.policy, &when),
        place: Some(place),
        asks: false,
    }))
}

/// How many leads the owners of these late ones have accepted lately and not tried to reach in time.
///
/// # Errors
/// If the database does not answer.
pub async fn hollow_accepts<'l>(
    engine: &Engine,
    leads: impl Iterator<Item = &'l Lead>,
) -> Result<HollowAccepts, Error> {
    let late = leads.filter(|lead| lead.alarm.is_some());
    let mut owners: Vec<RepId> = late.filter_map(Lead::owner).cloned().collect();
    owners.sort();
    owners.dedup();
    if owners.is_empty() {
        return Ok(HollowAccepts::new());
    }
    let since = engine.clock().now() - LATELY;
    let db = engine.db().at_length();
    Ok(db
        .read(async |mut tx| tally::hollow(&mut tx, &owners, since).await)
        .await?)
}

/// Draws the card that stands at `place`; `None` if Baton knows of none there.
///
/// # Errors
/// If the database does not answer.
pub async fn draw_at(engine: &Engine, place: &Place) -> Result<Option<Drawn>, Error> {
    let standing = engine
        .db()
        .read(async |mut tx| outbox::card_by_message(&mut tx, place).await)
        .await?;
    let Some((lead, card)) =
        standing.and_then(|standing| Some((standing.lead_id, outbox::card_of_key(&standing.key)?)))
    else {
        return Ok(None);
    };
    match zone_of_readers(engine, &lead, &card).await? {
        Some(zone) => draw(engine, &lead, &card, &zone).await,
        None => Ok(None),
    }
}

/// The clock by which a card tells the time; `None` if its readers are gone.
async fn zone_of_readers(
    engine: &Engine,
    lead: &LeadId,
    card: &CardRef,
) -> Result<Option<TimeZone>, Error> {
    match card.to() {
        Audible::Rep(rep) => {
            let zone = zone_of_reader(engine, &rep, lead).await?;
            Ok(Some(zone.unwrap_or(TimeZone::UTC)))
        }
        Audible::Channel(team) => {
            let rules = engine.rules();
            Ok(channel_of(&rules.policy, &team).map(|(_, zone)| zone))
        }
    }
}

/// A rep's own clock: of the configuration, else of the chat profile, as far as that is known.
///
/// # Errors
/// If the database does not answer.
pub async fn zone_of(engine: &Engine, rep: &RepId) -> Result<Option<TimeZone>, Error> {
    let rules = engine.rules();
    let told = rules.policy.reps.get(rep);
    if let Some(zone) = told.and_then(|rep| rep.timezone.clone()) {
        return Ok(Some(zone));
    }
    let asked = std::slice::from_ref(rep);
    let mut known = engine
        .db()
        .read(async |mut tx| reps::known(&mut tx, asked).await)
        .await?;
    let zone = known.remove(rep).and_then(|rep| rep.zone);
    Ok(zone.and_then(|name| TimeZone::get(&name).ok()))
}

/// The clock by which somebody is told of a lead: their own. Whoever the configuration no longer names has lost the
/// one that it told of them; the lead's clock is what comes nearest to it.
///
/// # Errors
/// If the database does not answer.
pub async fn zone_of_reader(
    engine: &Engine,
    rep: &RepId,
    lead: &LeadId,
) -> Result<Option<TimeZone>, Error> {
    let zone = zone_of(engine, rep).await?;
    if zone.is_some() || engine.rules().policy.reps.contains_key(rep) {
        return Ok(zone);
    }
    let lead = engine
        .db()
        .read(async |mut tx| leads::get(&mut tx, lead).await)
        .await?;
    Ok(lead.and_then(|lead| lead.plan).map(|plan| plan.zone()))
}

/// A team's channel, and the clock by which it is told the time.
#[must_use]
pub fn channel_of(policy: &Policy, team: &TeamId) -> Option<(Channel, TimeZone)> {
    let team = policy.team(team)?;
    Some((team.channel.clone()?, team.zone()))
}

fn asks_something(lead: &Lead, card: &CardRef) -> bool {
    match card {
        CardRef::Offer { offer, .. } => {
            let owners = matches!(&lead.state, State::Owned { offer: owned, .. } if owned == offer);
            owners || lead.offer(offer).is_some_and(Offer::is_pending)
        }
        CardRef::Pool { epoch, .. } => {
            lead.epoch == *epoch && matches!(lead.state, State::Pooled { .. })
        }
        CardRef::Review { epoch, .. } => {
            lead.epoch == *epoch && matches!(lead.state, State::Review { .. })
        }
        CardRef::Late { .. } => false,
    }
}
