//! Leads with a known answer, tried whenever the configuration is read: a wrong answer is a mistake.

use std::ops::Range;

use jiff::Timestamp;

use super::{Complaint, raw};
use crate::{
    domain::{
        condition::SubmissionFacts,
        filter::{self, Hit},
        lead::{Lead, Routing},
        policy::{Golden, Policy},
        route::Reader,
        strategy::Odds,
    },
    rules::Rules,
};

/// Tries every golden lead. The policy is lent for the time of it.
pub(super) fn check(raw: &raw::Config, policy: &mut Policy, now: Timestamp) -> Vec<Complaint> {
    let rules = Rules::new(std::mem::take(policy));
    let mut complaints = Vec::new();
    for (golden, raw) in rules.policy.golden.iter().zip(&raw.golden) {
        let (kept_out, routing) = routed(golden, &rules, now);
        match kept_out {
            Some(hit) => complaints.extend(never_comes(raw, &hit)),
            None => complaints.extend(compare(golden, raw, &routing)),
        }
    }
    *policy = rules.policy;
    complaints
}

/// The filter that keeps it out, if one does, and where it would go.
fn routed(golden: &Golden, rules: &Rules, now: Timestamp) -> (Option<Hit>, Routing) {
    let now = golden.at.unwrap_or(now);
    let source = golden.source.clone().unwrap_or_else(|| "".into());
    let mut lead = Lead::new("lead_golden".into(), 0, source, now);
    lead.contact = golden.contact.clone();
    lead.lead_type.clone_from(&golden.lead_type);
    if let Some(rule) = rules.policy.sources.get(&lead.source) {
        lead.contact.fill_from(&rule.defaults);
    }
    lead.win = golden.win;
    // By itself a file knows of nothing that has ended.
    let odds = Odds::default();
    let reader = Reader::new(&rules.policy, rules, now).knowing(&odds);
    reader.count_request(&mut lead);
    let nothing = SubmissionFacts::default();
    let kept_out = filter::sift(&reader, &rules.policy.filters, &mut lead, &nothing);
    reader.route(&mut lead);
    (kept_out, lead.routing.unwrap_or_default())
}

fn never_comes(raw: &raw::Golden, hit: &Hit) -> Option<Complaint> {
    let place = raw.route.as_ref().or(raw.team.as_ref())?;
    let complaint = Complaint::mistake(place.span(), format!("this lead is {hit}"));
    Some(complaint.help("mend the filter's `when`, or take this golden lead out".to_owned()))
}

fn compare(golden: &Golden, raw: &raw::Golden, routing: &Routing) -> Vec<Complaint> {
    let why = || {
        let asked = routing.why.iter().map(String::as_str);
        asked.collect::<Vec<_>>().join("\n")
    };
    let wrong = |span: Range<usize>, message: String| Complaint::mistake(span, message).help(why());
    let mut complaints = Vec::new();
    if let (Some(wanted), Some(place)) = (&golden.route, &raw.route)
        && routing.rule.as_ref() != Some(wanted)
    {
        let taken = match &routing.rule {
            Some(rule) => format!("takes the route `{rule}`"),
            None => "takes no route".to_owned(),
        };
        complaints.push(wrong(
            place.span(),
            format!("this lead {taken}, not `{wanted}`"),
        ));
    }
    if let (Some(wanted), Some(place)) = (&golden.team, &raw.team)
        && routing.team.as_ref() != Some(wanted)
    {
        let got = match &routing.team {
            Some(team) => format!("goes to the team `{team}`"),
            None => "goes to no team".to_owned(),
        };
        complaints.push(wrong(
            place.span(),
            format!("this lead {got}, not `{wanted}`"),
        ));
    }
    complaints
}
