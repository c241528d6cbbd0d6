//! What came of it: each lead's fate, and the numbers of /leadstats by rule, team and rep.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Arrival;
use crate::domain::{
    event::{Effect, Measure, MeasureKind},
    id::{RepId, RouteId, TeamId},
    lead::{Cause, Lead, Promise},
    score::{Fit, Intent},
    stats::{Histogram, Stats, bucket_of, quantile},
};

/// What became of one lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Fate {
    /// The lead's number, or that of its row.
    pub number: i64,
    /// When it came.
    pub at: Timestamp,
    /// What it asked for.
    pub lead_type: String,
    /// How much it wants to talk.
    pub intent: Intent,
    /// How well it suits.
    pub fit: Fit,
    /// The rule that caught it.
    pub rule: Option<RouteId>,
    /// The team behind that.
    pub team: Option<TeamId>,
    /// Everybody who was asked, in order.
    pub asked: Vec<RepId>,
    /// Who had it in the end.
    pub owner: Option<RepId>,
    /// From its arrival until somebody owned it.
    pub owned_after: Option<SignedDuration>,
    /// Its state at the end.
    pub state: &'static str,
    /// Whether it was accepted in time; absent: no clock ran, or it runs still.
    pub answered: Option<bool>,
    /// Whether it was tried in time.
    pub contacted: Option<bool>,
    /// What was missed of its targets, and whose doing that was.
    pub missed: Vec<(Promise, Cause)>,
    /// Why it never came so far: a filter, or that its person was there already.
    pub kept_out: Option<String>,
}

impl Fate {
    pub(super) fn of(arrival: &Arrival) -> Self {
        Self {
            number: arrival.number,
            at: arrival.at,
            lead_type: String::new(),
            intent: Intent::default(),
            fit: Fit::default(),
            rule: None,
            team: None,
            asked: Vec::new(),
            owner: None,
            owned_after: None,
            state: "pending",
            answered: None,
            contacted: None,
            missed: Vec::new(),
            kept_out: None,
        }
    }

    /// Writes down how the lead stands `now`.
    pub(super) fn note(&mut self, lead: &Lead, now: Timestamp) {
        let routing = lead.routing.as_ref();
        self.rule = routing.and_then(|it| it.rule.clone());
        self.team = routing.and_then(|it| it.team.clone());
        self.lead_type.clone_from(&lead.lead_type);
        (self.intent, self.fit) = (lead.intent, lead.fit);
        self.asked = lead.offers.iter().map(|offer| offer.rep.clone()).collect();
        self.state = lead.state_word();
        let missed = lead.clock.breached.iter();
        self.missed = missed.map(|breach| (breach.what, breach.cause)).collect();
        if let Some(owner) = lead.owner() {
            self.owner = Some(owner.clone());
            let took = now.duration_since(lead.created_at);
            self.owned_after.get_or_insert(took);
        }
    }

    fn note_kept(&mut self, what: MeasureKind) {
        match what {
            MeasureKind::AcknowledgeKept => {
                self.answered.get_or_insert(true);
            }
            MeasureKind::AcknowledgeMissed => self.answered = Some(false),
            MeasureKind::ContactKept => {
                self.contacted.get_or_insert(true);
            }
            MeasureKind::ContactMissed => self.contacted = Some(false),
            MeasureKind::Arrived
            | MeasureKind::Imported
            | MeasureKind::Routed
            | MeasureKind::Offered
            | MeasureKind::Accepted
            | MeasureKind::Declined
            | MeasureKind::Expired
            | MeasureKind::Withdrawn
            | MeasureKind::Escalated
            | MeasureKind::Assigned
            | MeasureKind::Contacted
            | MeasureKind::Won
            | MeasureKind::Lost
            | MeasureKind::ReceivedOffered
            | MeasureKind::ReceivedOfferedOpen
            | MeasureKind::OfferedDelivered
            | MeasureKind::OfferedDeliveredOpen
            | MeasureKind::AcceptedOpen
            | MeasureKind::AcceptedContacted
            | MeasureKind::AcceptedContactedOpen
            | MeasureKind::Hollow
            | MeasureKind::Duplicate => {}
        }
    }

    /// Whether anybody may still take it.
    #[must_use]
    pub fn waits(&self) -> bool {
        matches!(self.state, "queued" | "offered" | "pooled")
    }
}

