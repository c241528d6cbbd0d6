//! A lead and its offers: everything that one decision may change, in one value.

mod candidate;
mod clock;
mod legs;
mod offer;
mod undo;
mod used_up;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    activity::Activities,
    contact::{Contact, Field},
    event::{Actor, Audible, Deal},
    id::{LeadId, OfferId, RepId, RouteId, SourceId, TeamId},
    plan::Plan,
    policy::Strategy,
    score::{Fit, Intent, Score, Stage},
    submission::ImportTo,
};

pub use candidate::{Candidate, Load, Passed, ordinal};
pub use clock::{Breach, Cause, Clock, Promise};
pub use legs::{Lasted, Leg, Legs};
pub use offer::{Behalf, Given, Late, Offer, OfferKind, OfferLevel, OfferState, Reason};
pub use undo::{Before, Undo, Undoable};

/// How many attributes a lead has.
pub const MOST_ATTRIBUTES: usize = 200;

/// How many bytes of attributes, labels included, later submissions may bring a lead to.
const MOST_ADDED: usize = 32 * 1024;

/// The person (and company) that one or more submissions describe, and where they stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// Its name for programs.
    pub id: LeadId,
    /// Its name for people.
    pub number: i64,
    /// Its arrival.
    pub created_at: Timestamp,
    /// The webhook it came by.
    pub source: SourceId,
    /// What was asked for.
    pub lead_type: String,
    /// A trial: goes the whole way to the reasons and is offered to nobody.
    pub test: bool,
    /// Where it was put with the list that it stood in; absent: it came by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<ImportTo>,
    /// Who it is.
    pub contact: Contact,
    /// What else was said, by label.
    pub attributes: BTreeMap<String, String>,
    /// The filters that marked it, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// Why nobody knows who it is: its vendor sent an id only, and the person could not be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// How good it is, and why.
    pub score: Score,
    /// How much it wants to talk now.
    pub intent: Intent,
    /// How well it suits.
    pub fit: Fit,
    /// How far it has come.
    pub stage: Stage,
    /// Who has it.
    pub state: State,
    /// Rises whenever the lead loses its owner or is routed anew; a plan and an offer belong to one.
    pub epoch: u32,
    /// All of them, oldest first.
    pub offers: Vec<Offer>,
    /// The decision in force, frozen with its reasons.
    pub routing: Option<Routing>,
    /// The experiment that it is in, also once it goes another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
    /// The clock in force, frozen.
    pub plan: Option<Plan>,
    /// What the clock has seen.
    pub clock: Clock,
    /// How long each leg of its way took.
    #[serde(default, skip_serializing_if = "Legs::is_empty")]
    pub legs: Legs,
    /// Who owned it, or this person's lead, before.
    pub previous_owner: Option<RepId>,
    /// Who owns the company's other leads, for a while: asked where the company has no owner by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_owner: Option<CompanyOwner>,
    /// When a person last did something with it.
    pub touched_at: Timestamp,
    /// When it last came back to life, after it had ended or gone to marketing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_at: Option<Timestamp>,
    /// What it did besides, to be counted.
    #[serde(default, skip_serializing_if = "Activities::is_empty")]
    pub activities: Activities,
    /// Since when it wants no more mailings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribed_at: Option<Timestamp>,
    /// When its vendor deleted it, which deletes nothing here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// Who decided what, when it was last in review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// The share of leads like it that were won in the year before, if a rule asks for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub win: Option<f64>,
    /// What a pool or a queue it lay in hides, for good, from everybody but those who were asked or had it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<Field>,
    /// When its owner, who has left, gives it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves_at: Option<Timestamp>,
    /// What its owner plans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<NextStep>,
    /// The answer that may still be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Undo>,
    /// Who has been told that it is late, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Alarm>,
}

/// Who owns other leads of a lead's company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyOwner {
    /// Who.
    pub rep: RepId,
    /// By what it is the same company: a domain, or a name.
    pub sign: String,
    /// The lead that they own, or owned last.
    pub lead: i64,
}

