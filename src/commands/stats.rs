//! `/leadstats`: who was asked, who answered, how fast, and what was kept; with a chart.

use std::cmp::Reverse;

use super::{
    Answer, Named, StatsAsk, StatsOf,
    asked::{Asked, Trouble},
    numbers::{self, Gathered, Group, Wanted},
    rights::{self, Sight},
};
use crate::{
    domain::{
        card::{Chart, Label, Part, Series, Tone},
        id::{RepId, TeamId},
        policy::Policy,
        reasons::Reasons,
        stats::By,
    },
    store::tally::Scope,
    words::{
        reasons as why,
        stats::{self as said, Line, Report},
    },
};

/// With more the names could not be read.
const MOST_ROWS: usize = 15;

/// Whose numbers are told.
struct Whose {
    heading: String,
    scope: Scope,
    /// By what they are split if that was not said.
    by: Option<By>,
}

pub(super) async fn report(asked: &Asked<'_>, ask: &StatsAsk) -> Result<Answer, Trouble> {
    let whose = whose(asked, ask.of.as_ref()).await?;
    if ask.by == Some(By::Territory) && asked.policy().territories.is_empty() {
        return Err(Trouble::refused(said::no_territories()));
    }
    let (from, to) = ask.period.moments(&asked.now);
    let by = ask.by.or(whose.by);
    let of_one = whose.scope.rep.is_some();
    let wanted = Wanted {
        scope: whose.scope,
        by,
        from,
        to,
        zone: asked.now.time_zone().clone(),
    };
    let Gathered {
        total,
        groups,
        endings,
        reasons,
        questioned,
        currency,
    } = numbers::gather(asked.engine.db(), asked.policy(), &wanted).await?;
    let heading = format!(
        "{}: offers by {}, {}",
        whose.heading,
        by.map_or("rep", word),
        ask.period.said(&asked.now)
    );
    let chart = match by {
        Some(_) => chart(heading, &groups),
        None => {
            let all = Group {
                key: whose.heading.clone(),
                name: whose.heading.clone(),
                numbers: total.clone(),
                reasons: Reasons::default(),
                balance: None,
            };
            chart(heading, &[all])
        }
    };
    let report = Report {
        whose: whose.heading,
        of_one,
        by: by.map(|by| word(by).to_owned()),
        period: ask.period.said(&asked.now),
        from,
        to,
        total,
        groups: groups
            .into_iter()
            .map(|group| line(asked, by, group))
            .collect(),
        endings,
        declined: why::declined(&reasons, &|id| label(asked.policy(), id)),
        questioned: questioned
            .iter()
            .filter(|_| !of_one)
            .filter_map(|(rule, reasons, routed)| why::questioned(rule, reasons, *routed))
            .collect(),
        currency,
    };
    let mut card = said::stats(&report, asked.words, &asked.when());
    card.parts.extend(chart.map(Part::Chart));
    Ok(card.into())
}

fn line(asked: &Asked<'_>, by: Option<By>, group: Group) -> Line {
    let by_hand = (by == Some(By::Rule)).then(|| {
        let routed = group.numbers.routed;
        why::by_hand(&group.reasons, routed)
    });
    Line {
        declined: why::declined(&group.reasons, &|id| label(asked.policy(), id)),
        by_hand,
        name: group.name,
        numbers: group.numbers,
        balance: group.balance,
    }
}

/// A reason as reps choose it.
fn label(policy: &Policy, id: &str) -> String {
    let known = policy.decline(id);
    known.map_or_else(|| id.to_owned(), |reason| reason.label.clone())
}

fn word(by: By) -> &'static str {
    match by {
        By::Rep => "rep",
        By::Team => "team",
        By::Source => "source",
        By::Territory => "territory",
        By::Type => "type",
        By::Rule => "rule",
        By::Hour => "hour",
    }
}

