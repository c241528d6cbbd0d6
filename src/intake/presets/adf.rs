//! ADF: the car trade's XML about prospects. Who sells and who sends stand beside the customer, and are not the lead.

use serde_json::{Map, Value};

use crate::intake::{
    body::Body,
    preset::{Call, Person, Preset, Seen, text_at},
    xml::text_of,
};

pub(super) const PRESET: Preset = Preset {
    word: "adf",
    title: "ADF/XML",
    bodies: &[Body::Xml],
    delivery: |call| {
        let ids: Vec<String> = prospects(call).map(id).collect();
        let whole = !ids.is_empty() && ids.iter().all(|id| !id.is_empty());
        whole.then(|| ids.join(","))
    },
    read,
    ..Preset::PLAIN
};

fn prospects<'a>(call: &Call<'a>) -> impl Iterator<Item = &'a Value> + use<'a> {
    let root = child(call.payload, "adf").unwrap_or(&Value::Null);
    each(child(root, "prospect"))
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let people: Vec<Person<'a>> = prospects(call)
        .map(|prospect| Person::new(prospect, said(prospect)))
        .collect();
    if people.is_empty() {
        return Seen::Strange("it holds no prospect".to_owned());
    }
    Seen::People(people)
}

/// The sender's id of a prospect, with whose it is.
fn id(prospect: &Value) -> String {
    let id = each(child(prospect, "id")).next().unwrap_or(&Value::Null);
    let (source, id) = (text_at(id, "/@source"), text(id));
    if source.is_empty() || id.is_empty() {
        id
    } else {
        format!("{source}/{id}")
    }
}

fn said(prospect: &Value) -> Value {
    let customer = each(child(prospect, "customer")).next();
    let customer = customer.unwrap_or(&Value::Null);
    let contact = each(child(customer, "contact")).next();
    let contact = contact.unwrap_or(&Value::Null);
    let address = each(child(contact, "address")).next();
    let address = address.unwrap_or(&Value::Null);
    let mut said = Map::new();
    let mut say = |name: &str, value: String| {
        if !value.is_empty() {
            said.insert(name.to_owned(), value.into());
        }
    };
    for (name, value) in names(contact) {
        say(name, value);
    }
    for (name, element) in [("email", "email"), ("phone", "phone")] {
        say(name, first(child(contact, element)));
    }
    for (name, element) in [
        ("city", "city"),
        ("region", "regioncode"),
        ("postal_code", "postalcode"),
        ("country", "country"),
    ] {
        say(name, first(child(address, element)));
    }
    let comments = [customer, prospect, vehicle(prospect)].map(|it| first(child(it, "comments")));
    say(
        "message",
        comments
            .into_iter()
            .find(|it| !it.is_empty())
            .unwrap_or_default(),
    );
    say("product", car(vehicle(prospect)));
    say("interest", text_at(vehicle(prospect), "/@interest"));
    say("submitted_at", first(child(prospect, "requestdate")));
    say("external_id", id(prospect));
    Value::Object(said)
}

/// Full, first and last name; a name that does not say which part it is, is the full one.
fn names(contact: &Value) -> Vec<(&'static str, String)> {
    let company = child(contact, "name");
    let of = |name: &Value| match text_at(name, "/@part").as_str() {
        "first" => "first_name",
        "last" => "last_name",
        "middle" | "suffix" => "middle name",
        _ if text_at(name, "/@type") == "business" => "company",
        _ => "name",
    };
    each(company).map(|name| (of(name), text(name))).collect()
}

fn vehicle(prospect: &Value) -> &Value {
    each(child(prospect, "vehicle"))
        .next()
        .unwrap_or(&Value::Null)
}

/// `2026 Kite Breeze`.
fn car(vehicle: &Value) -> String {
    let parts = ["year", "make", "model"].map(|part| first(child(vehicle, part)));
    let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    parts.join(" ")
}

/// An element by its name, in whatever case it is written.
fn child<'a>(element: &'a Value, name: &str) -> Option<&'a Value> {
    let mut inner = element.as_object()?.iter();
    inner
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// An element that may come several times.
fn each(element: Option<&Value>) -> impl Iterator<Item = &Value> {
    let several = element.and_then(Value::as_array);
    let one = element.filter(|it| !it.is_array());
    several.into_iter().flatten().chain(one)
}

fn first(element: Option<&Value>) -> String {
    each(element).next().map(text).unwrap_or_default()
}

fn text(element: &Value) -> String {
    text_of(element).into_owned()
}
