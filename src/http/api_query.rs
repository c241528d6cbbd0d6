//! What programs may ask for in `GET /api/v1/leads`, told in plain words where they ask for something else.

use jiff::Timestamp;

use super::{ApiToken, Error, Kind};
use crate::store::leads::{Cursor, LeadFilter};

/// The most leads on a page.
const MOST: u32 = 200;
/// Leads on a page if nobody says.
const USUAL: u32 = 50;

/// The parameters there are.
const NAMES: [&str; 10] = [
    "state",
    "owner",
    "team",
    "source",
    "email",
    "external_id",
    "q",
    "since",
    "cursor",
    "limit",
];

/// What only those may search by who see whom a lead is about.
const CONTACT: [&str; 3] = ["email", "external_id", "q"];

/// The states a lead can be in.
const STATES: [&str; 9] = [
    "pending",
    "offered",
    "pooled",
    "queued",
    "review",
    "nurture",
    "owned",
    "closed",
    "disqualified",
];

/// Reads a query string.
///
/// # Errors
/// 400 for what there is not, 403 for what `token` may not ask.
pub(super) fn filter(query: &str, token: &ApiToken) -> Result<LeadFilter, Error> {
    let mut filter = LeadFilter {
        limit: USUAL,
        ..LeadFilter::default()
    };
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let name = known(&name)?;
        if seen.contains(&name) {
            return Err(bad(format!("`{name}` is there more than once")));
        }
        seen.push(name);
        if CONTACT.contains(&name) && !token.role.sees_contacts() {
            let detail = "a reader's token can't search by `email`, `external_id` or `q`";
            return Err(Error::new(Kind::Forbidden, detail));
        }
        set(&mut filter, name, value.into_owned())?;
    }
    Ok(filter)
}

fn bad(detail: String) -> Error {
    Error::new(Kind::BadRequest, detail)
}

fn known(name: &str) -> Result<&'static str, Error> {
    NAMES.into_iter().find(|one| *one == name).ok_or_else(|| {
        let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        bad(format!(
            "there is no parameter `{name}`; there are {}",
            list(&NAMES)
        ))
    })
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn set(filter: &mut LeadFilter, name: &str, value: String) -> Result<(), Error> {
    // No text that is stored has any, and PostgreSQL takes no NUL at all.
    if value.contains(char::is_control) {
        return Err(bad(format!("`{name}` has control characters in it")));
    }
    match name {
        "state" => filter.state = Some(state(value)?),
        "owner" => filter.owner = Some(value.into()),
        "team" => filter.team = Some(value.into()),
        "source" => filter.source = Some(value.into()),
        "email" => filter.email = Some(value),
        "external_id" => filter.external_id = Some(value),
        "q" => filter.q = Some(value),
        "since" => filter.since = Some(since(&value)?),
        "cursor" => filter.cursor = Some(cursor(&value)?),
        _ => filter.limit = limit(&value)?,
    }
    Ok(())
}

fn state(word: String) -> Result<String, Error> {
    if STATES.contains(&word.as_str()) {
        return Ok(word);
    }
    Err(bad(format!("`state` is one of {}", list(&STATES))))
}

fn since(text: &str) -> Result<Timestamp, Error> {
    let since = text.parse();
    since.map_err(|_| bad("`since` is a time like 2026-11-21T10:15:00Z".into()))
}

fn cursor(text: &str) -> Result<Cursor, Error> {
    Cursor::parse(text).ok_or_else(|| bad("`cursor` is not one that `next` gave".into()))
}

fn limit(text: &str) -> Result<u32, Error> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| bad(format!("`limit` is a number from 1 to {MOST}")))
}
