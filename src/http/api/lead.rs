//! A lead as programs see it, field by field as the contract shows it: every key is always there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

use crate::domain::{
    contact::{Field, FieldKind, FieldValue},
    event::{Ending, Fact, FactKind},
    id::{LeadId, OfferId, RepId, RouteId, SlaId, SourceId, TeamId},
    lead::{
        Breach, Candidate, Cause, Lasted, Lead, Legs, Offer, OfferState, Promise, Reason, Routing,
        State,
    },
    policy::{Account, Policy, Strategy},
    score::{Fit, Intent, Score, Stage},
};

/// A lead.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Lead")]
pub(super) struct LeadView {
    id: LeadId,
    /// Its name for people.
    number: i64,
    /// Its arrival.
    created_at: Timestamp,
    state: LeadState,
    /// In the queue until somebody is available, and then offered by itself.
    waiting: bool,
    stage: Stage,
    /// What was asked for: `demo`, `download`, …
    r#type: String,
    source: SourceId,
    /// A trial: offered to nobody.
    test: bool,
    intent: Intent,
    fit: Fit,
    score: ScoreView,
    /// Every canonical field that is known; nothing for readers.
    #[schemars(schema_with = "contact_schema")]
    contact: BTreeMap<&'static str, FieldValue>,
    /// What else was said, by label; nothing for readers.
    attributes: BTreeMap<String, String>,
    /// The filters that marked it.
    marks: Vec<String>,
    /// The account that its company is, by the rules as they are now; nothing for readers.
    account: Option<AccountView>,
    owner: Option<RepId>,
    /// All of them, oldest first.
    offers: Vec<OfferView>,
    /// Why it went where it went.
    route: Option<RouteView>,
    /// The clock in force and what it has seen.
    sla: SlaView,
    /// What the owner plans.
    next_step: Option<NextStepView>,
    /// Since when they want no more mailings.
    unsubscribed_at: Option<Timestamp>,
    /// When their vendor deleted them; here everything is kept.
    deleted_at: Option<Timestamp>,
    /// How it ended, once it has.
    outcome: Option<OutcomeView>,
    /// Its history, oldest first.
    timeline: Vec<Line>,
}

/// A company with a name of its own.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Account")]
struct AccountView {
    name: String,
    /// Who owns its leads; none: nobody by name.
    owner: Option<RepId>,
    /// The configuration's own word; empty: none.
    tier: String,
    /// Whether it buys already.
    customer: bool,
}

impl AccountView {
    fn of(account: &Account) -> Self {
        Self {
            name: account.name.clone(),
            owner: account.owner.clone(),
            tier: account.tier.clone(),
            customer: account.customer,
        }
    }
}

/// Who has a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum LeadState {
    /// Its person is being fetched.
    Pending,
    /// One rep is asked.
    Offered,
    /// Several may claim it.
    Pooled,
    /// It waits for a pull, or for somebody to be available.
    Queued,
    /// A manager decides.
    Review,
    /// Not for reps yet.
    Nurture,
    /// One rep has it.
    Owned,
    /// Done.
    Closed,
    /// Nobody should spend time on it.
    Disqualified,
}

/// Points with their reasons.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Score")]
struct ScoreView {
    /// For what the lead is.
    #[serde(serialize_with = "points")]
    fit: f64,
    /// For what the lead does.
    #[serde(serialize_with = "points")]
    engagement: f64,
    /// Both together.
    #[serde(serialize_with = "points")]
    total: f64,
    reasons: Vec<String>,
}

/// A lead put in front of one rep.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Offer")]
struct OfferView {
    id: OfferId,
    rep: RepId,
    state: OfferState,
    offered_at: Timestamp,
    /// When the rep's chat had it.
    delivered_at: Option<Timestamp>,
    /// When it moves on if nobody answers.
    until: Option<Timestamp>,
    /// When it was answered or taken away.
    decided_at: Option<Timestamp>,
    /// Why somebody ended it.
    reason: Option<ReasonView>,
}

/// What the owner plans.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NextStep")]
struct NextStepView {
    /// What; nothing for readers, as the owner's words may name somebody.
    what: Option<String>,
    due_at: Timestamp,
}

/// How a lead ended.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Outcome")]
struct OutcomeView {
    outcome: Ending,
    /// Why, as the owner or the rule says; nothing for readers, as words may name somebody.
    reason: Option<String>,
    /// What it was worth, if that was said.
    value: Option<f64>,
    /// ISO code.
    currency: Option<String>,
}

impl OutcomeView {
    fn of(lead: &Lead, open: bool) -> Option<Self> {
        let (outcome, reason, deal) = match &lead.state {
            State::Closed {
                outcome,
                note,
                deal,
                ..
            } => (Ending::of(*outcome), note, deal.as_ref()),
            State::Disqualified { reason, .. } => (Ending::Disqualified, reason, None),
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Owned { .. } => return None,
        };
        Some(Self {
            outcome,
            reason: (open && !reason.is_empty()).then(|| reason.clone()),
            value: deal.map(|deal| deal.value),
            currency: deal.and_then(|deal| deal.currency.clone()),
        })
    }
}

