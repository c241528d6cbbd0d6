//! Whom bodies name, and that nothing brings a reader down.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn source(format: Format) -> Source {
    Source::new("website".into(), format)
}

#[test]
fn a_body_full_of_people_is_quarantined() {
    let people = vec![json!({"email": "a@b.example"}); MOST_LEADS + 1];
    let reading = read_payload(
        &source(Format::Json),
        &BTreeMap::new(),
        &Value::Array(people),
    );
    assert_eq!(
        reading,
        Reading::Quarantined(vec!["more than 1000 leads in one body".into()])
    );
}

/// JSON of any shape, with keys that mean something.
fn payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9+@a.k< -]{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("email".to_owned()),
        Just("phone".to_owned()),
        Just("employees".to_owned()),
        Just("country".to_owned()),
        Just("tags".to_owned()),
        Just("label".to_owned()),
        Just("name".to_owned()),
        Just("value".to_owned()),
        any::<String>(),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn holds(reading: Reading) -> bool {
    match reading {
        Reading::Leads { leads, .. } => {
            let reachable = |lead: &NewLead| {
                use crate::domain::contact::Field;
                [Field::Email, Field::Phone]
                    .iter()
                    .any(|at| !lead.contact.text(*at).is_empty())
            };
            !leads.is_empty() && leads.iter().all(reachable)
        }
        Reading::Quarantined(problems) => !problems.is_empty(),
        Reading::Ids(ids) => !ids.is_empty(),
        Reading::Withdrawn(_, why) | Reading::Ignored(why) | Reading::Activities { why, .. } => {
            !why.is_empty()
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_bring_it_down(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        for format in [Format::Json, Format::Form, Format::Multipart, Format::Xml, Format::Email] {
            prop_assert!(holds(read(&source(format), None, &BTreeMap::new(), &body)));
        }
    }

    #[test]
    fn no_payload_brings_it_down(payload in payload()) {
        prop_assert!(holds(read_payload(&source(Format::Json), &BTreeMap::new(), &payload)));
    }

    #[test]
    fn no_form_brings_it_down(body in "(email|phone|name|a|%5B|\\[|\\]|=|&|@b\\.de|%[0-9A-F]{2}|[0-9]){0,60}") {
        prop_assert!(holds(read(&source(Format::Form), None, &BTreeMap::new(), body.as_bytes())));
    }
}
