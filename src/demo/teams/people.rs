//! Who is in the demo's Teams, and Microsoft Graph for them. The Agents Playground shows the direct conversation of
//! one person, so one rep is there; the others are known to the tenant, and work in the stand-in for Slack.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Context;
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Between, login};
use crate::{
    demo::own::guid,
    domain::{
        id::RepId,
        policy::{Channel, Platform, Policy, Rep, Role},
    },
};

/// The demo's company in Microsoft's eyes.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Whose Teams is shown.
    pub shown: Somebody,
    /// Everybody else.
    pub others: Vec<Somebody>,
    /// The channels in Teams that the configuration names.
    pub channels: Vec<Room>,
}

/// A channel in Teams.
#[derive(Clone, Debug)]
pub struct Room {
    /// Its conversation.
    pub id: String,
    /// What it is called here: as the team that is told things there.
    pub name: String,
}

/// Somebody in the tenant.
#[derive(Clone, Debug)]
pub struct Somebody {
    /// Their object id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
}

impl Somebody {
    fn of(rep: &Rep) -> Self {
        let made = || guid(rep.id.as_str());
        Self {
            id: rep.teams.clone().unwrap_or_else(made),
            name: rep.name.clone(),
            email: rep.email.clone(),
        }
    }

    /// What Teams calls them to this app.
    pub fn user(&self) -> String {
        format!("29:1{}", opaque(&self.id))
    }

    /// Their conversation with Baton.
    pub fn conversation(&self) -> String {
        format!("a:1{}", opaque(&format!("with {}", self.id)))
    }

    fn shown(&self) -> Json<Value> {
        Json(json!({
            "id": self.id,
            "displayName": self.name,
            "mail": self.email,
            "userPrincipalName": self.email,
            "accountEnabled": true,
            "userType": "Member",
        }))
    }
}

/// What looks like Teams' own ids.
fn opaque(of: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(of))
}

impl Tenant {
    /// Moves one rep from Slack to Teams, and a channel with them if there is none yet.
    pub(super) fn move_in(policy: &mut Policy) -> anyhow::Result<Self> {
        let moved = who_moves(policy).context("the configuration has no rep for Teams")?;
        for rep in policy.reps.values_mut() {
            if rep.id == moved {
                rep.chat = Platform::Teams;
                rep.slack = None;
                rep.teams = Some(Somebody::of(rep).id);
            }
        }
        let mut channels = channels_of(policy);
        if channels.is_empty()
            && let Some(team) = policy
                .teams
                .iter_mut()
                .find(|it| it.members.contains(&moved))
        {
            let made = hex::encode(Sha256::digest(team.id.as_str()));
            team.channel = Some(Channel::Teams(format!("19:{}@thread.tacv2", &made[..32])));
            channels = channels_of(policy);
        }
        let shown = policy.reps.get(&moved).map(Somebody::of);
        let others = policy.reps.values().filter(|rep| rep.id != moved);
        Ok(Self {
            shown: shown.context("the rep for Teams")?,
            others: others.map(Somebody::of).collect(),
            channels,
        })
    }

    fn find(&self, is_it: impl Fn(&Somebody) -> bool) -> Option<&Somebody> {
        let mut all = std::iter::once(&self.shown).chain(&self.others);
        all.find(|somebody| is_it(somebody))
    }
}

/// Who is in Teams already, else a team's backup, to whom leads come from the other chat, else anybody.
fn who_moves(policy: &Policy) -> Option<RepId> {
    let reps = || policy.reps.values();
    let there = reps().find(|rep| rep.teams.is_some() && rep.chat == Platform::Teams);
    let backup = || policy.teams.iter().find_map(|team| team.backups.first());
    let anybody = || reps().find(|rep| rep.role == Role::Rep).or(reps().next());
    let there = there.map(|rep| &rep.id).or_else(backup);
    there.or_else(|| Some(&anybody()?.id)).cloned()
}

fn channels_of(policy: &Policy) -> Vec<Room> {
    let mut found: Vec<Room> = Vec::new();
    for team in &policy.teams {
        if let Some(Channel::Teams(id)) = &team.channel
            && found.iter().all(|known| known.id != *id)
        {
            let (id, name) = (id.clone(), team.id.to_string());
            found.push(Room { id, name });
        }
    }
    found
}

/// Graph.
pub(super) fn router() -> Router<Arc<Between>> {
    Router::new()
        .route("/v1.0/users", get(find))
        .route("/v1.0/users/{id}", get(user))
}

async fn user(
    State(between): State<Arc<Between>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !login::lets_in(&headers, login::FOR_GRAPH) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match between.tenant.find(|it| it.id.eq_ignore_ascii_case(&id)) {
        Some(somebody) => somebody.shown().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn find(
    State(between): State<Arc<Between>>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if !login::lets_in(&headers, login::FOR_GRAPH) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let filter = query.get("$filter").map_or("", String::as_str);
    let is_it = |somebody: &Somebody| {
        let email = somebody.email.replace('\'', "''");
        filter == format!("mail eq '{email}' or userPrincipalName eq '{email}'")
    };
    let found = between.tenant.find(is_it).map(|it| it.shown().0);
    Json(json!({"value": found.into_iter().collect::<Vec<_>>()})).into_response()
}
