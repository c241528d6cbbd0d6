//! `/away` and `/back`: no new offers for a while, and again.
//!
//! ```text
//! /away until tomorrow 9am dentist cover @jonas
//! You are away until tomorrow 09:00 (Europe/Berlin) (dentist). Jonas Weber stands in.
//! 1 pending offer moved on: #4711.   #4711 Ada, Acme: Selin Kaya is asked now.
//! /away list    /away cancel 2    /away @jonas until monday    /back    /back until 21:00
//! ```

use jiff::{SignedDuration, Timestamp};

use super::{
    Answer, AwayAsk, Context, Named,
    asked::{Asked, Trouble},
    rights,
};
use crate::{
    domain::{
        card::{Card, Item, Part, Run},
        event::Actor,
        id::{RepId, TeamId},
        lead::Lead,
        phrase::{AwaySpan, Until},
        world::Unfit,
    },
    engine::{Absence, Cancelled, Coverage, Went},
    store::reps,
    words::{
        availability::{self as said, Desk, Moved},
        commands::Topic,
        coverage::{self, Absent, Covered},
        fate::whereabouts,
        lists::Reader,
        returns,
        seen::Seen,
        when::When,
    },
};

/// More leads that moved on are only counted.
const MOST_MOVED: usize = 20;
/// So far ahead looks the calendar of absences.
const CALENDAR_DAYS: i64 = 28;

pub(super) async fn away(
    asked: &Asked<'_>,
    who: Option<Named>,
    ask: AwayAsk,
) -> Result<Card, Trouble> {
    if ask == AwayAsk::Team {
        return team_calendar(asked).await;
    }
    let rep = asked.subject(who.as_ref()).await?;
    match ask {
        AwayAsk::Team => team_calendar(asked).await,
        AwayAsk::Take(span) => take(asked, rep, span).await,
        AwayAsk::List => {
            let all = absences(asked, &rep).await?;
            Ok(numbered(said::absences(desk(asked, &asked.when()), &all)))
        }
        AwayAsk::Cancel(nth) => cancel(asked, &rep, nth).await,
        AwayAsk::Hours(_) => Err(Trouble::refused(
            "Hours are no absence. Nothing was changed.",
        )),
    }
}

/// Who is away in the coming weeks, of the teams that the asker manages; whoever manages none sees their own absences.
async fn team_calendar(asked: &Asked<'_>) -> Result<Card, Trouble> {
    let policy = asked.policy();
    let managed = rights::managed(policy, &asked.who);
    let theirs = policy.teams.iter().map(|team| &team.id);
    let teams: Vec<TeamId> = theirs
        .filter(|team| managed.contains(*team))
        .cloned()
        .collect();
    if teams.is_empty() {
        let own = asked.words.typed(Topic::Away, "list");
        return Err(Trouble::refused(format!(
            "You manage no team: {own} shows your own absences."
        )));
    }
    let now = asked.now.timestamp();
    let end = now + SignedDuration::from_hours(24 * CALENDAR_DAYS);
    let covered = asked.engine.coverage(&teams, (now, end)).await?;
    let covered: Vec<Covered> = covered.into_iter().map(shown).collect();
    Ok(coverage::calendar(&covered, end, policy, &asked.when()))
}

fn shown(coverage: Coverage) -> Covered {
    let absences = coverage.absences.into_iter().map(|(one, zone)| Absent {
        zone,
        rep: one.rep,
        from: one.from_at,
        until: one.until_at.map_or(Until::Back, Until::At),
        cover: one.cover,
    });
    Covered {
        team: coverage.team,
        absences: absences.collect(),
        holidays: coverage.holidays.into_iter().collect(),
        nobody: coverage.nobody,
        zone: coverage.zone,
        usual: None,
        clocks: Vec::new(),
    }
}

fn desk<'d>(asked: &'d Asked<'_>, when: &'d When) -> Desk<'d> {
    Desk {
        reader: &asked.who,
        policy: asked.policy(),
        when,
        words: asked.words,
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
    let went = asked.engine.away(&absence).await?;
    let absence = said::Absence {
        id: went.id.clone(),
        rep,
        from,
        until,
        reason: span.reason,
        cover,
    };
    let mut card = taken(asked, &absence, &went);
    also_planned(asked, &absence, &mut card).await?;
    Ok(card)
}

/// Another absence that this one runs into: without it the answer would promise too much.
async fn also_planned(
    asked: &Asked<'_>,
    absence: &said::Absence,
    card: &mut Card,
) -> Result<(), Trouble> {
    let Until::At(until) = absence.until else {
        return Ok(());
    };
    let others = absences(asked, &absence.rep).await?;
    let longer = others.iter().find(|other| {
        let later = moment(other.until).is_none_or(|end| end > until);
        other.id != absence.id && other.from <= until && later
    });
    if let Some(longer) = longer {
        let words = said::also(desk(asked, &asked.when()), longer);
        card.summary = format!("{} {words}", card.summary);
        card.parts.push(Part::Text(vec![Run::plain(words)]));
    }
    Ok(())
}

