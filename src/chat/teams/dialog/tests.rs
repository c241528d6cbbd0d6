//! Dialogs as Teams gets them, and what comes back.

use super::*;
use crate::chat::teams::check::check;
use crate::domain::card::{Button, Confirm, Part};

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn input(id: &str, kind: InputKind) -> Input {
    Input {
        id: id.into(),
        label: format!("The {id}"),
        hint: None,
        kind,
        optional: false,
        initial: None,
    }
}

fn choices(count: usize) -> Vec<Choice> {
    (0..count)
        .map(|at| Choice {
            value: format!("v{at}"),
            label: format!("Choice {at}"),
        })
        .collect()
}

fn dialog(inputs: Vec<Input>) -> Dialog {
    Dialog {
        action: Action::LeadNextStep,
        subject: "lead_1".into(),
        title: "Next step #4711".into(),
        submit: "Save".into(),
        parts: vec![Part::Text(vec![
            Run::bold("Ada Lovelace"),
            Run::plain(" asks for a demo."),
        ])],
        inputs,
    }
}

fn card_of(answer: &Value) -> &Value {
    let card = &answer["task"]["value"]["card"]["content"];
    check(card);
    card
}

fn asked(answer: &Value) -> Vec<&Value> {
    let body = card_of(answer)["body"].as_array().unwrap();
    let is_input = |one: &&Value| one["type"].as_str().unwrap().starts_with("Input.");
    body.iter().filter(is_input).collect()
}

fn full() -> Dialog {
    dialog(vec![
        Input {
            initial: Some("v1".into()),
            ..input("choice", InputKind::Radio(choices(3)))
        },
        input("rep", InputKind::Choice(choices(30))),
        Input {
            hint: Some("In your words".into()),
            optional: true,
            ..input("what", InputKind::ShortText { max: 80 })
        },
        input("note", InputKind::LongText { max: 60_000 }),
        Input {
            initial: Some("12.5".into()),
            ..input("deal", InputKind::Number)
        },
        Input {
            hint: Some("I'll remind you then.".into()),
            initial: Some("2026-11-24T08:00:00Z".into()),
            ..input("at", InputKind::Moment)
        },
    ])
}

#[test]
fn a_dialog_asks_everything_in_its_own_way() {
    let answer = open(&full(), &berlin());
    let value = &answer["task"]["value"];
    assert_eq!(value["title"], "Next step #4711");
    assert_eq!(value["height"], "large");
    let lines: Vec<String> = asked(&answer).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"type":"Input.ChoiceSet","style":"expanded","wrap":true,"choices":[{"title":"Choice 0","value":"v0"},{"title":"Choice 1","value":"v1"},{"title":"Choice 2","value":"v2"}],"value":"v1","id":"input.choice","label":"The choice","isRequired":true,"errorMessage":"Please answer this."}
    {"type":"Input.ChoiceSet","style":"compact","wrap":true,"choices":[{"title":"Choice 0","value":"v0"},{"title":"Choice 1","value":"v1"},{"title":"Choice 2","value":"v2"},{"title":"Choice 3","value":"v3"},{"title":"Choice 4","value":"v4"},{"title":"Choice 5","value":"v5"},{"title":"Choice 6","value":"v6"},{"title":"Choice 7","value":"v7"},{"title":"Choice 8","value":"v8"},{"title":"Choice 9","value":"v9"},{"title":"Choice 10","value":"v10"},{"title":"Choice 11","value":"v11"},{"title":"Choice 12","value":"v12"},{"title":"Choice 13","value":"v13"},{"title":"Choice 14","value":"v14"},{"title":"Choice 15","value":"v15"},{"title":"Choice 16","value":"v16"},{"title":"Choice 17","value":"v17"},{"title":"Choice 18","value":"v18"},{"title":"Choice 19","value":"v19"},{"title":"Choice 20","value":"v20"},{"title":"Choice 21","value":"v21"},{"title":"Choice 22","value":"v22"},{"title":"Choice 23","value":"v23"},{"title":"Choice 24","value":"v24"},{"title":"Choice 25","value":"v25"},{"title":"Choice 26","value":"v26"},{"title":"Choice 27","value":"v27"},{"title":"Choice 28","value":"v28"},{"title":"Choice 29","value":"v29"}],"placeholder":"Choose one","id":"input.rep","label":"The rep","isRequired":true,"errorMessage":"Please answer this."}
    {"type":"Input.Text","isMultiline":false,"maxLength":80,"id":"input.what","label":"The what","placeholder":"In your words"}
    {"type":"Input.Text","isMultiline":true,"maxLength":3000,"id":"input.note","label":"The note","isRequired":true,"errorMessage":"Please answer this."}
    {"type":"Input.Number","value":12.5,"id":"input.deal","label":"The deal","isRequired":true,"errorMessage":"Please answer this."}
    {"type":"Input.Date","value":"2026-11-24","id":"input.at@date","label":"The at","isRequired":true,"errorMessage":"Please answer this."}
    {"type":"Input.Time","value":"09:00","id":"input.at@time","label":"Time of day","isRequired":true,"errorMessage":"Please answer this."}
    "#);
    insta::assert_snapshot!(card_of(&answer)["actions"], @r#"[{"type":"Action.Submit","title":"Save","style":"positive","data":{"verb":"lead.next_step","value":"lead_1","dialog":true,"zone":"Europe/Berlin"}}]"#);
}

