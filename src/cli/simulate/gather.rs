//! Who came in: the leads that are stored with what became of them, or a file; and what is stored of the people.

use std::{collections::BTreeMap, path::Path};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    cli::route,
    domain::{
        activity::Activities,
        calendar::Calendar,
        contact::Field,
        event::{Actor, Down, Ending},
        id::{RepId, SourceId},
        lead::{Decided, Lead, Offer, OfferKind, OfferState, State},
        policy::{Groups, Platform, Policy, Rep},
        submission::{ImportTo, NewLead},
    },
    intake::{
        self, Format, Source,
        columns::{Plan, Wishes},
        rows::{self, Origin},
        table::{Reading, Table},
    },
    rules::Rules,
    simulate::{Absence, Answer, Arrival, History, Outage, Says, Was},
    store::{
        self, Db, Tx, accounts, groups,
        leads::{self, LeadFilter},
        outages, records, reps,
    },
};

/// So many leads are read at once.
const PAGE: u32 = 2_000;

/// Who came in, in order.
#[derive(Debug, Default)]
pub struct Gathered {
    /// They.
    pub arrivals: Vec<Arrival>,
    /// Those that are left out, and why.
    pub left_out: BTreeMap<&'static str, u64>,
}

impl Gathered {
    fn leave_out(&mut self, why: &'static str) {
        *self.left_out.entry(why).or_default() += 1;
    }

    /// Only those that came between two moments.
    pub fn between(mut self, (since, until): (Option<Timestamp>, Option<Timestamp>)) -> Self {
        let among = |at: Timestamp| {
            since.is_none_or(|since| at >= since) && until.is_none_or(|until| at < until)
        };
        self.arrivals.retain(|it| among(it.at));
        self
    }

    fn in_order(mut self) -> Self {
        self.arrivals.sort_by_key(|it| (it.at, it.number));
        self
    }
}

/// What is stored of the people: their zones and hours, when they were away, who is in the chat's groups, and when a
/// chat was down.
pub async fn people(db: &Db, policy: &mut Policy, now: Timestamp) -> Result<History, store::Error> {
    let ids: Vec<RepId> = policy.reps.keys().cloned().collect();
    let read = db.read(async |mut tx| {
        let known = reps::all(&mut tx).await?;
        let absences = reps::absences_ahead(&mut tx, &ids, Timestamp::UNIX_EPOCH).await?;
        let down = outages::past(&mut tx).await?;
        let odds = records::odds(&mut tx, None, now).await?;
        let groups = members(&mut tx, policy).await?;
        Ok::<_, store::Error>((known, absences, down, groups, odds))
    });
    let (known, absences, down, groups, odds) = read.await?;
    policy.join(&groups);
    let absences = absences.into_values().flatten();
    let profiles = known.iter().map(|rep| (rep.id.clone(), rep.profile()));
    Ok(History {
        profiles: profiles.collect(),
        absences: absences
            .map(|it| Absence {
                rep: it.rep,
                from: it.from_at,
                until: it.until_at,
                cover: it.cover,
            })
            .collect(),
        outages: down.into_iter().map(outage).collect(),
        carried: Vec::new(),
        odds,
    })
}

fn outage((chat, from, until): (Platform, Timestamp, Timestamp)) -> Outage {
    let of = Down::Chat(chat);
    Outage { of, from, until }
}

/// What people still have on their hands of the leads that came before a moment.
pub async fn carried(db: &Db, before: Timestamp) -> Result<Vec<(RepId, Timestamp)>, store::Error> {
    let mut carried = Vec::new();
    let mut filter = LeadFilter {
        state: Some("owned".to_owned()),
        limit: PAGE,
        ..LeadFilter::default()
    };
    loop {
        let page = db.read(async |mut tx| leads::list(&mut tx, &filter).await);
        let (page, next) = page.await?;
        let earlier = page.into_iter().filter(|lead| lead.created_at < before);
        carried.extend(earlier.filter_map(|lead| Some((lead.owner()?.clone(), lead.touched_at))));
        filter.cursor = next;
        if filter.cursor.is_none() {
            return Ok(carried);
        }
    }
}