/// The absence as it was understood, which leads went to whom, and how to keep what waits.
fn taken(asked: &Asked<'_>, absence: &said::Absence, went: &Went) -> Card {
    let (policy, when) = (asked.policy(), asked.when());
    let numbers = |leads: &[Lead]| leads.iter().map(|lead| lead.number).collect::<Vec<_>>();
    let (offers, owned) = (numbers(&went.asked), numbers(&went.owned));
    let moved_on = Moved {
        offers: &offers,
        owned: &owned,
    };
    let mut card = said::away(desk(asked, &when), absence, moved_on);
    let moved = went.asked.iter().chain(&went.owned);
    let items = moved.take(MOST_MOVED).map(|lead| {
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
    if !went.asked.is_empty() {
        let keep = said::keep_button(&absence.id, went.asked.len());
        card.parts.push(Part::Buttons(vec![keep]));
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
    cancelled(asked, absence).await
}

/// Takes it back, and says so; whoever was away by it reads what came meanwhile.
async fn cancelled(asked: &Asked<'_>, absence: &said::Absence) -> Result<Card, Trouble> {
    let by = Actor::Rep(asked.who.clone());
    let became = asked
        .engine
        .cancel_absence(&absence.rep, &absence.id, &by)
        .await?;
    let words = said::cancelled(desk(asked, &asked.when()), absence);
    match became {
        Cancelled::Over => Err(Trouble::refused("That absence is over already.")),
        Cancelled::Ended(ended) if asked.is_me(&absence.rep) => {
            meanwhile(asked, &ended, &words).await
        }
        Cancelled::Ended(_) | Cancelled::Ahead => Ok(Card::sentence(words)),
    }
}

/// Takes back the absence `id`, as a button of the list carries it; shows what is left of the list.
pub async fn cancel_listed(context: Context<'_>, who: &RepId, id: &str) -> Answer {
    let answered = match Asked::new(context, who).await {
        Ok(asked) => take_out(&asked, id).await,
        Err(trouble) => Err(trouble),
    };
    let card = answered.unwrap_or_else(|trouble| Card::sentence(trouble.said()));
    card.into()
}

async fn take_out(asked: &Asked<'_>, id: &str) -> Result<Card, Trouble> {
    let stored = asked
        .engine
        .db()
        .read(async |mut tx| reps::absence_by_id(&mut tx, id).await)
        .await?;
    let over = || Trouble::refused("That absence is over already.");
    let rep = stored.ok_or_else(over)?.rep;
    if !rights::manages(asked.policy(), &asked.who, &rep) {
        return Err(asked.not_for(&rep));
    }
    let before = absences(asked, &rep).await?;
    let (gone, left): (Vec<_>, Vec<_>) = before.into_iter().partition(|one| one.id == id);
    let gone = gone.into_iter().next().ok_or_else(over)?;
    let mut card = cancelled(asked, &gone).await?;
    if !left.is_empty() {
        let list = numbered(said::absences(desk(asked, &asked.when()), &left));
        card.summary = format!("{} {}", card.summary, list.summary);
        card.parts.extend(list.parts);
    }
    Ok(card)
}

/// `words`, and what came in the absence that is over.
async fn meanwhile(
    asked: &Asked<'_>,
    absence: &reps::Absence,
    words: &str,
) -> Result<Card, Trouble> {
    let when = asked.when();
    let reader = Reader {
        rep: &asked.who,
        policy: asked.policy(),
        when: &when,
        words: asked.words,
    };
    let meanwhile = asked.engine.meanwhile(absence, when.now()).await?;
    let came: Vec<_> = meanwhile.came.into_iter().collect();
    let meanwhile = returns::Meanwhile {
        from: meanwhile.from,
        came: &came,
        covered: &meanwhile.covered,
        moved: &meanwhile.moved,
        waiting: &meanwhile.waiting,
        queue: meanwhile.queue,
    };
    Ok(returns::back(words, reader, &meanwhile))
}

/// Why somebody who is there gets no leads all the same.
async fn held(asked: &Asked<'_>, who: &RepId) -> Result<Option<Unfit>, Trouble> {
    let now = asked.now.timestamp();
    let mut standing = asked
        .engine
        .standing(std::slice::from_ref(who), now)
        .await?;
    let there = asked.policy().reps.get(who).zip(standing.remove(who));
    Ok(there.and_then(|(rep, standing)| standing.now.unfit(rep, now)))
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
    let by = Actor::Rep(asked.who.clone());
    let returned = asked.engine.back(&rep, until.or(opens), &by).await?;
    let when = asked.when();
    if asked.is_me(&rep) {
        let held = held(asked, &rep).await?;
        let was_away = returned.ended.is_some();
        let words = said::back(desk(asked, &when), was_away, until, opens, held.as_ref());
        return match returned.ended {
            Some(absence) => meanwhile(asked, &absence, &words).await,
            None => Ok(Card::sentence(words)),
        };
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