/// Why somebody ended an offer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reason")]
struct ReasonView {
    /// A `[[decline]]` id, or Baton's own: `away`, `claimed`, …
    id: String,
    /// What they wrote; nothing for readers.
    note: String,
}

/// A routing decision with its reasons.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Routing")]
struct RouteView {
    /// The rule that held.
    rule: Option<RouteId>,
    team: Option<TeamId>,
    strategy: Option<Strategy>,
    /// `sha256:…` of the configuration that was in force.
    config: String,
    why: Vec<String>,
    /// Everybody who was considered last.
    candidates: Vec<Candidate>,
}

/// The clock in force and what it has seen.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Clock")]
struct SlaView {
    policy: Option<SlaId>,
    acknowledge_by: Option<Timestamp>,
    contact_by: Option<Timestamp>,
    acknowledged_at: Option<Timestamp>,
    attempted_at: Option<Timestamp>,
    contacted_at: Option<Timestamp>,
    breached: Vec<BreachView>,
    durations: LegsView,
}

/// How long each leg of its way took, as far as it has come, and whose time that is.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Durations")]
struct LegsView {
    /// Baton's: from its arrival to its first offer.
    received_to_offered: Option<LastedView>,
    /// The chat's: from there to the first card in a rep's chat.
    offered_to_delivered: Option<LastedView>,
    /// The rep's: from the delivery of the offer that was accepted last to its accept, without `lost`.
    delivered_to_accepted: Option<LastedView>,
    /// What Baton or the chat was down for meanwhile.
    lost: Option<LastedView>,
    /// The rep's: from the accept to the first attempt.
    accepted_to_contacted: Option<LastedView>,
}

/// A length of time, in seconds.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Duration")]
struct LastedView {
    /// By the wall clock.
    wall_s: f64,
    /// In the hours of the lead's clock.
    business_s: f64,
}

impl LegsView {
    fn of(legs: &Legs) -> Self {
        let view = |took: Lasted| LastedView {
            wall_s: took.wall.as_secs_f64(),
            business_s: took.open.as_secs_f64(),
        };
        Self {
            received_to_offered: legs.offered.map(view),
            offered_to_delivered: legs.delivered.map(view),
            delivered_to_accepted: legs.accepted.map(view),
            lost: legs.lost.map(view),
            accepted_to_contacted: legs.contacted.map(view),
        }
    }
}

/// A line of history.
#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    at: Timestamp,
    event: FactKind,
    /// `baton`, a rep's id, `api:TOKEN` or `source:ID`.
    actor: String,
    /// In words; nothing for readers.
    detail: String,
}

impl LeadState {
    fn of(lead: &Lead) -> Self {
        match lead.state {
            State::Pending => Self::Pending,
            State::Offered { .. } => Self::Offered,
            State::Pooled { .. } => Self::Pooled,
            State::Queued { .. } => Self::Queued,
            State::Review { .. } => Self::Review,
            State::Nurture { .. } => Self::Nurture,
            State::Owned { .. } => Self::Owned,
            State::Closed { .. } => Self::Closed,
            State::Disqualified { .. } => Self::Disqualified,
        }
    }

    /// As it is stored.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Offered => "offered",
            Self::Pooled => "pooled",
            Self::Queued => "queued",
            Self::Review => "review",
            Self::Nurture => "nurture",
            Self::Owned => "owned",
            Self::Closed => "closed",
            Self::Disqualified => "disqualified",
        }
    }
}

/// The canonical fields, each as what it holds.
pub(super) fn contact_schema(_: &mut SchemaGenerator) -> Schema {
    let fields = Field::ALL.iter().filter(|field| **field != Field::Type);
    let fields: serde_json::Map<_, _> = fields
        .map(|field| {
            let kind = match field.kind() {
                FieldKind::Text => serde_json::json!({"type": "string"}),
                FieldKind::Number => serde_json::json!({"type": "number"}),
                FieldKind::List => {
                    serde_json::json!({"type": "array", "items": {"type": "string"}})
                }
            };
            (field.name().to_owned(), kind)
        })
        .collect();
    json_schema!({"type": "object", "properties": fields, "additionalProperties": false})
}

