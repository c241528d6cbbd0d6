//! Refuses the blocks that Slack would refuse: types by surface, lengths, counts, unique names.
//!
//! A complaint reads as Slack's own, `[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]`.
//! Blocks in everyday use are checked in full; for the newest kinds (cards, charts, plans) only
//! the surface and the count are.

mod check;
mod elements;
mod kinds;
mod texts;
mod view;

pub(super) use check::Check;
pub(super) use elements::find_actions;
pub(super) use view::{Refused, check_view};

use serde_json::Value;

/// Where blocks are shown; what is allowed depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surface {
    Message,
    Modal,
    Home,
}

impl Surface {
    fn most_blocks(self) -> usize {
        match self {
            Surface::Message => 50,
            Surface::Modal | Surface::Home => 100,
        }
    }

    fn allows(self, kind: &str) -> bool {
        let everywhere = [
            "actions",
            "card",
            "context",
            "divider",
            "header",
            "image",
            "input",
            "rich_text",
            "section",
            "video",
        ];
        let modal = ["alert"];
        let home = [
            "carousel",
            "container",
            "data_table",
            "data_visualization",
            "table",
        ];
        let message = ["context_actions", "file", "markdown", "plan", "task_card"];
        everywhere.contains(&kind)
            || match self {
                Surface::Modal => modal.contains(&kind),
                Surface::Home => home.contains(&kind),
                Surface::Message => home.contains(&kind) || message.contains(&kind),
            }
    }
}

/// Complaints about `blocks`, none when Slack would take them. `at` is the JSON pointer of the list.
pub(super) fn check_blocks(blocks: &Value, surface: Surface, at: &str) -> Vec<String> {
    let mut check = Check::default();
    blocks_into(&mut check, blocks, surface, at);
    check.complaints
}

fn blocks_into(check: &mut Check, blocks: &Value, surface: Surface, at: &str) {
    let Some(list) = blocks.as_array() else {
        return check.complain(at, "must be an array");
    };
    if list.len() > surface.most_blocks() {
        check.complain(
            at,
            &format!("no more than {} items allowed", surface.most_blocks()),
        );
    }
    let mut names = Vec::new();
    for (i, block) in list.iter().enumerate() {
        let at = format!("{at}/{i}");
        kinds::block(check, block, surface, &at);
        if let Some(name) = block.get("block_id").and_then(Value::as_str) {
            if names.contains(&name) {
                check.complain(
                    &format!("{at}/block_id"),
                    &format!("block_id already exists: {name}"),
                );
            }
            names.push(name);
        }
    }
    markdown_total(check, list, at);
}

