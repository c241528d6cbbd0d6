//! Submissions that Baton itself has read, out of a list or its own form: kept, recognised and read again like those
//! that come by webhook.

use serde_json::{Map, Value};

use super::intake;
use crate::{
    engine::{Content, Submission},
    intake::{
        Source, body_hash,
        rows::{self, Origin},
    },
};

/// The submission that a row is, and what it says. The same row is the same delivery, whenever it comes again;
/// `apart` tells those apart that are alike and are not the same.
#[must_use]
pub fn submission(
    source: &Source,
    origin: Origin,
    row: Map<String, Value>,
    apart: &str,
) -> (Submission, Content) {
    let row = Value::Object(row);
    let body = row.to_string();
    let hash = body_hash(body.as_bytes());
    let kind = match origin {
        Origin::Form => "form",
        Origin::Import(_) => "import",
    };
    let submission = Submission {
        source: source.id.clone(),
        content_type: Some(rows::CONTENT_TYPE.to_owned()),
        query: String::new(),
        headers: origin.headers(),
        delivery_id: Some(format!("{kind}:{apart}{hash}")),
        body_hash: hash,
        body: body.into_bytes(),
        window: source.window,
    };
    let content = intake::content(rows::read_row(source, origin, &row));
    (submission, content)
}
