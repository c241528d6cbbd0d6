//! `/leads move @jonas to @ayse`: all that somebody owns goes to somebody else, after a look at how much that is;
//! `/leads move @jonas to sales`: to a team, whose rules find somebody for each.

use serde_json::json;

use super::{
    Answer, Context, Named,
    asked::{Asked, Trouble},
    rights,
};
use crate::{
    domain::{
        card::Card,
        event::{Actor, Event, Handing, Premise, Receiver},
        id::{LeadId, RepId, TeamId},
        lead::Lead,
    },
    engine,
    store::{
        self, accounts, leads,
        reps::{self, KnownRep},
    },
    words::moves as said,
};

/// As many go at once; a second press moves the rest.
const MOST: usize = 500;

/// Asks whether it is meant, with how much it is.
pub(super) async fn ask(asked: &Asked<'_>, from: &Named, to: &Named) -> Result<Card, Trouble> {
    let from = giver(asked, from).await?;
    let to = match team(asked, to) {
        Some(team) => Receiver::Team(team),
        None => Receiver::Rep(asked.find(to).await?),
    };
    allowed(asked, &from, &to)?;
    let owned = owned(asked, &from).await?;
    let (value, away) = match &to {
        Receiver::Rep(rep) => (json!([from, rep]), away_words(asked, rep).await?),
        Receiver::Team(team) => (json!([from, "", team]), String::new()),
    };
    let value = value.to_string();
    Ok(said::ask(
        asked.policy(),
        &from,
        &to,
        &owned,
        &away,
        value,
        &asked.who,
    ))
}

/// A team goes before a person of the same name.
fn team(asked: &Asked<'_>, named: &Named) -> Option<TeamId> {
    let Named::Name(name) = named else {
        return None;
    };
    let name = name.strip_prefix("team ").unwrap_or(name);
    let team = asked.policy().team_called(name);
    team.map(|team| team.id.clone())
}

/// Whose leads they are: a rep's, or those of somebody who is no longer in the configuration.
async fn giver(asked: &Asked<'_>, named: &Named) -> Result<RepId, Trouble> {
    let trouble = match asked.find(named).await {
        Ok(rep) => return Ok(rep),
        Err(trouble) => trouble,
    };
    let (known, users) = asked
        .engine
        .db()
        .read(async |mut tx| {
            let known = reps::all(&mut tx).await?;
            Ok::<_, store::Error>((known, accounts::users(&mut tx).await?))
        })
        .await?;
    let is_meant = |rep: &KnownRep| match named {
        Named::User(user) => users.iter().any(|(id, of)| *id == rep.id && of == user),
        Named::Name(name) => {
            let whole = rep.name.as_deref().unwrap_or_default().to_lowercase();
            let first = whole.split_whitespace().next().unwrap_or_default();
            let name = name.to_lowercase();
            rep.id.as_str().to_lowercase() == name || whole == name || first == name
        }
    };
    let gone = known.into_iter().filter(|rep| rep.gone_at.is_some());
    let mut meant = gone.filter(is_meant);
    meant.next().map(|rep| rep.id).ok_or(trouble)
}

/// Does what the button of that answer says, and tells what became of each.
pub async fn move_now(context: Context<'_>, who: &RepId, value: &str) -> Answer {
    let done = match Asked::new(context, who).await {
        Ok(asked) => moved(&asked, value).await,
        Err(trouble) => Err(trouble),
    };
    let card = done.unwrap_or_else(|trouble| Card::sentence(trouble.said()));
    card.into()
}

async fn moved(asked: &Asked<'_>, value: &str) -> Result<Card, Trouble> {
    let (from, to) = read(value).ok_or_else(|| {
        Trouble::refused("This button is of no use any more. Please type the command again.")
    })?;
    allowed(asked, &from, &to)?;
    let (mut moved, mut left) = (Vec::new(), Vec::new());
    for lead in owned(asked, &from).await? {
        match give(asked, &lead.id, &to).await? {
            Some(lead) => moved.push(lead),
            None => left.push(lead),
        }
    }
    Ok(said::moved(
        asked.policy(),
        (&from, &to),
        &moved,
        &left,
        &asked.who,
        &asked.when(),
    ))
}

/// From whom and to whom, as the button carries it.
fn read(value: &str) -> Option<(RepId, Receiver)> {
    let read: Vec<String> = serde_json::from_str(value).ok()?;
    match read.as_slice() {
        [from, to] => Some((from.as_str().into(), Receiver::Rep(to.as_str().into()))),
        [from, _, team] => Some((from.as_str().into(), Receiver::Team(team.as_str().into()))),
        _ => None,
    }
}

/// The lead as it is now; nothing if it is not theirs to give.
async fn give(asked: &Asked<'_>, lead: &LeadId, to: &Receiver) -> Result<Option<Lead>, Trouble> {
    let event = Event::Assign {
        to: to.clone(),
        by: Actor::Rep(asked.who.clone()),
        handing: Handing::Now,
        words: String::new(),
        premise: Premise::Any,
    };
    match asked.engine.handle(lead, event).await {
        Ok(handled) => Ok(Some(handled.lead)),
        Err(engine::Error::Refused { .. } | engine::Error::NoSuchLead) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Only who manages somebody gives away what they have; one's own leads go one by one, by asking.
fn allowed(asked: &Asked<'_>, from: &RepId, to: &Receiver) -> Result<(), Trouble> {
    let policy = asked.policy();
    // Of somebody who has left no team tells whose they were: each lead does.
    let has_left = !policy.reps.contains_key(from);
    let theirs = has_left || rights::manages(policy, &asked.who, from);
    if rights::managed(policy, &asked.who).is_empty() || !theirs {
        let name = policy.name_of(from);
        return Err(Trouble::refused(format!(
            "Only a manager of a team {name} is in can move their leads. Nothing was changed."
        )));
    }
    let to = match to {
        Receiver::Rep(rep) => rep,
        Receiver::Team(team) if policy.team(team).is_some() => return Ok(()),
        Receiver::Team(team) => {
            let words = format!("There is no team {team} any more. Nothing was changed.");
            return Err(Trouble::refused(words));
        }
    };
    if from == to {
        return Err(Trouble::refused(
            "These are the same person. Nothing was changed.",
        ));
    }
    if !policy.reps.get(to).is_some_and(|rep| rep.active) {
        let name = policy.name_of(to);
        return Err(Trouble::refused(format!(
            "{name} takes no leads: they are switched off in the rules. Nothing was changed."
        )));
    }
    Ok(())
}

async fn owned(asked: &Asked<'_>, rep: &RepId) -> Result<Vec<Lead>, Trouble> {
    let found = asked
        .engine
        .db()
        .read(async |mut tx| leads::of_rep(&mut tx, rep, MOST).await)
        .await?;
    let owns = |lead: &Lead| lead.is_open() && lead.owner() == Some(rep);
    Ok(found.into_iter().filter(owns).collect())
}

/// Whether the one who is to get them is away, in words; empty if not.
async fn away_words(asked: &Asked<'_>, rep: &RepId) -> Result<String, Trouble> {
    let (now, one) = (asked.now.timestamp(), std::slice::from_ref(rep));
    let away = asked
        .engine
        .db()
        .read(async |mut tx| reps::absences_now(&mut tx, one, now).await)
        .await?;
    let name = asked.policy().name_of(rep);
    Ok(match away.get(rep).map(|away| away.until) {
        None => String::new(),
        Some(None) => format!("{name} is away until they are back."),
        Some(Some(until)) => {
            format!(
                "{name} is away until {}.",
                asked.when().said_with_zone(until)
            )
        }
    })
}
