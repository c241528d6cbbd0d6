//! Requests as Slack sends them, and as nobody should.

use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::json;

use super::*;

const COMMAND: &[u8] = b"token=gone&team_id=T0001&team_domain=acme&enterprise_id=E0001&enterprise_name=Globular&\
    channel_id=C2147483705&channel_name=directmessage&user_id=U2147483697&user_name=steve&command=%2Flead-away&\
    text=+%3C%40U0JONAS%7Cjonas%3E+until+Monday+&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1234%2F5678&\
    trigger_id=13345224609.738474920.8088930838d88f008e0&api_app_id=A123456&is_enterprise_install=false";

fn read_command(body: &[u8]) -> Result<Incoming, Unreadable> {
    read(Kind::Command, &payload(Kind::Command, body)?).map(|mut all| all.remove(0))
}

fn read_interaction(body: &[u8]) -> Result<Vec<Incoming>, Unreadable> {
    read(Kind::Interaction, &payload(Kind::Interaction, body)?)
}

fn read_event(body: &[u8]) -> Result<Incoming, Unreadable> {
    read(Kind::Event, &payload(Kind::Event, body)?).map(|mut all| all.remove(0))
}

fn form(payload: &Value) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload.to_string());
    form.finish().into_bytes()
}

fn only(payload: &Value) -> Incoming {
    let mut all = read_interaction(&form(payload)).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn user() -> Value {
    json!({"id": "U1", "username": "steve", "name": "steve", "team_id": "T1"})
}

fn block_actions() -> Value {
    json!({
        "type": "block_actions",
        "user": user(),
        "api_app_id": "A1",
        "token": "gone",
        "container": {"type": "message", "message_ts": "1700000000.000100", "channel_id": "D1", "is_ephemeral": false},
        "trigger_id": "12.34.ab",
        "team": {"id": "T1", "domain": "acme"},
        "enterprise": null,
        "is_enterprise_install": false,
        "channel": {"id": "D1", "name": "directmessage"},
        "message": {"type": "message", "ts": "1700000000.000100", "bot_id": "B1", "blocks": [{"type": "of_next_year"}]},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T1/2/3",
        "actions": [{"type": "button", "action_id": "offer.accept", "block_id": "4.ab", "value": "offer_1",
            "text": {"type": "plain_text", "text": "Accept"}, "style": "primary", "action_ts": "1700000009.1"}],
    })
}

#[test]
fn a_command_arrives_as_it_was_typed() {
    let Incoming::Command {
        who,
        word,
        text,
        conversation,
        trigger,
        reply,
        takes,
    } = read_command(COMMAND).unwrap()
    else {
        panic!("no command")
    };
    assert_eq!(takes, Takes::Words);
    assert_eq!(
        who,
        Presser {
            platform: Platform::Slack,
            team_id: "T0001".into(),
            user_id: "U2147483697".into(),
            name: "steve".into()
        }
    );
    assert_eq!(
        (word.as_str(), text.as_str()),
        ("/lead-away", "<@U0JONAS|jonas> until Monday")
    );
    assert_eq!(conversation, "C2147483705");
    assert_eq!(trigger, "13345224609.738474920.8088930838d88f008e0");
    assert_eq!(
        reply.unwrap().0.expose_secret(),
        "https://hooks.slack.com/commands/1234/5678"
    );
}

#[test]
fn slacks_certificate_check_is_nothing_to_us() {
    for body in [
        &b"ssl_check=1&token=gone"[..],
        &b"token=gone&ssl_check=1"[..],
    ] {
        assert!(matches!(read_command(body), Ok(Incoming::Ignored(_))));
        assert!(matches!(
            read_interaction(body).as_deref(),
            Ok([Incoming::Ignored(_)])
        ));
    }
}

#[test]
fn a_flood_of_text_is_read_in_part() {
    let body = format!(
        "user_id=U1&command=%2Fleads&text={}",
        "e%CC%81".repeat(10_000)
    );
    let Incoming::Command { text, .. } = read_command(body.as_bytes()).unwrap() else {
        panic!("no command")
    };
    assert_eq!(text, "é".repeat(MAX_COMMAND_TEXT));
}

#[test]
fn a_press_names_the_action_the_offer_and_the_message() {
    let Incoming::Press {
        who,
        action,
        value,
        trigger,
        message,
        dialog,
        reply,
        takes,
    } = only(&block_actions())
    else {
        panic!("no press")
    };
    assert_eq!(takes, Takes::Nothing);
    assert_eq!((who.team_id.as_str(), who.user_id.as_str()), ("T1", "U1"));
    assert_eq!(
        (action, value.as_str(), trigger.as_str()),
        (Action::OfferAccept, "offer_1", "12.34.ab")
    );
    assert_eq!(
        message,
        Some(Sent {
            conversation: "D1".into(),
            message: "1700000000.000100".into()
        })
    );
    assert_eq!(dialog, None);
    assert!(reply.is_some());
}

#[test]
fn several_presses_in_one_request_are_several() {
    let mut payload = block_actions();
    let second = json!({"type": "button", "action_id": "leads.page#2", "value": "3"});
    let third = json!({"type": "button", "action_id": "of.another.app"});
    payload["actions"]
        .as_array_mut()
        .unwrap()
        .extend([second, third]);
    let all = read_interaction(&form(&payload)).unwrap();
    assert!(
        matches!(&all[1], Incoming::Press { action: Action::LeadsPage, value, .. } if value == "3")
    );
    assert!(matches!(&all[2], Incoming::Ignored(word) if word == "of.another.app"));
}

#[test]
fn a_press_on_the_home_page_of_a_whole_organisation_has_neither_message_nor_team() {
    let payload = json!({"type": "block_actions", "user": user(), "team": null, "container": {"type": "view"},
        "view": {"type": "home", "id": "V1"}, "actions": [{"action_id": "queue.take", "value": "lead_1"}]});
    let Incoming::Press {
        who,
        message,
        dialog,
        reply,
        ..
    } = only(&payload)
    else {
        panic!("no press")
    };
    assert_eq!(who.team_id, "T1");
    assert_eq!((message, dialog, reply.is_none()), (None, None, true));
}

#[test]
fn a_dialog_comes_back_with_what_was_typed() {
    let payload = json!({"type": "view_submission", "user": user(), "team": {"id": "T1"}, "trigger_id": "t",
    "view": {"id": "V1", "hash": "1.a", "type": "modal", "callback_id": "offer.decline",
        "private_metadata": "offer_1", "state": {"values": {
            "input.reason": {"reason": {"type": "radio_buttons",
                "selected_option": {"text": {"type": "plain_text", "text": "Busy"}, "value": "busy"}}},
            "input.note": {"note": {"type": "plain_text_input", "value": "  in\nmeetings "}},
            "input.open": {"open": {"type": "plain_text_input", "value": null}},
            "input.until": {"until": {"type": "datetimepicker", "selected_date_time": 1_795_256_100}},
            "input.size": {"size": {"type": "number_input", "value": "12.5"}},
            "input.none": {"none": {"type": "static_select", "selected_option": null}},
            "other": {"x": {"type": "plain_text_input", "value": "not ours"}},
        }}}});
    let Incoming::Submit {
        action,
        subject,
        values,
        dialog,
        ..
    } = only(&payload)
    else {
        panic!("no dialog")
    };
    assert_eq!(
        (action, subject.as_str(), dialog.id.as_str()),
        (Action::OfferDecline, "offer_1", "V1")
    );
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(id, value)| (id.as_str(), value.as_str()))
        .collect();
    let expected = [
        ("note", "in\nmeetings"),
        ("reason", "busy"),
        ("size", "12.5"),
        ("until", "2026-11-21T10:15:00Z"),
    ];
    assert_eq!(values, expected);
}

