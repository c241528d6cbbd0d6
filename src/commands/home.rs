//! The home tab: what somebody's page shows now. Where a chat has no such tab the page is a message: what is
//! pressed there says so, and shows the page as it is then.

use super::{
    Context,
    asked::{Asked, Trouble},
    hours, leads as lists, rights,
};
use crate::{
    domain::{
        card::{Button, Card, Part},
        id::RepId,
        lead::{Lead, Promise, State},
        phrase::Until,
        policy::Rep,
        world::{RepNow, Unfit},
    },
    store::{
        Error,
        leads::{self, LeadFilter},
        reps,
    },
    words::{
        home::{self as said, Home, Planned, Presence, Watch},
        lists::Reader,
    },
};

/// As many leads of a state are looked through for what is late.
const MOST_LOOKED_AT: usize = 200;

/// The page of `who` as it is now; what is said instead if it can't be made.
pub async fn home(context: Context<'_>, who: &RepId) -> Card {
    let drawn = match Asked::new(context, who).await {
        Ok(asked) => draw(&asked).await,
        Err(trouble) => Err(trouble),
    };
    drawn.unwrap_or_else(|trouble| Card::sentence(trouble.said()))
}

/// Before what a button carries that changes the page it stands on.
const ON_PAGE: &str = "page/";

/// What a button of a page in a message carries elsewhere; `None` if it is of no such page.
#[must_use]
pub fn on_page(value: &str) -> Option<&str> {
    value.strip_prefix(ON_PAGE)
}

/// The page as a message, under what there is to say of the last press.
pub async fn page(context: Context<'_>, who: &RepId, said: Option<Card>) -> Card {
    let page = as_message(home(context, who).await);
    let Some(said) = said else { return page };
    let parts = said.parts.into_iter().chain([Part::Divider]);
    Card {
        summary: said.summary,
        parts: parts.chain(page.parts).collect(),
    }
}

/// The page for who asks for it by a word.
pub(super) async fn message(asked: &Asked<'_>) -> Result<Card, Trouble> {
    Ok(as_message(draw(asked).await?))
}

fn as_message(mut page: Card) -> Card {
    let buttons = page.parts.iter_mut().flat_map(buttons_of);
    // What opens a dialog leaves the page as it is.
    let acting = buttons.filter(|button| !button.opens_dialog && button.confirm.is_none());
    acting.for_each(|button| button.value.insert_str(0, ON_PAGE));
    page
}

fn buttons_of(part: &mut Part) -> Vec<&mut Button> {
    match part {
        Part::Buttons(buttons) => buttons.iter_mut().collect(),
        Part::List(items) => items.iter_mut().flat_map(|it| &mut it.buttons).collect(),
        Part::Title(_)
        | Part::Text(_)
        | Part::Facts(_)
        | Part::Note(_)
        | Part::Divider
        | Part::Picture(_)
        | Part::Table(_)
        | Part::Chart(_) => Vec::new(),
    }
}

async fn draw(asked: &Asked<'_>) -> Result<Card, Trouble> {
    let when = asked.when();
    let reader = Reader {
        rep: &asked.who,
        policy: asked.policy(),
        when: &when,
        words: asked.words,
    };
    let mine = lists::mine(asked).await?;
    let queue = lists::queue(asked).await?.len();
    let watched = watched(asked).await?;
    let (presence, planned) = presence(asked).await?;
    let page = Home {
        reader,
        presence,
        hours: hours::said(asked, &asked.who).await?,
        planned,
        leads: mine.iter().collect(),
        queue,
        watch: watched.as_ref().map(Watched::shown),
    };
    Ok(said::home(&page))
}

