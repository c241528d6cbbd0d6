//! `views.*`: dialogs and the home tab.

use serde_json::{Value, json};

use super::args::Args;
use super::{Refusal, Result};
use crate::playground::blocks::{Refused, Surface, check_view};
use crate::playground::core::Core;
use crate::playground::dialogs::Dialog;
use crate::playground::world::World;

pub(super) fn open(core: &Core, args: &Args) -> Result<Value> {
    let (view, trigger) = (view_of(args, Surface::Modal)?, args.required("trigger_id")?);
    let mut world = core.world();
    unique(&world, &view, None)?;
    let (user, _) = world.pull(&trigger, core.now())?;
    world.close(&user, true);
    let dialog = world.push(&user, view)?;
    drop(world);
    core.tell_dialog(&user);
    Ok(shown(core, &dialog))
}

pub(super) fn push(core: &Core, args: &Args) -> Result<Value> {
    let (view, trigger) = (view_of(args, Surface::Modal)?, args.required("trigger_id")?);
    let mut world = core.world();
    unique(&world, &view, None)?;
    let (user, from) = world.pull(&trigger, core.now())?;
    if from.is_none_or(|id| !world.dialogs.contains_key(&id)) {
        return Err("not_found".into());
    }
    let dialog = world.push(&user, view)?;
    drop(world);
    core.tell_dialog(&user);
    Ok(shown(core, &dialog))
}

pub(super) fn update(core: &Core, args: &Args) -> Result<Value> {
    let view = view_of(args, Surface::Modal)?;
    let mut world = core.world();
    let id = match (args.text("view_id"), args.text("external_id")) {
        (Some(id), _) => id,
        (None, Some(external)) => by_external(&world, &external).ok_or("not_found")?,
        (None, None) => return Err(Refusal::missing("view_id")),
    };
    let dialog = world.dialogs.get(&id).ok_or("not_found")?;
    if args.text("hash").is_some_and(|hash| hash != dialog.hash) {
        return Err("hash_conflict".into());
    }
    unique(&world, &view, Some(&id))?;
    let dialog = world.replace(&id, view).ok_or("not_found")?;
    drop(world);
    core.tell_dialog(&dialog.user);
    Ok(shown(core, &dialog))
}

pub(super) fn publish(core: &Core, args: &Args) -> Result<Value> {
    let (view, user) = (view_of(args, Surface::Home)?, args.required("user_id")?);
    let mut world = core.world();
    world.person(&user).ok_or("user_not_found")?;
    let stale = |hash: String| world.homes.get(&user).is_none_or(|home| home.hash != hash);
    if args.text("hash").is_some_and(stale) {
        return Err("hash_conflict".into());
    }
    super::chat::pictures_exist(&world, view["blocks"].as_array().map_or(&[], Vec::as_slice))?;
    let home = world.publish(&user, view);
    drop(world);
    core.tell(|| json!({"kind": "home", "user": user, "home": home}));
    Ok(shown(core, &home))
}

fn by_external(world: &World, external: &str) -> Option<String> {
    let mut found = world
        .dialogs
        .values()
        .filter(|dialog| dialog.view["external_id"] == external);
    found.next().map(|dialog| dialog.id.clone())
}

/// An `external_id` names one view of the workspace.
fn unique(world: &World, view: &Value, except: Option<&str>) -> Result<()> {
    let Some(external) = view["external_id"].as_str().filter(|id| !id.is_empty()) else {
        return Ok(());
    };
    match by_external(world, external) {
        Some(id) if Some(id.as_str()) != except => Err("duplicate_external_id".into()),
        Some(_) | None => Ok(()),
    }
}

fn view_of(args: &Args, surface: Surface) -> Result<Value> {
    let view = args
        .json("view", "invalid_arguments")?
        .ok_or_else(|| Refusal::missing("view"))?;
    match check_view(&view, surface) {
        Ok(()) => Ok(view),
        Err(Refused::TooLarge) => Err("view_too_large".into()),
        Err(Refused::Invalid(complaints)) => Err(Refusal::with("invalid_arguments", complaints)),
    }
}

fn shown(core: &Core, dialog: &Dialog) -> Value {
    json!({"ok": true, "view": core.view_json(dialog, &json!({}))})
}
