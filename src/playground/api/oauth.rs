//! `oauth.v2.access`: the next pair of tokens for a refresh token.

use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::args::Args;
use super::{Refusal, Result};
use crate::playground::core::Core;

/// The method's name.
pub(super) const ACCESS: &str = "oauth.v2.access";

/// Whether it is the app that asks: by its id and secret, as HTTP's basic scheme or among the arguments.
pub(super) fn allowed(core: &Core, headers: &HeaderMap, args: &Args) -> Result<()> {
    let rotation = core.settings.rotation.as_ref();
    let rotation = rotation.ok_or("token_rotation_not_enabled")?;
    let (id, secret) = basic(headers).unwrap_or_else(|| {
        let given = |name: &str| args.text(name).unwrap_or_default();
        (given("client_id"), given("client_secret"))
    });
    if id != rotation.client_id {
        return Err("invalid_client_id".into());
    }
    if secret != rotation.client_secret {
        return Err("bad_client_secret".into());
    }
    Ok(())
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let shown = STANDARD.decode(shown.strip_prefix("Basic ")?).ok()?;
    let shown = String::from_utf8(shown).ok()?;
    let (id, secret) = shown.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

pub(super) fn access(core: &Core, args: &Args) -> Result<Value> {
    if args.required("grant_type")? != "refresh_token" {
        return Err(Refusal::from("invalid_grant_type"));
    }
    let refresh = args.required("refresh_token")?;
    let rotation = core.settings.rotation.as_ref();
    let rotation = rotation.ok_or("token_rotation_not_enabled")?;
    let workspace = &core.settings.workspace;
    let mut pair = core.tokens().renew(rotation, &refresh, core.now())?;
    pair["scope"] = workspace.scopes.join(",").into();
    pair["bot_user_id"] = workspace.bot_user.as_str().into();
    pair["app_id"] = workspace.app.as_str().into();
    pair["team"] = serde_json::json!({"id": workspace.team, "name": workspace.name});
    Ok(pair)
}