/// The numbers of a rule, a team, a rep, or of everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// As counted live.
    pub stats: Stats,
    /// How many leads went there; of a rep, how many they had in the end.
    pub leads: u64,
    /// How many of them nobody has yet.
    pub waiting: u64,
    /// How many a manager is to decide.
    pub review: u64,
    /// How many went to marketing, or nowhere.
    pub aside: u64,
    /// From arrival until somebody had it.
    pub waits: Histogram,
    /// Of a rep: the most that they carried at once.
    pub most: u32,
}

impl Line {
    fn add(&mut self, fate: &Fate) {
        self.leads += 1;
        match fate.state {
            "review" => self.review += 1,
            "nurture" | "disqualified" if fate.owner.is_none() => self.aside += 1,
            _ if fate.waits() => self.waiting += 1,
            _ => {}
        }
        if let Some(took) = fate.owned_after {
            *self.waits.entry(bucket_of(took)).or_default() += 1;
        }
    }

    /// The time within which the share `q` of the leads had somebody.
    #[must_use]
    pub fn wait(&self, q: f64) -> Option<SignedDuration> {
        quantile(&self.waits, q)
    }
}

/// What came of a simulation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Each lead's, in the order of their arrival.
    pub fates: Vec<Fate>,
    /// Everything together.
    pub total: Line,
    /// By rule; `""` for none.
    pub rules: BTreeMap<String, Line>,
    /// By team; `""` for none.
    pub teams: BTreeMap<String, Line>,
    /// By how much they want to talk.
    pub intents: BTreeMap<Intent, Line>,
    /// By rep.
    pub reps: BTreeMap<String, Line>,
    /// How many each filter kept out, and how many were there already.
    pub kept_out: BTreeMap<String, u64>,
    /// How many decisions that took.
    pub decisions: u64,
}

impl Outcome {
    /// Adds up what followed from one decision about lead `n`.
    pub(super) fn count(&mut self, n: usize, lead: &Lead, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Count(measure) => self.measure(n, lead, measure),
                // Nothing is taken back here: nobody presses undo.
                Effect::Uncount(_)
                | Effect::Fact(_)
                | Effect::Show(_)
                | Effect::Say(_)
                | Effect::Turn { .. }
                | Effect::Round { .. }
                | Effect::Ended(_)
                | Effect::Tried { .. }
                | Effect::Sum { .. }
                | Effect::Unreachable { .. } => {}
            }
        }
    }

    fn measure(&mut self, n: usize, lead: &Lead, measure: &Measure) {
        let rule = lead.routing.as_ref().and_then(|it| it.rule.as_ref());
        let rule = rule.map_or("", RouteId::as_str);
        let team = measure.team.as_ref().map_or("", TeamId::as_str);
        line(&mut self.rules, rule).stats.count_one(measure);
        line(&mut self.teams, team).stats.count_one(measure);
        if let Some(rep) = &measure.rep {
            line(&mut self.reps, rep.as_str()).stats.count_one(measure);
        }
        let intent = self.intents.entry(lead.intent).or_default();
        intent.stats.count_one(measure);
        self.total.stats.count_one(measure);
        self.fates[n].note_kept(measure.what);
    }

    /// Adds up the fates, once all is over.
    pub(super) fn add_up(&mut self, most: &BTreeMap<RepId, u32>) {
        for fate in &self.fates {
            if let Some(why) = &fate.kept_out {
                *self.kept_out.entry(why.clone()).or_default() += 1;
                continue;
            }
            self.total.add(fate);
            self.intents.entry(fate.intent).or_default().add(fate);
            let rule = fate.rule.as_ref().map_or("", RouteId::as_str);
            line(&mut self.rules, rule).add(fate);
            let team = fate.team.as_ref().map_or("", TeamId::as_str);
            line(&mut self.teams, team).add(fate);
            if let Some(owner) = &fate.owner {
                line(&mut self.reps, owner.as_str()).add(fate);
            }
        }
        for (rep, most) in most {
            line(&mut self.reps, rep.as_str()).most = *most;
        }
    }
}

fn line<'l>(lines: &'l mut BTreeMap<String, Line>, name: &str) -> &'l mut Line {
    lines.entry(name.to_owned()).or_default()
}