/// Who is in the chat's groups, as it said last.
async fn members(tx: &mut Tx, policy: &Policy) -> Result<Groups, store::Error> {
    // Microsoft Teams has no such groups.
    let found = accounts::in_chat(tx, Platform::Slack).await?;
    let user = |rep: &Rep| {
        let found = || Some(found.get(&rep.id)?.user_id.clone());
        rep.slack.clone().or_else(found)
    };
    let by_user: BTreeMap<String, RepId> = policy
        .reps
        .values()
        .filter_map(|rep| Some((user(rep)?, rep.id.clone())))
        .collect();
    let known = groups::all(tx).await?.into_iter().map(|group| {
        let users = group.users.0.iter();
        let mut reps: Vec<RepId> = users.filter_map(|it| by_user.get(it)).cloned().collect();
        reps.sort();
        (group.handle, reps)
    });
    Ok(known.collect())
}

/// The leads that are stored and came between two moments.
pub async fn stored(
    db: &Db,
    rules: &Rules,
    history: &History,
    (since, until): (Option<Timestamp>, Option<Timestamp>),
) -> Result<Gathered, store::Error> {
    let mut gathered = Gathered::default();
    let mut filter = LeadFilter {
        since,
        limit: PAGE,
        ..LeadFilter::default()
    };
    let hours = hours(rules, history);
    loop {
        let page = db.read(async |mut tx| leads::list(&mut tx, &filter).await);
        let (page, next) = page.await?;
        for lead in page {
            if until.is_some_and(|until| lead.created_at >= until) {
                continue;
            }
            if lead.test {
                gathered.leave_out("tests");
            } else if lead.imported.is_some_and(|to| to != ImportTo::Route) {
                gathered.leave_out("brought in with a list");
            } else if lead.unknown.is_some() {
                gathered.leave_out("of whom only an id is known");
            } else {
                gathered.arrivals.push(as_it_came(lead, &hours));
            }
        }
        filter.cursor = next;
        if filter.cursor.is_none() {
            return Ok(gathered.in_order());
        }
    }
}

/// Everybody's working hours, to measure how long they took.
fn hours(rules: &Rules, history: &History) -> BTreeMap<RepId, Calendar> {
    let reps = rules.policy.reps.values();
    let hours = reps.map(|rep| {
        let hours = rules.hours_of(rep, &history.profile(&rep.id));
        (rep.id.clone(), hours)
    });
    hours.collect()
}

/// A stored lead as it was when it came, with what became of it.
fn as_it_came(lead: Lead, hours: &BTreeMap<RepId, Calendar>) -> Arrival {
    let was = was(&lead, hours);
    let own = |rep: &RepId| lead.offers.iter().any(|offer| offer.rep == *rep);
    let previous_owner = lead.previous_owner.clone().filter(|rep| !own(rep));
    Arrival {
        number: lead.number,
        at: lead.created_at,
        source: lead.source,
        person: NewLead {
            contact: lead.contact,
            attributes: lead.attributes,
            lead_type: lead.lead_type,
            ..NewLead::default()
        },
        activities: lead.activities,
        previous_owner,
        was: Some(was),
    }
}

fn was(lead: &Lead, hours: &BTreeMap<RepId, Calendar>) -> Was {
    let routing = lead.routing.as_ref();
    let owner = lead.owner().or(lead.previous_owner.as_ref());
    let took = |rep: &RepId, from: Timestamp, to: Timestamp| match hours.get(rep) {
        Some(hours) => hours.open_between(from, to),
        None => to.duration_since(from),
    };
    let mut answers = BTreeMap::new();
    for offer in &lead.offers {
        if let Some(answer) = answer(offer, &took) {
            answers.entry(offer.rep.clone()).or_insert(answer);
        }
    }
    let clock = &lead.clock;
    let contacted = owner.zip(clock.acknowledged_at).zip(clock.attempted_at);
    let (ended, ending) = match &lead.state {
        State::Closed { outcome, .. } => (Some(lead.touched_at), Some(Ending::of(*outcome))),
        State::Pending
        | State::Offered { .. }
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Owned { .. }
        | State::Disqualified { .. } => (None, None),
    };
    let ended = clock.acknowledged_at.zip(ended);
    Was {
        rule: routing.and_then(|it| it.rule.clone()),
        team: routing.and_then(|it| it.team.clone()),
        owner: owner.cloned(),
        answers,
        win: lead.win,
        decided: decided(lead, &took),
        contacted_after: contacted
            .map(|((owner, from), to)| took(owner, from, to))
            .map(|took| took.max(SignedDuration::ZERO)),
        ended_after: ended.map(|(from, to)| to.duration_since(from).max(SignedDuration::ZERO)),
        ending,
    }
}

