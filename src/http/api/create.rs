//! `POST /api/v1/leads`: a lead in, the way a webhook's come: kept whole, recognised when it comes again,
//! joined to the person's open lead or made into a new one, and answered when it is durable.
//!
//! ```sh
//! curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Idempotency-Key: row-17' \
//!     -d '{"email": "ada@example.com", "name": "Ada Lovelace", "type": "demo"}' \
//!     https://baton.example.com/api/v1/leads
//! ```

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Call, input::PLAIN, lead::contact_schema, writing};
use crate::{
    domain::id::SourceId,
    http::{
        Error, Kind, health,
        intake::{self, Answer},
    },
    intake::{Format, Source},
};

/// Where leads come from of which the caller does not say it.
const OWN: &str = "api";

/// By which source.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct By {
    /// The source whose `fields`, `defaults` and `type` read the body, and by which the lead counts; `api` if not
    /// said.
    #[schemars(regex(pattern = PLAIN))]
    source: Option<String>,
}

/// What is known of a person: canonical fields, and anything else under its own label.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct NewLead(Box<RawValue>);

impl JsonSchema for NewLead {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NewLead".into()
    }

    fn json_schema(schemas: &mut SchemaGenerator) -> Schema {
        let mut schema = contact_schema(schemas);
        // A form knows no types: `"120"` is read as well as 120.
        if let Some(fields) = schema
            .get_mut("properties")
            .and_then(|it| it.as_object_mut())
        {
            fields
                .values_mut()
                .for_each(|field| *field = serde_json::json!({}));
            fields.insert("type".to_owned(), serde_json::json!({}));
        }
        schema.insert("additionalProperties".to_owned(), true.into());
        schema.insert(
            "description".to_owned(),
            "Canonical fields, and anything else under its own label.".into(),
        );
        schema
    }
}

/// Takes a lead in.
pub(super) async fn create(call: Call, by: By, body: NewLead) -> Result<Answer, Error> {
    let source = source(&call, by.source.as_deref())?;
    intake::one_key(&call.headers)?;
    let body = body.0.get().as_bytes().to_vec();
    let (submission, content) = intake::read(&source, &call.headers, "", body.into());
    // Programs send lists; they stand in the same line as every webhook, behind who presses a button.
    let received = call
        .app
        .intake
        .receive_by(&submission, &content, &writing::actor(&call))
        .await?;
    health::count_submission(&received, &submission.source);
    intake::tell(&received, &submission.source);
    Ok(received.into())
}

/// The source that is named, read as JSON whatever it sends otherwise.
fn source(call: &Call, name: Option<&str>) -> Result<Source, Error> {
    let known = call
        .app
        .webhooks
        .load()
        .get(&SourceId::from(name.unwrap_or(OWN)));
    match (known.map(|known| known.source.clone()), name) {
        (Some(source), _) => Ok(Source {
            format: Format::Json,
            ..source
        }),
        (None, None | Some(OWN)) => Ok(own()),
        (None, Some(_)) => Err(Error::new(Kind::BadRequest, "`source` is no source's id")),
    }
}

fn own() -> Source {
    Source::new(OWN.into(), Format::Json)
}
