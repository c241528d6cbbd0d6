//! `/leads turns`: who is next in each of one's teams, and one's own ledger that says why.

use std::collections::BTreeMap;

use super::asked::{Asked, Trouble};
use crate::{
    domain::{
        card::Card,
        id::{RepId, TeamId},
        policy::Team,
        strategy::{EntryWhy, Present, Turns},
    },
    store::{Error, turns},
    words::turns::{self as words, Line, Own},
};

/// As many lines of their own somebody sees of each team.
const LINES: i64 = 5;

/// The line of each of their teams.
pub(super) async fn list(asked: &Asked<'_>) -> Result<Card, Trouble> {
    let who = &asked.who;
    let teams = asked.policy().teams.iter();
    let theirs: Vec<&Team> = teams
        .filter(|team| team.people().any(|person| person == *who))
        .collect();
    let (stored, mut own) = stored(asked, &theirs).await?;
    let none = Turns::default();
    let lines: Vec<Line> = theirs
        .iter()
        .map(|team| {
            let turns = stored.get(&team.id).unwrap_or(&none);
            let ledger = own.remove(&team.id).unwrap_or_default();
            line(asked, team, turns, ledger)
        })
        .collect();
    Ok(words::turns(&lines, who, asked.policy(), &asked.when()))
}

type Stored = (BTreeMap<TeamId, Turns>, BTreeMap<TeamId, Vec<turns::Own>>);

async fn stored(asked: &Asked<'_>, teams: &[&Team]) -> Result<Stored, Trouble> {
    let who = &asked.who;
    let ids: Vec<TeamId> = teams.iter().map(|team| team.id.clone()).collect();
    let found = asked.engine.db().read(async |mut tx| {
        let stored = turns::look(&mut tx, &ids).await?;
        let mut own = BTreeMap::new();
        for team in &ids {
            own.insert(team.clone(), turns::own(&mut tx, team, who, LINES).await?);
        }
        Ok::<_, Error>((stored, own))
    });
    Ok(found.await?)
}

fn line(asked: &Asked<'_>, team: &Team, turns: &Turns, own: Vec<turns::Own>) -> Line {
    let now = asked.now.timestamp();
    let reps = &asked.policy().reps;
    let members = team.members.iter().filter_map(|rep| reps.get(rep));
    let people: Vec<Present<'_>> = members
        .map(|rep| Present {
            rep: &rep.id,
            weight: rep.weight_at(now),
        })
        .collect();
    let owed = turns.reps.get(&asked.who).map_or(0.0, |it| it.owed);
    let weight = |rep: &RepId| {
        people
            .iter()
            .find(|one| one.rep == rep)
            .map(|one| one.weight)
    };
    Line {
        team: team.id.clone(),
        strategy: team.strategy,
        order: turns.line(&people, team.turns.absence),
        weight: weight(&asked.who),
        all: people.iter().map(|one| one.weight).sum(),
        owed,
        own: own.into_iter().filter_map(own_line).collect(),
    }
}

fn own_line(stored: turns::Own) -> Option<Own> {
    Some(Own {
        at: stored.at,
        number: stored.number,
        why: EntryWhy::by_word(&stored.why)?,
        amount: stored.amount,
    })
}