/// What a manager decided of it in review, and how late; nothing is known of what a clock did.
fn decided(lead: &Lead, took: Took<'_>) -> Option<(Decided, SignedDuration)> {
    let decision = lead.decision.as_ref()?;
    let after = match &decision.by {
        Actor::Rep(rep) => took(rep, lead.created_at, decision.at),
        Actor::Api(_) => decision.at.duration_since(lead.created_at),
        Actor::Baton | Actor::Source(_) => return None,
    };
    match decision.what {
        Decided::Assigned | Decided::Routed | Decided::Ended => {
            Some((decision.what, after.max(SignedDuration::ZERO)))
        }
        Decided::Late | Decided::Settled => None,
    }
}

/// How much of somebody's working time lies between two moments.
type Took<'a> = &'a dyn Fn(&RepId, Timestamp, Timestamp) -> SignedDuration;

/// What somebody said to an offer; nothing is known of one that was taken away, or waits.
fn answer(offer: &Offer, took: Took<'_>) -> Option<Answer> {
    match offer.kind {
        OfferKind::Push | OfferKind::Pool => {}
        // Nobody was asked, or somebody who had it.
        OfferKind::Given | OfferKind::HandOver => return None,
    }
    let says = match offer.state {
        OfferState::Accepted => Says::Accepts,
        OfferState::Declined => Says::Declines(offer.reason.clone().unwrap_or_default().id),
        OfferState::Expired => Says::Nothing,
        OfferState::Pending | OfferState::Withdrawn => return None,
    };
    let from = offer.delivered_at.unwrap_or(offer.offered_at);
    let after = took(&offer.rep, from, offer.decided_at?).max(SignedDuration::ZERO);
    Some(Answer { says, after })
}

/// The leads of a file, columns known as `baton import` knows them. The error is the user's to mend.
pub fn from_file(
    path: &Path,
    source: Option<&str>,
    sources: &[Source],
) -> anyhow::Result<Result<Gathered, String>> {
    let bytes = route::read_lead(path)?;
    let how = Reading {
        encoding: None,
        delimiter: None,
    };
    let shown = path.display();
    let table = match Table::read(&bytes, how) {
        Ok(table) => table,
        Err(wrong) => return Ok(Err(format!("{shown}: {wrong}"))),
    };
    let source = source.and_then(|id| sources.iter().find(|it| it.id.as_str() == id));
    let source = source.cloned();
    let source = source.unwrap_or_else(|| Source::new("".into(), Format::Json));
    let plan = match Plan::of(&table, &source.mapping, &Wishes::default()) {
        Ok(plan) => plan,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if !plan.has(Field::SubmittedAt) {
        return Ok(Err(format!(
            "{shown}: no column says when the leads came (`created_at`, `submitted_at`, …); the columns are {}",
            table.columns.join(", ")
        )));
    }
    Ok(Ok(from_table(&table, &plan, &source, sources)))
}

fn from_table(table: &Table, plan: &Plan, source: &Source, sources: &[Source]) -> Gathered {
    let mut gathered = Gathered::default();
    for (number, row) in (1..).zip(&table.rows) {
        if row.problem.is_some() {
            gathered.leave_out("unreadable rows");
            continue;
        }
        let said = Value::Object(plan.said(row));
        let origin = Origin::Import(ImportTo::Route);
        let intake::Reading::Leads { leads, .. } = rows::read_row(source, origin, &said) else {
            gathered.leave_out("rows without e-mail and phone");
            continue;
        };
        for person in leads {
            let Some(at) = person.import.and_then(|it| it.arrived_at) else {
                gathered.leave_out("rows without a time of arrival");
                continue;
            };
            let source = named(&person, sources).unwrap_or_else(|| source.id.clone());
            gathered.arrivals.push(Arrival {
                number,
                at,
                source,
                person,
                activities: Activities::default(),
                previous_owner: None,
                was: None,
            });
        }
    }
    gathered.in_order()
}

/// The source that a row names, if the configuration has it.
fn named(person: &NewLead, sources: &[Source]) -> Option<SourceId> {
    let label = person.attributes.get("source")?;
    let known = sources.iter().find(|it| it.id.as_str() == label)?;
    Some(known.id.clone())
}
