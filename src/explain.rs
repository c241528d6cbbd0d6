//! `baton route LEAD.json`: where a lead would go and why, without writing anything.
//!
//! The rules and the decision are the very ones that a lead meets; only the people are as the file
//! says: everybody in their working hours is free, nobody has had a turn yet.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    config::compile::{Given, given},
    domain::{
        condition::{Condition, SubmissionFacts},
        decide::decide,
        event::{Actor, Event},
        filter,
        id::{Chance, RepId, SourceId},
        lead::{Lead, State},
        plan::Plan,
        policy::{Policy, Profile, Rep},
        route::Reader,
        strategy::Odds,
        submission::NewLead,
        suggest,
        world::{RepNow, World},
    },
    intake::{self, Reading, Source},
    rules::Rules,
};

/// What somebody asks about.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// A JSON object of canonical fields.
    Fields(&'a [u8]),
    /// A body as this source sends it.
    Body {
        /// The source's id.
        source: &'a str,
        /// What it sends.
        body: &'a [u8],
    },
}

/// The leads of it as they would be after their arrival at `now`, one for each person named; `odds` are how leads ended
/// lately.
///
/// # Errors
/// Why there is no lead in it, in plain words.
pub fn explain(
    rules: &Rules,
    sources: &[Source],
    odds: &Odds,
    asked: Asked<'_>,
    now: Timestamp,
) -> Result<Vec<Lead>, String> {
    let (source, people) = match asked {
        Asked::Fields(body) => ("", vec![canonical(body)?]),
        Asked::Body { source, body } => (source, sent(rules, sources, source, body)?),
    };
    let source = SourceId::from(source);
    let leads = people
        .into_iter()
        .map(|person| arrived(rules, &source, odds, person, now));
    leads.collect()
}

fn canonical(body: &[u8]) -> Result<NewLead, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let fields: Value =
        serde_json::from_slice(body).map_err(|error| format!("this is no JSON: {error}"))?;
    let Value::Object(fields) = fields else {
        return Err("a lead is an object of canonical fields, such as {\"email\": \"…\"}".into());
    };
    let Given {
        contact,
        lead_type,
        attributes,
    } = given(&fields)?;
    Ok(NewLead {
        contact,
        attributes,
        lead_type,
        ..NewLead::default()
    })
}

/// The people in a body, as its source would read them.
fn sent(rules: &Rules, sources: &[Source], id: &str, body: &[u8]) -> Result<Vec<NewLead>, String> {
    let Some(source) = sources.iter().find(|source| source.id.as_str() == id) else {
        let known = rules.policy.sources.keys().map(SourceId::as_str);
        return Err(match rules.policy.sources.contains_key(id) {
            true => format!("the source `{id}` is not in effect yet"),
            false => {
                let help = suggest::help(id, known).map(|help| format!(" ({help})"));
                format!("no source called `{id}`{}", help.unwrap_or_default())
            }
        });
    };
    match intake::read(source, None, &BTreeMap::new(), body) {
        Reading::Leads { leads, .. } => Ok(leads),
        Reading::Ids(_) => Err("it says ids only: the person would be fetched first".to_owned()),
        Reading::Quarantined(problems) => {
            Err(format!("it would be quarantined: {}", problems.join("; ")))
        }
        Reading::Activities { leads, .. } if !leads.is_empty() => Ok(leads),
        Reading::Withdrawn(_, why) | Reading::Ignored(why) | Reading::Activities { why, .. } => {
            Err(format!("it would be ignored: {why}"))
        }
    }
}

/// The lead as it is once the rules have been asked and somebody was found.
fn arrived(
    rules: &Rules,
    source: &SourceId,
    odds: &Odds,
    person: NewLead,
    now: Timestamp,
) -> Result<Lead, String> {
    let mut lead = Lead::new("lead_asked".into(), 0, source.clone(), now);
    lead.contact = person.contact;
    lead.attributes = person.attributes;
    lead.lead_type = person.lead_type;
    if let Some(rule) = rules.policy.sources.get(source) {
        lead.contact.fill_from(&rule.defaults);
    }
    let reader = Reader::new(&rules.policy, rules, now).knowing(odds);
    let kept_out = kept_out(&reader, &rules.policy, &mut lead);
    reader.route(&mut lead);
    let world = World {
        policy: &rules.policy,
        reps: everybody(rules),
        turns: BTreeMap::new(),
        clocks: rules,
        previous_owner: None,
        chance: Chance::new(now, 0),
    };
    let by = Actor::Source(lead.source.to_string());
    let arrived = Event::Arrived {
        by,
        beside: Vec::new(),
    };
    let decided = decide(lead, arrived, now, &world);
    let (mut lead, _) = decided.map_err(|refusal| refusal.to_string())?;
    if let (Some(why), Some(routing)) = (kept_out, &mut lead.routing) {
        routing.why.insert(0, why);
    }
    Ok(lead)
}

