//! Where leads come from.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use jiff::SignedDuration;
use toml::Spanned;

use super::{
    super::raw::{self, Form, Named, Text},
    Compiler, canonical,
};
use crate::{
    domain::{
        condition::Scope,
        contact::{Contact, Field, FieldValue},
        id::SourceId,
        policy::{SourceRule, TypeRule},
        suggest,
    },
    intake::{
        DeliveryId, FetchFrom, FieldPath, Format, Mapping, Over, Rate, Source, path, presets,
    },
};

const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// Bodies that are written in no vendor's own way.
const BODIES: [&str; 5] = ["json", "form", "multipart", "xml", "email"];
const PRESETS: [&str; 37] = [
    "typeform",
    "hubspot",
    "webflow",
    "meta",
    "google-ads",
    "linkedin",
    "tiktok",
    "calendly",
    "cal-com",
    "tally",
    "jotform",
    "gravity-forms",
    "elementor",
    "contact-form-7",
    "wpforms",
    "fluent-forms",
    "unbounce",
    "formstack",
    "google-forms",
    "ms-forms",
    "intercom",
    "drift",
    "zapier",
    "make",
    "salesforce-web-to-lead",
    "salesforce-outbound",
    "pipedrive",
    "activecampaign",
    "mailchimp",
    "segment",
    "rudderstack",
    "shopify",
    "leadconduit",
    "chili-piper",
    "olark",
    "callrail",
    "adf",
];

