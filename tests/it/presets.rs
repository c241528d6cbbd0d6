//! Every preset on what its vendor really sends: verified, named and read by the code that serves it.
//!
//! A folder of fixtures is a preset's, by its name or by [`FOLDERS`]; the shapes are those of
//! [`crate::intake`].

mod fetched;

use std::{path::Path, sync::LazyLock};

use baton::intake::{
    Format, Preset, Reading, Request, Scheme, Source, delivery_hash, delivery_id, kept_headers,
    preset::Get,
    presets::{self, by_word},
    read_payload,
    verify::{Token, TokenPlace},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::{prelude::*, sample::Index};
use secrecy::SecretString;
use serde_json::Value;

use crate::{
    expected::differences,
    intake::{Case, cases},
};

/// Folders that are not called what the preset is.
const FOLDERS: [(&str, &str); 2] = [("meta-leadgen", "meta"), ("linkedin-leadsync", "linkedin")];

fn preset_of(folder: &str) -> Option<&'static Preset> {
    let known = FOLDERS.iter().find(|(name, _)| *name == folder);
    by_word(known.map_or(folder, |(_, word)| word))
}

/// The preset's own scheme with the case's secret, or the one that its source has to name; a case without a secret
/// comes unsigned.
fn scheme(preset: &Preset, case: &Case) -> Scheme {
    let named = case.text_at("/signature/scheme").unwrap_or_default();
    match case.text("secret") {
        Some(_) if ["url-secret", "static-header", "basic-auth"].contains(&named) => {
            case.scheme().unwrap()
        }
        Some(secret) if case.text("query").is_some_and(|it| it.contains(secret)) => {
            let query = case.text("query").unwrap();
            let place = TokenPlace::query(query.split('=').next().unwrap()).unwrap();
            Scheme::Token(Token::new(vec![secret.into()], place).unwrap())
        }
        Some(secret) => (preset.scheme)(vec![SecretString::from(secret)]).unwrap(),
        None => Scheme::None,
    }
}

/// Whether an id is the one of the case: where several fields make it, it begins with those.
fn is_delivery(case: &Case, id: Option<&str>, expected: &str) -> bool {
    let several = case
        .text_at("/delivery_id/field")
        .is_some_and(|field| field.contains('+'));
    // Every test of Google's has the same id.
    if case.text("kind") == Some("test_lead") && id.is_none() {
        return true;
    }
    let id = id.unwrap_or_default();
    let more = id.strip_prefix(expected);
    more == Some("") || (several && more.is_some_and(|more| more.starts_with('/')))
}

/// What is wrong with what came of a case.
fn wrong_with(preset: &'static Preset, case: &Case) -> Vec<String> {
    if let Some(wrong) = fetched::wrong_with(preset, case) {
        return wrong;
    }
    let source = Source {
        scheme: scheme(preset, case),
        mapping: case.mapping(),
        ..Source::new("fixture".into(), Format::Preset(preset))
    };
    let headers = case.headers();
    let request = Request {
        method: &case.method(),
        url: &case.url(),
        headers: &headers,
        query: case.text("query").unwrap_or_default(),
        body: &case.body,
        now: case.now(),
    };
    let believed = source.scheme.verify(&request);
    if case.meta["signature"]["valid"] == false {
        return match believed {
            Ok(()) => vec!["believed, and should not be".into()],
            Err(_) => Vec::new(),
        };
    }
    let mut wrong = Vec::new();
    let asks = case.text("method") == Some("GET");
    wrong.extend(
        believed
            .err()
            .map(|denied| format!("not believed: {denied}")),
    );
    if asks && matches!(preset.get, Get::Probe | Get::Challenge(_)) {
        return wrong;
    }
    if !source.format.accepts(case.text("content_type")) {
        wrong.push("its content type is refused".into());
    }
    let payload = source
        .format
        .read(case.text("content_type"), &case.body)
        .ok();
    let id = delivery_id(&source, &headers, payload.as_ref());
    if let Some(expected) = case.text_at("/delivery_id/value")
        && !is_delivery(case, id.as_deref(), expected)
    {
        wrong.push(format!("delivery id is {id:?}, not {expected}"));
    }
    wrong.extend(differences(case, &source));
    wrong
}

