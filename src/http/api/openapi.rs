//! `GET /api/v1/openapi.json`: what programs can ask for, made from the list that the router is made from.
//! It needs no token: it is the same for everybody and tells nothing of anybody.

use std::sync::{Arc, LazyLock};

use axum::{Router, response::IntoResponse, routing::get};
use http::{StatusCode, header::CONTENT_TYPE};
use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::operation::{Operation, Who};
use crate::http::{App, Kind, error::Problem};

/// Where it is.
pub(super) const PATH: &str = "/api/v1/openapi.json";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// Serves the description.
pub(super) fn route(router: Router<Arc<App>>) -> Router<Arc<App>> {
    let headers = [(CONTENT_TYPE, "application/json")];
    router.route(
        PATH,
        get(async move || (headers, DOCUMENT.as_str()).into_response()),
    )
}

/// The description as OpenAPI 3.1.
fn document() -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    for operation in super::operations() {
        let described = describe(&operation, &mut schemas);
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_ascii_lowercase()] = described;
    }
    paths.insert(PATH.to_owned(), json!({"get": own()}));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Baton",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Leads, who has them and why. Every refusal is problem+json (RFC 9457) with a \
                `detail` that names what is wrong.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {
                "type": "http", "scheme": "bearer", "description": "A token of `[[api.token]]`.",
            }},
            "schemas": schemas.finish(),
        },
    })
}

/// The types met so far, those that are read and those that are written.
struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = SchemaSettings::draft2020_12()
            .with(|settings| settings.definitions_path = "/components/schemas".into());
        Self {
            read: settings.clone().for_deserialize().into_generator(),
            written: settings.for_serialize().into_generator(),
        }
    }

    fn finish(mut self) -> Map<String, Value> {
        let mut all = self.read.take_definitions(true);
        all.extend(self.written.take_definitions(true));
        all
    }
}

fn describe(operation: &Operation, schemas: &mut Schemas) -> Value {
    let query = (operation.query)(&mut schemas.read);
    let parameters: Vec<Value> = named(operation.path).chain(asked(&query)).collect();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": match operation.who {
            Who::Readers => "For every token; `reader` sees no contact data.",
            Who::Writers => "For tokens with the role `manager` or `admin`.",
        },
        "parameters": parameters,
        "responses": answers(operation, schemas),
    });
    if let Some(body) = operation.body {
        let schema = body(&mut schemas.read);
        described["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    described
}

/// The part of a path that names something.
fn named(path: &str) -> impl Iterator<Item = Value> {
    let name = path.split(['{', '}']).nth(1);
    name.into_iter().map(
        |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
    )
}

/// What may stand behind the `?`.
fn asked(query: &Schema) -> impl Iterator<Item = Value> {
    let properties = query.get("properties").and_then(Value::as_object);
    let properties = properties.into_iter().flatten();
    properties.map(|(name, schema)| {
        let mut schema = without_null(schema.clone());
        let said = schema
            .as_object_mut()
            .and_then(|it| it.remove("description"));
        json!({"name": name, "in": "query", "description": said, "schema": schema})
    })
}

/// A parameter is there or not; there is no way to write null.
fn without_null(mut schema: Value) -> Value {
    let some = schema["anyOf"]
        .as_array()
        .and_then(|all| all.first())
        .cloned();
    if let (Some(Value::Object(some)), Some(all)) = (some, schema.as_object_mut()) {
        all.remove("anyOf");
        all.extend(some);
    }
    let kinds = schema["type"].as_array();
    if let Some(kind) = kinds
        .and_then(|all| all.iter().find(|kind| *kind != "null"))
        .cloned()
    {
        schema["type"] = kind;
    }
    if let Some(all) = schema.as_object_mut() {
        all.retain(|key, value| key != "default" || !value.is_null());
    }
    schema
}

/// What can be answered: the answer, and every refusal there can be.
fn answers(operation: &Operation, schemas: &mut Schemas) -> Value {
    let answer = (operation.answer)(&mut schemas.written);
    let problem = schemas.written.subschema_for::<Problem<'_>>();
    let mut answers = Map::new();
    let done = json!({"description": "Done", "content": {"application/json": {"schema": answer}}});
    answers.insert("200".to_owned(), done);
    let refused = |kind: Kind| {
        let reason = kind.status().canonical_reason().unwrap_or_default();
        json!({"description": reason, "content": {"application/problem+json": {"schema": problem}}})
    };
    for kind in refusals(operation) {
        answers.insert(kind.status().as_u16().to_string(), refused(kind));
    }
    answers.into()
}

fn refusals(operation: &Operation) -> Vec<Kind> {
    let mut kinds = vec![
        Kind::BadRequest,
        Kind::Unauthorized,
        Kind::Forbidden,
        Kind::NotAcceptable,
        Kind::Internal,
        Kind::Unavailable,
    ];
    if operation.path.contains('{') {
        kinds.push(Kind::NotFound);
    }
    if operation.body.is_some() {
        kinds.extend([
            Kind::TooSlow,
            Kind::Conflict,
            Kind::TooLarge,
            Kind::UnsupportedType,
            Kind::Unprocessable,
        ]);
    }
    kinds.sort_by_key(|kind| kind.status().as_u16());
    kinds
}

fn own() -> Value {
    json!({
        "operationId": "describe",
        "summary": "This description",
        "security": [],
        "responses": {(StatusCode::OK.as_str()): {
            "description": "Done", "content": {"application/json": {"schema": {"type": "object"}}},
        }},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `$ref` within `value`.
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(all) => {
                found.extend(all.get("$ref").and_then(Value::as_str));
                all.values().for_each(|one| references(one, found));
            }
            Value::Array(all) => all.iter().for_each(|one| references(one, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_type_that_is_named_is_described() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let place = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(place).is_some(), "{reference}");
        }
    }

    #[test]
    fn no_type_is_described_twice_under_numbered_names() {
        let document = document();
        let names = document["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys();
        let numbered = |name: &&String| name.ends_with(|c: char| c.is_ascii_digit());
        assert_eq!(
            names.filter(numbered).collect::<Vec<_>>(),
            Vec::<&String>::new()
        );
    }

    #[test]
    fn parameters_are_never_null() {
        let document = document();
        let parameters = &document["paths"]["/api/v1/leads"]["get"]["parameters"];
        assert_eq!(parameters.as_array().unwrap().len(), 10);
        assert!(!parameters.to_string().contains("null"), "{parameters}");
    }
}
