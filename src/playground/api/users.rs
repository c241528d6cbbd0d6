//! `users.*` and `usergroups.*`: who there is.

use serde_json::{Value, json};

use super::args::Args;
use super::{Refusal, Result};
use crate::playground::core::Core;
use crate::playground::settings::Person;

pub(super) fn info(core: &Core, args: &Args) -> Result<Value> {
    let user = args
        .required("user")
        .map_err(|_| Refusal::from("user_not_found"))?;
    let workspace = &core.settings.workspace;
    if user == workspace.bot_user {
        return Ok(json!({"ok": true, "user": bot(core)}));
    }
    let world = core.world();
    let person = world.person(&user).ok_or("user_not_found")?;
    Ok(json!({"ok": true, "user": person.json(&workspace.team, core.now())}))
}

pub(super) fn lookup(core: &Core, args: &Args) -> Result<Value> {
    let email = args.required("email")?.to_lowercase();
    let world = core.world();
    let mut living = world.people.iter().filter(|person| !person.deleted);
    let person = living
        .find(|person| person.email.to_lowercase() == email)
        .ok_or("users_not_found")?;
    Ok(json!({"ok": true, "user": person.json(&core.settings.workspace.team, core.now())}))
}

pub(super) fn list(core: &Core, args: &Args) -> Result<Value> {
    let (now, team) = (core.now(), &core.settings.workspace.team);
    let (limit, cursor) = args.page(1000);
    let world = core.world();
    let mut all: Vec<Value> = world
        .people
        .iter()
        .map(|person: &Person| person.json(team, now))
        .collect();
    all.push(bot(core));
    let start = cursor.parse::<usize>().unwrap_or(0).min(all.len());
    let end = (start + limit).min(all.len());
    let next = if end < all.len() {
        end.to_string()
    } else {
        String::new()
    };
    let metadata = json!({"next_cursor": next});
    Ok(
        json!({"ok": true, "members": all[start..end], "cache_ts": now.as_second(), "response_metadata": metadata}),
    )
}

fn bot(core: &Core) -> Value {
    let workspace = &core.settings.workspace;
    json!({
        "id": workspace.bot_user, "team_id": workspace.team, "name": workspace.bot_name.to_lowercase(),
        "deleted": false, "is_bot": true, "tz": "America/Los_Angeles",
        "profile": {"real_name": workspace.bot_name, "display_name": "", "bot_id": workspace.bot},
    })
}

pub(super) fn groups(core: &Core) -> Value {
    let world = core.world();
    let team = &core.settings.workspace.team;
    let all = world.groups.iter().map(|group| {
        json!({"id": group.id, "team_id": team, "is_usergroup": true, "name": group.handle, "handle": group.handle,
            "date_delete": 0, "user_count": group.members.len()})
    });
    json!({"ok": true, "usergroups": all.collect::<Vec<_>>()})
}

pub(super) fn group_members(core: &Core, args: &Args) -> Result<Value> {
    let id = args.required("usergroup")?;
    let world = core.world();
    let group = world
        .groups
        .iter()
        .find(|group| group.id == id)
        .ok_or("no_such_subteam")?;
    Ok(json!({"ok": true, "users": group.members}))
}
