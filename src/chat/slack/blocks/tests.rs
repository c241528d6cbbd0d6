//! What Slack gets to see: a typical card, and any text anywhere.

use proptest::prelude::*;

use super::*;
use crate::chat::any::{ATTACKS, any_part, any_text};
use crate::domain::action::Action;
use crate::domain::card::{Column, Href, MomentStyle, Table};

fn length(value: &Value) -> usize {
    value.as_str().unwrap().encode_utf16().count()
}

fn check_plain(text: &Value, max: usize) {
    assert_eq!(text["type"], "plain_text");
    assert_eq!(text["emoji"], false);
    assert!((1..=max).contains(&length(&text["text"])), "{text}");
    assert!(!text["text"].as_str().unwrap().trim().is_empty());
}

fn check_button(button: &Value) {
    check_plain(&button["text"], 75);
    assert!(length(&button["value"]) <= 2_000);
    assert!((1..=255).contains(&length(&button["action_id"])));
    assert!(
        Action::by_word(
            button["action_id"]
                .as_str()
                .unwrap()
                .split('#')
                .next()
                .unwrap()
        )
        .is_some()
    );
    if let Some(spoken) = button.get("accessibility_label") {
        assert!((1..=75).contains(&length(spoken)), "{spoken}");
    }
    if let Some(confirm) = button.get("confirm") {
        check_plain(&confirm["title"], 100);
        check_plain(&confirm["text"], 300);
        check_plain(&confirm["confirm"], 30);
        check_plain(&confirm["deny"], 30);
    }
}