/// What became of a lead that was in review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// By whom: a manager, a program, or Baton and its clock.
    pub by: Actor,
    /// What.
    pub what: Decided,
    /// When.
    pub at: Timestamp,
}

/// What somebody decided of a lead in review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// Somebody has it, or is asked, by hand.
    Assigned,
    /// It goes where the rules send it.
    Routed,
    /// It is dropped, or ended otherwise.
    Ended,
    /// A step of its clock moved it: nobody decided in time.
    Late,
    /// What else happened to it settled it.
    Settled,
}

/// What an owner plans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NextStep {
    /// What: `call`, `mail`, `meeting`, `proposal`, or in their words.
    pub what: String,
    /// When.
    pub due_at: Timestamp,
    /// Whether they have been reminded.
    #[serde(default)]
    pub reminded: bool,
    /// Set by the SLA after an attempt that reached nobody, and not by them: which attempt it will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// When the owner is reminded again, and the managers hear, of an attempt that the SLA wants and nobody makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Timestamp>,
}

impl NextStep {
    /// As somebody else takes it over: of an attempt that the SLA wants they have not been reminded.
    #[must_use]
    pub fn passed_on(self) -> Self {
        Self {
            reminded: self.reminded && self.attempt.is_none(),
            again_at: None,
            ..self
        }
    }

    /// When its owner is to be reminded next.
    #[must_use]
    pub fn reminds_at(&self) -> Option<Timestamp> {
        if self.reminded {
            self.again_at
        } else {
            Some(self.due_at)
        }
    }

    /// The most characters of what is planned.
    pub const MAX_WHAT: usize = 100;
}

/// Who has been told that a lead is late, as long as nobody has seen to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// The notices.
    pub told: Vec<Alerted>,
    /// Put off until then.
    pub snoozed: Option<Snooze>,
}

/// A notice of lateness that somebody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerted {
    /// Who.
    #[serde(flatten)]
    pub to: Audible,
    /// The notice's key.
    pub key: String,
}

/// An alarm that was put off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snooze {
    /// By whom.
    pub by: RepId,
    /// Until when.
    pub until: Timestamp,
}

/// Who has a lead. Exactly one of these is true at any time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum State {
    /// Its person is still being fetched, or it has just been made.
    Pending,
    /// One rep is asked.
    Offered {
        /// The pending offer.
        offer: OfferId,
    },
    /// Several may claim it.
    Pooled {
        /// Whose members.
        team: TeamId,
        /// Not shown until somebody has it.
        hide: Vec<Field>,
    },
    /// Nobody has it.
    Queued {
        /// Whose queue.
        team: Option<TeamId>,
        /// Set when it is offered by itself as soon as somebody may take it.
        waiting: Option<Waiting>,
    },
    /// A manager decides.
    Review {
        /// Whose managers.
        team: TeamId,
    },
    /// Not for reps yet.
    Nurture {
        /// Passed on to whoever nurtures.
        label: String,
    },
    /// One rep has it.
    Owned {
        /// The owner.
        rep: RepId,
        /// The offer by which they got it.
        offer: OfferId,
    },
    /// Done.
    Closed {
        /// Who owned it at the end.
        rep: Option<RepId>,
        /// How it ended.
        outcome: Outcome,
        /// Why, in the owner's words.
        note: String,
        /// What it was worth, if that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deal: Option<Deal>,
    },
    /// Nobody should spend time on it.
    Disqualified {
        /// Why.
        reason: String,
        /// A person has said so, not a rule: then it stays so, whatever is sent under its name.
        #[serde(default)]
        by_hand: bool,
    },
}

/// A lead that waits for somebody to be available.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The next moment at which somebody could take it, if the calendars know one.
    pub again_at: Option<Timestamp>,
}

/// How a lead ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Bought.
    Won,
    /// Did not.
    Lost,
    /// Was there already.
    Duplicate,
}