async fn whose(asked: &Asked<'_>, of: Option<&StatsOf>) -> Result<Whose, Trouble> {
    let sight = rights::sight(asked.policy(), &asked.who);
    match (of, sight) {
        (Some(StatsOf::Me), _) | (None, Sight::Own) => Ok(of_rep(asked, asked.who.clone(), None)),
        (Some(StatsOf::All), Sight::Own) => Err(Trouble::refused(said::not_yours(asked.words))),
        (None | Some(StatsOf::All), Sight::Teams(teams)) => Ok(of_teams(asked, &teams)),
        (None | Some(StatsOf::All), Sight::All) => {
            let by = Some(By::Rep);
            Ok(Whose {
                heading: "All teams".to_owned(),
                scope: Scope::default(),
                by,
            })
        }
        (Some(StatsOf::Named(named)), sight) => of_named(asked, named, sight).await,
    }
}

/// A team goes before a person of the same name.
async fn of_named(asked: &Asked<'_>, named: &Named, sight: Sight) -> Result<Whose, Trouble> {
    if let Some(team) = team(asked, named) {
        if rights::sees_team(asked.policy(), &asked.who, &team) {
            return Ok(of_teams(asked, &[team]));
        }
        return Err(Trouble::refused(said::not_yours(asked.words)));
    }
    let rep = asked
        .find(named)
        .await
        .map_err(|trouble| nobody(asked, named, trouble))?;
    if !rights::manages(asked.policy(), &asked.who, &rep) {
        return Err(Trouble::refused(said::not_yours(asked.words)));
    }
    let teams = match sight {
        Sight::Teams(teams) if !asked.is_me(&rep) => Some(teams),
        Sight::Teams(_) | Sight::Own | Sight::All => None,
    };
    Ok(of_rep(asked, rep, teams))
}

fn team(asked: &Asked<'_>, named: &Named) -> Option<TeamId> {
    let Named::Name(name) = named else {
        return None;
    };
    let team = asked.policy().team_called(name);
    team.map(|team| team.id.clone())
}

fn nobody(asked: &Asked<'_>, named: &Named, trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Broken(error) => Trouble::Broken(error),
        Trouble::Said(_) => {
            let teams: Vec<&str> = asked
                .policy()
                .teams
                .iter()
                .map(|team| team.id.as_str())
                .collect();
            let known = format!(
                "I know no team or person {}. Teams are {}.",
                named.said(),
                teams.join(", ")
            );
            Trouble::Said(known)
        }
    }
}

fn of_rep(asked: &Asked<'_>, rep: RepId, teams: Option<Vec<TeamId>>) -> Whose {
    let heading = asked.policy().name_of(&rep).to_owned();
    Whose {
        heading,
        scope: Scope {
            teams,
            rep: Some(rep),
        },
        by: None,
    }
}

fn of_teams(asked: &Asked<'_>, teams: &[TeamId]) -> Whose {
    let names = teams.iter().map(|team| asked.policy().team_name(team));
    let names: Vec<&str> = names.collect();
    let heading = match names.as_slice() {
        [one] => format!("Team {one}"),
        several => format!("Teams {}", several.join(", ")),
    };
    Whose {
        heading,
        scope: Scope {
            teams: Some(teams.to_vec()),
            rep: None,
        },
        by: Some(By::Rep),
    }
}

/// What became of the offers of each group, the most first; nothing if there is nothing to see.
fn chart(title: String, groups: &[Group]) -> Option<Chart> {
    let all = |group: &&Group| {
        let numbers = &group.numbers;
        numbers.accepted + numbers.declined + numbers.expired
    };
    let mut groups: Vec<&Group> = groups.iter().filter(|group| all(group) > 0).collect();
    groups.sort_by_key(|group| Reverse(all(group)));
    groups.truncate(MOST_ROWS);
    if groups.is_empty() {
        return None;
    }
    let series = |name: &str, tone, count: fn(&Group) -> u64| Series {
        name: name.to_owned(),
        tone,
        values: groups.iter().map(|group| count(group)).collect(),
    };
    let label = |group: &&Group| Label {
        name: group.name.clone(),
        plain: group.key.clone(),
    };
    Some(Chart {
        title,
        unit: "offers".to_owned(),
        rows: groups.iter().map(label).collect(),
        series: vec![
            series("Accepted", Tone::Good, |it| it.numbers.accepted),
            series("Declined", Tone::Fair, |it| it.numbers.declined),
            series("Expired", Tone::Bad, |it| it.numbers.expired),
        ],
    })
}
