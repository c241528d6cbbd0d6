//! What Microsoft says of whether somebody is there: out of office, or a status in their own words.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::Value;

use crate::chat::{AwayStatus, status::says_away};

/// Nobody reads more of it.
const MAX_TEXT: usize = 100;
/// Longer messages are read so far.
const MAX_READ: usize = 4_000;
/// What somebody says who has written nothing.
const UNSAID: &str = "Out of office";
/// What HTML writes for some characters; the last is what the others begin with.
const ENTITIES: [(&str, &str); 6] = [
    ("&nbsp;", " "),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&amp;", "&"),
];

/// Whose presence this is, and what it says if they are away; `None` where Microsoft does not know.
pub(super) fn read(presence: &Value) -> Option<(String, Option<AwayStatus>)> {
    let user = presence["id"].as_str()?.to_ascii_lowercase();
    let settings = &presence["outOfOfficeSettings"];
    let out = settings["isOutOfOffice"] == true || presence["activity"] == "OutOfOffice";
    if out {
        let message = plain(settings["message"].as_str().unwrap_or_default());
        let text = if message.is_empty() {
            UNSAID.to_owned()
        } else {
            message
        };
        return Some((user, Some(AwayStatus { text, until: None })));
    }
    if presence["availability"] == "PresenceUnknown" {
        return None;
    }
    Some((user, written(&presence["statusMessage"])))
}

/// What they have written as their status, if it says so.
fn written(status: &Value) -> Option<AwayStatus> {
    let text = plain(status["message"]["content"].as_str().unwrap_or_default());
    let expires = &status["expiryDateTime"];
    let until = expires["dateTime"].as_str().and_then(|at| {
        let zone = expires["timeZone"].as_str().unwrap_or("UTC");
        moment(at, zone)
    });
    says_away(&text).then_some(AwayStatus { text, until })
}

/// A time without a zone and its zone beside it; zones as Windows calls them are not known.
fn moment(at: &str, zone: &str) -> Option<Timestamp> {
    let at: DateTime = at.trim_end_matches('Z').parse().ok()?;
    let zone = TimeZone::get(zone).ok()?;
    Some(at.to_zoned(zone).ok()?.timestamp())
}

/// The words of a text that may be HTML, cut short.
fn plain(text: &str) -> String {
    let text: String = text.chars().take(MAX_READ).collect();
    let mut said = String::with_capacity(text.len());
    for (n, piece) in text.split('<').enumerate() {
        let is_tag = piece.starts_with(|it: char| it.is_ascii_alphabetic() || "/!".contains(it));
        match piece.split_once('>') {
            _ if n == 0 => said.push_str(piece),
            Some((_, after)) if is_tag => {
                said.push(' ');
                said.push_str(after);
            }
            // Cut off in the middle.
            None if is_tag => {}
            Some(_) | None => {
                said.push('<');
                said.push_str(piece);
            }
        }
    }
    for (entity, char) in ENTITIES {
        said = said.replace(entity, char);
    }
    let words: Vec<&str> = said.split_whitespace().collect();
    words.join(" ").chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn away(presence: &Value) -> Option<AwayStatus> {
        let mut presence = presence.clone();
        presence["id"] = "A7E0".into();
        let (user, away) = read(&presence).expect("it is known");
        assert_eq!(user, "a7e0");
        away
    }

    fn text(presence: &Value) -> Option<String> {
        away(presence).map(|status| status.text)
    }

    #[test]
    fn who_is_out_of_office_is_away_and_who_presents_is_not() {
        let out = |message: Value| {
            json!({"availability": "Offline", "activity": "Offline",
            "outOfOfficeSettings": {"isOutOfOffice": true, "message": message}})
        };
        assert_eq!(
            text(&out(json!("Back on Monday."))),
            Some("Back on Monday.".to_owned())
        );
        assert_eq!(text(&out(Value::Null)), Some("Out of office".to_owned()));
        assert_eq!(
            text(&json!({"activity": "OutOfOffice"})),
            Some("Out of office".to_owned())
        );
        for (availability, activity) in [
            ("DoNotDisturb", "Presenting"),
            ("DoNotDisturb", "DoNotDisturb"),
            ("Busy", "InACall"),
            ("Away", "Away"),
            ("Offline", "OffWork"),
            ("Available", "Available"),
        ] {
            let presence = json!({"availability": availability, "activity": activity,
                "outOfOfficeSettings": {"isOutOfOffice": false, "message": "I was away"}});
            assert_eq!(away(&presence), None, "{activity}");
        }
    }

    #[test]
    fn what_microsoft_does_not_know_says_nothing() {
        let unknown =
            json!({"id": "1", "availability": "PresenceUnknown", "activity": "PresenceUnknown"});
        assert_eq!(read(&unknown), None);
        assert_eq!(read(&json!({"availability": "Available"})), None);
        assert_eq!(read(&json!([1])), None);
    }

    #[test]
    fn a_status_in_their_own_words_may_end() {
        let status = |text: &str, at: &str, zone: &str| {
            away(&json!({"availability": "Available", "statusMessage": {
                "message": {"content": text, "contentType": "text"},
                "expiryDateTime": {"dateTime": at, "timeZone": zone}}}))
        };
        let ends = |at: &str, zone: &str| status("On vacation", at, zone).and_then(|it| it.until);
        let noon: Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
        assert_eq!(ends("2026-11-23T12:00:00.0000000", "UTC"), Some(noon));
        assert_eq!(ends("2026-11-23T13:00:00", "Europe/Berlin"), Some(noon));
        assert_eq!(ends("2026-11-23T13:00:00", "Romance Standard Time"), None);
        assert_eq!(ends("soon", "UTC"), None);
        assert_eq!(status("Working from home", "", ""), None);
    }

    #[test]
    fn of_html_only_the_words_are_kept() {
        for (html, said) in [
            (
                "<div>Back <b>soon</b>&nbsp;&amp; well</div>",
                "Back soon & well",
            ),
            ("a < b and <3", "a < b and <3"),
            ("<script>x</script> <!channel>", "x"),
            ("cut <div class=", "cut"),
            ("&amp;lt;!here&gt;", "&lt;!here>"),
            ("", ""),
        ] {
            assert_eq!(plain(html), said);
        }
        assert_eq!(plain(&"ä".repeat(10_000)).chars().count(), MAX_TEXT);
    }
}