/// A routing decision with everything needed to explain it later.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Routing {
    /// The rule that held; absent: none did.
    pub rule: Option<RouteId>,
    /// The team that stands behind it.
    pub team: Option<TeamId>,
    /// How the rep was found.
    pub strategy: Option<Strategy>,
    /// The configuration in force.
    pub config: String,
    /// One line for each thing that decided.
    pub why: Vec<String>,
    /// Everybody who was considered last.
    pub candidates: Vec<Candidate>,
    /// Somebody has given the lead to somebody else by hand.
    #[serde(default)]
    pub overridden: bool,
}

impl Routing {
    /// How a line of the why begins that tells of which account the lead is.
    pub const ACCOUNT: &str = "account ";
    /// How a line of the why begins that tells by what its company has others.
    pub const SAME_COMPANY: &str = "the same company by ";

    /// Whether this line of the why tells of which company the lead is.
    #[must_use]
    pub fn tells_company(line: &str) -> bool {
        line.starts_with(Self::ACCOUNT) || line.starts_with(Self::SAME_COMPANY)
    }
}

/// The arm of an experiment that a lead is in. It keeps it, whatever becomes of it, since only so the arms can be
/// compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Which experiment.
    pub experiment: String,
    /// Which arm.
    pub arm: String,
    /// A digest of the company, else of the person, that was put into the arm; empty: its leads count each.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Since when.
    pub since: Timestamp,
    /// What has been counted of it, each once.
    #[serde(default)]
    pub counted: BTreeSet<TrialCount>,
}

/// What is counted of a lead in an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrialCount {
    /// It came under the rule.
    Entered,
    /// Somebody tried to reach it, for the first time.
    Contacted,
    /// It was won.
    Won,
}

impl TrialCount {
    /// As stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Contacted => "contacted",
            Self::Won => "won",
        }
    }
}

impl Lead {
    /// The label of what a person has sent to marketing.
    pub const BY_HAND: &str = "by hand";

    /// A lead as it has just come in; routing decides the rest.
    #[must_use]
    pub fn new(id: LeadId, number: i64, source: SourceId, now: Timestamp) -> Self {
        Self {
            id,
            number,
            created_at: now,
            source,
            lead_type: String::new(),
            test: false,
            imported: None,
            contact: Contact::default(),
            attributes: BTreeMap::new(),
            marks: Vec::new(),
            unknown: None,
            score: Score::default(),
            intent: Intent::default(),
            fit: Fit::default(),
            stage: Stage::default(),
            state: State::Pending,
            epoch: 0,
            offers: Vec::new(),
            routing: None,
            trial: None,
            plan: None,
            clock: Clock::default(),
            legs: Legs::default(),
            previous_owner: None,
            company_owner: None,
            touched_at: now,
            back_at: None,
            activities: Activities::default(),
            unsubscribed_at: None,
            deleted_at: None,
            decision: None,
            win: None,
            hidden: Vec::new(),
            leaves_at: None,
            next_step: None,
            undo: None,
            alarm: None,
        }
    }

    /// Adds what later submissions say beside the known fields, up to a bound, since anybody can send a form again and
    /// again with other labels; what was said first stays. Returns how many were left out.
    pub fn add_attributes(&mut self, new: &BTreeMap<String, String>) -> usize {
        let size = |(label, value): (&String, &String)| label.len() + value.len();
        let mut bytes: usize = self.attributes.iter().map(size).sum();
        let mut left_out = 0;
        for (label, value) in new {
            if self.attributes.contains_key(label) {
                continue;
            }
            let larger = bytes + label.len() + value.len();
            if self.attributes.len() >= MOST_ATTRIBUTES || larger > MOST_ADDED {
                left_out += 1;
                continue;
            }
            bytes = larger;
            self.attributes.insert(label.clone(), value.clone());
        }
        left_out
    }

    /// Adds the marks of filters that held of a later submission.
    pub fn add_marks(&mut self, new: &[String]) {
        for mark in new {
            if !self.marks.contains(mark) {
                self.marks.push(mark.clone());
            }
        }
    }

