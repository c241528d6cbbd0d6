//! What people did, as `POST /activities/{source}` takes it, and as some presets send it among leads.
//!
//! ```json
//! {"email": "ada@example.com", "activity": "pricing_page", "at": "2026-11-22T10:00:00Z", "id": "evt_1"}
//! ```
//!
//! Who it was is said like in any form: `email`, `phone`, or the source's own `external_id`, which a source's `fields`
//! may find elsewhere. An array holds several.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Format, MOST_LEADS, Reading, Source, Unreadable,
    preset::{Call, Doing, Person, Seen, moment, text_at},
    read_people, reading as read_seen, text,
};
use crate::domain::{
    activity::{Activity, Deed},
    contact::{Contact, Field},
};

/// How many activities one body may tell.
pub const MOST_ACTIVITIES: usize = 1_000;

/// Stands among the headers of a kept submission that tells activities, so that it is read as such once more. No header
/// that a sender chooses gets there under this name.
pub const HEADER: &str = "baton-activities";

/// The longest id of an activity.
const LONGEST_ID: usize = 200;

/// By what somebody is known of whom an activity is told.
const SIGNS: [Field; 3] = [Field::Email, Field::Phone, Field::ExternalId];

/// Reads the body of a request that tells activities; JSON, whatever else its source sends.
#[must_use]
pub fn read(source: &Source, content_type: Option<&str>, body: &[u8]) -> Reading {
    let format = if source.format.accepts(content_type) {
        source.format
    } else {
        Format::Json
    };
    match (Source {
        format,
        ..source.clone()
    })
    .payload(content_type, body)
    {
        Ok(payload) => read_payload(source, &payload),
        Err(Unreadable(why)) => Reading::Quarantined(vec![why]),
    }
}

/// Reads what was told: as the contract writes it, else as the source's preset does.
#[must_use]
pub fn read_payload(source: &Source, payload: &Value) -> Reading {
    let list = match payload {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    if list.len() > MOST_ACTIVITIES {
        let why = format!("more than {MOST_ACTIVITIES} activities in one body");
        return Reading::Quarantined(vec![why]);
    }
    if let Format::Preset(preset) = source.format
        && !list.iter().any(|one| one["activity"].is_string())
    {
        let headers = std::collections::BTreeMap::new();
        let seen = (preset.read)(&Call {
            headers: &headers,
            payload,
        });
        if matches!(seen, Seen::Did(..) | Seen::Nothing(_)) {
            return read_seen(source, seen);
        }
    }
    if list.is_empty() {
        return Reading::Ignored("an empty list".to_owned());
    }
    let doings: Vec<Option<Doing>> = list.iter().map(doing).collect();
    told(source, &doings, &[], String::new())
}

/// What one entry tells; nothing if it names no activity.
fn doing(entry: &Value) -> Option<Doing> {
    let what = Deed::by_name(entry["activity"].as_str()?)?;
    let mut who = entry.clone();
    if let Value::Object(said) = &mut who {
        for own in ["activity", "at", "id"] {
            said.remove(own);
        }
    }
    let id = text::line(&text_at(entry, "/id"), LONGEST_ID);
    Some(Doing {
        who,
        what,
        at: entry["at"].clone(),
        id: Some(id).filter(|id| !id.is_empty()),
    })
}

/// What a preset has seen people do.
pub(super) fn reading(
    source: &Source,
    doings: &[Doing],
    people: &[Person<'_>],
    why: String,
) -> Reading {
    if doings.len() > MOST_ACTIVITIES || people.len() > MOST_LEADS {
        let why = format!("more than {MOST_ACTIVITIES} activities in one body");
        return Reading::Quarantined(vec![why]);
    }
    let doings: Vec<Option<Doing>> = doings.iter().cloned().map(Some).collect();
    told(source, &doings, people, why)
}

fn told(source: &Source, doings: &[Option<Doing>], people: &[Person<'_>], why: String) -> Reading {
    let (mut activities, mut problems) = (Vec::new(), Vec::new());
    for (index, doing) in doings.iter().enumerate() {
        let place = match doings.len() {
            1 => String::new(),
            _ => format!("activity {}: ", index + 1),
        };
        match doing.as_ref().map(|doing| activity(source, doing)) {
            Some(Ok((activity, odd))) => {
                problems.extend(odd.map(|problem| format!("{place}{problem}")));
                activities.push(activity);
            }
            Some(Err(problem)) => problems.push(format!("{place}{problem}")),
            None => problems.push(format!("{place}it does not say its `activity`")),
        }
    }
    let mut leads = Vec::new();
    if let Reading::Leads {
        leads: described, ..
    } = read_people(source, people)
    {
        leads = described;
    }
    if activities.is_empty() && leads.is_empty() {
        return Reading::Quarantined(problems);
    }
    Reading::Activities {
        activities,
        leads,
        problems,
        why,
    }
}

/// An activity with what is odd about it.
fn activity(
    source: &Source,
    doing: &Doing,
) -> Result<(Activity, Option<&'static str>), &'static str> {
    let said = source.mapping.apply(&doing.who, &doing.who).lead.contact;
    let mut who = Contact::default();
    for field in SIGNS {
        who.set_text(field, said.text(field));
    }
    if who.iter().next().is_none() {
        return Err("no e-mail, no phone and no external_id");
    }
    let (at, odd) = match time(&doing.at) {
        Ok(at) => (at, None),
        Err(odd) => (None, Some(odd)),
    };
    let activity = Activity {
        who,
        what: doing.what.clone(),
        at,
        id: doing.id.clone(),
    };
    Ok((activity, odd))
}

/// A time as text, or as seconds or milliseconds since 1970.
fn time(at: &Value) -> Result<Option<Timestamp>, &'static str> {
    let said = text_at(&json!({ "at": at }), "/at");
    if said.trim().is_empty() {
        return Ok(None);
    }
    let read = moment(said.trim()).parse();
    read.map(Some)
        .map_err(|_| "`at` is no time like 2026-11-22T10:00:00Z; it counts as now")
}
