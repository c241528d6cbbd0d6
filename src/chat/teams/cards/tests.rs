//! What Teams gets to see: a typical card, and any text anywhere.

use proptest::prelude::*;

use super::*;
use crate::chat::any::{ATTACKS, any_buttons, any_part, any_text};
use crate::chat::teams::check::check;
use crate::domain::{
    action::Action,
    card::{ButtonStyle, Column, Fact, Href, Label, MomentStyle, Series, Tone},
};

/// 28 KB in UTF-16.
const MAX_MESSAGE: usize = 14 * 1_024;

/// Parts as cards have them: one row of buttons, one chart, anything else as often as it likes.
fn any_parts() -> impl Strategy<Value = Vec<Part>> {
    let not_buttons = |part: &Part| !matches!(part, Part::Buttons(_));
    let before = any_part().prop_filter("one row of buttons", not_buttons);
    let before = proptest::collection::vec(before, 0..8);
    (before, any_buttons(8)).prop_map(|(mut parts, buttons)| {
        let mut charts = 0;
        parts.retain(|part| {
            charts += usize::from(matches!(part, Part::Chart(_)));
            charts <= 1 || !matches!(part, Part::Chart(_))
        });
        parts.push(Part::Buttons(buttons));
        parts
    })
}

fn actions_in(value: &Value) -> usize {
    match value {
        Value::Array(all) => all.iter().map(actions_in).sum(),
        Value::Object(map) => match map.get("actions").and_then(Value::as_array) {
            Some(actions) => actions.len(),
            None => map.values().map(actions_in).sum(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_text_in_any_part_stays_text_within_the_limits(parts in any_parts(), words in any_text()) {
        let Some(Part::Buttons(buttons)) = parts.last().cloned() else {
            unreachable!("it was put there");
        };
        let message = message(&Card { summary: words, parts });
        prop_assert!(units(&message) <= MAX_MESSAGE, "{} units", units(&message));
        let card = &message["attachments"][0]["content"];
        check(card);
        prop_assert!(!message["summary"].as_str().unwrap().trim().is_empty());
        let last = card["body"].as_array().unwrap().iter().rev().find(|one| one["type"] == "ActionSet");
        let shown = last.map_or(0, |row| row["actions"].as_array().unwrap().len());
        prop_assert_eq!(shown, buttons.len());
    }

    #[test]
    fn a_short_text_arrives_as_it_was_written(words in "[a-zA-Z*_`\\[\\]()#~>!<|\\\\ äß日本😀]{1,80}") {
        let words = text::line(&words);
        let parts = [Part::Text(vec![Run::plain(words.clone())])];
        let card = render(&Card { summary: String::new(), parts: parts.to_vec() });
        let shown = card["body"][0]["inlines"][0]["text"].as_str().unwrap_or_default();
        prop_assert_eq!(shown, words);
    }
}

#[test]
fn each_attack_is_shown_as_text_in_every_place() {
    for attack in ATTACKS.iter().map(|attack| (*attack).to_owned()) {
        let runs = vec![Run::plain(attack.clone()), Run::bold(attack.clone())];
        let fact = Fact {
            label: attack.clone(),
            value: runs.clone(),
        };
        let item = Item {
            text: runs.clone(),
            buttons: vec![Button::new(Action::LeadDetails, "lead_1", attack.clone())],
        };
        let parts = vec![
            Part::Title(attack.clone()),
            Part::Title(format!("New lead #4711 · {attack}")),
            Part::Text(runs.clone()),
            Part::Facts(vec![fact]),
            Part::Note(runs),
            Part::List(vec![item]),
        ];
        check(&render(&Card {
            summary: attack,
            parts,
        }));
    }
}

#[test]
fn a_title_is_a_heading_unless_it_could_be_markup() {
    let headings = [
        "New lead #4711 · Ada Lovelace, Acme",
        "Please decide: lead #4711 · Müller-Lüdenscheidt GmbH & Co. KG",
        "Take over lead #4711?",
        "王小明 (東京)",
    ];
    for words in headings {
        assert_eq!(title(words).unwrap()["style"], "heading", "{words}");
    }
    let others = [
        "# Ada",
        "1. Ada",
        "- Ada",
        "> Ada",
        "*Ada*",
        "_Ada_",
        "`Ada`",
        "~Ada~",
        "[Ada](x)",
        "Ada acme.example",
        "www.acme.example",
        "http://acme",
        "ada@acme",
        ":smile:",
        "&lt;at&gt;",
        "{{DATE(2026-11-23T13:00:00Z)}}",
        "<at>Ada</at>",
        "a | b",
        "!Ada",
        "Ada\\",
    ];
    for words in others {
        assert_eq!(title(words).unwrap()["type"], "RichTextBlock", "{words}");
    }
}

#[test]
fn the_longest_texts_give_way_before_any_entry_of_a_list() {
    let button = |word| Button::new(word, "lead_01KAMJ3QF2V8W6T4X9Y7Z5B1C2", "Accept");
    let items = (0..10).map(|at| Item {
        text: vec![
            Run::plain(format!("entry {at}")),
            Run::plain("x".repeat(900)),
        ],
        buttons: vec![
            button(Action::OfferAccept),
            button(Action::LeadDetails).opening_dialog(),
        ],
    });
    let parts = vec![
        Part::Text(vec![Run::plain("y".repeat(9_000))]),
        Part::List(items.collect()),
    ];
    let body = body(&parts, Place::Message, MAX_CARD);
    assert_eq!(actions_in(&Value::from(body.clone())), 20);
    assert!(units_of(&body) <= MAX_CARD);
}

#[test]
fn a_list_without_end_says_how_much_it_left_out() {
    let items = (0..400).map(|at| Item {
        text: vec![Run::plain(format!("entry {at}"))],
        buttons: vec![],
    });
    let parts = [
        Part::List(items.collect()),
        Part::Buttons(vec![Button::new(Action::QueueNext, "", "Next")]),
    ];
    let body = body(&parts, Place::Message, 3_000);
    let said = body[body.len() - 2]["inlines"][0]["text"].as_str().unwrap();
    let shown = body.len() - 2;
    assert_eq!(said, format!("… and {} more", 400 - shown));
    assert_eq!(actions_in(&Value::from(body)), 1);
}

#[test]
fn lines_stand_below_each_other() {
    let words = "one\ntwo\n\n\n\nthree\n  \n".repeat(40);
    let blocks = runs::paragraph(&[Run::plain(words)], 3_000);
    assert!(blocks.len() <= 40);
    let spacing: Vec<&Value> = blocks[..4].iter().map(|block| &block["spacing"]).collect();
    assert_eq!(
        spacing,
        [
            &Value::Null,
            &"None".into(),
            &"Small".into(),
            &"Small".into()
        ]
    );
}

fn folded(labels: &[&str]) -> Vec<bool> {
    let mut buttons: Vec<Button> = labels
        .iter()
        .map(|label| Button::new(Action::LeadDetails, "lead_1", *label).opening_dialog())
        .collect();
    buttons.push(Button::new(Action::OfferUndo, "offer_1", "Undo"));
    let row = buttons::row(&buttons, Place::Message).unwrap();
    let actions = row["actions"].as_array().unwrap().iter();
    actions
        .map(|action| action["mode"] == "secondary")
        .collect()
}

#[test]
fn what_does_not_fit_into_a_row_folds_out_and_what_acts_at_once_stays() {
    assert_eq!(folded(&["Accept", "Decline", "Details"]), [false; 4]);
    let (yes, no) = (true, false);
    assert_eq!(
        folded(&["1", "2", "3", "4", "5", "6", "7"]),
        [no, no, no, no, no, yes, yes, no]
    );
    let owners = ["Contacted", "Next step", "Close", "Hand over", "Give back"];
    assert_eq!(folded(&owners), [no, no, no, yes, yes, no]);
    assert_eq!(
        folded(&["a very long label that fills a row all by itself, and more"]),
        [yes, no]
    );
}

#[test]
fn a_table_has_its_numbers_to_the_right() {
    let table = Table {
        columns: vec![
            Column {
                label: "Rep".into(),
                number: false,
            },
            Column {
                label: "Leads".into(),
                number: true,
            },
        ],
        rows: vec![vec!["Ayşe".into(), "12".into()], vec!["Jonas".into()]],
    };
    let card = render(&Card {
        summary: String::new(),
        parts: vec![Part::Table(table)],
    });
    check(&card);
    assert_eq!(card["msteams"]["width"], "full");
    insta::assert_snapshot!(card["body"][0], @r#"{"type":"Table","firstRowAsHeaders":true,"showGridLines":false,"columns":[{"width":7},{"width":5,"horizontalCellContentAlignment":"Right"}],"rows":[{"type":"TableRow","cells":[{"type":"TableCell","items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Rep","weight":"Bolder","size":"Small"}]}]},{"type":"TableCell","items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Leads","weight":"Bolder","size":"Small"}]}]}]},{"type":"TableRow","cells":[{"type":"TableCell","items":[{"type":"RichTextBlock","inlines":["Ayşe"]}]},{"type":"TableCell","items":[{"type":"RichTextBlock","inlines":["12"]}]}]},{"type":"TableRow","cells":[{"type":"TableCell","items":[{"type":"RichTextBlock","inlines":["Jonas"]}]},{"type":"TableCell","items":[{"type":"RichTextBlock","inlines":["–"]}]}]}]}"#);
}

fn chart() -> Chart {
    let label = |name: &str| Label {
        name: name.into(),
        plain: name.into(),
    };
    let series = |name: &str, tone, values: &[u64]| Series {
        name: name.into(),
        tone,
        values: values.to_vec(),
    };
    Chart {
        title: "Offers by rep".into(),
        unit: "offers".into(),
        rows: vec![label("Ayşe"), label("Jonas")],
        series: vec![
            series("Accepted", Tone::Good, &[4, 2]),
            series("Expired", Tone::Bad, &[1]),
        ],
    }
}

#[test]
fn numbers_are_a_chart_and_a_table_for_those_who_know_none() {
    let card = render(&Card {
        summary: String::new(),
        parts: vec![Part::Chart(chart())],
    });
    check(&card);
    let chart = &card["body"][0];
    insta::assert_snapshot!(chart["data"], @r#"[{"title":"Ayşe","data":[{"legend":"Accepted","value":4,"color":"categoricalTeal"},{"legend":"Expired","value":1,"color":"categoricalRed"}]},{"title":"Jonas","data":[{"legend":"Accepted","value":2,"color":"categoricalTeal"},{"legend":"Expired","value":0,"color":"categoricalRed"}]}]"#);
    let instead = &chart["fallback"];
    assert_eq!(instead["items"][0]["inlines"][0]["text"], "Offers by rep");
    let rows = instead["items"][1]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
}

#[test]
fn a_chart_beside_its_table_needs_nothing_in_its_place() {
    let table = chart().table();
    let parts = [Part::Table(table), Part::Chart(chart())];
    let body = body(&parts, Place::Message, MAX_CARD);
    assert_eq!(body[1]["fallback"], "drop");
}

#[test]
fn a_typical_offer_card() {
    let until = Run::Moment {
        at: jiff::Timestamp::from_second(1_795_256_100).unwrap(),
        style: MomentStyle::Time,
        fallback: "today 11:15 (Europe/Berlin)".into(),
        dated: "Sat 21 Nov 11:15 (Europe/Berlin)".into(),
    };
    let call = Run::Link {
        label: "+49 30 123456".into(),
        to: Href::call("+4930123456").unwrap(),
    };
    let fact = |label: &str, value| Fact {
        label: label.into(),
        value,
    };
    let card = Card {
        summary: "Lead 4711: Ada Byron, *Analytical*. Accept until 11:15.".into(),
        parts: vec![
            Part::Title("Ada Byron, *Analytical*".into()),
            Part::Facts(vec![fact("Call", vec![call]), fact("Industry", vec![])]),
            Part::Text(vec![Run::bold("Accept until "), until]),
            Part::Divider,
            Part::Note(vec![Run::plain("Yours because: speaks German")]),
            Part::Buttons(vec![
                Button::new(Action::OfferAccept, "offer_1", "Accept")
                    .styled(ButtonStyle::Primary)
                    .spoken("Accept lead 4711"),
                Button::new(Action::OfferDecline, "offer_1", "Decline").opening_dialog(),
            ]),
        ],
    };
    let message = message(&card);
    insta::assert_snapshot!(message["summary"], @r#""Lead 4711: Ada Byron, *Analytical*. Accept until 11:15.""#);
    let content = &message["attachments"][0]["content"];
    check(content);
    let lines: Vec<String> = content["body"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Ada Byron, *Analytical*","size":"Large","weight":"Bolder"}]}
    {"type":"ColumnSet","spacing":"Small","columns":[{"type":"Column","width":"110px","items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Call","isSubtle":true}]}]},{"type":"Column","width":"stretch","items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"+49 30 123456","color":"Accent","selectAction":{"type":"Action.OpenUrl","url":"tel:+4930123456"}}]}]}]}
    {"type":"ColumnSet","spacing":"Small","columns":[{"type":"Column","width":"110px","items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Industry","isSubtle":true}]}]},{"type":"Column","width":"stretch","items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"–"}]}]}]}
    {"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Accept until ","weight":"Bolder"},{"type":"TextRun","text":"Sat 21 Nov 11:15 (Europe/Berlin)"}]}
    {"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Yours because: speaks German","size":"Small","isSubtle":true}],"separator":true,"spacing":"Medium"}
    {"type":"ActionSet","actions":[{"type":"Action.Execute","title":"Accept","verb":"offer.accept","data":{"verb":"offer.accept","value":"offer_1"},"fallback":{"type":"Action.Submit","title":"Accept","data":{"verb":"offer.accept","value":"offer_1"}},"tooltip":"Accept lead 4711","style":"positive"},{"type":"Action.Submit","title":"Decline","data":{"verb":"offer.decline","value":"offer_1","msteams":{"type":"task/fetch"}}}]}
    "#);
}
