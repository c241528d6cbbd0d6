//! `chat.*`: posting, editing, deleting.

use serde_json::{Value, json};

use super::args::Args;
use super::{Refusal, Result};
use crate::playground::blocks::{Surface, check_blocks};
use crate::playground::core::Core;
use crate::playground::message::{Draft, Message, metadata_refused};
use crate::playground::world::World;

pub(super) fn post_message(core: &Core, args: &Args) -> Result<Value> {
    let (now, bot) = (core.now(), &core.settings.workspace.bot_user);
    let draft = checked_draft(args)?;
    let given = args.required("channel")?;
    let mut world = core.world();
    let room = room_for_post(&world, &given)?;
    if let Some(thread) = &draft.thread_ts
        && world.message(&room, thread).is_none()
    {
        return Err("thread_not_found".into());
    }
    if draft.says_nothing() {
        return Err("no_text".into());
    }
    pictures_exist(&world, draft.blocks.as_deref().unwrap_or_default())?;
    let message = world.post(&room, bot, draft, now);
    drop(world);
    core.tell_message(&message);
    Ok(posted(core, &message))
}

pub(super) fn post_ephemeral(core: &Core, args: &Args) -> Result<Value> {
    let (channel, user) = (args.required("channel")?, args.required("user")?);
    let draft = checked_draft(args)?;
    let room = room_for_post(&core.world(), &channel)?;
    if !core.world().sees(&user, &room) {
        return Err("user_not_in_channel".into());
    }
    if draft.says_nothing() {
        return Err("no_text".into());
    }
    let message = core.appear(&user, &room, draft, false);
    Ok(json!({"ok": true, "message_ts": message.ts}))
}

pub(super) fn update(core: &Core, args: &Args) -> Result<Value> {
    let (channel, ts) = (args.required("channel")?, args.required("ts")?);
    let mut draft = checked_draft(args)?;
    let (now, workspace) = (core.now(), &core.settings.workspace);
    let mut world = core.world();
    room_by_id(&world, &channel)?;
    pictures_exist(&world, draft.blocks.as_deref().unwrap_or_default())?;
    world.name(draft.blocks.iter_mut().flatten());
    let message = own(
        world.message_mut(&channel, &ts),
        &workspace.bot_user,
        "cant_update_message",
    )?;
    draft.apply(message, now)?;
    let message = message.clone();
    drop(world);
    core.tell_message(&message);
    let json = message.json(workspace, true);
    Ok(json!({"ok": true, "channel": channel, "ts": ts, "text": message.text, "message": json}))
}

pub(super) fn delete(core: &Core, args: &Args) -> Result<Value> {
    let (channel, ts) = (args.required("channel")?, args.required("ts")?);
    let mut world = core.world();
    room_by_id(&world, &channel)?;
    own(
        world.message_mut(&channel, &ts),
        &core.settings.workspace.bot_user,
        "cant_delete_message",
    )?;
    if let Some(room) = world.rooms.get_mut(&channel) {
        room.remove(&ts);
    }
    drop(world);
    core.tell(|| json!({"kind": "gone", "channel": channel, "ts": ts}));
    Ok(json!({"ok": true, "channel": channel, "ts": ts}))
}

fn own<'m>(
    message: Option<&'m mut Message>,
    bot: &str,
    otherwise: &str,
) -> Result<&'m mut Message> {
    let message = message
        .filter(|message| message.ephemeral_to.is_none())
        .ok_or("message_not_found")?;
    if message.user == bot {
        Ok(message)
    } else {
        Err(otherwise.into())
    }
}

fn posted(core: &Core, message: &Message) -> Value {
    let json = message.json(&core.settings.workspace, true);
    json!({"ok": true, "channel": message.channel, "ts": message.ts, "message": json})
}

/// The room a post goes to; a person's id means their direct messages.
pub(super) fn room_for_post(world: &World, given: &str) -> Result<String> {
    let by_name = world
        .channels
        .iter()
        .find(|channel| Some(channel.name.as_str()) == given.strip_prefix('#'));
    let person = world.person(given).or_else(|| world.dm_owner(given));
    match (person, by_name.or_else(|| world.channel(given))) {
        (Some(person), _) if person.deleted => Err("user_disabled".into()),
        (Some(person), _) => Ok(person.dm()),
        (None, Some(channel)) if channel.has_app => Ok(channel.id.clone()),
        (None, Some(_)) => Err("not_in_channel".into()),
        (None, None) => Err("channel_not_found".into()),
    }
}

/// A room by its own id only, as edits want it.
pub(super) fn room_by_id(world: &World, room: &str) -> Result<()> {
    if world.dm_owner(room).is_some() || world.channel(room).is_some() {
        return Ok(());
    }
    Err("channel_not_found".into())
}

/// What the call says, refused where Slack would.
pub(super) fn checked_draft(args: &Args) -> Result<Draft> {
    let blocks = args.json("blocks", "invalid_blocks_format")?;
    if let Some(blocks) = &blocks {
        if blocks.as_array().is_none() {
            return Err("invalid_blocks_format".into());
        }
        let complaints = check_blocks(blocks, Surface::Message, "/blocks");
        if !complaints.is_empty() {
            return Err(Refusal::with("invalid_blocks", complaints));
        }
    }
    let attachments = args.json("attachments", "invalid_attachments")?;
    let attachments = attachments.and_then(|value| value.as_array().cloned());
    if attachments.as_ref().is_some_and(|list| list.len() > 100) {
        return Err("too_many_attachments".into());
    }
    let metadata = args.json("metadata", "invalid_metadata_format")?;
    if let Some(error) = metadata.as_ref().and_then(metadata_refused) {
        return Err(error.into());
    }
    Ok(Draft {
        text: text_of(args, blocks.is_some())?,
        blocks: blocks.and_then(|value| value.as_array().cloned()),
        attachments,
        metadata,
        thread_ts: args.text("thread_ts").filter(|ts| !ts.is_empty()),
    })
}

fn text_of(args: &Args, has_blocks: bool) -> Result<Option<String>> {
    let (text, markdown) = (args.text("text"), args.text("markdown_text"));
    match markdown {
        Some(_) if text.is_some() || has_blocks => Err("markdown_text_conflict".into()),
        Some(markdown) if markdown.chars().count() > 12_000 => Err("msg_too_long".into()),
        Some(markdown) => Ok(Some(markdown)),
        None => Ok(text),
    }
}

/// A picture shown by its file must have been uploaded whole.
pub(super) fn pictures_exist(world: &World, blocks: &[Value]) -> Result<()> {
    for (i, block) in blocks.iter().enumerate() {
        for (at, image) in [
            (format!("/blocks/{i}"), block),
            (format!("/blocks/{i}/accessory"), &block["accessory"]),
        ] {
            let Some(id) = image["slack_file"]["id"].as_str() else {
                continue;
            };
            if !world.files.get(id).is_some_and(|file| file.complete) {
                let words = format!("[ERROR] invalid slack file [json-pointer:{at}/slack_file]");
                return Err(Refusal::with("invalid_blocks", vec![words]));
            }
        }
    }
    Ok(())
}
