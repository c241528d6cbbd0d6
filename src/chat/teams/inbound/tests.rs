//! What people do in Teams, read.

use serde_json::json;

use super::*;
use crate::domain::action::Action;

const AYSE: &str = "a7e00000-0000-4000-8000-000000000001";

fn activity(kind: &str, more: &Value) -> Value {
    let mut activity = json!({
        "type": kind,
        "id": "f:1",
        "channelId": "msteams",
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
        "from": {"id": "29:ayse", "name": "Ayşe", "aadObjectId": AYSE.to_uppercase()},
        "recipient": {"id": "28:baton", "name": "Baton"},
        "conversation": {"conversationType": "personal", "tenantId": "t", "id": "a:1"},
        "channelData": {"tenant": {"id": "t"}},
    });
    for (name, value) in more.as_object().unwrap() {
        activity[name] = value.clone();
    }
    activity
}

fn nobody_known(_: &str) -> Option<String> {
    None
}

/// What is read, in short.
fn reads(kind: &str, more: &Value) -> String {
    match read(&activity(kind, more), &nobody_known) {
        Request::Asks(question) => format!("asks {}", question["task"]["value"]["title"]),
        Request::Unknown => "unknown".to_owned(),
        Request::Did { all, how } => {
            let all: Vec<String> = all.iter().map(short).collect();
            format!("{how:?}: {}", all.join(", "))
        }
    }
}

fn short(incoming: &Incoming) -> String {
    match incoming {
        Incoming::Press {
            who,
            action,
            value,
            message,
            takes,
            ..
        } => {
            assert_eq!((who.user_id.as_str(), who.team_id.as_str()), (AYSE, "t"));
            let message = message.as_ref().map(|it| it.message.as_str());
            format!("{} {value} at {message:?} takes {takes:?}", action.word())
        }
        Incoming::Submit {
            action,
            subject,
            values,
            ..
        } => format!("{} of {subject} with {values:?}", action.word()),
        Incoming::Command { word, text, .. } => format!("{word}|{text}"),
        Incoming::Met {
            conversation,
            address,
            installed,
            ..
        } => format!("met in {conversation} at {address:?} installed {installed}"),
        Incoming::Left { who } => format!("left {}", who.name),
        Incoming::Ignored(what) => format!("ignored {what}"),
        other => format!("{other:?}"),
    }
}

fn data() -> Value {
    json!({"verb": Action::OfferAccept.word(), "value": "offer_1"})
}

