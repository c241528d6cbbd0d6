//! A lead as programs see it, field by field as the contract shows it: every key is always there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::Role;
use crate::domain::{
    contact::FieldValue,
    event::{Fact, FactKind},
    id::{LeadId, OfferId, RepId, RouteId, SlaId, SourceId, TeamId},
    lead::{Breach, Candidate, Cause, Lead, Offer, OfferState, Promise, Reason, Routing},
    policy::Strategy,
    score::{Fit, Intent, Score, Stage},
};

/// A lead in the API.
#[derive(Debug, Serialize)]
pub(super) struct LeadView<'a> {
    id: &'a LeadId,
    number: i64,
    created_at: Timestamp,
    state: &'static str,
    waiting: bool,
    stage: Stage,
    r#type: &'a str,
    source: &'a SourceId,
    test: bool,
    intent: Intent,
    fit: Fit,
    score: ScoreView<'a>,
    /// Nothing for readers.
    contact: BTreeMap<&'static str, &'a FieldValue>,
    /// Nothing for readers.
    attributes: BTreeMap<&'a str, &'a str>,
    owner: Option<&'a RepId>,
    offers: Vec<OfferView<'a>>,
    route: Option<RouteView<'a>>,
    sla: SlaView<'a>,
    /// What the owner plans; nobody can say so yet.
    next_step: Option<()>,
    timeline: Vec<Line<'a>>,
}

#[derive(Debug, Serialize)]
struct ScoreView<'a> {
    #[serde(serialize_with = "points")]
    fit: f64,
    #[serde(serialize_with = "points")]
    engagement: f64,
    #[serde(serialize_with = "points")]
    total: f64,
    reasons: &'a [String],
}

#[derive(Debug, Serialize)]
struct OfferView<'a> {
    id: &'a OfferId,
    rep: &'a RepId,
    state: OfferState,
    offered_at: Timestamp,
    delivered_at: Option<Timestamp>,
    until: Option<Timestamp>,
    decided_at: Option<Timestamp>,
    reason: Option<ReasonView<'a>>,
}

#[derive(Debug, Serialize)]
struct ReasonView<'a> {
    id: &'a str,
    note: &'a str,
}

#[derive(Debug, Serialize)]
struct RouteView<'a> {
    rule: Option<&'a RouteId>,
    team: Option<&'a TeamId>,
    strategy: Option<Strategy>,
    config: &'a str,
    why: &'a [String],
    candidates: &'a [Candidate],
}

#[derive(Debug, Serialize)]
struct SlaView<'a> {
    policy: Option<&'a SlaId>,
    acknowledge_by: Option<Timestamp>,
    contact_by: Option<Timestamp>,
    acknowledged_at: Option<Timestamp>,
    attempted_at: Option<Timestamp>,
    contacted_at: Option<Timestamp>,
    breached: Vec<BreachView>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    at: Timestamp,
    event: FactKind,
    actor: String,
    detail: &'a str,
}

impl<'a> LeadView<'a> {
    /// The lead with its history as a token of this role may see it.
    pub(super) fn new(lead: &'a Lead, timeline: &'a [(Timestamp, Fact)], role: Role) -> Self {
        let open = role.sees_contacts();
        let contact = lead.contact.iter().filter(|_| open);
        let attributes = lead.attributes.iter().filter(|_| open);
        Self {
            id: &lead.id,
            number: lead.number,
            created_at: lead.created_at,
            state: lead.state_word(),
            waiting: lead.is_waiting(),
            stage: lead.stage,
            r#type: &lead.lead_type,
            source: &lead.source,
            test: lead.test,
            intent: lead.intent,
            fit: lead.fit,
            score: score(&lead.score),
            contact: contact
                .map(|(field, value)| (field.name(), value))
                .collect(),
            attributes: attributes
                .map(|(label, value)| (label.as_str(), value.as_str()))
                .collect(),
            owner: lead.owner(),
            offers: lead.offers.iter().map(|one| offer(one, open)).collect(),
            route: lead.routing.as_ref().map(route),
            sla: sla(lead),
            next_step: None,
            timeline: timeline
                .iter()
                .map(|(at, fact)| line(*at, fact, open))
                .collect(),
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

fn score(score: &Score) -> ScoreView<'_> {
    ScoreView {
        fit: score.fit,
        engagement: score.engagement,
        total: score.total(),
        reasons: &score.reasons,
    }
}

fn offer(offer: &Offer, open: bool) -> OfferView<'_> {
    OfferView {
        id: &offer.id,
        rep: &offer.rep,
        state: offer.state,
        offered_at: offer.offered_at,
        delivered_at: offer.delivered_at,
        until: offer.until,
        decided_at: offer.decided_at,
        reason: said(offer).map(|one| reason(one, open)),
    }
}

/// Why somebody ended the offer; that its time ran out says its state.
fn said(offer: &Offer) -> Option<&Reason> {
    match offer.state {
        OfferState::Expired => None,
        OfferState::Pending
        | OfferState::Accepted
        | OfferState::Declined
        | OfferState::Withdrawn => offer.reason.as_ref(),
    }
}

/// What people wrote is not for readers: it may name the lead.
fn reason(reason: &Reason, open: bool) -> ReasonView<'_> {
    ReasonView {
        id: &reason.id,
        note: if open { &reason.note } else { "" },
    }
}

fn route(routing: &Routing) -> RouteView<'_> {
    RouteView {
        rule: routing.rule.as_ref(),
        team: routing.team.as_ref(),
        strategy: routing.strategy,
        config: &routing.config,
        why: &routing.why,
        candidates: &routing.candidates,
    }
}

/// A missed target; which plan it belongs to is nobody else's business.
#[derive(Debug, Serialize)]
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

fn sla(lead: &Lead) -> SlaView<'_> {
    let plan = lead.plan.as_ref();
    SlaView {
        policy: plan.and_then(|plan| plan.sla.as_ref()),
        acknowledge_by: plan.and_then(|plan| plan.acknowledge_by),
        contact_by: plan.and_then(|plan| plan.contact_by),
        acknowledged_at: lead.clock.acknowledged_at,
        attempted_at: lead.clock.attempted_at,
        contacted_at: lead.clock.contacted_at,
        breached: lead.clock.breached.iter().map(BreachView::of).collect(),
    }
}

fn line(at: Timestamp, fact: &Fact, open: bool) -> Line<'_> {
    Line {
        at,
        event: fact.event,
        actor: fact.actor.word(),
        detail: if open { &fact.detail } else { "" },
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