/// Marks the lead; says which filter keeps it out, if one does.
fn kept_out(reader: &Reader<'_>, policy: &Policy, lead: &mut Lead) -> Option<String> {
    reader.count_request(lead);
    let filters = &policy.filters;
    let hit = filter::sift(reader, filters, lead, &SubmissionFacts::default())?;
    let filter = filters.iter().find(|filter| filter.id == hit.filter)?;
    let when = filter.when.words();
    Some(format!("it would be {hit}: {when}; but for that:"))
}

/// Everybody with nothing to do.
fn everybody(rules: &Rules) -> BTreeMap<RepId, RepNow> {
    let free = |rep: &Rep| {
        let unknown = Profile::default();
        RepNow::idle(rules.hours_of(rep, &unknown), rep.zone(&unknown))
    };
    let reps = rules.policy.reps.values();
    reps.map(|rep| (rep.id.clone(), free(rep))).collect()
}

/// The `route` of a lead as the API gives it.
#[must_use]
pub fn as_json(lead: &Lead) -> Value {
    let Some(routing) = &lead.routing else {
        return Value::Null;
    };
    let candidates = routing.candidates.iter().map(|it| json!(it));
    json!({
        "rule": routing.rule,
        "team": routing.team,
        "strategy": routing.strategy,
        "config": routing.config,
        "why": routing.why,
        "candidates": candidates.collect::<Vec<_>>(),
    })
}

/// All of it as JSON: one object for one lead, else a list.
#[must_use]
pub fn all_as_json(leads: &[Lead]) -> String {
    let value = match leads {
        [one] => as_json(one),
        several => several.iter().map(as_json).collect(),
    };
    format!("{value:#}\n")
}

/// All of it in words.
#[must_use]
pub fn all_in_words(leads: &[Lead], policy: &Policy) -> String {
    let said: Vec<String> = leads.iter().map(|lead| in_words(lead, policy)).collect();
    said.join("\n")
}

/// Where the lead would go and why, in words.
#[must_use]
pub fn in_words(lead: &Lead, policy: &Policy) -> String {
    let mut out = String::new();
    let routing = lead.routing.clone().unwrap_or_default();
    let rule = routing.rule.as_ref();
    let rule = rule.map_or_else(|| "no rule".to_owned(), |rule| format!("rule {rule}"));
    let _ = writeln!(out, "{rule}: {}", destination(lead, policy));
    let kind = match lead.lead_type.as_str() {
        "" => "no type",
        named => named,
    };
    let _ = writeln!(
        out,
        "{kind}, intent {}, fit {}, score {}",
        lead.intent.word(),
        lead.fit.word(),
        lead.score.total()
    );
    if let Some(plan) = &lead.plan {
        let _ = writeln!(out, "{}", clock(plan));
    }
    section(&mut out, "score", lead.score.why().cloned());
    section(&mut out, "why", routing.why.into_iter());
    section(&mut out, "as written", as_written(lead, policy).into_iter());
    let zone = lead.plan.as_ref().map_or(TimeZone::UTC, Plan::zone);
    let candidates = routing.candidates.iter().map(|one| {
        let until = one.until.map_or_else(String::new, |at| {
            let at = at.to_zoned(zone.clone());
            format!(" until {}", at.strftime("%a %d %b %H:%M %Z"))
        });
        let mark = if one.eligible {
            "could take it"
        } else {
            "passed over"
        };
        let name = policy.name_of(&one.rep);
        let stood = one.stood();
        format!("{name} {mark}: {}{until}{stood}", one.because)
    });
    section(&mut out, "candidates", candidates);
    out
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = impl Display>) {
    for (place, line) in lines.enumerate() {
        if place == 0 {
            let _ = writeln!(out, "{title}:");
        }
        let _ = writeln!(out, "  {line}");
    }
}

/// The condition of the rule that held, for whoever wrote it.
fn as_written<'p>(lead: &Lead, policy: &'p Policy) -> Option<&'p str> {
    let rule = lead.routing.as_ref()?.rule.as_ref()?;
    let route = policy.routes.iter().find(|route| route.id == *rule)?;
    route.when.as_ref().map(Condition::source)
}