impl LeadView {
    /// The lead with its history, with or without what tells who it is.
    pub(super) fn new(
        lead: Lead,
        timeline: Vec<(Timestamp, Fact)>,
        policy: &Policy,
        open: bool,
    ) -> Self {
        let account = policy.account_of(&lead.contact).filter(|_| open);
        let state = LeadState::of(&lead);
        let (waiting, owner, sla) = (lead.is_waiting(), lead.owner().cloned(), sla(&lead));
        let outcome = OutcomeView::of(&lead, open);
        let contact = lead.contact.iter().filter(|_| open);
        let contact = contact.map(|(field, value)| (field.name(), value.clone()));
        Self {
            number: lead.number,
            created_at: lead.created_at,
            state,
            waiting,
            stage: lead.stage,
            test: lead.test,
            intent: lead.intent,
            fit: lead.fit,
            contact: contact.collect(),
            account: account.map(AccountView::of),
            owner,
            sla,
            unsubscribed_at: lead.unsubscribed_at,
            deleted_at: lead.deleted_at,
            next_step: lead.next_step.map(|step| NextStepView {
                what: open.then_some(step.what),
                due_at: step.due_at,
            }),
            outcome,
            score: score(lead.score),
            id: lead.id,
            r#type: lead.lead_type,
            source: lead.source,
            marks: lead.marks,
            attributes: if open {
                lead.attributes
            } else {
                BTreeMap::new()
            },
            offers: lead.offers.into_iter().map(|it| offer(it, open)).collect(),
            route: lead.routing.map(|it| route(it, open)),
            timeline: timeline.into_iter().map(|it| line(it, open)).collect(),
        }
    }
}

/// Writes whole points without a fraction: 25, not 25.0.
fn points<S: Serializer>(points: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    // Up to here every whole number is the same as an integer.
    const MOST: f64 = 9_007_199_254_740_992.0;
    if points.fract() == 0.0 && points.abs() < MOST {
        return serializer.serialize_i64(*points as i64);
    }
    serializer.serialize_f64(*points)
}

fn score(score: Score) -> ScoreView {
    ScoreView {
        fit: score.fit,
        engagement: score.engagement,
        total: score.total(),
        reasons: score.why().cloned().collect(),
    }
}

fn offer(offer: Offer, open: bool) -> OfferView {
    OfferView {
        state: offer.state,
        offered_at: offer.offered_at,
        delivered_at: offer.delivered_at,
        until: offer.until,
        decided_at: offer.decided_at,
        reason: said(offer.state, offer.reason).map(|one| reason(one, open)),
        id: offer.id,
        rep: offer.rep,
    }
}

/// Why somebody ended the offer; that its time ran out says its state.
fn said(state: OfferState, reason: Option<Reason>) -> Option<Reason> {
    match state {
        OfferState::Expired => None,
        OfferState::Pending
        | OfferState::Accepted
        | OfferState::Declined
        | OfferState::Withdrawn => reason,
    }
}

/// What people wrote is not for readers: it may name the lead.
fn reason(reason: Reason, open: bool) -> ReasonView {
    ReasonView {
        id: reason.id,
        note: if open { reason.note } else { String::new() },
    }
}

fn route(routing: Routing, open: bool) -> RouteView {
    let why = routing.why.into_iter();
    let candidates = routing.candidates.into_iter();
    RouteView {
        rule: routing.rule,
        team: routing.team,
        strategy: routing.strategy,
        config: routing.config,
        why: why
            .filter(|line| open || !Routing::tells_company(line))
            .collect(),
        candidates: candidates
            .map(|one| Candidate {
                openly: None,
                ..one
            })
            .collect(),
    }
}

/// A missed target; which plan it belongs to is nobody else's business.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Breach")]
struct BreachView {
    what: Promise,
    cause: Cause,
}

impl BreachView {
    fn of(breach: &Breach) -> Self {
        Self {
            what: breach.what,
            cause: breach.cause,
        }
    }
}

fn sla(lead: &Lead) -> SlaView {
    let plan = lead.plan.as_ref();
    SlaView {
        policy: plan.and_then(|plan| plan.sla.clone()),
        acknowledge_by: plan.and_then(|plan| plan.acknowledge_by),
        contact_by: plan.and_then(|plan| plan.contact_by),
        acknowledged_at: lead.clock.acknowledged_at,
        attempted_at: lead.clock.attempted_at,
        contacted_at: lead.clock.contacted_at,
        breached: lead.clock.breached.iter().map(BreachView::of).collect(),
        durations: LegsView::of(&lead.legs),
    }
}

fn line((at, fact): (Timestamp, Fact), open: bool) -> Line {
    Line {
        at,
        event: fact.event,
        actor: fact.actor.word(),
        detail: if open { fact.detail } else { String::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_points_have_no_fraction() {
        for (sent, written) in [
            (25.0, "25"),
            (-5.0, "-5"),
            (-0.0, "0"),
            (2.5, "2.5"),
            (f64::NAN, "null"),
        ] {
            let mut json = Vec::new();
            points(&sent, &mut serde_json::Serializer::new(&mut json)).unwrap();
            assert_eq!(String::from_utf8(json).unwrap(), written);
        }
    }
}
