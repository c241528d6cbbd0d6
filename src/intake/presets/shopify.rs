//! Shopify: customers who were made or changed. Each topic has its own webhook; the topic stands in a header.

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::{
    domain::activity::Deed,
    intake::{
        preset::{Call, Person, Preset, Seen},
        verify::{Encoding, Hmac, HmacSettings, Scheme, SetupError},
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "shopify",
    title: "Shopify",
    scheme,
    headers: &["x-shopify-topic", "x-shopify-webhook-id"],
    delivery: |call| Some(call.header("x-shopify-webhook-id").to_owned()),
    read,
    ..Preset::PLAIN
};

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    let settings = HmacSettings {
        encoding: Encoding::Base64,
        ..HmacSettings::new("x-shopify-hmac-sha256", secrets)
    };
    Hmac::new(settings).map(Scheme::HmacSha256)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    match call.header("x-shopify-topic") {
        "customers/create" | "customers/update" | "customers/enable" => {
            let mut said = call.payload.clone();
            if let Value::Object(customer) = &mut said
                && let Some(id) = customer.remove("id")
            {
                customer.insert("external_id".to_owned(), id);
            }
            let person = Person::new(call.payload, said);
            let made = call.header("x-shopify-topic") == "customers/create";
            Seen::People(vec![person.updated(!made)])
        }
        topic @ ("customers/delete" | "customers/redact") => {
            let customer = match &call.payload["customer"] {
                Value::Null => call.payload,
                customer => customer,
            };
            let who = json!({
                "email": customer["email"], "phone": customer["phone"], "external_id": customer["id"],
            });
            Seen::did(who, Deed::Deleted, topic)
        }
        topic => Seen::other(topic, "X-Shopify-Topic"),
    }
}