async fn presence(asked: &Asked<'_>) -> Result<(Presence, Vec<Planned>), Trouble> {
    let (now, who) = (asked.now.timestamp(), &asked.who);
    let absences = asked
        .engine
        .db()
        .read(async |mut tx| reps::absences_of(&mut tx, who, now).await)
        .await?;
    let until = |absence: &reps::Absence| absence.until_at.map_or(Until::Back, Until::At);
    let (running, planned): (Vec<_>, Vec<_>) =
        absences.into_iter().partition(|one| one.from_at <= now);
    let planned = planned.iter().map(|one| Planned {
        from: one.from_at,
        until: until(one),
    });
    // Of several the one that ends last counts.
    let away = running
        .iter()
        .max_by_key(|one| (one.until_at.is_none(), one.until_at))
        .map(|one| Presence::Away {
            until: until(one),
            reason: one.reason.clone(),
        });
    let presence = match (away, asked.policy().reps.get(who)) {
        (Some(away), _) => away,
        (None, Some(rep)) => {
            let mut standing = asked
                .engine
                .standing(std::slice::from_ref(who), now)
                .await?;
            let standing = standing.remove(who);
            standing.map_or(Presence::Off, |standing| at_work(asked, rep, &standing.now))
        }
        (None, None) => Presence::Off,
    };
    Ok((presence, planned.collect()))
}

fn at_work(asked: &Asked<'_>, rep: &Rep, there: &RepNow) -> Presence {
    let now = asked.now.timestamp();
    match there.unfit(rep, now) {
        Some(Unfit::Unknown | Unfit::Inactive) => Presence::Off,
        Some(Unfit::Closed(opens)) => Presence::Closed(opens),
        Some(why) => Presence::Held(why),
        None => Presence::Here(there.closes_at(now)),
    }
}

/// What a manager watches.
struct Watched {
    teams: Vec<crate::domain::id::TeamId>,
    review: Vec<Lead>,
    waiting: Vec<Lead>,
    late: Vec<Lead>,
}

impl Watched {
    fn shown(&self) -> Watch<'_> {
        Watch {
            teams: self.teams.clone(),
            review: self.review.iter().collect(),
            waiting: self.waiting.iter().collect(),
            late: self.late.iter().collect(),
        }
    }
}

async fn watched(asked: &Asked<'_>) -> Result<Option<Watched>, Trouble> {
    let teams = rights::managed(asked.policy(), &asked.who);
    if teams.is_empty() {
        return Ok(None);
    }
    // Owned leads are many, and the new ones are those that may still wait for a call.
    let owned = LeadFilter {
        state: Some("owned".to_owned()),
        teams: Some(teams.clone()),
        limit: u32::try_from(MOST_LOOKED_AT).unwrap_or(u32::MAX),
        ..LeadFilter::default()
    };
    let (review, waiting, under_way) = asked
        .engine
        .db()
        .read(async |mut tx| {
            let most = MOST_LOOKED_AT;
            let review = leads::oldest(&mut tx, "review", &teams, most).await?;
            let queued = leads::queued_alone(&mut tx, &teams, most).await?;
            let mut under_way = leads::oldest(&mut tx, "offered", &teams, most).await?;
            under_way.extend(leads::oldest(&mut tx, "pooled", &teams, most).await?);
            under_way.extend(leads::list(&mut tx, &owned).await?.0);
            Ok::<_, Error>((review, queued, under_way))
        })
        .await?;
    let all = review.iter().chain(&waiting).chain(&under_way);
    let mut late: Vec<Lead> = all.filter(|lead| is_late(lead)).cloned().collect();
    late.sort_by_key(|lead| (lead.created_at, lead.number));
    Ok(Some(Watched {
        teams,
        review,
        waiting,
        late,
    }))
}

/// Whether a target was missed that is still to be met, or managers were told that it is late.
fn is_late(lead: &Lead) -> bool {
    let owned = matches!(lead.state, State::Owned { .. });
    let untaken = !owned && lead.has_breached(Promise::Acknowledge);
    let untried = lead.clock.attempted_at.is_none() && lead.has_breached(Promise::Contact);
    untaken || untried || lead.alarm.is_some()
}
