//! `GET /api/v1/teams`: who forms them, who of them could take a lead now, and what waits there.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, input::Nothing};
use crate::{
    domain::{
        id::{RepId, SlaId, TeamId},
        policy::{Channel, Strategy, Team, WhenClosed},
    },
    http::Error,
    store::leads,
};

/// All teams, as the configuration orders them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Teams")]
pub(super) struct Teams {
    teams: Vec<TeamView>,
}

/// People who share a line of leads.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Team")]
struct TeamView {
    id: TeamId,
    /// As people read it.
    name: String,
    /// Who is offered its leads.
    members: Vec<RepId>,
    managers: Vec<RepId>,
    /// Who is asked when no member takes a lead.
    backups: Vec<RepId>,
    /// Members who could take a lead now.
    available: Vec<RepId>,
    strategy: Strategy,
    /// `slack:C0…`.
    channel: Option<String>,
    /// IANA name of the zone of its clocks; none: UTC.
    timezone: Option<String>,
    /// While no member is in hours: `wait`, `backups` or `team:ID`.
    when_closed: String,
    /// Its clock for leads of no other type below.
    sla: Option<SlaId>,
    /// Its clock by lead type.
    sla_by_type: BTreeMap<String, SlaId>,
    open: Open,
}

/// Leads without an owner.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
struct Open {
    /// One rep is asked.
    offered: i64,
    /// Several may claim it.
    pooled: i64,
    /// Waits for a pull, or for somebody to be available.
    queued: i64,
    /// A manager decides.
    review: i64,
}

/// All teams.
pub(super) async fn list(call: Call, _: Nothing) -> Result<Teams, Error> {
    let engine = &call.app.engine;
    let (rules, now) = (engine.rules(), engine.clock().now());
    let policy = &rules.policy;
    let members = policy.teams.iter().flat_map(|team| &team.members).cloned();
    let standing = engine.standing(&members.collect::<Vec<_>>(), now).await?;
    let can = |rep: &&RepId| {
        let known = policy.reps.get(*rep).zip(standing.get(*rep));
        known.is_some_and(|(rep, is)| is.now.unfit(rep, now).is_none())
    };
    let open = open(&call).await?;
    let teams = policy.teams.iter().map(|team| {
        let available = team.members.iter().filter(can).cloned().collect();
        let open = open.get(&team.id).copied().unwrap_or_default();
        view(team, available, open)
    });
    Ok(Teams {
        teams: teams.collect(),
    })
}

async fn open(call: &Call) -> Result<BTreeMap<TeamId, Open>, Error> {
    let read = call
        .app
        .engine
        .db()
        .read(async |mut tx| leads::without_owner(&mut tx).await);
    let mut open: BTreeMap<TeamId, Open> = BTreeMap::new();
    for (team, state, count) in read.await? {
        let of_team = open.entry(team).or_default();
        match state.as_str() {
            "offered" => of_team.offered = count,
            "pooled" => of_team.pooled = count,
            "queued" => of_team.queued = count,
            "review" => of_team.review = count,
            // No other state is asked for.
            _ => {}
        }
    }
    Ok(open)
}

fn view(team: &Team, available: Vec<RepId>, open: Open) -> TeamView {
    TeamView {
        id: team.id.clone(),
        name: team.name.clone(),
        members: team.members.clone(),
        managers: team.managers.clone(),
        backups: team.backups.clone(),
        available,
        strategy: team.strategy,
        channel: team.channel.as_ref().map(|channel| match channel {
            Channel::Slack(id) => format!("slack:{id}"),
            Channel::Teams(id) => format!("teams:{id}"),
        }),
        timezone: team
            .timezone
            .as_ref()
            .and_then(|zone| zone.iana_name().map(str::to_owned)),
        when_closed: match &team.when_closed {
            WhenClosed::Wait => "wait".to_owned(),
            WhenClosed::Backups => "backups".to_owned(),
            WhenClosed::Team(team) => format!("team:{team}"),
        },
        sla: team.sla.default.clone(),
        sla_by_type: team.sla.by_type.clone(),
        open,
    }
}
