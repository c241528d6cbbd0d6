//! What came of a vendor's delivery against what its case expects; the shapes are those of [`crate::intake`].

use baton::{
    domain::{
        contact::{Field, FieldValue},
        submission::NewLead,
    },
    intake::{Reading, Source, kept_headers, place, read},
};
use jiff::Timestamp;
use serde_json::Value;

use crate::intake::Case;

/// What a case expects that is not found by its words in a lead.
const APART: [&str; 26] = [
    "absent",
    "is_lead",
    "contactable",
    "lead",
    "lead_2",
    "lead_3",
    "leads",
    "answers",
    "attributes",
    "utm",
    "problems",
    "ignored",
    "event",
    "events",
    "why",
    "signature_valid",
    "http_status_class",
    "match_email",
    "merge_by",
    "needs_field_map",
    "field_map",
    "needs_fetch",
    "fetch",
    "external_ids",
    "opted_out",
    "is_test",
];

/// What came of a request against what the case expects; the differences.
pub(crate) fn differences(case: &Case, source: &Source) -> Vec<String> {
    let headers = kept_headers(source, &case.headers());
    let content_type = case.text("content_type");
    let reading = read(source, content_type, &headers, &case.body);
    let mut wrong = compare(case, &reading);
    if let Reading::Quarantined(_) = reading
        && case.meta["expect"]["contactable"] == false
    {
        unreachable(case, source, &mut wrong);
    }
    wrong
}

/// What was read against what the case expects; the differences.
pub(crate) fn compare(case: &Case, reading: &Reading) -> Vec<String> {
    let expect = &case.meta["expect"];
    let mut wrong = Vec::new();
    match reading {
        Reading::Leads { leads, problems } => {
            if !case.is_lead() {
                wrong.push("is a lead and should be none".into());
                return wrong;
            }
            let count = expect["leads"].as_u64().unwrap_or(1);
            if count != leads.len() as u64 {
                wrong.push(format!("{} leads", leads.len()));
            }
            for (lead, key) in leads.iter().zip(["lead", "lead_2", "lead_3"]) {
                fields(&expect[key], lead, &mut wrong);
            }
            all_that_is_said(case, &leads[0], &mut wrong);
            expected_problems(expect, problems, &mut wrong);
        }
        Reading::Quarantined(problems) => {
            if case.is_lead() || case.meta["expect"]["ignored"].is_string() {
                wrong.push(format!("quarantined: {problems:?}"));
            }
            expected_problems(expect, problems, &mut wrong);
        }
        Reading::Ids(ids) => {
            let named: Vec<&str> = ids.iter().map(|it| it.id.as_str()).collect();
            let right = match &expect["needs_fetch"] {
                Value::Array(ids) => ids
                    .iter()
                    .filter_map(Value::as_str)
                    .eq(named.iter().copied()),
                // The address that is asked.
                Value::String(ask) => named.iter().all(|id| ask.contains(id)),
                _ => false,
            };
            if !right {
                wrong.push(format!("to be fetched: {named:?}"));
            }
        }
        Reading::Activities {
            leads,
            problems,
            activities,
            ..
        } if case.is_lead() => {
            // What somebody does describes them as well.
            assert!(!activities.is_empty());
            let (leads, problems) = (leads.clone(), problems.clone());
            return compare(case, &Reading::Leads { leads, problems });
        }
        Reading::Withdrawn(_, why) | Reading::Ignored(why) | Reading::Activities { why, .. } => {
            let other = expect["ignored"].as_str().is_some_and(|it| it != why);
            if case.is_lead() || expect["contactable"] == false || other {
                wrong.push(format!("ignored: {why}"));
            }
        }
    }
    wrong
}

/// What is kept of somebody who left no address: the same as if there were one.
fn unreachable(case: &Case, source: &Source, wrong: &mut Vec<String>) {
    let mut source = source.clone();
    let address = FieldValue::Text("nobody@example.com".into());
    source.mapping.defaults.push((Field::Email, address));
    let headers = kept_headers(&source, &case.headers());
    match read(&source, case.text("content_type"), &headers, &case.body) {
        Reading::Leads { mut leads, .. } => {
            leads[0].contact.set_text(Field::Email, "");
            fields(&case.meta["expect"]["lead"], &leads[0], wrong);
            all_that_is_said(case, &leads[0], wrong);
        }
        other => wrong.push(format!("with an address it is {other:?}")),
    }
}

