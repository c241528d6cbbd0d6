//! `POST /api/v1/reps/{id}/availability`: a rep is away, as a calendar or a system for leave says it.
//!
//! ```json
//! {"from": "2026-12-21T08:00:00Z", "until": "2027-01-04T08:00:00Z", "reason": "leave", "cover": "jonas"}
//! ```

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Call,
    input::{self, Nothing, wrong},
    reps::{self, RepView},
    writing,
};
use crate::{domain::id::RepId, engine::Absence, http::Error};

/// A time away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Away {
    /// When it begins; now if not said.
    #[serde(default, deserialize_with = "input::moment_or_null")]
    from: Option<Timestamp>,
    /// When it ends; null: when they say that they are back.
    #[serde(default, deserialize_with = "input::moment_or_null")]
    until: Option<Timestamp>,
    /// In words, for colleagues.
    #[schemars(length(max = 200), regex(pattern = input::PLAIN))]
    reason: Option<String>,
    /// The id of the rep who stands in.
    cover: Option<String>,
}

/// Makes a rep absent; answers how they stand then.
pub(super) async fn set(call: Call, _: Nothing, body: Away) -> Result<RepView, Error> {
    let engine = &call.app.engine;
    let rules = engine.rules();
    let (rep, now) = (RepId::from(call.name.as_str()), engine.clock().now());
    if !rules.policy.reps.contains_key(&rep) {
        return Err(reps::no_such_rep());
    }
    let cover = body.cover.map(RepId::from);
    if let Some(cover) = &cover {
        if *cover == rep {
            return Err(wrong("cover", "is somebody else than who is away"));
        }
        if !rules.policy.reps.contains_key(cover) {
            return Err(wrong("cover", "is nobody's id; /api/v1/reps lists them"));
        }
    }
    if body
        .until
        .is_some_and(|until| until <= body.from.unwrap_or(now))
    {
        return Err(wrong("until", "lies after `from`"));
    }
    if body.until.is_some_and(|until| until <= now) {
        return Err(wrong("until", "is past"));
    }
    let absence = Absence {
        rep: rep.clone(),
        from: body.from,
        until: body.until,
        reason: input::line("reason", body.reason.as_deref())?,
        cover,
        made_by: writing::actor(&call),
    };
    engine.away_once(&absence).await?;
    reps::one(&call, &rep).await
}
