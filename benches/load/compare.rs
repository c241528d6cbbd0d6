//! Compares what was acknowledged with what the API says and with what people see in their chat.

use std::collections::HashMap;

use serde::Deserialize;

use crate::Common;
use crate::config::{API_TOKEN, rep_id, slack_id};
use crate::lead::email;
use crate::ledger::Ledger;
use crate::slack::Card;
use crate::stage::Stage;

/// Who presses in vain is told so within that, in microseconds.
const TOLD_WITHIN: i64 = 5_000_000;

#[derive(Deserialize)]
struct Page {
    leads: Vec<Lead>,
    next: Option<String>,
}

/// A lead as the API tells of it.
#[derive(Deserialize)]
struct Lead {
    id: String,
    state: String,
    contact: HashMap<String, serde_json::Value>,
    owner: Option<String>,
    offers: Vec<Offer>,
}

#[derive(Deserialize)]
struct Offer {
    id: String,
    rep: String,
    state: String,
    decided_at: Option<jiff::Timestamp>,
}

/// Everything there is, by its names.
struct Found<'a> {
    leads: HashMap<&'a str, &'a Lead>,
    offers: HashMap<&'a str, (&'a Lead, &'a Offer)>,
}

/// What is broken, each in one line. Prints how much was compared.
pub async fn compare(
    stage: &Stage,
    common: &Common,
    ledger: &Ledger,
) -> anyhow::Result<Vec<String>> {
    let leads = all_leads(stage).await?;
    let cards = stage.cards(common.reps).await?;
    let offers = leads.iter().flat_map(|lead| {
        lead.offers
            .iter()
            .map(move |offer| (&*offer.id, (lead, offer)))
    });
    let found = Found {
        offers: offers.collect(),
        leads: leads.iter().map(|lead| (&*lead.id, lead)).collect(),
    };
    println!(
        "acknowledged: {} submissions ({} posts had to be repeated), {} presses ({} repeated, {} never answered)",
        ledger.submissions.len(),
        ledger.posts_again,
        ledger.presses.len(),
        ledger.presses_again,
        ledger.presses_unknown
    );
    println!(
        "found: {} leads, {} offers, {} cards; {}",
        leads.len(),
        found.offers.len(),
        cards.len(),
        states(&leads)
    );
    let mut broken = submissions(ledger, &found);
    broken.extend(ghosts(ledger, &leads));
    broken.extend(presses(
        ledger,
        &found,
        &told_to_try_again(stage, common).await?,
    ));
    broken.extend(leads.iter().flat_map(owners));
    broken.extend(doubled_cards(&cards));
    broken.extend(open_cards(&cards, &found));
    Ok(broken)
}

/// Each acknowledged lead is there and is about the person who was posted.
fn submissions(ledger: &Ledger, found: &Found) -> Vec<String> {
    let check = |one: &crate::ledger::Submission| {
        let Some(lead) = found.leads.get(&*one.lead) else {
            return Some(format!(
                "{} of submission {} is not there",
                one.lead, one.key
            ));
        };
        let told = lead.contact.get("email").and_then(|email| email.as_str());
        (told != Some(&*email(one.person)))
            .then(|| format!("{} of submission {} is somebody else's", one.lead, one.key))
    };
    ledger.submissions.iter().filter_map(check).collect()
}

/// No lead is there that nobody posted, none twice, and none twice for one e-mail.
fn ghosts(ledger: &Ledger, leads: &[Lead]) -> Vec<String> {
    let posted: HashMap<&str, &str> = ledger
        .submissions
        .iter()
        .map(|one| (&*one.lead, &*one.key))
        .collect();
    let (mut ids, mut emails) = (HashMap::new(), HashMap::new());
    for lead in leads {
        *ids.entry(&*lead.id).or_insert(0) += 1;
        let email = lead.contact.get("email").and_then(|email| email.as_str());
        *emails.entry(email.unwrap_or_default()).or_insert(0) += 1;
    }
    let twice = ids
        .into_iter()
        .chain(emails)
        .filter(|(_, count)| *count > 1);
    let mut broken: Vec<String> = twice
        .map(|(what, count)| format!("{what} is there {count} times"))
        .collect();
    let ghosts = leads.iter().filter(|lead| !posted.contains_key(&*lead.id));
    broken.extend(ghosts.map(|lead| format!("{} belongs to no acknowledged submission", lead.id)));
    broken
}

