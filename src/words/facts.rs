//! What every card of a lead says of it: enough to call, the rest one press away.

use super::{
    seen::{Seen, begin, cut},
    when::When,
};
use crate::domain::{
    card::{Fact, Href, Part, Run},
    contact::Field,
    lead::Candidate,
    policy::{Policy, Strategy},
};

/// What a card shows of a lead beside the fixed facts, if the configuration asks for less.
const WORTH_SHOWING: [Field; 5] = [
    Field::Employees,
    Field::Country,
    Field::UseCase,
    Field::Product,
    Field::DealValue,
];
const ENOUGH: usize = 3;
const MAX_FACT: usize = 120;
const MAX_MESSAGE: usize = 240;

/// One label with plain words.
#[must_use]
pub fn fact(label: impl Into<String>, value: impl Into<String>) -> Fact {
    Fact {
        label: label.into(),
        value: vec![Run::Plain(value.into())],
    }
}

/// "high intent, strong fit, score 55".
#[must_use]
pub fn standing(seen: &Seen<'_>) -> String {
    let lead = seen.lead();
    format!(
        "{} intent, {} fit, score {}",
        lead.intent.word(),
        lead.fit.word(),
        points(lead.score.total())
    )
}

/// Points without a tail of decimals.
#[must_use]
pub fn points(points: f64) -> String {
    super::seen::number_words((points * 10.0).round() / 10.0)
}

/// "website, campaign Autumn".
#[must_use]
pub fn origin(seen: &Seen<'_>) -> String {
    let source = cut(seen.lead().source.as_str(), 40);
    let campaign = [Field::Campaign, Field::UtmCampaign]
        .map(|field| seen.value(field, 60))
        .into_iter()
        .find(|text| !text.is_empty());
    match campaign {
        Some(campaign) => format!("{source}, campaign {campaign}"),
        None => source,
    }
}

/// The body of a card: what they asked for, the facts that matter, how to reach them, what they wrote.
#[must_use]
pub fn body(seen: &Seen<'_>, policy: &Policy) -> Vec<Part> {
    let asks = Part::Text(vec![Run::Bold(begin(&seen.asks()))]);
    let mut parts = vec![asks, Part::Facts(card_facts(seen, policy))];
    let message = seen.value(Field::Message, MAX_MESSAGE);
    if !message.is_empty() {
        parts.push(Part::Text(vec![Run::Plain(format!("“{message}”"))]));
    }
    let links = links(seen, policy);
    if !links.is_empty() {
        parts.push(Part::Text(links));
    }
    parts
}

fn card_facts(seen: &Seen<'_>, policy: &Policy) -> Vec<Fact> {
    let lead = seen.lead();
    let score = format!(
        "{} (fit {}, engagement {})",
        points(lead.score.total()),
        points(lead.score.fit),
        points(lead.score.engagement)
    );
    let level = format!("{} intent, {} fit", lead.intent.word(), lead.fit.word());
    let mut facts = vec![
        fact("Source", origin(seen)),
        fact("Looks like", level),
        fact("Score", score),
    ];
    if !lead.marks.is_empty() {
        facts.push(fact("Marked", cut(&lead.marks.join(", "), MAX_FACT)));
    }
    facts.extend(chosen_facts(seen, policy));
    facts.extend(reach(seen));
    facts
}

/// What the configuration wants on cards, filled up with what usually matters.
fn chosen_facts(seen: &Seen<'_>, policy: &Policy) -> Vec<Fact> {
    let asked = policy.card.facts.iter().map(|name| {
        let value = match Field::by_name(name) {
            Some(field) => worth(seen, field),
            None => attribute(seen, name),
        };
        fact(begin(&name.replace('_', " ")), value)
    });
    let given = |fact: &Fact| fact.value.iter().any(|run| !run.words().is_empty());
    let mut facts: Vec<Fact> = asked.filter(given).collect();
    let named = |field: &Field| policy.card.facts.iter().any(|name| name == field.name());
    for field in WORTH_SHOWING.into_iter().filter(|field| !named(field)) {
        let more = fact(label(field), worth(seen, field));
        if facts.len() < ENOUGH && given(&more) {
            facts.push(more);
        }
    }
    facts
}

fn worth(seen: &Seen<'_>, field: Field) -> String {
    let value = seen.value(field, MAX_FACT);
    match field {
        Field::DealValue if !value.is_empty() => cut(
            &format!("{value} {}", seen.value(Field::Currency, 10)),
            MAX_FACT,
        ),
        _ => value,
    }
}

fn attribute(seen: &Seen<'_>, label: &str) -> String {
    let value = seen.lead().attributes.get(label);
    value.map_or_else(String::new, |value| seen.shown(value, MAX_FACT))
}

/// A field's name as people say it: "Use case".
#[must_use]
pub fn label(field: Field) -> String {
    begin(&field.name().replace('_', " "))
}

/// How to reach them: a link only where the number or address was checked, else the words as they are.
#[must_use]
pub fn reach(seen: &Seen<'_>) -> Vec<Fact> {
    let ways = [
        ("Call", Field::Phone, Href::call(seen.exact(Field::Phone))),
        ("Mail", Field::Email, Href::mail(seen.exact(Field::Email))),
    ];
    let said = ways.into_iter().filter_map(|(word, field, link)| {
        let label = seen.value(field, MAX_FACT);
        let value = match link {
            _ if label.is_empty() => return None,
            Some(to) => Run::Link { label, to },
            None => Run::Plain(label),
        };
        Some(Fact {
            label: word.to_owned(),
            value: vec![value],
        })
    });
    said.collect()
}

/// Links into other systems, each with all its places filled in; one that misses something is left out.
fn links(seen: &Seen<'_>, policy: &Policy) -> Vec<Run> {
    let made = policy.card.links.iter().filter_map(|link| {
        let to = Href::page(&filled(&link.url, seen)?)?;
        to.as_str().starts_with("https://").then(|| Run::Link {
            label: link.label.clone(),
            to,
        })
    });
    let mut runs = Vec::new();
    for link in made {
        if !runs.is_empty() {
            runs.push(Run::plain(" · "));
        }
        runs.push(link);
    }
    runs
}

/// The address with every `{field}` filled in; `None` when one is not given or hidden.
fn filled(url: &str, seen: &Seen<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        let value = place(name, seen).filter(|value| !value.is_empty())?;
        let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        out.push_str(before);
        out.push_str(&encoded.replace('+', "%20"));
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

fn place(name: &str, seen: &Seen<'_>) -> Option<String> {
    let lead = seen.lead();
    match (name, Field::by_name(name)) {
        ("id", _) => Some(lead.id.to_string()),
        ("number", _) => Some(lead.number.to_string()),
        (_, Some(field)) if seen.hides(field) => None,
        (_, Some(field)) => lead.contact.get(field).map(ToString::to_string),
        (_, None) if seen.hides_something() => None,
        (_, None) => lead.attributes.get(name).cloned(),
    }
}

/// How a strategy finds the next one, as what follows "Why you:".
#[must_use]
pub fn strategy_words(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::RoundRobin => "it is your turn",
        Strategy::LeastLoaded => "you have the most room",
        Strategy::BestMatch => "you are among those who match it best, and it is your turn",
        Strategy::TopPerformer => "it goes by what everybody wins lately and has just had",
    }
}

/// Why somebody could or could not take a lead, by the reader's clock.
pub(super) fn because(candidate: &Candidate, when: &When) -> String {
    match candidate.until {
        Some(until) => format!("{} until {}", candidate.because, when.said(until)),
        None => candidate.because.clone(),
    }
}
