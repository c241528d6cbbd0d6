//! `GET /api/v1/routes`: the rules in force, in order, as the configuration says them.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, input::Nothing};
use crate::{
    domain::{
        condition::Condition,
        id::{RepId, RouteId, SlaId, TeamId},
        policy::{Route, Target},
    },
    http::Error,
};

/// The rules in force.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Routes")]
pub(super) struct Routes {
    /// `sha256:…` of the configuration, as leads carry it in `route.config`.
    config: String,
    /// The first that holds decides.
    routes: Vec<RouteView>,
}

/// One rule.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Route")]
struct RouteView {
    id: RouteId,
    /// The condition as written; none: always.
    when: Option<String>,
    /// The first with somebody who may take the lead now, else the first.
    to: Vec<TargetView>,
    /// Its clock; none: the team's.
    sla: Option<SlaId>,
    /// Whose managers and backups stand behind a rep or an owner.
    team: Option<TeamId>,
}

/// Where a rule sends a lead.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Target")]
enum TargetView {
    /// The team's next one is asked.
    Team(TeamId),
    /// First to claim.
    Pool {
        /// Whose members.
        team: TeamId,
        /// Only the best so many.
        size: Option<usize>,
        /// Only those who suit it.
        matching: bool,
        /// Not shown until somebody has claimed it.
        hide: Vec<String>,
    },
    /// Reps take from it themselves.
    Queue(TeamId),
    /// A manager of this team decides.
    Review(TeamId),
    /// Whoever owns the account, or had this person's lead before.
    Owner(OwnerOf),
    /// One person.
    Rep(RepId),
    /// Back to marketing, under this label.
    Nurture(String),
    /// Nobody should spend time on it; why, if the rule says so.
    Disqualify(Option<String>),
}

/// Of what somebody is the owner.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OwnerOf {
    /// The account.
    Account,
    /// This person's lead before.
    Previous,
}

/// The rules in force.
pub(super) async fn list(call: Call, _: Nothing) -> Result<Routes, Error> {
    let rules = call.app.engine.rules();
    Ok(Routes {
        config: rules.policy.hash.clone(),
        routes: rules.policy.routes.iter().map(view).collect(),
    })
}

fn view(route: &Route) -> RouteView {
    RouteView {
        id: route.id.clone(),
        when: route
            .when
            .as_ref()
            .map(Condition::source)
            .map(str::to_owned),
        to: route.to.iter().map(target).collect(),
        sla: route.sla.clone(),
        team: route.team.clone(),
    }
}

fn target(target: &Target) -> TargetView {
    match target {
        Target::Team(team) => TargetView::Team(team.clone()),
        Target::Pool {
            team,
            size,
            matching,
            hide,
        } => TargetView::Pool {
            team: team.clone(),
            size: *size,
            matching: *matching,
            hide: hide.iter().map(|field| field.name().to_owned()).collect(),
        },
        Target::Queue { team, hide: _ } => TargetView::Queue(team.clone()),
        Target::Review(team) => TargetView::Review(team.clone()),
        Target::AccountOwner => TargetView::Owner(OwnerOf::Account),
        Target::PreviousOwner => TargetView::Owner(OwnerOf::Previous),
        Target::Rep(rep) => TargetView::Rep(rep.clone()),
        Target::Nurture(label) => TargetView::Nurture(label.clone()),
        Target::Disqualify(label) => TargetView::Disqualify(label.clone()),
    }
}
