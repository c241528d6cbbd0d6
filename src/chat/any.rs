//! Cards with any text anywhere, for the tests of what platforms make of them.

use proptest::prelude::*;

use crate::domain::{
    action::Action,
    card::{
        Button, ButtonStyle, Chart, Column, Confirm, Fact, Href, ImageRef, Item, Label,
        MomentStyle, Part, Picture, Run, Series, Table, Tone,
    },
};

/// What leads write when they want more than to be called.
pub const ATTACKS: &[&str] = &[
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<!channel|x>",
    "< !channel>",
    "<\u{200b}!channel>",
    "<\u{2060}!here>",
    "<!subteam^S012AB>",
    "<!subteam^S012AB|@sales>",
    "<!date^1^{ago}|x>",
    "<@U012AB>",
    "<@U012AB|ceo>",
    "<@W012AB>",
    "<#C012AB>",
    "<#C012AB|general>",
    "<https://evil.example|Open CRM>",
    "<https://evil.example>",
    "<mailto:evil@evil.example|mail>",
    "<tel:+4990012345|call>",
    "<javascript:alert(1)|x>",
    "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;",
    "&#60;!channel&#62;",
    "@here",
    "@channel",
    "@everyone",
    "#general",
    "*bold*",
    "_italic_",
    "~gone~",
    "`code`",
    "```block```",
    ">quote",
    ">>> quote",
    "[Open CRM](https://evil.example)",
    "https://evil.example/x",
    "evil.example",
    "www.evil.example",
    ":rotating_light:",
    ":@here:",
    "\u{202e}gnp.exe",
    "a\u{0}b",
    "\u{1b}[31mred",
    "\n\n\n\n\n\n\n\n",
    "\r\n\r\n",
    "\u{2028}\u{2029}",
    " ",
    "",
    "\t",
    "\u{200b}",
    "\u{feff}",
    "\u{e0041}\u{e0042}",
    "<<!channel>>",
    "<<<<<<!here",
    "<!",
    "<",
    ">",
    "|",
    "\"}],\"ok\":true",
    "\\u003c!channel\\u003e",
    "{{lead.email}}",
    "${SLACK_BOT_TOKEN}",
    "%3C!channel%3E",
    "<at>Ada</at>",
    "<script>alert(1)</script>",
    "😀😀😀😀",
    "ａ＜！channel＞",
    "<!chan\u{200b}nel>",
    "<\u{ad}!here>",
];

/// Texts that are long, invisible, or an attack somewhere in the middle.
pub fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(ATTACKS).prop_map(str::to_owned),
        (".{0,9}", proptest::sample::select(ATTACKS), ".{0,9}")
            .prop_map(|(a, b, c)| format!("{a}{b}{c}")),
        (proptest::sample::select(ATTACKS), 1_usize..600)
            .prop_map(|(attack, times)| attack.repeat(times)),
        any::<String>(),
    ]
}

fn any_run() -> impl Strategy<Value = Run> {
    let moment = |fallback: String| Run::Moment {
        at: jiff::Timestamp::UNIX_EPOCH,
        style: MomentStyle::Relative,
        dated: fallback.clone(),
        fallback,
    };
    prop_oneof![
        any_text().prop_map(Run::Plain),
        any_text().prop_map(Run::Bold),
        any_text().prop_map(|label| Run::Link {
            label,
            to: Href::call("+4930123456").unwrap()
        }),
        any_text().prop_map(moment),
        any_text().prop_map(|name| Run::Person { name, user: None }),
    ]
}

fn any_runs() -> impl Strategy<Value = Vec<Run>> {
    proptest::collection::vec(any_run(), 0..4)
}

fn any_button() -> impl Strategy<Value = Button> {
    let confirm = any_text().prop_map(|t| Confirm {
        title: t.clone(),
        text: t.clone(),
        yes: t.clone(),
        no: t,
    });
    (
        proptest::sample::select(Action::ALL),
        any_text(),
        any_text(),
        proptest::option::of(confirm),
    )
        .prop_map(|(action, label, spoken, confirm)| Button {
            confirm,
            style: ButtonStyle::Danger,
            ..Button::new(action, "offer_1", label).spoken(spoken)
        })
}

/// Fewer than `most` buttons.
pub fn any_buttons(most: usize) -> impl Strategy<Value = Vec<Button>> {
    proptest::collection::vec(any_button(), 0..most)
}

fn any_chart() -> impl Strategy<Value = Chart> {
    let label = any_text().prop_map(|name| Label {
        plain: "plain".to_owned(),
        name,
    });
    let values = proptest::collection::vec(any::<u64>(), 0..6);
    let series = (any_text(), values).prop_map(|(name, values)| Series {
        name,
        tone: Tone::Fair,
        values,
    });
    (
        any_text(),
        any_text(),
        proptest::collection::vec(label, 0..6),
        proptest::collection::vec(series, 0..3),
    )
        .prop_map(|(title, unit, rows, series)| Chart {
            title,
            unit,
            rows,
            series,
        })
}

/// A part with any text anywhere.
pub fn any_part() -> impl Strategy<Value = Part> {
    let fact = (any_text(), any_runs()).prop_map(|(label, value)| Fact { label, value });
    let item = (any_runs(), any_buttons(3)).prop_map(|(text, buttons)| Item { text, buttons });
    let column = (any_text(), any::<bool>()).prop_map(|(label, number)| Column { label, number });
    let row = proptest::collection::vec(any_text(), 0..4);
    prop_oneof![
        any_text().prop_map(Part::Title),
        any_runs().prop_map(Part::Text),
        proptest::collection::vec(fact, 0..5).prop_map(Part::Facts),
        any_runs().prop_map(Part::Note),
        proptest::collection::vec(item, 0..40).prop_map(Part::List),
        any_buttons(30).prop_map(Part::Buttons),
        Just(Part::Divider),
        any_text().prop_map(|alt| Part::Picture(Picture {
            image: ImageRef("F012AB".into()),
            alt
        })),
        (
            proptest::collection::vec(column, 0..4),
            proptest::collection::vec(row, 0..9)
        )
            .prop_map(|(columns, rows)| Part::Table(Table { columns, rows })),
        any_chart().prop_map(Part::Chart),
    ]
}