#[test]
fn a_closed_dialog_says_what_it_was_about() {
    let payload = json!({"type": "view_closed", "user": user(), "is_cleared": true,
        "view": {"callback_id": "lead.close", "private_metadata": "lead_1"}});
    assert!(
        matches!(only(&payload), Incoming::Closed { action: Action::LeadClose, subject, .. } if subject == "lead_1")
    );
}

#[test]
fn what_is_not_ours_is_ignored() {
    for kind in [
        "shortcut",
        "message_action",
        "block_suggestion",
        "of_next_year",
    ] {
        assert!(matches!(only(&json!({"type": kind})), Incoming::Ignored(word) if word == kind));
    }
    let view = json!({"type": "view_submission", "user": user(), "view": {"callback_id": "of.another.app"}});
    assert!(matches!(only(&view), Incoming::Ignored(_)));
}

#[test]
fn nobody_can_do_nothing() {
    for body in [
        &b""[..],
        b"payload=",
        b"payload=%7B",
        b"payload={\"type\":\"block_actions\"}",
        b"\xff\xfe",
    ] {
        assert!(read_interaction(body).is_err(), "{body:?}");
    }
    for body in [&b""[..], b"user_id=U1", b"command=%2Fleads", b"\xff"] {
        assert!(read_command(body).is_err(), "{body:?}");
    }
    assert!(read_event(b"[").is_err());
}