/// Slack's limits, as the documentation has them.
fn check_block(block: &Value) {
    match block["type"].as_str().unwrap() {
        "header" => check_plain(&block["text"], 150),
        "context" => {
            assert!((1..=10).contains(&block["elements"].as_array().unwrap().len()));
            block["elements"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(|element| check_plain(element, 3_000));
        }
        "section" => {
            check_plain(&block["text"], 3_000);
            block.get("accessory").into_iter().for_each(check_button);
        }
        "actions" => {
            let buttons = block["elements"].as_array().unwrap();
            assert!((1..=25).contains(&buttons.len()));
            buttons.iter().for_each(check_button);
            let ids: std::collections::BTreeSet<_> =
                buttons.iter().map(|b| b["action_id"].as_str()).collect();
            assert_eq!(ids.len(), buttons.len());
        }
        "image" => assert!((1..=2_000).contains(&length(&block["alt_text"]))),
        "rich_text" => assert!(!block["elements"].as_array().unwrap().is_empty()),
        "divider" => {}
        other => panic!("a block that no card makes: {other}"),
    }
}

/// No markup type, no tag, no link that Baton did not make, no empty text, anywhere in the tree.
fn check_safe(node: &Value) {
    match node {
        Value::Array(nodes) => nodes.iter().for_each(check_safe),
        Value::Object(map) => {
            assert_ne!(map.get("type").and_then(Value::as_str), Some("mrkdwn"));
            if let Some(url) = map.get("url") {
                assert_eq!(url, "tel:+4930123456");
            }
            for (key, value) in map {
                assert!(
                    key != "text" || !value.is_string() || value != "",
                    "an empty text in {node}"
                );
                check_safe(value);
            }
        }
        Value::String(text) => {
            assert!(!text.contains("<!") && !text.contains("<@") && !text.contains("<http"));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_text_in_any_part_stays_text_within_the_limits(
        parts in proptest::collection::vec(any_part(), 0..8),
        words in any_text(),
    ) {
        let card = Card { summary: words, parts };
        let blocks = render(&card.parts, MAX_MESSAGE_BLOCKS);
        prop_assert!(blocks.len() <= MAX_MESSAGE_BLOCKS);
        blocks.iter().for_each(check_block);
        blocks.iter().for_each(check_safe);
        let ids: std::collections::BTreeSet<_> = blocks.iter().map(|b| b["block_id"].as_str()).collect();
        prop_assert_eq!(ids.len(), blocks.len());
        let text = summary(&card);
        prop_assert!(!text.contains(['<', '>']) && !text.is_empty() && text.chars().count() < 4_000);
    }
}

#[test]
fn each_attack_is_shown_as_text_in_every_place() {
    assert!(ATTACKS.len() >= 60);
    for attack in ATTACKS.iter().map(|attack| (*attack).to_owned()) {
        let runs = vec![Run::Plain(attack.clone()), Run::Bold(attack.clone())];
        let parts = [
            Part::Title(attack.clone()),
            Part::Text(runs.clone()),
            Part::Facts(vec![Fact {
                label: attack.clone(),
                value: runs.clone(),
            }]),
            Part::Note(runs.clone()),
            Part::List(vec![Item {
                text: runs,
                buttons: vec![Button::new(Action::LeadDetails, "lead_1", attack)],
            }]),
        ];
        let blocks = render(&parts, MAX_MESSAGE_BLOCKS);
        blocks.iter().for_each(check_block);
        blocks.iter().for_each(check_safe);
    }
}

fn buttons_in(blocks: &[Value]) -> usize {
    let of = |block: &Value| match block["elements"].as_array() {
        Some(elements) => elements
            .iter()
            .filter(|element| element["type"] == "button")
            .count(),
        None => usize::from(block.get("accessory").is_some()),
    };
    blocks.iter().map(of).sum()
}

#[test]
fn a_card_that_is_too_long_loses_text_and_keeps_its_buttons() {
    let mut parts = vec![Part::Text(vec![Run::plain("x".repeat(2_000))]); 70];
    parts.push(Part::Buttons(vec![Button::new(
        Action::OfferAccept,
        "offer_1",
        "Accept",
    )]));
    let blocks = render(&parts, MAX_MESSAGE_BLOCKS);
    assert_eq!(buttons_in(&blocks), 1);
    assert!(blocks.len() <= MAX_MESSAGE_BLOCKS);
    assert!(Value::from(blocks).to_string().len() < 20_000);
}

#[test]
fn an_edited_block_gets_another_id() {
    let id =
        |words: &str| render(&[Part::Text(vec![Run::plain(words)])], 50)[0]["block_id"].clone();
    assert_eq!(id("pending"), id("pending"));
    assert_ne!(id("pending"), id("accepted"));
}

#[test]
fn the_second_button_of_a_kind_is_numbered() {
    let page = |value: &str| Button::new(Action::LeadsPage, value, value);
    let blocks = render(&[Part::Buttons(vec![page("1"), page("3")])], 50);
    assert_eq!(blocks[0]["elements"][0]["action_id"], "leads.page");
    assert_eq!(blocks[0]["elements"][1]["action_id"], "leads.page#2");
}

fn offer_card() -> Card {
    let until = Run::Moment {
        at: jiff::Timestamp::from_second(1_795_256_100).unwrap(),
        style: MomentStyle::Time,
        fallback: "11:15 (Europe/Berlin)".into(),
        dated: "Sat 21 Nov 11:15 (Europe/Berlin)".into(),
    };
    let call = Run::Link {
        label: "+49 30 123456".into(),
        to: Href::call("+4930123456").unwrap(),
    };
    Card {
        summary: "Lead 4711: Ada Byron, Analytical & Co, demo. Accept until 11:15.".into(),
        parts: vec![
            Part::Title("Ada Byron, Analytical & Co".into()),
            Part::Facts(vec![
                Fact {
                    label: "Call".into(),
                    value: vec![call],
                },
                Fact {
                    label: "Industry".into(),
                    value: vec![],
                },
            ]),
            Part::Text(vec![Run::plain("Accept until "), until]),
            Part::Note(vec![Run::plain("Yours because: speaks German")]),
            Part::Buttons(vec![
                Button::new(Action::OfferAccept, "offer_1", "Accept")
                    .styled(ButtonStyle::Primary)
                    .spoken("Accept lead 4711"),
                Button::new(Action::OfferDecline, "offer_1", "Decline").opening_dialog(),
            ]),
        ],
    }
}

#[test]
fn a_typical_offer_card() {
    let card = offer_card();
    insta::assert_snapshot!(summary(&card), @"Lead 4711: Ada Byron, Analytical &amp; Co, demo. Accept until 11:15.");
    let lines: Vec<String> = render(&card.parts, MAX_MESSAGE_BLOCKS)
        .iter()
        .map(Value::to_string)
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
{"type":"header","text":{"type":"plain_text","text":"Ada Byron, Analytical & Co","emoji":false},"block_id":"0.4f0b8379"}
{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Call: ","style":{"bold":true}},{"type":"link","url":"tel:+4930123456","text":"+49 30 123456"},{"type":"text","text":"\n"},{"type":"text","text":"Industry: ","style":{"bold":true}},{"type":"text","text":"–"}]}],"block_id":"1.a9d47bda"}
{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Accept until "},{"type":"date","timestamp":1795256100,"format":"{time}","fallback":"11:15 (Europe/Berlin)"}]}],"block_id":"2.3cf911c9"}
{"type":"context","elements":[{"type":"plain_text","text":"Yours because: speaks German","emoji":false}],"block_id":"3.a66ce8ab"}
{"type":"actions","elements":[{"type":"button","action_id":"offer.accept","text":{"type":"plain_text","text":"Accept","emoji":false},"value":"offer_1","accessibility_label":"Accept lead 4711","style":"primary"},{"type":"button","action_id":"offer.decline","text":{"type":"plain_text","text":"Decline","emoji":false},"value":"offer_1"}],"block_id":"4.407bf681"}
"#);
}

#[test]
fn a_table_stands_in_columns_and_says_how_many_rows_it_left_out() {
    let column = |label: &str, number| Column {
        label: label.into(),
        number,
    };
    let rows = (0..200)
        .map(|i| vec![format!("rep {i}"), (i * 37).to_string()])
        .collect();
    let table = Table {
        columns: vec![column("Rep", false), column("Leads", true)],
        rows,
    };
    let block = &render(&[Part::Table(table)], 50)[0];
    let text = block["elements"][0]["elements"][0]["text"]
        .as_str()
        .unwrap();
    insta::assert_snapshot!(text.lines().take(3).collect::<Vec<_>>().join("\n"), @"
Rep      Leads
rep 0        0
rep 1       37
");
    insta::assert_snapshot!(text.lines().last().unwrap(), @"… and 3 more");
}
