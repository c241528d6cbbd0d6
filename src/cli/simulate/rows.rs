//! A simulation for programs and spreadsheets: every lead, and the sums.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Played, Report};
use crate::{
    cli::shown::cell,
    domain::event::MeasureKind,
    simulate::{Arrival, Fate, Line, owner_of, rule_of, team_of, versus},
};

/// Everything as one object.
pub fn json(report: &Report<'_>) -> Value {
    let answers = report.answers;
    let usual = answers.usual();
    let seconds = |time: SignedDuration| time.as_secs();
    let mut said = json!({
        "leads": report.gathered.arrivals.len(),
        "left_out": report.gathered.left_out,
        "answers": {
            "known": answers.known(),
            "accept_after_s": seconds(usual.accept),
            "contact_after_s": seconds(usual.contact),
            "end_after_s": seconds(usual.end),
        },
        "simulated": outcome(report.one),
    });
    if let Some(other) = report.other {
        let apart = versus(&report.one.outcome, &other.outcome);
        said["against"] = outcome(other);
        said["apart"] = json!({
            "leads": apart.changes.len(),
            "rules": moves(&apart.rules),
            "teams": moves(&apart.teams),
            "owners": moves(&apart.owners),
            "answered": {"more": apart.answered.0, "fewer": apart.answered.1},
            "contacted": {"more": apart.contacted.0, "fewer": apart.contacted.1},
            "numbers": apart.changes.iter().map(|it| it.one.number).collect::<Vec<_>>(),
        });
    }
    said
}

fn moves(moves: &BTreeMap<(String, String), u64>) -> Vec<Value> {
    let each = moves.iter();
    each.map(|((from, to), many)| json!({"from": from, "to": to, "leads": many}))
        .collect()
}

fn outcome(played: &Played) -> Value {
    let lines = |lines: &BTreeMap<String, Line>| {
        let lines = lines.iter();
        lines
            .map(|(id, line)| (id.clone(), sums(line)))
            .collect::<BTreeMap<_, _>>()
    };
    let outcome = &played.outcome;
    json!({
        "config": played.name,
        "hash": played.rules.policy.hash,
        "total": sums(&outcome.total),
        "rules": lines(&outcome.rules),
        "teams": lines(&outcome.teams),
        "reps": lines(&outcome.reps),
        "kept_out": outcome.kept_out,
        "each": outcome.fates.iter().map(fate).collect::<Vec<_>>(),
    })
}

fn sums(line: &Line) -> Value {
    let seconds = |took: Option<SignedDuration>| took.map(|took| took.as_secs_f64());
    let count = |what| line.stats.count(what);
    json!({
        "leads": line.leads,
        "offered": count(MeasureKind::Offered),
        "accepted": count(MeasureKind::Accepted),
        "declined": count(MeasureKind::Declined),
        "expired": count(MeasureKind::Expired),
        "escalated": count(MeasureKind::Escalated),
        "assigned": count(MeasureKind::Assigned),
        "waiting": line.waiting,
        "review": line.review,
        "aside": line.aside,
        "most_at_once": line.most,
        "had_after": {"median_s": seconds(line.wait(0.5)), "p90_s": seconds(line.wait(0.9))},
        "acknowledged": {
            "kept": count(MeasureKind::AcknowledgeKept), "missed": count(MeasureKind::AcknowledgeMissed),
            "share": line.stats.acknowledge_kept(),
        },
        "contacted": {
            "kept": count(MeasureKind::ContactKept), "missed": count(MeasureKind::ContactMissed),
            "share": line.stats.contact_kept(),
        },
    })
}

fn fate(fate: &Fate) -> Value {
    json!({
        "number": fate.number,
        "at": fate.at,
        "type": fate.lead_type,
        "intent": fate.intent,
        "fit": fate.fit,
        "rule": fate.rule,
        "team": fate.team,
        "asked": fate.asked,
        "owner": fate.owner,
        "owned_after_s": fate.owned_after.map(|took| took.as_secs()),
        "state": fate.state,
        "answered_in_time": fate.answered,
        "contacted_in_time": fate.contacted,
        "kept_out": fate.kept_out,
    })
}

const COLUMNS: &str = "number,at,type,intent,fit,rule,team,owner,owned_after_s,state,answered_in_time,contacted_in_time";
const OTHER: &str = ",other_rule,other_team,other_owner,other_owned_after_s,other_state,other_answered_in_time,\
other_contacted_in_time,otherwise";
const WAS: &str = ",rule_in_fact,owner_in_fact";

/// One line for each lead.
pub fn csv(report: &Report<'_>) -> String {
    let known = report.gathered.arrivals.iter().any(|it| it.was.is_some());
    let mut text = COLUMNS.to_owned();
    text.push_str(report.other.map_or("", |_| OTHER));
    text.push_str(if known { WAS } else { "" });
    text.push_str("\r\n");
    let arrivals = &report.gathered.arrivals;
    for (n, (one, arrival)) in report.one.outcome.fates.iter().zip(arrivals).enumerate() {
        let mut cells = vec![
            one.number.to_string(),
            one.at.to_string(),
            cell(&one.lead_type),
            one.intent.word().to_owned(),
            one.fit.word().to_owned(),
        ];
        cells.extend(way(one));
        if let Some(other) = report.other.and_then(|it| it.outcome.fates.get(n)) {
            let (a, b) = (way(one), way(other));
            let otherwise = (a != b).to_string();
            cells.extend(b);
            cells.push(otherwise);
        }
        if known {
            cells.extend(in_fact(arrival));
        }
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Rule, team, owner, time, state and what was kept.
fn way(fate: &Fate) -> [String; 7] {
    let kept = |kept: Option<bool>| kept.map_or_else(String::new, |kept| kept.to_string());
    let took = fate.owned_after.map(|took| took.as_secs().to_string());
    [
        cell(&rule_of(fate)),
        cell(&team_of(fate)),
        cell(&owner_of(fate)),
        took.unwrap_or_default(),
        fate.state.to_owned(),
        kept(fate.answered),
        kept(fate.contacted),
    ]
}

fn in_fact(arrival: &Arrival) -> [String; 2] {
    let was = arrival.was.as_ref();
    let rule = was.and_then(|was| was.rule.as_ref());
    let owner = was.and_then(|was| was.owner.as_ref());
    [
        cell(rule.map_or("", |it| it.as_str())),
        cell(owner.map_or("", |it| it.as_str())),
    ]
}
