//! `/leads`: own leads with what to call now first, what can be taken, what a manager decides, and a search.

use super::{
    Answer, Context, LeadsView, Topic,
    asked::{Asked, Trouble},
    rights::{self, Sight},
    rules, turns,
};
use crate::{
    domain::{card::Card, id::RepId, lead::Lead},
    store::{
        Error,
        leads::{self, LeadFilter},
    },
    words::{
        lists::{self, Reader},
        seen::Seen,
    },
};

/// More than this nobody turns the pages of.
const MOST: usize = 200;

/// Shows the page that `value` names, as buttons under a list carry it: `queue:2`, `search:1:acme`.
pub async fn page(context: Context<'_>, who: &RepId, value: &str) -> Answer {
    let mut carried = value.splitn(3, ':');
    let (name, page, text) = (carried.next(), carried.next(), carried.next());
    let view = match (name, text) {
        (Some("queue"), None) => LeadsView::Queue,
        (Some("queue"), Some(text)) => LeadsView::QueueOf(text.to_owned()),
        (Some("review"), _) => LeadsView::Review,
        (Some("search"), Some(text)) => LeadsView::Search(text.to_owned()),
        _ => LeadsView::Mine,
    };
    let page = page.and_then(|page| page.parse().ok()).unwrap_or(0);
    let answered = match Asked::new(context, who).await {
        Ok(asked) if name == Some("rules") => Ok(rules::page(&asked, page)),
        Ok(asked) => list(&asked, &view, page).await,
        Err(trouble) => Err(trouble),
    };
    let card = answered.unwrap_or_else(|trouble| Card::sentence(trouble.said()));
    card.into()
}

pub(super) async fn list(
    asked: &Asked<'_>,
    view: &LeadsView,
    page: usize,
) -> Result<Card, Trouble> {
    let when = asked.when();
    let reader = Reader {
        rep: &asked.who,
        policy: asked.policy(),
        when: &when,
        words: asked.words,
    };
    match view {
        LeadsView::Mine => Ok(lists::mine(reader, &each(&mine(asked).await?), page)),
        LeadsView::Queue => Ok(lists::queue(reader, "", &each(&queue(asked).await?), page)),
        LeadsView::QueueOf(text) => Ok(lists::queue(
            reader,
            text,
            &each(&queue(asked).await?),
            page,
        )),
        LeadsView::Review => Ok(lists::review(reader, &each(&review(asked).await?), page)),
        LeadsView::Search(text) => Ok(lists::found(
            reader,
            text,
            &each(&search(asked, text).await?),
            page,
        )),
        LeadsView::Turns => turns::list(asked).await,
    }
}

fn each(leads: &[Lead]) -> Vec<&Lead> {
    leads.iter().collect()
}

/// What they own and what they are asked for.
pub(super) async fn mine(asked: &Asked<'_>) -> Result<Vec<Lead>, Trouble> {
    let who = &asked.who;
    let found = asked
        .engine
        .db()
        .read(async |mut tx| leads::of_rep(&mut tx, who, MOST).await);
    Ok(found.await?)
}

/// What waits in the queues of their teams: what wants most first, then the oldest.
pub(super) async fn queue(asked: &Asked<'_>) -> Result<Vec<Lead>, Trouble> {
    let teams = rights::queues(asked.policy(), &asked.who);
    let found = asked
        .engine
        .db()
        .read(async |mut tx| leads::queue(&mut tx, &teams, MOST).await);
    Ok(found.await?)
}

/// What waits for their decision, the oldest first.
async fn review(asked: &Asked<'_>) -> Result<Vec<Lead>, Trouble> {
    let teams = rights::managed(asked.policy(), &asked.who);
    if teams.is_empty() {
        return Err(Trouble::refused(format!(
            "Leads in review are for the managers of a team. Yours are in {}.",
            asked.words.typed(Topic::Leads, "mine")
        )));
    }
    let found = asked
        .engine
        .db()
        .read(async |mut tx| leads::oldest(&mut tx, "review", &teams, MOST).await);
    Ok(found.await?)
}

/// By number, else by name, company, mail or phone; among what they may see, newest first.
async fn search(asked: &Asked<'_>, text: &str) -> Result<Vec<Lead>, Trouble> {
    let number = text.trim_start_matches('#').parse::<i64>().ok();
    let (teams, or_owner) = match rights::sight(asked.policy(), &asked.who) {
        Sight::Own => (Some(Vec::new()), Some(asked.who.clone())),
        Sight::Teams(teams) => (Some(teams), Some(asked.who.clone())),
        Sight::All => (None, None),
    };
    let filter = LeadFilter {
        q: Some(text.to_owned()),
        teams,
        or_owner,
        limit: u32::try_from(MOST).unwrap_or(u32::MAX),
        ..LeadFilter::default()
    };
    let (by_number, (by_words, _)) = asked
        .engine
        .db()
        .at_length()
        .read(async |mut tx| {
            let one = match number {
                Some(number) => leads::by_number(&mut tx, number).await?,
                None => None,
            };
            Ok::<_, Error>((one, leads::list(&mut tx, &filter).await?))
        })
        .await?;
    let theirs = |lead: &Lead| rights::finds(asked.policy(), &asked.who, lead);
    let told = |lead: &Lead| Seen::by(&asked.who, lead, asked.policy()).is_found_by(text);
    Ok(match by_number.filter(theirs) {
        Some(one) => vec![one],
        None => by_words.into_iter().filter(told).collect(),
    })
}
