//! What vendors send, case by case: every folder of `fixtures/` has raw bodies, each with a
//! `.meta.json` that says how it is sent and what must come of it.
//!
//! `BATON_SHARED_FIXTURES=DIR` adds a directory of the same shape; of it run the cases that
//! the generic formats and schemes can carry.

use std::{
    fs,
    path::{Path, PathBuf},
};

use baton::{
    domain::contact::Field,
    intake::{
        DeliveryId, FieldPath, Format, Mapping, Request, Scheme, Source,
        path::json_path,
        presets::by_word,
        verify::{
            Basic, BodyField, Encoding, Hmac, HmacSettings, HubSpot, Standard, TimestampUnit,
            Token, TokenPlace, vendors,
        },
    },
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use serde_json::Value;

use crate::expected::differences;

/// Folders whose leads the generic formats understand without a mapping.
const GENERIC: [&str; 2] = ["generic-json", "x-hub-signature-256"];

/// One case: a request and what must come of it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) meta: Value,
    pub(crate) body: Vec<u8>,
}

impl Case {
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.meta[key].as_str()
    }

    pub(crate) fn text_at(&self, pointer: &str) -> Option<&str> {
        self.meta.pointer(pointer)?.as_str()
    }

    pub(crate) fn is_lead(&self) -> bool {
        self.meta["expect"]["is_lead"] == true && self.meta["expect"]["contactable"] != false
    }

    /// The request's headers, and the content type where it is said apart.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in self.meta["headers"].as_object().into_iter().flatten() {
            let values = value
                .as_array()
                .map_or_else(|| vec![value], |list| list.iter().collect());
            for value in values {
                let name: HeaderName = name.parse().unwrap();
                headers.append(
                    name,
                    HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
                );
            }
        }
        headers
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.meta["now_unix"].as_i64().unwrap_or(0)).unwrap()
    }

    pub(crate) fn method(&self) -> Method {
        self.text("method").unwrap_or("POST").parse().unwrap()
    }

    /// The address as the vendor called it.
    pub(crate) fn url(&self) -> String {
        let url = self.text_at("/signature/url").or(self.text("url"));
        url.unwrap_or_default().to_owned()
    }

    fn format(&self) -> Option<Format> {
        let content_type = self.text("content_type");
        let all = [
            ("json", Format::Json),
            ("form", Format::Form),
            ("multipart", Format::Multipart),
            ("xml", Format::Xml),
            ("email", Format::Email),
        ];
        if let Some(said) = self.text("format") {
            let named = all.into_iter().find(|(name, _)| *name == said);
            return Some(named.unwrap().1);
        }
        all.into_iter()
            .map(|(_, format)| format)
            .find(|format| format.accepts(content_type))
    }

    pub(crate) fn mapping(&self) -> Mapping {
        let mapping = &self.meta["mapping"];
        let text = |key: &str| mapping[key].as_str().map(str::to_owned);
        let own = mapping["fields"].as_object().into_iter().flatten();
        let own = own.map(|(field, path)| (field.as_str(), path.as_str().unwrap()));
        let labels = self.meta["expect"]["field_map"].as_object();
        let labels = labels.into_iter().flatten();
        let labels = labels.map(|(label, field)| (field.as_str().unwrap(), label.as_str()));
        let fields = own.chain(labels).map(|(field, path)| {
            let path = FieldPath::parse(path).unwrap();
            (Field::by_name(field).unwrap(), path)
        });
        Mapping {
            fields: fields.collect(),
            country: text("country"),
            language: text("language"),
            ..Mapping::default()
        }
    }

    /// Where the delivery's id stands, when it is in a header or in one field.
    fn delivery_id(&self) -> Option<DeliveryId> {
        let at = &self.meta["delivery_id"];
        at["value"].as_str()?;
        if let Some(header) = at["header"].as_str() {
            return header.parse().ok().map(DeliveryId::Header);
        }
        json_path(&format!("$.{}", at["field"].as_str()?))
            .ok()
            .map(DeliveryId::Field)
    }

    /// The scheme the case's signature is of, if there is one.
    pub(crate) fn scheme(&self) -> Option<Scheme> {
        let secret = || vec![self.text("secret").unwrap_or("none given").into()];
        let header = self.meta["signature"]["header"]
            .as_str()
            .unwrap_or_default();
        let header = header.split(' ').next().unwrap();
        let token = |place| Scheme::Token(Token::new(secret(), place).unwrap());
        let sha256 = |settings| Scheme::HmacSha256(Hmac::new(settings).unwrap());
        let sha1 = |settings| Scheme::HmacSha1(Hmac::new(settings).unwrap());
        let hmac = || HmacSettings::new(header, secret());
        Some(match self.meta["signature"]["scheme"].as_str()? {
            "x-hub-256" | "meta-x-hub-256" => sha256(HmacSettings {
                header: header.into(),
                ..vendors::github(secret())
            }),
            "intercom-x-hub-sha1" => sha1(vendors::hub_sha1(secret())),
            "calcom" => sha256(hmac()),
            "linkedin" => sha256(vendors::linkedin(secret())),
            "calendly" => sha256(vendors::calendly(secret())),
            "stripe" => sha256(vendors::stripe(secret())),
            "tiktok" => sha256(vendors::tiktok(secret())),
            "segment-x-signature" => sha1(vendors::segment(secret())),
            "slack-v0" => sha256(vendors::slack(secret())),
            "standard-webhooks" => Scheme::Standard(Standard::new(&secret(), None).unwrap()),
            "hubspot-v1" | "hubspot-v2" | "hubspot-v3" => {
                Scheme::HubSpot(HubSpot::new(secret()).unwrap())
            }
            "basic-auth" => Scheme::Basic(Basic::new(secret()).unwrap()),
            "google_key" => Scheme::BodyField(BodyField::new("google_key", secret()).unwrap()),
            "body-field" => {
                let field = self.text_at("/signature/field").unwrap();
                Scheme::BodyField(BodyField::new(field, secret()).unwrap())
            }
            "shopify" => sha256(HmacSettings {
                encoding: Encoding::Base64,
                ..hmac()
            }),
            "typeform" => sha256(HmacSettings {
                prefix: "sha256=".into(),
                encoding: Encoding::Base64,
                ..hmac()
            }),
            "webflow" => sha256(HmacSettings {
                timestamp_header: Some("x-webflow-timestamp".into()),
                timestamp_unit: TimestampUnit::Millis,
                base: "{timestamp}:{body}".into(),
                ..hmac()
            }),
            "url-secret" => {
                let name = self.text("query").unwrap().split('=').next().unwrap();
                token(TokenPlace::query(name).unwrap())
            }
            "static-header" => token(TokenPlace::header(header).unwrap()),
            // Not a signature but the answer to a question: the preset's own test.
            "linkedin-challenge" => return None,
            unknown => panic!("{}: no scheme called {unknown}", self.name),
        })
    }

    fn source(&self, format: Format) -> Source {
        Source {
            mapping: self.mapping(),
            delivery_id: self.delivery_id(),
            ..Source::new("fixture".into(), format)
        }
    }
}

