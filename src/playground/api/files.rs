//! `files.*`: the three steps of an upload, and the pictures as the page shows them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::args::Args;
use super::chat::{checked_draft, room_for_post};
use super::{Refusal, Result};
use crate::playground::core::Core;
use crate::playground::message::Message;
use crate::playground::world::{File, World};

/// The first step: an address to send the bytes to.
pub(super) fn upload_url(core: &Core, args: &Args) -> Result<Value> {
    let name = args.required("filename")?;
    let length = args
        .required("length")?
        .parse::<usize>()
        .ok()
        .filter(|length| *length > 0);
    let length = length.ok_or_else(|| Refusal::missing("length"))?;
    let alt = args.text("alt_txt").unwrap_or_default();
    if alt.chars().count() > 1000 {
        return Err("alt_txt_too_large".into());
    }
    let mut world = core.world();
    let id = world.fresh("F");
    world.files.insert(
        id.clone(),
        File {
            title: name.clone(),
            name,
            alt,
            length,
            ..File::default()
        },
    );
    drop(world);
    Ok(json!({"ok": true, "upload_url": format!("{}/upload/{id}", core.origin()), "file_id": id}))
}

/// The second step: the bytes, raw or as a form with one file. No token is needed.
pub(in crate::playground) async fn upload(
    State(core): State<Arc<Core>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let bytes = match kind.split_once("boundary=") {
        Some((_, boundary)) => part(&body, boundary.trim_matches('"')).unwrap_or_default(),
        None => &body,
    };
    let mut world = core.world();
    match world.files.get_mut(&id) {
        None => (StatusCode::NOT_FOUND, "no such upload").into_response(),
        Some(file) if file.complete => (StatusCode::CONFLICT, "already uploaded").into_response(),
        Some(file) if file.length != bytes.len() => {
            (StatusCode::BAD_REQUEST, "wrong length").into_response()
        }
        Some(file) => {
            file.content = Some(STANDARD.encode(bytes));
            format!("OK - {}", bytes.len()).into_response()
        }
    }
}

/// The content of the first part of a multipart body.
fn part<'b>(body: &'b [u8], boundary: &str) -> Option<&'b [u8]> {
    let find = |from: usize, needle: &[u8]| {
        body.get(from..)?
            .windows(needle.len())
            .position(|window| window == needle)
            .map(|at| from + at)
    };
    let start = find(0, b"\r\n\r\n")? + 4;
    let end = find(start, format!("\r\n--{boundary}").as_bytes())?;
    body.get(start..end)
}

/// The third step: the files are whole, and shared in a channel if one is named.
pub(super) fn complete(core: &Core, args: &Args) -> Result<Value> {
    let files = args
        .json("files", "invalid_arguments")?
        .ok_or_else(|| Refusal::missing("files"))?;
    let given = files
        .as_array()
        .filter(|list| !list.is_empty())
        .ok_or_else(|| Refusal::missing("files"))?;
    let mut world = core.world();
    let room = match args
        .text("channel_id")
        .or_else(|| args.text("channels"))
        .filter(|id| !id.is_empty())
    {
        Some(room) if world.person(&room).is_some() => return Err("channel_not_found".into()),
        Some(room) => Some(room_for_post(&world, &room)?),
        None => None,
    };
    let mut done = Vec::new();
    for file in given {
        done.push(finish(&mut world, file)?);
    }
    drop(world);
    if let Some(room) = room {
        share(core, args, &room, &done)?;
    }
    Ok(json!({"ok": true, "files": done}))
}

fn finish(world: &mut World, given: &Value) -> Result<Value> {
    let id = given["id"].as_str().unwrap_or_default();
    let file = world
        .files
        .get_mut(id)
        .filter(|file| file.content.is_some())
        .ok_or("file_not_found")?;
    if let Some(title) = given["title"].as_str() {
        title.clone_into(&mut file.title);
    }
    file.complete = true;
    Ok(json!({"id": id, "title": file.title, "name": file.name, "alt_txt": file.alt}))
}

fn share(core: &Core, args: &Args, room: &str, files: &[Value]) -> Result<Message> {
    let mut draft = checked_draft(args)?;
    draft.text = args.text("initial_comment");
    let mut world = core.world();
    let mut message = world.post(room, &core.settings.workspace.bot_user, draft, core.now());
    message.files = files.to_vec();
    if let Some(kept) = world.message_mut(room, &message.ts) {
        kept.files = files.to_vec();
    }
    drop(world);
    core.tell_message(&message);
    Ok(message)
}

/// An uploaded picture, for the page.
pub(in crate::playground) async fn show(
    State(core): State<Arc<Core>>,
    Path(id): Path<String>,
) -> Response {
    let world = core.world();
    let file = world.files.get(&id).filter(|file| file.complete);
    let bytes = file
        .and_then(|file| file.content.as_ref())
        .and_then(|content| STANDARD.decode(content).ok());
    match bytes.and_then(|bytes| Some((picture_kind(&bytes)?, bytes))) {
        Some((kind, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Only pictures are shown, told by their first bytes; anything else might be a script.
fn picture_kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xFF, 0xD8, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_found_in_a_form() {
        let body =
            b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nPNG\r\nDATA\r\n--x--\r\n";
        assert_eq!(part(body, "x"), Some(&b"PNG\r\nDATA"[..]));
        assert_eq!(part(b"nonsense", "x"), None);
    }

    #[test]
    fn only_pictures_are_shown() {
        assert_eq!(picture_kind(b"\x89PNG\r\n"), Some("image/png"));
        assert_eq!(picture_kind(b"<svg onload=alert(1)>"), None);
    }
}
