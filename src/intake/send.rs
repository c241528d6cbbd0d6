//! Posting a lead as a source would: for the demo, for load programs, for trying a webhook out.

use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use jiff::Timestamp;
use serde_json::{Map, Value};

mod written;

use super::{
    Body, FieldPath, Format, Source,
    verify::{Scheme, Sending, SetupError},
};
use crate::domain::contact::Field;

/// A header that marks what is sent to try a webhook out; it says `true`.
pub const TEST_HEADER: &str = "baton-test";

/// How a source's requests are made.
#[derive(Clone, Debug)]
pub struct Delivery {
    format: Format,
    scheme: Scheme,
    /// Where the source's mapping looks for a field, for paths that name one place.
    places: Vec<(Field, Vec<String>)>,
}

/// A request ready to post.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Content type and proof.
    pub headers: HeaderMap,
    /// Proof that stands in the query.
    pub query: String,
    /// The payload.
    pub body: Vec<u8>,
}

impl Delivery {
    /// Learns from a source how its requests are made.
    #[must_use]
    pub fn of(source: &Source) -> Self {
        let places = source
            .mapping
            .fields
            .iter()
            .filter_map(|(field, path)| Some((*field, place(path)?)));
        Self {
            format: source.format,
            scheme: source.scheme.clone(),
            places: places.collect(),
        }
    }

    /// The body format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// A request that says `lead` (canonical names and others) at `now`, to be posted to `url`.
    ///
    /// # Errors
    /// When a key of the source can't stand in a header.
    pub fn request(
        &self,
        lead: &Map<String, Value>,
        now: Timestamp,
        url: &str,
    ) -> Result<Outgoing, SetupError> {
        let mut lead = lead.clone();
        if let Some((field, secret)) = self.scheme.written_into() {
            lead.insert(field.to_owned(), secret.into());
        }
        let written = self.written();
        let body = self.body(written, &lead).into_bytes();
        self.proven(written, body, now, url)
    }

    /// A request with a body that is a vendor's own: what it would send can't be made up.
    ///
    /// # Errors
    /// When a key of the source can't stand in a header.
    pub fn sample(&self, body: Vec<u8>, now: Timestamp, url: &str) -> Result<Outgoing, SetupError> {
        self.proven(self.written(), body, now, url)
    }

    fn written(&self) -> Body {
        self.format.bodies().first().copied().unwrap_or(Body::Json)
    }

    fn proven(
        &self,
        written: Body,
        body: Vec<u8>,
        now: Timestamp,
        url: &str,
    ) -> Result<Outgoing, SetupError> {
        let id = now.as_microsecond().to_string();
        let proof = self.scheme.prove(&Sending {
            url,
            body: &body,
            now,
            id: &id,
        })?;
        let mut headers = proof.headers;
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static(written.content_type()),
        );
        Ok(Outgoing {
            headers,
            query: proof.query,
            body,
        })
    }

    fn place_of(&self, name: &str) -> Option<&[String]> {
        let field = Field::by_name(name)?;
        self.places
            .iter()
            .find(|(known, _)| *known == field)
            .map(|(_, place)| place.as_slice())
    }

    fn body(&self, written: Body, lead: &Map<String, Value>) -> String {
        match written {
            Body::Json => Value::Object(self.nested(lead)).to_string(),
            Body::Form => form_urlencoded::Serializer::new(String::new())
                .extend_pairs(self.pairs(lead))
                .finish(),
            Body::Multipart => written::multipart(&self.pairs(lead)),
            Body::Xml => written::xml(&self.nested(lead)),
            Body::Email => written::email(&self.pairs(lead)),
        }
    }

    fn nested(&self, lead: &Map<String, Value>) -> Map<String, Value> {
        let mut root = Map::new();
        for (name, value) in lead {
            match self.place_of(name) {
                Some(place) => put(&mut root, place, value.clone()),
                None => {
                    root.insert(name.clone(), value.clone());
                }
            }
        }
        root
    }

    /// Each field by the label that a form has for it.
    fn pairs(&self, lead: &Map<String, Value>) -> Vec<(String, String)> {
        let pair = |(name, value): (&String, &Value)| {
            let label = self.place_of(name).map_or_else(|| name.clone(), bracketed);
            (label, written::plain(value))
        };
        lead.iter().map(pair).collect()
    }
}

/// The keys that lead to a field, if its path names one place.
fn place(path: &FieldPath) -> Option<Vec<String>> {
    match path {
        FieldPath::Label(label) => Some(vec![label.clone()]),
        FieldPath::Json(path) => {
            // A normalised singular path prints as `$['a']['b']`.
            let text = path.to_string();
            let keys = text.strip_prefix('$')?;
            let keys: Vec<String> = keys
                .split(['.', '[', ']'])
                .map(|key| key.trim_matches(['\'', '"']))
                .filter(|key| !key.is_empty())
                .map(str::to_owned)
                .collect();
            let plain = keys.iter().all(|key| {
                key.chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
            });
            (plain && !keys.is_empty()).then_some(keys)
        }
    }
}

/// The key of a form field within others: `contact[email]`.
fn bracketed(place: &[String]) -> String {
    let (first, rest) = place
        .split_first()
        .map_or(("", &[] as &[String]), |(first, rest)| (first, rest));
    rest.iter()
        .fold(first.to_owned(), |key, part| format!("{key}[{part}]"))
}

fn put(object: &mut Map<String, Value>, place: &[String], value: Value) {
    match place {
        [] => {}
        [last] => {
            object.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let inner = object
                .entry(first.clone())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::intake::{Mapping, Reading, read};

    #[test]
    fn a_source_reads_what_is_sent_in_its_name() {
        let mapping = Mapping {
            fields: vec![
                (
                    Field::Email,
                    FieldPath::parse("$.contact.email").expect("a path"),
                ),
                (
                    Field::Employees,
                    FieldPath::parse("$.company.size").expect("a path"),
                ),
            ],
            ..Mapping::default()
        };
        let Value::Object(lead) =
            json!({"email": "a@acme.example", "employees": 60, "name": "Ada"})
        else {
            unreachable!()
        };
        for format in [Format::Json, Format::Form] {
            let source = Source {
                mapping: mapping.clone(),
                ..Source::new("x".into(), format)
            };
            let sent = Delivery::of(&source)
                .request(&lead, Timestamp::UNIX_EPOCH, "")
                .expect("no key");
            let content_type = sent.headers[CONTENT_TYPE].to_str().ok();
            let Reading::Leads { leads, .. } =
                read(&source, content_type, &BTreeMap::new(), &sent.body)
            else {
                panic!("not read as {format:?}")
            };
            let contact = &leads[0].contact;
            assert_eq!(
                (contact.text(Field::Email), contact.number(Field::Employees)),
                ("a@acme.example", Some(60.0))
            );
        }
    }
}