fn destination(lead: &Lead, policy: &Policy) -> String {
    match &lead.state {
        State::Offered { offer } => {
            let rep = lead.offer(offer).map(|offer| policy.name_of(&offer.rep));
            format!("offered to {}", rep.unwrap_or("nobody"))
        }
        State::Pooled { team, .. } => {
            let asked: Vec<&str> = lead
                .pending()
                .map(|offer| policy.name_of(&offer.rep))
                .collect();
            format!(
                "in the pool of {team}, the first of {} to claim it",
                asked.join(", ")
            )
        }
        State::Queued {
            waiting: Some(waiting),
            ..
        } => match waiting.again_at {
            Some(at) => format!("waits until somebody may take it, at {at} at the earliest"),
            None => "waits until somebody may take it".to_owned(),
        },
        State::Queued {
            team: Some(team), ..
        } => format!("in the queue of {team}"),
        State::Queued { team: None, .. } => "in the queue".to_owned(),
        State::Review { team } => format!("a manager of {team} decides"),
        State::Nurture { label } => format!("nurtured as {label}"),
        State::Disqualified { reason, .. } => format!("disqualified: {reason}"),
        State::Owned { rep, .. } => format!("owned by {}", policy.name_of(rep)),
        State::Pending => "pending".to_owned(),
        State::Closed { .. } => "closed".to_owned(),
    }
}

fn clock(plan: &Plan) -> String {
    let name = plan.sla.as_ref().map_or("", |sla| sla.as_str());
    let by = |what, at: Option<Timestamp>| {
        let at = at.map(|at| at.to_zoned(plan.zone()));
        at.map(|at| format!(", {what} by {}", at.strftime("%a %e %b %H:%M %Z")))
            .unwrap_or_default()
    };
    let accept = by("accept", plan.acknowledge_by);
    format!("SLA {name}{accept}{}", by("contact", plan.contact_by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{EXAMPLE, load_with};

    fn now() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn example() -> (Rules, Vec<Source>) {
        let env = |name: &str| Some(format!("value of {name}"));
        let open = |_: &std::path::Path| Ok(EXAMPLE.to_owned());
        let loaded = load_with("baton.toml".as_ref(), &env, &open, now());
        let compiled = loaded.compiled.unwrap();
        (Rules::new(compiled.policy), compiled.sources)
    }

    fn asked(asked: Asked<'_>) -> Result<String, String> {
        let (rules, sources) = example();
        let leads = explain(&rules, &sources, &Odds::default(), asked, now())?;
        Ok(all_in_words(&leads, &rules.policy))
    }

    #[test]
    fn canonical_fields_are_explained() {
        let body =
            br#"{"email": "ann@acme.io", "type": "demo", "employees": "80", "language": "tr"}"#;
        insta::assert_snapshot!(asked(Asked::Fields(body)).unwrap(), @r#"
        rule hot: offered to Ayşe Yılmaz
        demo, intent high, fit strong, score 25
        SLA demo, accept by Mon 23 Nov 13:15 +03, contact by Mon 23 Nov 13:30 +03
        score:
          +25 50 employees or more
        why:
          rule vip does not hold: tags include vip or type is referral
          rule named-account does not hold: the account's owner is known
          rule hot holds: intent is high and fit is strong
        as written:
          intent == "high" && fit == "strong"
        candidates:
          Ayşe Yılmaz could take it: free (1st in line, 0 of 40 leads)
          Selin Kaya could take it: free (2nd in line, 0 of 40 leads)
        "#);
    }

    #[test]
    fn a_raw_body_is_read_as_its_source_sends_it() {
        let body =
            br#"{"contact": {"email": "ann@acme.io"}, "company": {"name": "Acme", "size": 5}}"#;
        let source = "website";
        let (rules, sources) = example();
        let leads = explain(
            &rules,
            &sources,
            &Odds::default(),
            Asked::Body { source, body },
            now(),
        )
        .unwrap();
        let route: Value = serde_json::from_str(&all_as_json(&leads)).unwrap();
        assert_eq!(route["rule"], "hot-but-small");
        assert_eq!(route["team"], "sdr");
        assert_eq!(route["candidates"][0]["rep"], "jonas");
        assert_eq!(route["candidates"][0]["eligible"], true);
    }

    #[test]
    fn what_is_no_lead_is_said_in_plain_words() {
        for (source, body, expected) in [
            (None, "[]", "a lead is an object"),
            (None, "{", "this is no JSON"),
            (None, r#"{"employees": "many"}"#, "`employees` is a number"),
            (
                None,
                r#"{"country": "Atlantis"}"#,
                "`Atlantis` is no country",
            ),
            (
                Some("website"),
                "{}",
                "it would be quarantined: no e-mail and no phone",
            ),
            (Some("website"), "[]", "it would be ignored: an empty list"),
            (
                Some("websit"),
                "{}",
                "no source called `websit` (did you mean `website`?)",
            ),
            (Some("meta"), "{}", "it would be quarantined"),
        ] {
            let body = body.as_bytes();
            let said = asked(match source {
                Some(source) => Asked::Body { source, body },
                None => Asked::Fields(body),
            });
            let said = said.unwrap_err();
            assert!(said.contains(expected), "expected {expected}\nin {said}");
        }
    }
}
