//! What a reroute would do or has done, for people and for programs.

use serde_json::{Value, json};

use super::{Found, Move, Rerouted};
use crate::{
    cli::{
        import::count::grouped,
        shown::{Paint, Table},
    },
    domain::{
        lead::{Lead, State},
        policy::Policy,
    },
    simulate::Way,
};

/// So many leads are listed.
const MOST: usize = 50;

/// What would be done, for people.
pub fn text(found: &Found, policy: &Policy, paint: Paint) -> String {
    if found.moves.is_empty() {
        return format!("There is nothing to take back.\n{}", left(found));
    }
    let row = |it: &Move| {
        vec![
            format!("#{}", it.lead.number),
            whose(&it.lead, policy),
            said(&it.was),
            said(&it.now),
        ]
    };
    let table = Table {
        head: ["lead", "now", "by", "instead by"]
            .map(str::to_owned)
            .to_vec(),
        rows: found.moves.iter().take(MOST).map(row).collect(),
    };
    let more = found.moves.len().saturating_sub(MOST);
    let more = match more {
        0 => String::new(),
        more => format!(
            "and {} more; `--format json` lists all\n",
            grouped(more as u64)
        ),
    };
    let would = paint.strong(&format!(
        "{} would be routed anew. Nothing was changed; --apply does it.",
        leads(found.moves.len())
    ));
    format!(
        "{}{more}\n{would}\n{}",
        table.render_left(paint),
        left(found)
    )
}

/// What was done, for people.
pub fn done(found: &Found, done: &Rerouted, paint: Paint) -> String {
    let line = |one: &super::Done| {
        let rule = one.rule.as_ref().map_or("no rule", |it| it.as_str());
        match &one.refused {
            Some(why) => format!("#{}  {}: {why}\n", one.number, paint.warn("left as it is")),
            None => format!("#{}  {} by {rule}\n", one.number, one.state),
        }
    };
    let each: String = done.done.iter().map(line).collect();
    let moved = done.done.iter().filter(|it| it.refused.is_none()).count();
    let of = found.moves.len();
    let head = match (moved, of) {
        (0, 0) => "There was nothing to take back.".to_owned(),
        _ => format!("{} of {of} routed anew.", leads(moved)),
    };
    format!("{each}{}\n{}", paint.strong(&head), left(found))
}

fn leads(many: usize) -> String {
    match many {
        1 => "1 lead".to_owned(),
        many => format!("{} leads", grouped(many as u64)),
    }
}

/// Those of which nothing is taken back.
fn left(found: &Found) -> String {
    let kinds = [
        (found.same, "go the same way by the rules as they are"),
        (found.contacted, "somebody has tried to reach"),
        (
            found.ended,
            "have ended, or a person has put them where they are",
        ),
    ];
    let said = kinds.iter().filter(|(many, _)| *many > 0);
    let said: Vec<String> = said
        .map(|(many, what)| format!("{} {what}", grouped(*many)))
        .collect();
    match said.as_slice() {
        [] => String::new(),
        some => format!("Left alone: {}.\n", some.join("; ")),
    }
}

fn whose(lead: &Lead, policy: &Policy) -> String {
    let rep = match &lead.state {
        State::Offered { offer } => lead.offer(offer).map(|offer| &offer.rep),
        State::Owned { rep, .. } => Some(rep),
        State::Pending
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => None,
    };
    let word = lead.state_word();
    rep.map_or_else(
        || word.to_owned(),
        |rep| format!("{word}, {}", policy.name_of(rep)),
    )
}

fn said(way: &Way) -> String {
    let rule = way.rule.as_ref().map_or("no rule", |it| it.as_str());
    match &way.team {
        Some(team) => format!("{rule} ({team})"),
        None => rule.to_owned(),
    }
}

/// For programs: what would be done, or was.
pub fn json(found: &Found, done: Option<&Rerouted>) -> String {
    let way = |way: &Way| json!({"rule": way.rule, "team": way.team});
    let each = found.moves.iter();
    let each = each.map(|it| {
        json!({"lead": it.lead.id, "number": it.lead.number, "state": it.lead.state_word(),
               "was": way(&it.was), "now": way(&it.now)})
    });
    let mut said = json!({
        "dry_run": done.is_none(),
        "leads": each.collect::<Vec<Value>>(),
        "same": found.same,
        "contacted": found.contacted,
        "ended": found.ended,
    });
    if let Some(done) = done {
        said["done"] = json!(done.done);
        said["trouble"] = json!(done.trouble);
    }
    format!("{said}\n")
}
