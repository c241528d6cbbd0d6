//! `conversations.*`: opening direct messages, reading what is in a room and who.

use serde_json::{Value, json};

use super::Result;
use super::args::Args;
use super::chat::room_by_id;
use crate::playground::core::Core;
use crate::playground::message::Message;
use crate::playground::world::World;

pub(super) fn open(core: &Core, args: &Args) -> Result<Value> {
    let world = core.world();
    let users = match args.text("channel") {
        Some(room) => world
            .dm_owner(&room)
            .map(|person| person.id.clone())
            .ok_or("channel_not_found")?,
        None => args
            .required("users")
            .map_err(|_| super::Refusal::from("users_list_not_supplied"))?,
    };
    if users.contains(',') {
        return Err("invalid_user_combination".into());
    }
    if users == core.settings.workspace.bot_user {
        return Err("cannot_dm_bot".into());
    }
    let person = world.person(&users).ok_or("user_not_found")?;
    if person.deleted {
        return Err("user_disabled".into());
    }
    let mut channel = json!({"id": person.dm()});
    if args.flag("return_im") {
        channel = room_json(core, &world, &person.dm());
    }
    Ok(json!({"ok": true, "channel": channel, "no_op": true, "already_open": true}))
}

pub(super) fn history(core: &Core, args: &Args) -> Result<Value> {
    let room = args.required("channel")?;
    let world = core.world();
    readable(&world, &room)?;
    let messages = world.messages(&room).rev();
    let messages = messages.filter(|message| {
        message
            .thread_ts
            .as_ref()
            .is_none_or(|top| *top == message.ts)
    });
    Ok(listed(core, args, messages))
}

pub(super) fn replies(core: &Core, args: &Args) -> Result<Value> {
    let (room, top) = (args.required("channel")?, args.required("ts")?);
    let world = core.world();
    readable(&world, &room)?;
    world.message(&room, &top).ok_or("thread_not_found")?;
    let messages = world.messages(&room);
    let thread =
        messages.filter(|message| message.ts == top || message.thread_ts.as_deref() == Some(&top));
    Ok(listed(core, args, thread))
}

fn readable(world: &World, room: &str) -> Result<()> {
    room_by_id(world, room)?;
    match world.channel(room) {
        Some(channel) if !channel.has_app => Err("not_in_channel".into()),
        Some(_) | None => Ok(()),
    }
}

/// One page of messages within `oldest` and `latest`; the cursor is the `ts` of the last one shown.
fn listed<'m>(core: &Core, args: &Args, messages: impl Iterator<Item = &'m Message>) -> Value {
    let (limit, cursor) = args.page(999);
    let bound = |key: &str| args.text(key).and_then(|text| text.parse::<f64>().ok());
    let (oldest, latest, inclusive) = (bound("oldest"), bound("latest"), args.flag("inclusive"));
    let within = |message: &&Message| {
        let at = message.ts.parse::<f64>().unwrap_or_default();
        let after = oldest.is_none_or(|oldest| at > oldest || (inclusive && at == oldest));
        let before = latest.is_none_or(|latest| at < latest || (inclusive && at == latest));
        after && before && message.ephemeral_to.is_none()
    };
    let mut rest = messages.filter(within).peekable();
    if !cursor.is_empty() {
        while rest.next_if(|message| message.ts != cursor).is_some() {}
        rest.next();
    }
    let page: Vec<&Message> = rest.by_ref().take(limit).collect();
    let more = rest.peek().is_some();
    let next = page
        .last()
        .filter(|_| more)
        .map_or("", |last| last.ts.as_str());
    let metadata = args.flag("include_all_metadata");
    let shown: Vec<Value> = page
        .iter()
        .map(|message| message.json(&core.settings.workspace, metadata))
        .collect();
    json!({"ok": true, "messages": shown, "has_more": more, "response_metadata": {"next_cursor": next}})
}

pub(super) fn info(core: &Core, args: &Args) -> Result<Value> {
    let room = args.required("channel")?;
    let world = core.world();
    room_by_id(&world, &room)?;
    Ok(json!({"ok": true, "channel": room_json(core, &world, &room)}))
}

fn room_json(core: &Core, world: &World, room: &str) -> Value {
    match world.channel(room) {
        Some(channel) => json!({
            "id": room, "name": channel.name, "is_channel": true, "is_im": false, "is_private": false,
            "is_archived": false, "is_member": channel.has_app, "num_members": world.members(room).len(),
        }),
        None => json!({
            "id": room, "is_im": true, "is_channel": false, "is_archived": false,
            "user": world.dm_owner(room).map(|person| &person.id), "context_team_id": core.settings.workspace.team,
        }),
    }
}

pub(super) fn members(core: &Core, args: &Args) -> Result<Value> {
    let room = args.required("channel")?;
    let world = core.world();
    room_by_id(&world, &room)?;
    let has_app = world.channel(&room).is_none_or(|channel| channel.has_app);
    let mut all: Vec<String> = world
        .members(&room)
        .iter()
        .map(|person| person.id.clone())
        .collect();
    all.extend(has_app.then(|| core.settings.workspace.bot_user.clone()));
    let (limit, cursor) = args.page(1000);
    let start = cursor.parse::<usize>().unwrap_or(0).min(all.len());
    let end = (start + limit).min(all.len());
    let next = if end < all.len() {
        end.to_string()
    } else {
        String::new()
    };
    Ok(json!({"ok": true, "members": all[start..end], "response_metadata": {"next_cursor": next}}))
}