/// All cases below a directory, with the folder each is in.
pub(crate) fn cases(directory: &Path) -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    for folder in sorted(directory).into_iter().filter(|path| path.is_dir()) {
        for path in sorted(&folder) {
            let name = path.to_string_lossy().into_owned();
            if !name.ends_with(".meta.json") {
                continue;
            }
            let meta: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let body = fs::read(folder.join(meta["body_file"].as_str().unwrap())).unwrap();
            let folder = folder.file_name().unwrap().to_string_lossy().into_owned();
            cases.push((folder, Case { name, meta, body }));
        }
    }
    cases
}

fn sorted(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// What is wrong with the verdict on the case's signature.
fn verdict(case: &Case) -> Option<String> {
    let scheme = case.scheme()?;
    let headers = case.headers();
    let query = case.text("query").unwrap_or_default();
    let request = Request {
        method: &case.method(),
        url: &case.url(),
        headers: &headers,
        query,
        body: &case.body,
        now: case.now(),
    };
    let valid = case.meta["signature"]["valid"] != false;
    match scheme.verify(&request) {
        Ok(()) if !valid => Some("believed, and should not be".into()),
        Err(denied) if valid => Some(format!("not believed: {denied}")),
        Ok(()) | Err(_) => None,
    }
}

fn wrong_with(case: &Case, with_leads: bool) -> Vec<String> {
    let mut wrong: Vec<String> = verdict(case).into_iter().collect();
    if let Some(expected) = case.meta["delivery_id"]["value"].as_str()
        && let Some(format) = case.format()
        && case.delivery_id().is_some()
    {
        let payload = format.read(case.text("content_type"), &case.body).ok();
        let id =
            baton::intake::delivery_id(&case.source(format), &case.headers(), payload.as_ref());
        if with_leads && id.as_deref() != Some(expected) {
            wrong.push(format!("delivery id is {id:?}, not {expected}"));
        }
    }
    if with_leads && let Some(format) = case.format() {
        wrong.extend(differences(case, &case.source(format)));
    }
    wrong
        .iter()
        .map(|what| format!("{}: {what}", case.name))
        .collect()
}

#[test]
fn what_sources_send_becomes_the_leads_it_describes() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    let cases = cases(&own);
    assert!(cases.len() >= 10, "{} cases", cases.len());
    let wrong: Vec<_> = cases
        .iter()
        .filter(|(folder, _)| by_word(folder).is_none())
        .flat_map(|(_, case)| wrong_with(case, true))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the one switch of this test")]
fn a_shared_collection_is_understood_too() {
    let Some(directory) = std::env::var_os("BATON_SHARED_FIXTURES") else {
        println!("BATON_SHARED_FIXTURES is not set: only Baton's own cases ran");
        return;
    };
    let cases = cases(Path::new(&directory));
    let wrong: Vec<_> = cases
        .iter()
        .flat_map(|(folder, case)| {
            wrong_with(
                case,
                GENERIC.contains(&folder.as_str()) && case.text("method") == Some("POST"),
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