    /// Puts what was said last under a label of Baton's own; whether that is new. Counts it as left out where there is
    /// no room.
    pub fn put_attribute(&mut self, label: &str, value: &str, left_out: &mut usize) -> bool {
        let known = self.attributes.remove(label);
        if known.as_deref() == Some(value) {
            self.attributes.insert(label.to_owned(), value.to_owned());
            return false;
        }
        let added = BTreeMap::from([(label.to_owned(), value.to_owned())]);
        *left_out += self.add_attributes(&added);
        true
    }

    /// From when its present business counts: its arrival, or when it came back.
    #[must_use]
    pub fn came_at(&self) -> Timestamp {
        self.back_at.unwrap_or(self.created_at)
    }

    /// The state's word in JSON and in the store.
    #[must_use]
    pub fn state_word(&self) -> &'static str {
        match self.state {
            State::Pending => "pending",
            State::Offered { .. } => "offered",
            State::Pooled { .. } => "pooled",
            State::Queued { .. } => "queued",
            State::Review { .. } => "review",
            State::Nurture { .. } => "nurture",
            State::Owned { .. } => "owned",
            State::Closed { .. } => "closed",
            State::Disqualified { .. } => "disqualified",
        }
    }

    /// Who owns it, if somebody does.
    #[must_use]
    pub fn owner(&self) -> Option<&RepId> {
        match &self.state {
            State::Owned { rep, .. } => Some(rep),
            State::Closed { rep, .. } => rep.as_ref(),
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Disqualified { .. } => None,
        }
    }

    /// Whether its story may still go on by itself.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Owned { .. }
            | State::Nurture { .. } => true,
            State::Closed { .. } | State::Disqualified { .. } => false,
        }
    }

    /// Whether a rule has put it where it is, and no person has ended it or brought it in with a list.
    #[must_use]
    pub fn is_routed_by_rule(&self) -> bool {
        let by_itself = self.imported.is_none_or(|to| to == ImportTo::Route);
        let left_to_rules = match &self.state {
            State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Owned { .. } => true,
            State::Nurture { label } => label != Self::BY_HAND,
            State::Disqualified { by_hand, .. } => !by_hand,
            State::Pending | State::Closed { .. } => false,
        };
        by_itself && left_to_rules && !self.test && self.unknown.is_none()
    }

    /// Whether it waits in the queue for somebody to be available.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(
            self.state,
            State::Queued {
                waiting: Some(_),
                ..
            }
        )
    }

    /// Whether a manager is to decide for no other reason than that nobody knows who it is.
    #[must_use]
    pub fn waits_for_its_person(&self) -> bool {
        self.unknown.is_some() && matches!(self.state, State::Review { .. } | State::Queued { .. })
    }

    /// The team whose managers and backups stand behind it now.
    #[must_use]
    pub fn team(&self) -> Option<&TeamId> {
        match &self.state {
            State::Pooled { team, .. } | State::Review { team } => Some(team),
            State::Queued {
                team: Some(team), ..
            } => Some(team),
            State::Queued { team: None, .. }
            | State::Pending
            | State::Offered { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => self
                .routing
                .as_ref()
                .and_then(|routing| routing.team.as_ref()),
        }
    }

    /// The offer with this id.
    #[must_use]
    pub fn offer(&self, id: &OfferId) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.id == *id)
    }

    /// The offer with this id, to change it.
    pub fn offer_mut(&mut self, id: &OfferId) -> Option<&mut Offer> {
        self.offers.iter_mut().find(|offer| offer.id == *id)
    }

    /// The offers that wait for an answer.
    pub fn pending(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|offer| offer.is_pending())
    }

    /// The offer by which somebody has it who has not tried to reach it yet.
    #[must_use]
    pub fn owes_a_contact(&self) -> Option<&OfferId> {
        match &self.state {
            State::Owned { offer, .. } => Some(offer).filter(|_| self.clock.attempted_at.is_none()),
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => None,
        }
    }

    /// The offers by which it may find an owner; a hand-over is made while it has one.
    pub fn asked(&self) -> impl Iterator<Item = &Offer> {
        self.pending().filter(|offer| !offer.is_hand_over())
    }

    /// The colleague whom its owner asks to take it over.
    #[must_use]
    pub fn hand_over(&self) -> Option<&Offer> {
        self.pending().find(|offer| offer.is_hand_over())
    }

    /// The offer by which somebody has it, or is asked, in place of its account's owner.
    #[must_use]
    pub fn stood_in(&self) -> Option<&Offer> {
        let owned = |offer: &Offer| matches!(&self.state, State::Owned { offer: by, .. } if *by == offer.id);
        let stands_in = |offer: &&Offer| matches!(offer.behalf, Some(Behalf::StandsIn { .. }));
        let mut offers = self.offers.iter().filter(stands_in);
        offers.find(|offer| offer.is_pending() || owned(offer))
    }

    /// Whom somebody stands in for, and when that one is looked for again.
    #[must_use]
    pub fn stood_in_for(&self) -> Option<(&RepId, Option<Timestamp>)> {
        match self.stood_in()?.behalf.as_ref()? {
            Behalf::StandsIn { owner, until } => Some((owner, *until)),
            Behalf::Returned { .. } => None,
        }
    }

    /// Who has room for another lead now that this one, as it was `before`, has changed: an offer of
    /// theirs was answered or ended, or they own it no longer.
    #[must_use]
    pub fn freed_since(&self, before: &Self) -> BTreeSet<RepId> {
        let asked = before.pending().filter(|was| {
            let is = self.offer(&was.id);
            is.is_none_or(|is| !is.is_pending())
        });
        let mut freed: BTreeSet<RepId> = asked.map(|offer| offer.rep.clone()).collect();
        if let State::Owned { rep, .. } = &before.state
            && !matches!(&self.state, State::Owned { rep: owner, .. } if owner == rep)
        {
            freed.insert(rep.clone());
        }
        freed
    }

    /// The name to call the lead by: the person's, else the company's, else the mail's.
    #[must_use]
    pub fn title(&self) -> &str {
        [Field::Name, Field::Company, Field::Email, Field::Phone]
            .into_iter()
            .map(|field| self.contact.text(field))
            .find(|text| !text.is_empty())
            .unwrap_or("somebody without a name")
    }

    /// The next moment at which something is due, saved as `lead.wake_at`.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let again = match &self.state {
            State::Queued {
                waiting: Some(waiting),
                ..
            } => waiting.again_at,
            State::Queued { waiting: None, .. }
            | State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => None,
        };
        let planned = self.next_step.as_ref().and_then(NextStep::reminds_at);
        // Whom to remind is known only while somebody owns it.
        let next_step = planned.filter(|_| matches!(self.state, State::Owned { .. }));
        let snoozed = self.alarm.as_ref().and_then(|alarm| alarm.snoozed.as_ref());
        [
            again,
            self.next_step_at(),
            self.next_breach_at(),
            self.told_again_at(),
            self.undo.as_ref().map(|undo| undo.until),
            self.hand_over()
                .filter(|offer| offer.can_expire())
                .and_then(|offer| offer.until),
            next_step,
            snoozed.map(|snooze| snooze.until),
            self.stood_in_for().and_then(|(_, until)| until),
            self.leaves_at
                .filter(|_| matches!(self.state, State::Owned { .. })),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When the next target would be missed.
    #[must_use]
    pub fn next_breach_at(&self) -> Option<Timestamp> {
        let plan = self.plan.as_ref().filter(|_| self.runs_a_clock())?;
        let acknowledge = plan.acknowledge_by.filter(|_| {
            self.clock.acknowledged_at.is_none() && !self.has_breached(Promise::Acknowledge)
        });
        let contact = plan
            .contact_by
            .filter(|_| self.clock.attempted_at.is_none() && !self.has_breached(Promise::Contact));
        [acknowledge, contact].into_iter().flatten().min()
    }

    /// Whether this target of the present plan was missed.
    #[must_use]
    pub fn has_breached(&self, what: Promise) -> bool {
        self.clock.has_breached(what, self.epoch)
    }

    /// Whether targets and steps apply in this state.
    #[must_use]
    pub fn runs_a_clock(&self) -> bool {
        match self.state {
            State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Owned { .. } => true,
            State::Pending
            | State::Nurture { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => false,
        }
    }
}