#[test]
fn what_was_answered_comes_back_by_input() {
    let data = json!({
        "verb": "lead.next_step", "value": "lead_1", "dialog": true, "zone": "Europe/Berlin",
        "input.choice": "v2", "input.what": "  call him ", "input.note": "", "input.deal": 12.5,
        "input.at@date": "2026-11-24", "input.at@time": "09:00",
        "verb2": "x", "input.list": ["a"],
    });
    let values = [
        ("at", "2026-11-24T08:00:00Z"),
        ("choice", "v2"),
        ("deal", "12.5"),
        ("what", "call him"),
    ];
    assert_eq!(
        read(&data),
        Some(Did::Submitted {
            action: Action::LeadNextStep,
            subject: "lead_1".into(),
            values: values.map(|(id, value)| (id.into(), value.into())).into(),
        })
    );
}

#[test]
fn a_moment_that_is_not_whole_is_no_answer() {
    let base = json!({"verb": "lead.next_step", "value": "lead_1", "dialog": true});
    let wrong = [
        json!({"zone": "Europe/Berlin", "input.at@date": "2026-11-24"}),
        json!({"zone": "Europe/Berlin", "input.at@time": "09:00"}),
        json!({"zone": "Europe/Nowhere", "input.at@date": "2026-11-24", "input.at@time": "09:00"}),
        json!({"input.at@date": "2026-11-24", "input.at@time": "09:00"}),
        json!({"zone": "UTC", "input.at@date": "tomorrow", "input.at@time": "09:00"}),
        json!({"zone": "UTC", "input.at@date": "2026-11-24", "input.at@time": "25:00"}),
    ];
    for more in wrong {
        let mut data = base.clone();
        data.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let Some(Did::Submitted { values, .. }) = read(&data) else {
            panic!("{data} is a dialog");
        };
        assert!(values.is_empty(), "{data}");
    }
}

#[test]
fn what_is_wrong_stands_on_top_and_what_was_typed_stays() {
    let typed = BTreeMap::from([
        ("choice".to_owned(), "v2".to_owned()),
        ("what".to_owned(), "*call*".to_owned()),
        ("at".to_owned(), "2026-12-01T17:30:00Z".to_owned()),
    ]);
    let errors = BTreeMap::from([("at".to_owned(), "Choose a time to come.".to_owned())]);
    let answer = again(&full(), &berlin(), &typed, &errors);
    insta::assert_snapshot!(card_of(&answer)["body"][0], @r#"{"type":"Container","style":"attention","items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"The at ","weight":"Bolder"},{"type":"TextRun","text":"Choose a time to come."}]}]}"#);
    let asked = asked(&answer);
    let values: Vec<&Value> = asked.iter().map(|one| &one["value"]).collect();
    assert_eq!(
        values,
        [
            &json!("v2"),
            &Value::Null,
            &json!("*call*"),
            &Value::Null,
            &json!(12.5),
            &json!("2026-12-01"),
            &json!("18:30"),
        ]
    );
}

#[test]
fn a_dialog_without_questions_is_only_closed() {
    let answer = open(&dialog(vec![]), &berlin());
    let card = card_of(&answer);
    let actions = card["actions"].as_array().unwrap();
    assert_eq!(actions.len(), 1);
    assert_eq!(actions[0]["title"], "Close");
    assert_eq!(read(&actions[0]["data"]), Some(Did::Closed));
}

#[test]
fn buttons_in_a_dialog_are_pressed_as_those_of_a_message() {
    let mut dialog = dialog(vec![]);
    let button = Button::new(Action::LeadWhy, "lead_1", "Why").opening_dialog();
    dialog.parts.push(Part::Buttons(vec![button]));
    let answer = open(&dialog, &berlin());
    let action = &card_of(&answer)["body"][1]["actions"][0];
    assert_eq!(action["type"], "Action.Submit");
    let pressed = Did::Pressed {
        action: Action::LeadWhy,
        value: "lead_1".into(),
    };
    assert_eq!(read(&action["data"]), Some(pressed));
}

#[test]
fn a_button_that_asks_first_is_pressed_by_the_answer() {
    let button = Button::new(Action::ReviewDrop, "lead_1", "Drop").confirmed(Confirm {
        title: "Drop lead #4711?".into(),
        text: "Nobody is asked again.".into(),
        yes: "Drop it".into(),
        no: "Keep it".into(),
    });
    let row = super::super::buttons::row(&[button], Place::Message).unwrap();
    let data = &row["actions"][0]["data"];
    assert_eq!(data["msteams"]["type"], "task/fetch");
    let Some(Did::WasAsked(answer)) = read(data) else {
        panic!("{data} asks first");
    };
    assert_eq!(answer["task"]["value"]["title"], "Drop lead #4711?");
    let actions = card_of(&answer)["actions"].as_array().unwrap();
    assert_eq!(actions[0]["title"], "Drop it");
    let pressed = Did::Pressed {
        action: Action::ReviewDrop,
        value: "lead_1".into(),
    };
    assert_eq!(read(&actions[0]["data"]), Some(pressed));
    assert_eq!(actions[1]["title"], "Keep it");
    assert_eq!(read(&actions[1]["data"]), Some(Did::Closed));
}

#[test]
fn what_is_not_ours_is_nothing() {
    for data in [
        json!(null),
        json!("x"),
        json!({}),
        json!({"verb": 7, "value": "lead_1"}),
        json!({"verb": "offer.steal", "value": "lead_1"}),
        json!({"close": "yes"}),
    ] {
        assert_eq!(read(&data), None, "{data}");
    }
    let odd = json!({"verb": "lead.close", "value": {"a": 1}, "ask": {"title": 7, "text": "x\u{202e}y".repeat(999)}});
    let Some(Did::WasAsked(answer)) = read(&odd) else {
        panic!("it asks");
    };
    card_of(&answer);
}