/// All that is wrong with the presets' cases in a directory, and how many there were of each.
fn run(directory: &Path) -> (Vec<String>, Vec<(&'static str, usize)>) {
    let mut wrong = Vec::new();
    let mut seen: Vec<&'static str> = Vec::new();
    for (folder, case) in cases(directory) {
        let Some(preset) = preset_of(&folder) else {
            continue;
        };
        seen.push(preset.word);
        let of_case = wrong_with(preset, &case).into_iter();
        wrong.extend(of_case.map(|what| format!("{}: {what}", case.name)));
    }
    let count = |preset: &Preset| seen.iter().filter(|word| **word == preset.word).count();
    let counts = presets::ALL
        .iter()
        .map(|preset| (preset.word, count(preset)));
    (wrong, counts.collect())
}

#[test]
fn what_vendors_send_becomes_the_leads_it_describes() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    let (wrong, counts) = run(&own);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let few: Vec<_> = counts.iter().filter(|(_, count)| *count < 2).collect();
    assert!(few.is_empty(), "a good and a bad case for each: {few:?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the one switch of this test")]
fn what_vendors_really_sent_is_understood_too() {
    let Some(directory) = std::env::var_os("BATON_SHARED_FIXTURES") else {
        println!("BATON_SHARED_FIXTURES is not set: only Baton's own cases ran");
        return;
    };
    let (wrong, _) = run(Path::new(&directory));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the presets' own cases say, before anybody tampered with it.
static PAYLOADS: LazyLock<Vec<(Source, Value)>> = LazyLock::new(|| {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    let payload = |(folder, case): (String, Case)| {
        let format = Format::Preset(preset_of(&folder)?);
        let payload = format.read(case.text("content_type"), &case.body).ok()?;
        Some((Source::new("fixture".into(), format), payload))
    };
    cases(&own).into_iter().filter_map(payload).collect()
});

/// JSON of any shape.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[\\PC]{0,12}".prop_map(Value::from),
        Just(Value::from("{\"a\":[\"b\"]}")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let key = prop_oneof![Just("value".to_owned()), "[a-z_.0-9]{0,8}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(key, inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The place of every value in a payload.
fn places(value: &Value, here: &str, into: &mut Vec<String>) {
    into.push(here.to_owned());
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Array(list) => {
            let items = list.iter().enumerate();
            items.for_each(|(at, it)| places(it, &format!("{here}/{at}"), into));
        }
        Value::Object(map) => {
            let items = map.iter();
            items.for_each(|(key, it)| places(it, &format!("{here}/{}", escaped(key)), into));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

proptest! {
    #[test]
    fn no_payload_brings_a_preset_down(
        which in any::<Index>(),
        changes in proptest::collection::vec((any::<Index>(), anything()), 1..4),
        header in "[ -~]{0,40}",
    ) {
        let (source, payload) = which.get(&PAYLOADS);
        let mut payload = payload.clone();
        for (at, thing) in changes {
            let mut all = Vec::new();
            places(&payload, "", &mut all);
            let place: &String = at.get(&all);
            *payload.pointer_mut(place).unwrap() = thing;
        }
        let Format::Preset(preset) = source.format else { unreachable!() };
        let value = HeaderValue::from_str(&header).unwrap();
        let named = |name: &&'static str| (HeaderName::from_static(name), value.clone());
        let headers: HeaderMap = preset.headers.iter().map(named).collect();
        let id = delivery_id(source, &headers, Some(&payload));
        prop_assert_ne!(id.as_deref(), Some(""));
        prop_assert_eq!(delivery_hash(source, id.as_deref(), None, b"", Some(&payload)).len(), 64);
        fetched::expect_no_panic(source, &payload);
        match read_payload(source, &kept_headers(source, &headers), &payload) {
            Reading::Leads { leads, .. } => prop_assert!(!leads.is_empty()),
            Reading::Quarantined(problems) => prop_assert!(!problems.is_empty()),
            Reading::Ids(ids) => prop_assert!(!ids.is_empty()),
            Reading::Activities { activities, leads, .. } => {
                prop_assert!(!activities.is_empty() || !leads.is_empty());
            }
            Reading::Withdrawn(_, why) | Reading::Ignored(why) => prop_assert!(!why.is_empty()),
        }
    }
}