#[test]
fn a_press_says_which_button_by_whom_and_where() {
    let executed = json!({
        "name": "adaptiveCard/action",
        "replyToId": "17",
        "value": {"action": {"type": "Action.Execute", "verb": "lead.close", "data": data()}},
    });
    insta::assert_snapshot!(reads("invoke", &executed), @r#"AtCard: offer.accept offer_1 at Some("17") takes All"#);
    let submitted = json!({"replyToId": "17", "value": data()});
    insta::assert_snapshot!(reads("message", &submitted), @r#"Silently: offer.accept offer_1 at Some("17") takes Nothing"#);
    let fetched = json!({"name": "task/fetch", "replyToId": "17", "value": {"data": data()}});
    insta::assert_snapshot!(reads("invoke", &fetched), @r#"InDialog: offer.accept offer_1 at Some("17") takes All"#);
    let in_dialog = json!({"name": "task/submit", "replyToId": "17", "value": {"data": data()}});
    insta::assert_snapshot!(reads("invoke", &in_dialog), @"InDialog: offer.accept offer_1 at None takes All");
}

#[test]
fn what_makes_no_sense_is_answered_and_ignored() {
    let named = |name: &str, value: Value| json!({"name": name, "value": value});
    let press = |data: Value| named("adaptiveCard/action", json!({"action": {"data": data}}));
    let rows = [
        (
            "invoke",
            press(json!({"verb": "no.such", "value": "x"})),
            "AtCard: ignored a press that is not Baton's",
        ),
        (
            "invoke",
            press(json!({"value": "x"})),
            "AtCard: ignored a press that is not Baton's",
        ),
        (
            "invoke",
            press(json!("verb")),
            "AtCard: ignored a press that is not Baton's",
        ),
        (
            "invoke",
            named("task/fetch", json!(null)),
            "InDialog: ignored a press that is not Baton's",
        ),
        ("invoke", named("signin/verifyState", json!({})), "unknown"),
        ("invoke", json!({}), "unknown"),
        (
            "messageReaction",
            json!({}),
            "Silently: ignored messageReaction",
        ),
        (
            "installationUpdate",
            json!({"action": 7}),
            "Silently: ignored installationUpdate ",
        ),
        (
            "conversationUpdate",
            json!({"membersAdded": "all"}),
            "Silently: ignored conversationUpdate",
        ),
        (
            "message",
            json!({"from": {"id": "29:x"}, "text": "leads"}),
            "Silently: ignored message by nobody",
        ),
    ];
    for (kind, more, expected) in rows {
        assert_eq!(reads(kind, &more), expected, "{more}");
    }
    let by_nobody = json!({
        "name": "adaptiveCard/action",
        "from": {"id": "29:x"},
        "value": {"action": {"data": data()}},
    });
    assert_eq!(
        reads("invoke", &by_nobody),
        "AtCard: ignored a press by nobody"
    );
}

#[test]
fn typed_words_are_commands_with_and_without_a_slash() {
    for (text, expected) in [
        ("leads", "leads|"),
        ("  /away  for 2h ", "/away|for 2h"),
        ("Leads\u{a0}queue", "Leads|queue"),
        ("lead\n4711", "lead|4711"),
        ("", "|"),
    ] {
        let read = reads("message", &json!({"text": text}));
        let met = "Silently: met in a:1 at Some(\"https://smba.trafficmanager.net/emea/\") installed false";
        assert_eq!(read, format!("{met}, {expected}"), "{text:?}");
    }
}

#[test]
fn batons_own_mention_is_left_out_and_a_colleagues_is_understood() {
    let channel = json!({"conversationType": "channel", "id": "19:c;messageid=1"});
    let mention = |id: &str, name: &str| json!({"type": "mention", "text": format!("<at>{name}</at>"), "mentioned": {"id": id, "name": name}});
    let more = json!({
        "conversation": channel,
        "text": "<at>Baton</at>\u{a0}leads move <at>Jonas Weber</at> to <at>Selin Kaya</at> <at>Baton</at>",
        "entities": [
            {"type": "clientInfo"},
            mention("28:baton", "Baton"),
            mention("29:jonas", "Jonas Weber"),
            mention("29:selin", "Selin Kaya"),
        ],
    });
    let known = |id: &str| (id == "29:jonas").then(|| "jonas-in-entra".to_owned());
    let Request::Did { all, .. } = read(&activity("message", &more), &known) else {
        panic!("a command");
    };
    let said: Vec<String> = all.iter().map(short).collect();
    assert_eq!(
        said,
        ["leads|move <@jonas-in-entra> to @Selin <at>Baton</at>"]
    );
}

#[test]
fn installing_is_meeting_and_taking_out_is_leaving() {
    let action = |action: &str| json!({"action": action});
    let met = |installed: bool| {
        let address = "Some(\"https://smba.trafficmanager.net/emea/\")";
        format!("Silently: met in a:1 at {address} installed {installed}")
    };
    let install = |word: &str| reads("installationUpdate", &action(word));
    assert_eq!(install("add"), met(true));
    assert_eq!(install("Add"), met(true));
    assert_eq!(install("add-upgrade"), met(false));
    assert_eq!(install("remove"), "Silently: left Ayşe");
    assert_eq!(install("REMOVE"), "Silently: left Ayşe");
    assert_eq!(
        install("remove-upgrade"),
        "Silently: ignored remove-upgrade"
    );
    let joined = json!({"membersAdded": [{"id": "29:x"}, {"id": "28:baton"}]});
    assert_eq!(reads("conversationUpdate", &joined), met(true));
    let parted = json!({"membersRemoved": [{"id": "28:baton"}]});
    assert_eq!(reads("conversationUpdate", &parted), "Silently: left Ayşe");
    let others = json!({"membersAdded": [{"id": "29:x"}]});
    assert_eq!(
        reads("conversationUpdate", &others),
        "Silently: ignored conversationUpdate"
    );
}

#[test]
fn one_activity_has_one_name_for_each_who_sends_it() {
    let name = |more: Value| delivery(&activity("invoke", &more));
    assert_eq!(name(json!({})), name(json!({"timestamp": "later"})));
    assert_ne!(name(json!({})), name(json!({"id": "f:2"})));
    let other = json!({"from": {"aadObjectId": "somebody-else"}});
    assert_ne!(name(json!({})), name(other));
    assert_eq!(name(json!({"id": ""})), None);
}

#[test]
fn what_may_be_delivered_again_is_called_by_the_same_name() {
    let name = |activity: &Value| match read(activity, &nobody_known) {
        Request::Did { mut all, .. } => match all.pop() {
            Some(Incoming::Press { trigger, .. } | Incoming::Command { trigger, .. }) => trigger,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let typed = activity("message", &json!({"text": "lead next"}));
    let pressed = activity("message", &json!({"replyToId": "17", "value": data()}));
    for one in [typed, pressed] {
        assert_eq!(name(&one), delivery(&one).unwrap());
    }
}