impl Compiler<'_> {
    /// The sources that are served, and what the rules know of each.
    pub fn all_sources(&mut self) -> (Vec<Source>, BTreeMap<SourceId, SourceRule>) {
        let (mut served, mut rules) = (Vec::new(), BTreeMap::new());
        for raw in &self.raw.source {
            let defaults = self.defaults(&raw.defaults);
            let mut contact = Contact::default();
            for (field, value) in &defaults {
                contact.set(*field, value.clone());
            }
            let types = self.types(raw);
            let source = self.source(raw, defaults);
            let rule = SourceRule {
                types,
                defaults: contact,
                open: source.as_ref().is_some_and(|it| it.scheme.is_open()),
            };
            rules.insert(raw.id.get_ref().as_str().into(), rule);
            served.extend(source);
        }
        (served, rules)
    }

    fn source(&mut self, raw: &raw::Source, defaults: Vec<(Field, FieldValue)>) -> Option<Source> {
        let format = self.format(&raw.format);
        let (scheme, keys) = self.proof(raw, format);
        let fetch = self.fetch(raw, format);
        let rate = raw.rate.as_ref().and_then(|it| self.rate(it));
        let mapping = Mapping {
            fields: self.fields(&raw.fields),
            defaults,
            country: raw.country.as_ref().and_then(|it| self.country(it)),
            language: raw.language.as_ref().and_then(|it| self.language(it)),
        };
        let delivery_id = raw.delivery_id.as_ref();
        let delivery_id = delivery_id.and_then(|it| self.delivery_id(it));
        let window = raw.window.as_ref().and_then(|it| self.time(it));
        let form = raw.form.as_ref().map(|it| self.hosted_form(it));
        Some(Source {
            id: raw.id.get_ref().as_str().into(),
            format: format?,
            scheme: scheme?,
            keys,
            mapping,
            fetch,
            delivery_id,
            window: window.unwrap_or(WINDOW),
            rate,
            over: match raw.over {
                Some(raw::Over::Hold) | None => Over::Hold,
                Some(raw::Over::Refuse) => Over::Refuse,
            },
            form: form.map(Arc::new),
        })
    }

    /// How its bodies are written; none if that is unknown or not in effect yet.
    fn format(&mut self, text: &Text) -> Option<Format> {
        let typed = self.filled(text)?;
        match typed {
            "json" => return Some(Format::Json),
            "form" => return Some(Format::Form),
            "multipart" => return Some(Format::Multipart),
            "xml" => return Some(Format::Xml),
            "email" => return Some(Format::Email),
            word => {
                if let Some(preset) = presets::by_word(word) {
                    return Some(Format::Preset(preset));
                }
            }
        }
        let mut known = BODIES.into_iter().chain(PRESETS);
        if known.any(|it| it == typed) {
            self.later(&format!("format {typed}"), text.span());
        } else {
            let known = BODIES.into_iter().chain(PRESETS);
            let help = suggest::help(typed, known).unwrap_or_default();
            self.mistake(text.span(), format!("no format called `{typed}`"), help);
        }
        None
    }

    fn fields(&mut self, raw: &Named<Text>) -> Vec<(Field, FieldPath)> {
        let mut fields = Vec::new();
        for (name, path) in raw {
            let field = self.field(name);
            let path = self.field_path(path);
            fields.extend(field.zip(path));
        }
        fields
    }

    /// The canonical field of this name.
    pub fn field(&mut self, name: &Text) -> Option<Field> {
        canonical::field(self.filled(name)?)
            .map_err(|wrong| self.wrong(wrong, name.span()))
            .ok()
    }

    fn wrong(&mut self, wrong: canonical::Wrong, span: Range<usize>) {
        let complaint = super::Complaint::mistake(span, wrong.message);
        self.complaints.push(complaint.help(wrong.help));
    }

    fn field_path(&mut self, text: &Text) -> Option<FieldPath> {
        let typed = self.said(text, "this label")?;
        FieldPath::parse(&typed)
            .map_err(|error| self.bad_path(text, &error, 0))
            .ok()
    }

    fn bad_path(&mut self, text: &Text, error: &path::PathError, before: usize) {
        let at = before + error.at;
        let span = self.sources.within(&text.span(), &(at..at + 1));
        let message = format!("this is no JSONPath: {}", error.message);
        self.mistake(span, message, "for instance `$.contact.email`");
    }

    /// Canonical fields with their values, in the order of the file.
    pub fn defaults(&mut self, raw: &Named<Spanned<toml::Value>>) -> Vec<(Field, FieldValue)> {
        let mut fields = Vec::new();
        for (name, value) in raw {
            let Some(field) = self.field(name) else {
                continue;
            };
            let json = serde_json::to_value(value.get_ref()).unwrap_or_default();
            match canonical::field_value(field, &json) {
                Ok(value) => fields.push((field, value)),
                Err(wrong) => self.wrong(wrong, value.span()),
            }
        }
        fields
    }

    fn types(&mut self, raw: &raw::Source) -> Vec<TypeRule> {
        let Some(kind) = &raw.kind else {
            return Vec::new();
        };
        match kind.get_ref() {
            Form::Text(text) => {
                let text = Spanned::new(kind.span(), text.clone());
                let is = self.said(&text, "`type`");
                is.map(|is| TypeRule { when: None, is })
                    .into_iter()
                    .collect()
            }
            Form::Long(rules) => {
                let rules = rules.iter().filter_map(|it| {
                    let when = match &it.when {
                        Some(when) => Some(self.condition(when, Scope::Lead)?),
                        None => None,
                    };
                    let is = self.said(&it.is, "`is`")?;
                    Some(TypeRule { when, is })
                });
                rules.collect()
            }
        }
    }

    fn delivery_id(&mut self, text: &Text) -> Option<DeliveryId> {
        let typed = self.filled(text)?;
        match typed.split_once(':') {
            Some(("header", name)) => {
                let header = name.parse().ok();
                if header.is_none() {
                    let message = format!("`{name}` is not a header name");
                    let help = "write the header's name alone: `header:X-Delivery-Id`";
                    self.mistake(text.span(), message, help);
                }
                header.map(DeliveryId::Header)
            }
            Some(("field", path)) => match path::json_path(path) {
                Ok(path) => Some(DeliveryId::Field(path)),
                Err(error) => {
                    self.bad_path(text, &error, "field:".len());
                    None
                }
            },
            Some(_) | None => {
                let help = "write `header:NAME` or `field:JSONPATH`";
                let message = format!("`{typed}` names no place of an id");
                self.mistake(text.span(), message, help);
                None
            }
        }
    }

    fn rate(&mut self, text: &Text) -> Option<Rate> {
        let typed = self.filled(text)?;
        let rate = rate_of(typed);
        if rate.is_none() {
            let help = "write a number and `/s`, `/m`, `/h` or `/d`: `20/s`";
            self.mistake(text.span(), format!("`{typed}` is no rate"), help);
        }
        rate
    }

    /// Where people are fetched of whom the vendor sends ids only.
    fn fetch(&mut self, raw: &raw::Source, format: Option<Format>) -> FetchFrom {
        let Some(fetch) = &raw.fetch else {
            return FetchFrom::default();
        };
        let fetches = match format {
            Some(format) => format.preset().is_some_and(|preset| preset.fetch.is_some()),
            // What can't be used has been told already.
            None => true,
        };
        if !fetches {
            let message = format!("`{}` sends people, not ids", raw.format.get_ref());
            let help = "take `fetch` out: it is for vendors that send ids only";
            self.mistake(raw.id.span(), message, help);
        }
        let tokens = fetch.tokens.iter();
        FetchFrom {
            url: fetch.url.as_ref().and_then(|url| self.url(url)),
            token: fetch.token.as_ref().map(|token| self.secret(token)),
            tokens: tokens
                .map(|(account, token)| (account.get_ref().clone(), self.secret(token)))
                .collect(),
        }
    }
}

/// Whether a format is a vendor's.
pub fn is_preset(format: &str) -> bool {
    PRESETS.contains(&format)
}

/// `20/s`.
fn rate_of(text: &str) -> Option<Rate> {
    let (count, unit) = text.split_once('/')?;
    let count = count.trim().parse().ok().filter(|it| *it > 0)?;
    let per = match unit.trim() {
        "s" => SignedDuration::from_secs(1),
        "m" | "min" => SignedDuration::from_mins(1),
        "h" => SignedDuration::from_hours(1),
        "d" => SignedDuration::from_hours(24),
        _ => return None,
    };
    Some(Rate { count, per })
}