/// Compares what a case expects besides the fields.
fn all_that_is_said(case: &Case, lead: &NewLead, wrong: &mut Vec<String>) {
    let expect = &case.meta["expect"];
    fields(&expect["utm"], lead, wrong);
    attributes(expect, lead, wrong);
    if lead.test != (expect["is_test"] == true) {
        wrong.push(format!("test is {}", lead.test));
    }
    if expect["opted_out"] == true && lead.contact.text(Field::Consent) != "false" {
        wrong.push("has not opted out".into());
    }
    if let Some(place) = expect["merge_by"].as_str() {
        let body: Value = serde_json::from_slice(&case.body).unwrap();
        let id = body.pointer(&format!("/{}", place.replace('.', "/")));
        if id.and_then(Value::as_str) != Some(lead.contact.text(Field::ExternalId)) {
            wrong.push("its external id is another".into());
        }
    }
    for never in expect["absent"].as_array().into_iter().flatten() {
        if texts(lead)
            .iter()
            .any(|it| Some(it.as_str()) == never.as_str())
        {
            wrong.push(format!("{never} is kept"));
        }
    }
    let rest = expect.as_object().into_iter().flatten();
    for (key, value) in rest.filter(|(key, _)| !APART.contains(&key.as_str())) {
        said_somewhere(key, value, lead, wrong);
    }
}

/// Whether every text below a value stands somewhere in the lead.
fn said_somewhere(key: &str, value: &Value, lead: &NewLead, wrong: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Bool(_) if !lead.contact.text(Field::Consent).is_empty() => {}
        Value::Bool(_) => said_somewhere(key, &Value::from(value.to_string()), lead, wrong),
        Value::Array(all) => all
            .iter()
            .for_each(|it| said_somewhere(key, it, lead, wrong)),
        Value::Object(all) => all
            .iter()
            .for_each(|(key, it)| said_somewhere(key, it, lead, wrong)),
        Value::Number(_) | Value::String(_) => {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            if !texts(lead).iter().any(|it| is_same(it, &text)) {
                wrong.push(format!("{key} {text} is nowhere"));
            }
        }
    }
}

/// Everything that a lead says.
fn texts(lead: &NewLead) -> Vec<String> {
    let of_field = |value: &FieldValue| match value {
        FieldValue::Text(text) => vec![text.clone()],
        FieldValue::Number(number) => vec![number.to_string()],
        FieldValue::List(list) => list.clone(),
    };
    let fields = lead.contact.iter().flat_map(|(_, value)| of_field(value));
    fields.chain(lead.attributes.values().cloned()).collect()
}

/// Whether two texts say the same, as times too.
fn is_same(one: &str, other: &str) -> bool {
    let time = |text: &str| text.parse::<Timestamp>().ok();
    one == other || time(one).is_some_and(|it| Some(it) == time(other))
}

/// Compares fields. A phone is compared by its digits: cases say what was sent.
fn fields(expected: &Value, lead: &NewLead, wrong: &mut Vec<String>) {
    for (name, value) in expected.as_object().into_iter().flatten() {
        let Some(field) = Field::by_name(name) else {
            continue;
        };
        let got = match (field, lead.contact.get(field)) {
            (Field::Type, _) => Value::from(lead.lead_type.as_str()),
            (_, got) => serde_json::to_value(got).unwrap(),
        };
        let same = match (field, value.as_str(), got.as_str()) {
            (Field::Phone, Some(sent), Some(got)) => {
                let digits = |text: &str| {
                    text.chars()
                        .filter(char::is_ascii_digit)
                        .collect::<String>()
                };
                digits(got).ends_with(digits(sent).trim_start_matches('0'))
            }
            (Field::Country, Some(sent), Some(got)) => place::country(sent) == Some(got),
            _ => got == *value,
        };
        if !same {
            wrong.push(format!("{name} is {got}, not {value}"));
        }
    }
}

fn attributes(expect: &Value, lead: &NewLead, wrong: &mut Vec<String>) {
    let expected = ["answers", "attributes"].map(|key| expect[key].as_object());
    for (label, value) in expected.into_iter().flatten().flatten() {
        let got = lead.attributes.get(label).map(String::as_str);
        let all = value.as_array().map(|list| {
            let list: Vec<_> = list.iter().filter_map(Value::as_str).collect();
            list.join(", ")
        });
        if got != all.as_deref().or(value.as_str()) {
            wrong.push(format!("attribute {label} is {got:?}, not {value}"));
        }
    }
}

fn expected_problems(expect: &Value, problems: &[String], wrong: &mut Vec<String>) {
    if let Some(expected) = expect["problems"].as_array()
        && !problems
            .iter()
            .eq(expected.iter().filter_map(Value::as_str))
    {
        wrong.push(format!("problems are {problems:?}"));
    }
}
