//! `/leadstats`: who was asked, who answered, how fast, and what was kept; with a picture.

use std::collections::BTreeMap;

use super::{
    Answer, Named, StatsAsk, StatsOf,
    asked::{Asked, Trouble},
    picture::{self, Bar},
    rights::{self, Sight},
};
use crate::{
    domain::{
        event::MeasureKind,
        id::{RepId, TeamId},
        stats::{By, Stats, TallyRow},
    },
    store::tally::{self, Scope},
    words::stats::{self as said, Kept, Numbers, Report},
};

/// Whose numbers are told.
struct Whose {
    heading: String,
    scope: Scope,
    /// By what they are split if that was not said.
    by: Option<By>,
}

pub(super) async fn report(asked: &Asked<'_>, ask: &StatsAsk) -> Result<Answer, Trouble> {
    let whose = whose(asked, ask.of.as_ref()).await?;
    let (from, to) = ask.period.moments(&asked.now);
    let by = ask.by.or(whose.by);
    let scope = &whose.scope;
    let rows = asked.engine.db().read(async |mut tx| match by {
        Some(By::Hour) => tally::report_by_quarter(&mut tx, from, to, scope).await,
        Some(By::Rep | By::Team | By::Source | By::Type | By::Rule) | None => {
            tally::report(&mut tx, from, to, scope).await
        }
    });
    let rows = rows.await?;
    let groups = by.map_or_else(Vec::new, |by| groups(asked, &rows, by));
    let total = numbers(&Stats::of(&rows));
    let heading = format!(
        "{}: offers by {}, {}",
        whose.heading,
        by.map_or("rep", word),
        ask.period.said(&asked.now)
    );
    let picture = match by {
        Some(_) => picture::draw(&heading, &bars(&groups)),
        None => picture::draw(
            &heading,
            &bars(&[(whose.heading.clone(), whose.heading.clone(), total.clone())]),
        ),
    };
    let report = Report {
        whose: whose.heading,
        by: by.map(|by| word(by).to_owned()),
        period: ask.period.said(&asked.now),
        from,
        to,
        total,
        groups: groups
            .into_iter()
            .map(|(_, name, numbers)| (name, numbers))
            .collect(),
    };
    Ok(Answer {
        card: said::stats(&report, &asked.when()),
        picture,
    })
}

fn word(by: By) -> &'static str {
    match by {
        By::Rep => "rep",
        By::Team => "team",
        By::Source => "source",
        By::Type => "type",
        By::Rule => "rule",
        By::Hour => "hour",
    }
}

async fn whose(asked: &Asked<'_>, of: Option<&StatsOf>) -> Result<Whose, Trouble> {
    let sight = rights::sight(asked.policy(), &asked.who);
    match (of, sight) {
        (Some(StatsOf::Me), _) | (None, Sight::Own) => Ok(of_rep(asked, asked.who.clone(), None)),
        (Some(StatsOf::All), Sight::Own) => Err(Trouble::refused(said::not_yours())),
        (None | Some(StatsOf::All), Sight::Teams(teams)) => Ok(of_teams(&teams)),
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
            return Ok(of_teams(&[team]));
        }
        return Err(Trouble::refused(said::not_yours()));
    }
    let rep = asked
        .find(named)
        .await
        .map_err(|trouble| nobody(asked, named, trouble))?;
    if !rights::manages(asked.policy(), &asked.who, &rep) {
        return Err(Trouble::refused(said::not_yours()));
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
    let mut teams = asked.policy().teams.iter().map(|team| &team.id);
    teams
        .find(|team| team.as_str().eq_ignore_ascii_case(name))
        .cloned()
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

fn of_teams(teams: &[TeamId]) -> Whose {
    let names: Vec<&str> = teams.iter().map(TeamId::as_str).collect();
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

/// The groups of a report by key, name and numbers: hours as they come, the others by how much they were asked.
fn groups(asked: &Asked<'_>, rows: &[TallyRow], by: By) -> Vec<(String, String, Numbers)> {
    let grouped: BTreeMap<String, Stats> = Stats::grouped(rows, by, asked.now.time_zone());
    let told = grouped
        .into_iter()
        .filter(|(key, _)| !(key.is_empty() && by == By::Rep));
    let mut told: Vec<_> = told
        .map(|(key, stats)| (named(asked, &key, by), key, numbers(&stats)))
        .collect();
    if by != By::Hour {
        told.sort_by(|(a, _, some), (b, _, more)| {
            more.offered.cmp(&some.offered).then_with(|| a.cmp(b))
        });
    }
    told.into_iter()
        .map(|(name, key, numbers)| (key, name, numbers))
        .collect()
}

fn named(asked: &Asked<'_>, key: &str, by: By) -> String {
    match by {
        By::Rep => asked.policy().name_of(&RepId::from(key)).to_owned(),
        By::Hour => format!("{key}:00"),
        By::Team | By::Source | By::Type | By::Rule if key.is_empty() => "none".to_owned(),
        By::Team | By::Source | By::Type | By::Rule => key.to_owned(),
    }
}

fn numbers(stats: &Stats) -> Numbers {
    let count = |what| stats.count(what);
    Numbers {
        arrived: count(MeasureKind::Arrived),
        offered: count(MeasureKind::Offered),
        accepted: count(MeasureKind::Accepted),
        declined: count(MeasureKind::Declined),
        expired: count(MeasureKind::Expired),
        escalated: count(MeasureKind::Escalated),
        accept_median: stats.time_to_accept(0.5),
        accept_p90: stats.time_to_accept(0.9),
        contact_median: stats.time_to_contact(0.5),
        contact_p90: stats.time_to_contact(0.9),
        answered: Kept {
            kept: count(MeasureKind::AcknowledgeKept),
            missed: count(MeasureKind::AcknowledgeMissed),
        },
        contacted: Kept {
            kept: count(MeasureKind::ContactKept),
            missed: count(MeasureKind::ContactMissed),
        },
    }
}

fn bars(groups: &[(String, String, Numbers)]) -> Vec<Bar> {
    let bars = groups.iter().map(|(key, name, numbers)| Bar {
        name: name.clone(),
        plain: key.clone(),
        accepted: numbers.accepted,
        declined: numbers.declined,
        expired: numbers.expired,
    });
    bars.collect()
}
