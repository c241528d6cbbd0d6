//! Whether the status that somebody has set in their profile says that they are away: Slack's own ones for holidays and
//! illness, and what people write in the languages that forms know. And when they want not to be disturbed.

use std::ops::Range;

use jiff::Timestamp;
use serde_json::Value;

use crate::chat::{AwayStatus, status::says_away};

/// What Slack and calendars set while somebody is out.
const EMOJI: [&str; 6] = [
    ":palm_tree:",
    ":face_with_thermometer:",
    ":no_entry:",
    ":beach_with_umbrella:",
    ":airplane:",
    ":thermometer:",
];
/// Nobody's status is longer.
const MAX_TEXT: usize = 100;

/// The status in this profile, if it says so.
pub(super) fn away(profile: &Value) -> Option<AwayStatus> {
    let text = profile["status_text"].as_str().unwrap_or_default().trim();
    let emoji = profile["status_emoji"].as_str().unwrap_or_default();
    if !EMOJI.contains(&emoji) && !says_away(text) {
        return None;
    }
    let until = profile["status_expiration"].as_i64().filter(|at| *at > 0);
    let text = if text.is_empty() { emoji } else { text };
    Some(AwayStatus {
        text: text.chars().take(MAX_TEXT).collect(),
        until: until.and_then(|at| Timestamp::from_second(at).ok()),
    })
}

/// When somebody wants not to be disturbed, as `dnd_status` has it; where that is off, start and end are the same.
pub(super) fn quiet(status: &Value) -> Option<Range<Timestamp>> {
    let at = |name: &str| Timestamp::from_second(status[name].as_i64()?).ok();
    let quiet = at("next_dnd_start_ts")?..at("next_dnd_end_ts")?;
    (status["dnd_enabled"] == true && !quiet.is_empty()).then_some(quiet)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn holidays_and_illness_are_told_from_meetings() {
        for (emoji, text, is_away) in [
            (":palm_tree:", "Vacationing", true),
            ("", "On vacation until Monday", true),
            ("", "OOO", true),
            ("", "Urlaub bis 3.1.", true),
            ("", "İzinli", false),
            ("", "izinli", true),
            (":face_with_thermometer:", "", true),
            (":spiral_calendar_pad:", "In a meeting", false),
            (":house_with_garden:", "Working remotely", false),
            ("", "Zoom away game", true),
            ("", "cooometer", false),
            ("", "", false),
        ] {
            let profile =
                json!({"status_text": text, "status_emoji": emoji, "status_expiration": 0});
            assert_eq!(away(&profile).is_some(), is_away, "{emoji} {text}");
        }
        let until = json!({"status_text": "", "status_emoji": ":palm_tree:", "status_expiration": 1_764_000_000});
        let found = away(&until).expect("says so");
        assert_eq!(found.text, ":palm_tree:");
        assert_eq!(found.until.map(Timestamp::as_second), Some(1_764_000_000));
        assert_eq!(away(&json!({})), None);
    }

    #[test]
    fn a_pause_has_a_beginning_and_an_end() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let paused = |enabled: Value, start: Value, end: Value| {
            quiet(
                &json!({"dnd_enabled": enabled, "next_dnd_start_ts": start, "next_dnd_end_ts": end}),
            )
        };
        let (begins, ends) = (1_450_387_800, 1_450_423_800);
        assert_eq!(
            paused(json!(true), json!(begins), json!(ends)),
            Some(at(begins)..at(ends))
        );
        for (enabled, start, end) in [
            (json!(false), json!(begins), json!(ends)),
            (json!(true), json!(1), json!(1)),
            (json!(true), json!(ends), json!(begins)),
            (json!(true), json!(begins), json!(i64::MAX)),
            (json!("true"), json!(begins), json!(ends)),
            (json!(true), Value::Null, json!(ends)),
        ] {
            assert_eq!(paused(enabled, start, end), None);
        }
        assert_eq!(quiet(&Value::Null), None);
    }
}