fn envelope(event: &Value) -> Vec<u8> {
    let envelope = json!({"token": "gone", "team_id": "T1", "api_app_id": "A1", "type": "event_callback",
        "event_id": "Ev1", "event_time": 1_700_000_000, "event": event, "authorizations": [{"team_id": "T1"}]});
    envelope.to_string().into_bytes()
}

fn event_of(event: &Value) -> Incoming {
    read_event(&envelope(event)).unwrap()
}

#[test]
fn each_event_has_its_meaning() {
    let home = json!({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"});
    assert!(
        matches!(event_of(&home), Incoming::Home { who } if who.user_id == "U1" && who.team_id == "T1")
    );
    let messages =
        json!({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"});
    assert!(matches!(event_of(&messages), Incoming::Ignored(_)));
    let left = json!({"type": "user_change", "user": {"id": "U1", "deleted": true}});
    assert!(
        matches!(event_of(&left), Incoming::PersonChanged { user_id, deleted: true, .. } if user_id == "U1")
    );
    let bot = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UB"]}});
    assert!(matches!(event_of(&bot), Incoming::TokensRevoked));
    let person = json!({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}});
    assert!(matches!(event_of(&person), Incoming::Ignored(_)));
    assert!(matches!(
        event_of(&json!({"type": "app_uninstalled"})),
        Incoming::Uninstalled
    ));
    assert!(matches!(
        event_of(&json!({"type": "message", "text": "hi"})),
        Incoming::Ignored(_)
    ));
    assert!(matches!(event_of(&json!(null)), Incoming::Ignored(_)));
}

#[test]
fn slack_asks_whether_we_are_there() {
    let body = br#"{"token":"gone","challenge":"3eZbrw1aB","type":"url_verification"}"#;
    assert!(matches!(read_event(body), Ok(Incoming::Challenge(text)) if text == "3eZbrw1aB"));
}

/// Any JSON with the keys that are looked for, and wrong things behind them.
fn any_payload() -> impl Strategy<Value = Value> {
    let keys = [
        "type",
        "user",
        "id",
        "team",
        "actions",
        "view",
        "state",
        "values",
        "container",
        "event",
        "tokens",
        "input.a",
        "a",
    ];
    let texts = [
        "block_actions",
        "view_submission",
        "event_callback",
        "app_home_opened",
        "offer.accept",
        "static_select",
        "home",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        proptest::sample::select(texts.to_vec()).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        let entry = (proptest::sample::select(keys.to_vec()), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            proptest::collection::vec(entry, 0..6).prop_map(|entries| entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_payload_is_too_strange(payload in any_payload(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (read_interaction(&form(&payload)), read_event(payload.to_string().as_bytes()));
        let _ = (read_interaction(&bytes), read_command(&bytes), read_event(&bytes));
    }
}
