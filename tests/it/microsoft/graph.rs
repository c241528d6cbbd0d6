//! People and apps as Microsoft Graph knows them, for whom the tenant permits it.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{APP_ID, Kept, Microsoft, Refusal, World, refusal};

/// What Baton's app is called in the tenant's catalogue.
pub const CATALOG_ID: &str = "c47a1060-0000-4000-8000-00000000000a";

/// Somebody in the tenant.
#[derive(Clone, Debug)]
pub struct User {
    /// Their object id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether they still work there.
    pub enabled: bool,
    /// Whether they are of another company.
    pub guest: bool,
}

/// What is kept of it.
#[derive(Default)]
pub(super) struct Graph {
    users: Vec<User>,
    permitted: BTreeSet<String>,
    in_catalog: bool,
    /// What is said of whether somebody is there, where it was set.
    presences: BTreeMap<String, Value>,
}

impl Graph {
    pub(super) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }
}

impl Microsoft {
    /// Adds somebody to the tenant; their object id.
    pub fn add_user(&self, name: &str, email: &str) -> String {
        let mut kept = self.kept();
        let id = format!("a7e00000-0000-4000-8000-{:012}", kept.graph.users.len() + 1);
        kept.graph.users.push(User {
            id: id.clone(),
            name: name.to_owned(),
            email: email.to_owned(),
            enabled: true,
            guest: false,
        });
        id
    }

    /// Changes what is known of somebody.
    pub fn change_user(&self, id: &str, change: impl FnOnce(&mut User)) {
        let mut kept = self.kept();
        let user = kept.graph.users.iter_mut().find(|user| user.id == id);
        change(user.unwrap());
    }

    /// Grants a permission to Baton's app.
    pub fn permit(&self, permission: &str) {
        self.kept().graph.permitted.insert(permission.to_owned());
    }

    /// Takes a permission back.
    pub fn forbid(&self, permission: &str) {
        self.kept().graph.permitted.remove(permission);
    }

    /// Says this of whether somebody is there.
    pub fn set_presence(&self, id: &str, presence: Value) {
        self.kept().graph.presences.insert(id.to_owned(), presence);
    }

    /// Puts Baton's app into the organisation's catalogue.
    pub fn add_to_catalog(&self) {
        self.kept().graph.in_catalog = true;
    }
}

/// What Baton calls.
pub(super) fn router() -> Router<Kept> {
    Router::new()
        .route("/v1.0/users", get(find))
        .route("/v1.0/users/{id}", get(user))
        .route("/v1.0/communications/getPresencesByUserId", post(presences))
        .route("/v1.0/appCatalogs/teamsApps", get(catalog))
        .route("/v1.0/users/{id}/teamwork/installedApps", post(install))
}

fn lets_in(world: &World, headers: &HeaderMap, permission: &str) -> Result<(), Refusal> {
    let scope = format!("{}/.default", world.address);
    if !world.login.lets_in(&scope, headers) {
        return Err(refusal(401, "InvalidAuthenticationToken"));
    }
    if !world.graph.permitted.contains(permission) {
        return Err(refusal(403, "Authorization_RequestDenied"));
    }
    Ok(())
}

fn shown(user: &User) -> Value {
    json!({
        "id": user.id.to_uppercase(),
        "displayName": user.name,
        "mail": user.email,
        "userPrincipalName": user.email,
        "accountEnabled": user.enabled,
        "userType": if user.guest { "Guest" } else { "Member" },
    })
}

async fn user(
    State(kept): State<Kept>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let world = kept.lock().unwrap();
    lets_in(&world, &headers, "User.Read.All")?;
    let user = world.graph.user(&id);
    let user = user.ok_or_else(|| refusal(404, "Request_ResourceNotFound"))?;
    Ok(Json(shown(user)).into_response())
}

async fn find(
    State(kept): State<Kept>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let world = kept.lock().unwrap();
    lets_in(&world, &headers, "User.Read.All")?;
    let Some(filter) = query.get("$filter") else {
        return Ok(Json(page(&world, &query)).into_response());
    };
    let is_it = |user: &&User| {
        let email = user.email.replace('\'', "''");
        *filter == format!("mail eq '{email}' or userPrincipalName eq '{email}'")
    };
    let found: Vec<Value> = world.graph.users.iter().filter(is_it).map(shown).collect();
    Ok(Json(json!({"value": found})).into_response())
}

/// Everybody, two at a time.
fn page(world: &World, query: &BTreeMap<String, String>) -> Value {
    let after = query.get("$skiptoken");
    let first: usize = after.map_or(0, |it| it.strip_prefix("after-").unwrap().parse().unwrap());
    let users = &world.graph.users;
    let shown: Vec<Value> = users.iter().skip(first).take(2).map(shown).collect();
    let mut page = json!({ "value": shown });
    if first + 2 < users.len() {
        let next = format!(
            "{}/v1.0/users?$skiptoken=after-{}",
            world.address,
            first + 2
        );
        page["@odata.nextLink"] = next.into();
    }
    page
}

async fn presences(
    State(kept): State<Kept>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Result<Response, Refusal> {
    let world = kept.lock().unwrap();
    lets_in(&world, &headers, "Presence.Read.All")?;
    let ids = asked["ids"].as_array().unwrap();
    if ids.is_empty() || ids.len() > 650 {
        return Err(refusal(400, "BadRequest"));
    }
    let told = ids.iter().map(|id| {
        let id = id.as_str().unwrap();
        let nothing = json!({"availability": "Available", "activity": "Available",
            "outOfOfficeSettings": {"isOutOfOffice": false, "message": null}, "statusMessage": null});
        let mut presence = world.graph.presences.get(id).cloned().unwrap_or(nothing);
        presence["id"] = id.to_uppercase().into();
        presence
    });
    Ok(Json(json!({"value": told.collect::<Vec<_>>()})).into_response())
}

async fn catalog(
    State(kept): State<Kept>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let world = kept.lock().unwrap();
    lets_in(&world, &headers, "AppCatalog.Read.All")?;
    let ours =
        query.get("$filter").map(String::as_str) == Some(&format!("externalId eq '{APP_ID}'"));
    let found = if ours && world.graph.in_catalog {
        json!([{"id": CATALOG_ID, "externalId": APP_ID}])
    } else {
        json!([])
    };
    Ok(Json(json!({"value": found})).into_response())
}

async fn install(
    State(kept): State<Kept>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Result<Response, Refusal> {
    let mut world = kept.lock().unwrap();
    lets_in(
        &world,
        &headers,
        "TeamsAppInstallation.ReadWriteSelfForUser.All",
    )?;
    let bound = asked["teamsApp@odata.bind"].as_str().unwrap_or_default();
    if !bound.ends_with(&format!("/v1.0/appCatalogs/teamsApps/{CATALOG_ID}")) {
        return Err(refusal(400, "BadRequest"));
    }
    if world.graph.user(&id).is_none() {
        return Err(refusal(404, "NotFound"));
    }
    if !world.connector.install(&id) {
        return Err(refusal(409, "Conflict"));
    }
    Ok(StatusCode::CREATED.into_response())
}
