//! `/away` and `/back`: no new offers for a while, and again.
//!
//! ```text
//! /away until tomorrow 9am dentist cover @jonas
//! You are away until tomorrow 09:00 (Europe/Berlin) (dentist). Jonas Weber stands in.
//! 1 pending offer went to the next: #4711.   #4711 Ada, Acme: Selin Kaya is asked now.
//! /away list    /away cancel 2    /away @jonas until monday    /back    /back until 21:00
//! ```

use jiff::Timestamp;

use super::{
    AwayAsk, Named, Topic,
    asked::{Asked, Trouble},
};
use crate::{
    domain::{
        card::{Card, Item, Part, Run},
        event::Actor,
        id::RepId,
        lead::Lead,
        phrase::{AwaySpan, Until},
    },
    engine::Absence,
    store::reps,
    words::{
        availability::{self as said, Desk, Moved},
        fate::whereabouts,
        seen::Seen,
        when::When,
    },
};

pub(super) async fn away(
    asked: &Asked<'_>,
    who: Option<Named>,
    ask: AwayAsk,
) -> Result<Card, Trouble> {
    let rep = asked.subject(who.as_ref()).await?;
    match ask {
        AwayAsk::Take(span) => take(asked, rep, span).await,
        AwayAsk::List => {
            let all = absences(asked, &rep).await?;
            Ok(numbered(said::absences(desk(asked, &asked.when()), &all)))
        }
        AwayAsk::Cancel(nth) => cancel(asked, &rep, nth).await,
    }
}

fn desk<'d>(asked: &'d Asked<'_>, when: &'d When) -> Desk<'d> {
    Desk {
        reader: &asked.who,
        policy: asked.policy(),
        when,
        away_word: asked.words.word(Topic::Away),
        back_word: asked.words.word(Topic::Back),
    }
}

/// The list with the numbers that `cancel` takes.
fn numbered(mut card: Card) -> Card {
    for part in &mut card.parts {
        if let Part::List(items) = part {
            for (at, item) in items.iter_mut().enumerate() {
                item.text.insert(0, Run::bold(format!("{}. ", at + 1)));
            }
        }
    }
    card
}

async fn take(asked: &Asked<'_>, rep: RepId, span: AwaySpan) -> Result<Card, Trouble> {
    let cover = match &span.cover {
        Some(name) => Some(cover(asked, &rep, name).await?),
        None => None,
    };
    let now = asked.now.timestamp();
    let from = span.from.unwrap_or(now);
    let until = match span.until {
        Some(until) => until,
        None => next_working_day(asked, &rep, from).await?,
    };
    let absence = Absence {
        rep: rep.clone(),
        from: span.from,
        until: moment(until),
        reason: span.reason.clone(),
        cover: cover.clone(),
        made_by: Actor::Rep(asked.who.clone()),
    };
    let moved = asked.engine.away(&absence).await?;
    let absence = said::Absence {
        id: String::new(),
        rep,
        from,
        until,
        reason: span.reason,
        cover,
    };
    Ok(taken(asked, &absence, &moved))
}

/// The absence as it was understood, and which offers went to whom.
fn taken(asked: &Asked<'_>, absence: &said::Absence, moved: &[Lead]) -> Card {
    let (policy, when) = (asked.policy(), asked.when());
    let numbers: Vec<i64> = moved.iter().map(|lead| lead.number).collect();
    let moved_on = Moved {
        offers: &numbers,
        owned: &[],
    };
    let mut card = said::away(desk(asked, &when), absence, moved_on, false);
    let items = moved.iter().map(|lead| {
        let now = whereabouts(lead, policy, &asked.who, &when);
        let called = Seen::by(&asked.who, lead, policy).called();
        Item {
            text: vec![Run::bold(called), Run::plain(format!(": {now}"))],
            buttons: Vec::new(),
        }
    });
    let items: Vec<Item> = items.collect();
    for item in &items {
        let words = item.text.iter().map(Run::words);
        card.summary.extend([" "].into_iter().chain(words));
    }
    if !items.is_empty() {
        card.parts.push(Part::List(items));
    }
    card
}

async fn cover(asked: &Asked<'_>, rep: &RepId, name: &str) -> Result<RepId, Trouble> {
    let cover = asked.find(&Named::any(name)).await?;
    if cover == *rep {
        return Err(Trouble::refused(
            "Somebody else has to stand in while you are away. Nothing was changed.",
        ));
    }
    Ok(cover)
}

/// When an absence ends of which that was not said.
async fn next_working_day(
    asked: &Asked<'_>,
    rep: &RepId,
    from: Timestamp,
) -> Result<Until, Trouble> {
    let hours = asked.hours_of(rep).await?;
    let start = hours.and_then(|hours| hours.next_working_day(from));
    Ok(start.map_or(Until::Back, Until::At))
}

fn moment(until: Until) -> Option<Timestamp> {
    match until {
        Until::At(at) => Some(at),
        Until::Back => None,
    }
}

async fn absences(asked: &Asked<'_>, rep: &RepId) -> Result<Vec<said::Absence>, Trouble> {
    let now = asked.now.timestamp();
    let stored = asked
        .engine
        .db()
        .read(async |mut tx| reps::absences_of(&mut tx, rep, now).await)
        .await?;
    let told = stored.into_iter().map(|one| said::Absence {
        id: one.id,
        rep: one.rep,
        from: one.from_at,
        until: one.until_at.map_or(Until::Back, Until::At),
        reason: one.reason,
        cover: one.cover,
    });
    Ok(told.collect())
}

async fn cancel(asked: &Asked<'_>, rep: &RepId, nth: usize) -> Result<Card, Trouble> {
    let all = absences(asked, rep).await?;
    let Some(absence) = nth.checked_sub(1).and_then(|at| all.get(at)) else {
        let there = match all.len() {
            0 => "There is no absence to cancel.".to_owned(),
            1 => format!("There is no absence {nth}, there is only one."),
            some => format!("There is no absence {nth}, there are {some}."),
        };
        return Err(Trouble::refused(there));
    };
    if !asked.engine.cancel_absence(rep, &absence.id).await? {
        return Err(Trouble::refused("That absence is over already."));
    }
    let words = said::cancelled(desk(asked, &asked.when()), absence);
    Ok(Card::sentence(words))
}

pub(super) async fn back(
    asked: &Asked<'_>,
    who: Option<Named>,
    until: Option<Timestamp>,
) -> Result<Card, Trouble> {
    let rep = asked.subject(who.as_ref()).await?;
    let now = asked.now.timestamp();
    let hours = asked
        .hours_of(&rep)
        .await?
        .filter(|hours| !hours.is_open(now));
    let opens = hours.and_then(|hours| hours.next_open(now));
    // Who says at night that they are back wants leads; from their hours on they get them anyway.
    let returned = asked.engine.back(&rep, until.or(opens)).await?;
    let when = asked.when();
    let words = match (until, opens) {
        (None, Some(opens)) => format!(
            "Welcome back. You get leads from now on, also before your hours start {}.",
            when.said_with_zone(opens)
        ),
        (Some(_), _) | (None, None) => {
            said::back(desk(asked, &when), returned.ended > 0, until, None)
        }
    };
    if asked.is_me(&rep) {
        return Ok(Card::sentence(words));
    }
    let name = asked.policy().name_of(&rep);
    let until = until.map_or(String::new(), |until| {
        format!(
            ", also outside their hours until {}",
            when.said_with_zone(until)
        )
    });
    Ok(Card::sentence(format!(
        "{name} is back and gets leads again{until}."
    )))
}