/// By rep: when they were told that a press did not work.
async fn told_to_try_again(
    stage: &Stage,
    common: &Common,
) -> anyhow::Result<HashMap<String, Vec<i64>>> {
    let mut conn = stage.slack.conn();
    let mut told = HashMap::new();
    for number in 0..common.reps {
        let user = slack_id(number);
        let times = stage.slack.told_to_try_again(&mut conn, &user).await?;
        told.insert(rep_id(&user), times);
    }
    Ok(told)
}

/// Who pressed Accept and was answered owns the lead, unless the offer was over by then, or they were told
/// that it did not work.
fn presses(ledger: &Ledger, found: &Found, told: &HashMap<String, Vec<i64>>) -> Vec<String> {
    let (mut late, mut again) = (0, 0);
    let mut broken = Vec::new();
    for press in &ledger.presses {
        let Some((lead, offer)) = found.offers.get(&*press.offer) else {
            broken.push(format!("{} was accepted and is not there", press.offer));
            continue;
        };
        let over_before = offer
            .decided_at
            .is_some_and(|at| at.as_microsecond() <= press.answered_at);
        let owns = lead.owner.as_deref() == Some(&*press.rep);
        if offer.state == "accepted" && offer.rep == press.rep && owns {
            continue;
        }
        let retracted = told.get(&press.rep).is_some_and(|times| {
            let since = |at: &i64| at - press.answered_at;
            times.iter().map(since).any(|late| late.abs() < TOLD_WITHIN)
        });
        if retracted {
            again += 1;
        } else if offer.state == "accepted" || !over_before {
            broken.push(format!(
                "{} pressed Accept on {} and was answered; it is {}, {} is {:?}'s",
                press.rep, offer.id, offer.state, lead.id, lead.owner
            ));
        } else {
            late += 1;
        }
    }
    println!(
        "presses that came too late, the offer was over: {late}; that did not work, as they were told: {again}"
    );
    broken
}

/// One owner or one pending offer at most, and not both.
fn owners(lead: &Lead) -> Vec<String> {
    let count = |state: &str| {
        lead.offers
            .iter()
            .filter(|offer| offer.state == state)
            .count()
    };
    let (pending, accepted) = (count("pending"), count("accepted"));
    let mut broken = Vec::new();
    if pending > 1 || accepted > 1 {
        broken.push(format!(
            "{} has {pending} pending and {accepted} accepted offers",
            lead.id
        ));
    }
    if pending > 0 && lead.owner.is_some() {
        broken.push(format!("{} has an owner and a pending offer", lead.id));
    }
    if (lead.state == "owned") != lead.owner.is_some() {
        broken.push(format!(
            "{} is {} with owner {:?}",
            lead.id, lead.state, lead.owner
        ));
    }
    broken
}

/// No message of the outbox stands twice, and no offer has two cards.
fn doubled_cards(cards: &[Card]) -> Vec<String> {
    let mut keys: HashMap<&str, usize> = HashMap::new();
    let mut offers: HashMap<&str, usize> = HashMap::new();
    for card in cards {
        *keys.entry(&card.key).or_default() += 1;
        *offers.entry(&card.offer).or_default() += 1;
    }
    let doubled = |counts: HashMap<&str, usize>, what: &str| -> Vec<String> {
        let twice = counts.into_iter().filter(|(_, count)| *count > 1);
        twice
            .map(|(name, count)| format!("{what} {name} is shown {count} times"))
            .collect()
    };
    let broken: Vec<String> = [doubled(keys, "message"), doubled(offers, "offer")].concat();
    println!("cards shown twice: {}", broken.len());
    broken
}

/// At rest a card can be accepted only while its offer is pending.
fn open_cards(cards: &[Card], found: &Found) -> Vec<String> {
    let stale = |card: &&Card| {
        let offer = found.offers.get(&*card.offer);
        card.open && offer.is_none_or(|(_, offer)| offer.state != "pending")
    };
    let stale = cards.iter().filter(stale);
    stale
        .map(|card| format!("{} is over and its card has buttons still", card.offer))
        .collect()
}

fn states(leads: &[Lead]) -> String {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for lead in leads {
        *counts.entry(&lead.state).or_default() += 1;
    }
    let words: Vec<String> = counts
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    words.join(", ")
}

async fn all_leads(stage: &Stage) -> anyhow::Result<Vec<Lead>> {
    let mut conn = stage.conn();
    let (mut leads, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/leads?limit=200{cursor}");
        let page: Page = conn.get(&path, Some(API_TOKEN)).await?.json()?;
        leads.extend(page.leads);
        let Some(next) = page.next else {
            return Ok(leads);
        };
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        cursor = format!("&cursor={next}");
    }
}