fn markdown_total(check: &mut Check, list: &[Value], at: &str) {
    let total: usize = list
        .iter()
        .filter(|block| block["type"] == "markdown")
        .filter_map(|block| block["text"].as_str())
        .map(|text| text.chars().count())
        .sum();
    if total > 12_000 {
        check.complain(
            at,
            "markdown text must be less than 12001 characters in total",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn section(text: &str) -> Value {
        json!({"type": "section", "text": {"type": "mrkdwn", "text": text}})
    }

    fn button(id: &str) -> Value {
        json!({"type": "button", "action_id": id, "text": {"type": "plain_text", "text": "Go"}})
    }

    fn complaints(blocks: Value) -> Vec<String> {
        check_blocks(&blocks, Surface::Message, "/blocks")
    }

    #[test]
    fn an_ordinary_card_is_taken() {
        let card = json!([
            {"type": "header", "text": {"type": "plain_text", "text": "Lead 7", "emoji": true}},
            {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Score*\n55", "verbatim": true}],
             "accessory": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "why"}]},
            {"type": "divider"},
            {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "chart"},
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "hi"}]}]},
            {"type": "actions", "block_id": "b", "elements": [button("offer.accept"), button("offer.decline")]}
        ]);
        assert_eq!(complaints(card), Vec::<String>::new());
    }

    #[test]
    fn what_is_too_long_or_empty_is_refused_at_its_place() {
        let cases = [
            (json!([section("")]), "/blocks/0/text/text"),
            (json!([section(&"x".repeat(3001))]), "/blocks/0/text/text"),
            (json!([{"type": "section"}]), "/blocks/0"),
            (
                json!([{"type": "header", "text": {"type": "plain_text", "text": "x".repeat(151)}}]),
                "/blocks/0/text/text",
            ),
            (
                json!([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
                "/blocks/0/text/type",
            ),
            (
                json!([{"type": "section", "fields": vec![json!({"type": "mrkdwn", "text": "x"}); 11]}]),
                "/blocks/0/fields",
            ),
            (
                json!([{"type": "context", "elements": []}]),
                "/blocks/0/elements",
            ),
            (
                json!([{"type": "actions", "elements": vec![button("a"); 26]}]),
                "/blocks/0/elements",
            ),
            (
                json!([{"type": "image", "image_url": "https://example.com/a.png", "alt_text": ""}]),
                "/blocks/0/alt_text",
            ),
            (json!([{"type": "divider", "extra": 1}]), "/blocks/0"),
            (json!([{"type": "sparkles"}]), "/blocks/0/type"),
            (json!("text"), "/blocks"),
        ];
        for (blocks, place) in cases {
            let found = complaints(blocks.clone());
            let wanted = format!("[json-pointer:{place}]");
            assert!(
                found.iter().any(|c| c.ends_with(&wanted)),
                "{place}: {found:?} for {blocks}"
            );
        }
    }

    #[test]
    fn limits_are_met_exactly() {
        assert_eq!(
            complaints(json!([section(&"é".repeat(3000))])),
            Vec::<String>::new()
        );
        assert_eq!(
            complaints(json!(vec![json!({"type": "divider"}); 50])),
            Vec::<String>::new()
        );
        assert_eq!(
            complaints(json!(vec![json!({"type": "divider"}); 51])).len(),
            1
        );
    }

    #[test]
    fn names_are_unique() {
        let twice =
            json!([{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}]);
        assert!(complaints(twice)[0].contains("block_id already exists"));
        let actions = json!([{"type": "actions", "elements": [button("a"), button("a")]}]);
        assert!(complaints(actions)[0].contains("action_id already exists"));
    }

    #[test]
    fn buttons_hold_their_limits() {
        let odd = |key: &str, value: Value| {
            let mut element = button("a");
            element[key] = value;
            complaints(json!([{"type": "actions", "elements": [element]}])).len()
        };
        assert_eq!(odd("style", json!("default")), 1);
        assert_eq!(odd("style", json!("danger")), 0);
        assert_eq!(odd("value", json!("x".repeat(2001))), 1);
        assert_eq!(odd("url", json!("javascript:alert(1)")), 1);
        assert_eq!(
            odd(
                "text",
                json!({"type": "plain_text", "text": "x".repeat(76)})
            ),
            1
        );
        assert_eq!(odd("accessibility_label", json!("x".repeat(75))), 0);
    }

    #[test]
    fn surfaces_differ() {
        let markdown = json!([{"type": "markdown", "text": "# hi"}]);
        assert!(check_blocks(&markdown, Surface::Message, "/blocks").is_empty());
        assert_eq!(check_blocks(&markdown, Surface::Home, "/blocks").len(), 1);
        let alert = json!([{"type": "alert", "text": {"type": "mrkdwn", "text": "x"}}]);
        assert_eq!(check_blocks(&alert, Surface::Message, "/blocks").len(), 1);
    }

    #[test]
    fn options_are_counted_and_unique() {
        let option = |v: &str| json!({"text": {"type": "plain_text", "text": "x"}, "value": v});
        let select = |options: Vec<Value>| {
            complaints(json!([{"type": "actions", "elements": [
                {"type": "static_select", "action_id": "s", "options": options}]}]))
        };
        assert!(select(vec![option("a"), option("b")]).is_empty());
        assert_eq!(select(vec![option("a"), option("a")]).len(), 1);
        assert_eq!(select(vec![]).len(), 1);
        assert_eq!(select(vec![option(&"v".repeat(151))]).len(), 1);
        assert_eq!(
            select((0..101).map(|i| option(&i.to_string())).collect()).len(),
            1
        );
    }
}
