//! The one place where a lead changes.

mod account;
mod alarm;
mod answer;
mod choose;
mod clock;
mod contact;
mod did;
mod hand;
mod join;
mod late;
mod legs;
mod list;
mod news;
mod offer;
mod owner;
mod place;
mod placed;
mod rank;
mod reroute;
mod sums;
mod trial;
mod undo;
mod wait;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    calendar::Calendar,
    contact::Field,
    event::{Actor, CardRef, Effect, Event, Fact, FactKind, Measure, MeasureKind, Refusal, Say},
    id::{Chance, OfferId, RepId, TeamId},
    lead::{Decided, Decision, Lead, Offer, State, Undoable},
    policy::{Policy, Route, Target, Team},
    route::Reader,
    strategy::Turns,
    world::World,
};

/// The smallest step of stored time.
const MOMENT: SignedDuration = SignedDuration::from_micros(1);

/// What more time after an outage is worth a new card.
const NOTICED: SignedDuration = SignedDuration::from_secs(2);

/// What happens to `lead` when `event` occurs at `now`. Pure: same arguments, same answer.
///
/// A lead that arrives, or is sent on, is expected as [`asked_anew`] gives it for this moment. What a submission says
/// may bring a lead back or not: of that the decision asks the rules itself.
///
/// # Errors
///
/// A [`Refusal`] when a person asked for what cannot be; nothing has changed then.
pub fn decide(
    lead: Lead,
    event: Event,
    now: Timestamp,
    world: &World<'_>,
) -> Result<(Lead, Vec<Effect>), Refusal> {
    let mut case = Case::new(lead, event.actor(), now, world);
    case.decides = decided_by(&event);
    case.note_missed(&event);
    case.settle_undo(&event);
    case.occur(event)?;
    Ok(case.finish())
}

/// What an event decides of a lead in review that it takes out of it.
fn decided_by(event: &Event) -> Decided {
    match event {
        Event::Assign { .. } | Event::Claim { .. } | Event::Accept { .. } => Decided::Assigned,
        Event::RouteOn { .. } => Decided::Routed,
        Event::Close { .. } => Decided::Ended,
        Event::Due => Decided::Late,
        Event::Arrived { .. }
        | Event::Submitted(_)
        | Event::Did { .. }
        | Event::SomebodyFree
        | Event::Delivered { .. }
        | Event::Undeliverable { .. }
        | Event::NotShown { .. }
        | Event::Decline { .. }
        | Event::Contacted { .. }
        | Event::Stage { .. }
        | Event::Undo { .. }
        | Event::NextStep { .. }
        | Event::Release { .. }
        | Event::Reoffer { .. }
        | Event::Snooze { .. }
        | Event::RepGone { .. }
        | Event::LateAccept { .. }
        | Event::BackInLine { .. }
        | Event::RepBack { .. }
        | Event::OwnerLeaves { .. }
        | Event::Reroute { .. }
        | Event::ChatDown { .. }
        | Event::Outage { .. } => Decided::Settled,
    }
}

/// Whether the rules are asked again before this event is decided, whatever they say.
#[must_use]
pub fn routes_anew(lead: &Lead, event: &Event) -> bool {
    match event {
        Event::Arrived { .. } | Event::RouteOn { .. } | Event::Reroute { .. } => true,
        Event::Submitted(sent) => join::asks_anew(lead, sent),
        Event::Did { .. }
        | Event::Due
        | Event::SomebodyFree
        | Event::Delivered { .. }
        | Event::Undeliverable { .. }
        | Event::NotShown { .. }
        | Event::Accept { .. }
        | Event::Decline { .. }
        | Event::Claim { .. }
        | Event::Contacted { .. }
        | Event::Stage { .. }
        | Event::Close { .. }
        | Event::Assign { .. }
        | Event::Undo { .. }
        | Event::NextStep { .. }
        | Event::Release { .. }
        | Event::Reoffer { .. }
        | Event::Snooze { .. }
        | Event::RepGone { .. }
        | Event::LateAccept { .. }
        | Event::BackInLine { .. }
        | Event::RepBack { .. }
        | Event::OwnerLeaves { .. }
        | Event::ChatDown { .. }
        | Event::Outage { .. } => false,
    }
}

/// The lead as the rules see it, asked again before this event is decided; `None` if they are not.
#[must_use]
pub fn asked_anew(lead: &Lead, event: &Event, reader: &Reader<'_>) -> Option<Lead> {
    if let Event::Did { what, at, .. } = event {
        return did::lifted(lead, what, *at, reader);
    }
    if !routes_anew(lead, event) {
        return None;
    }
    let mut asked = if let Event::Submitted(sent) = event {
        join::as_sent(lead, sent, reader)
    } else {
        lead.clone()
    };
    reader.route(&mut asked);
    Some(asked)
}

/// Whose present situation a decision about this lead may look at.
#[must_use]
pub fn teams_concerned(lead: &Lead, policy: &Policy) -> BTreeSet<TeamId> {
    let mut teams: BTreeSet<TeamId> = lead.team().cloned().into_iter().collect();
    teams.extend(
        policy
            .route_of(lead)
            .into_iter()
            .flat_map(|route| route.to.iter())
            .filter_map(|target| target.team().cloned()),
    );
    teams.extend(lead.plan.iter().flat_map(super::plan::Plan::teams_named));
    teams.extend(
        lead.routing
            .iter()
            .filter_map(|routing| routing.team.clone()),
    );
    teams.extend(lead.offers.iter().filter_map(|offer| offer.team.clone()));
    if teams.iter().all(|team| policy.team(team).is_none()) {
        teams.extend(policy.teams.first().map(|team| team.id.clone()));
    }
    let next: Vec<TeamId> = teams
        .iter()
        .filter_map(|team| policy.team(team))
        .filter_map(Team::when_closed_team)
        .collect();
    teams.extend(next);
    teams
}

/// Whether the deadline on an offer's card moved by more than its reader would notice. After an
/// outage the card has to be right again, for by the old deadline nothing would happen.
fn moved(was: &Offer, is: &Offer) -> bool {
    let noticed = if was.lost == is.lost {
        SignedDuration::from_mins(1)
    } else {
        NOTICED
    };
    match (was.until, is.until) {
        (Some(was), Some(is)) => is.duration_since(was).abs() >= noticed,
        (None, None) => false,
        (Some(_), None) | (None, Some(_)) => true,
    }
}

/// One decision in the making.
struct Case<'a, 'w> {
    lead: Lead,
    before: Lead,
    now: Timestamp,
    world: &'a World<'w>,
    chance: Chance,
    turns: BTreeMap<TeamId, Turns>,
    turned: BTreeSet<TeamId>,
    /// Whom the chat has just refused; the world was loaded before.
    unreachable: Option<RepId>,
    /// Who does it.
    actor: Actor,
    /// What that decides of a lead in review.
    decides: Decided,
    /// What of it may be taken back for a moment.
    undoable: Option<(Undoable, OfferId)>,
    /// Whether the lead leaves its owner because every attempt reached nobody.
    exhausted: bool,
    effects: Vec<Effect>,
}

impl<'a, 'w> Case<'a, 'w> {
    fn new(lead: Lead, actor: Actor, now: Timestamp, world: &'a World<'w>) -> Self {
        Self {
            before: lead.clone(),
            lead,
            now,
            world,
            chance: world.chance.clone(),
            turns: world.turns.clone(),
            turned: BTreeSet::new(),
            unreachable: None,
            actor,
            decides: Decided::Settled,
            undoable: None,
            exhausted: false,
            effects: Vec::new(),
        }
    }

    /// Writes down the targets missed before the event. At the very moment an answer is still in time;
    /// the clock itself waits no longer. What fell into an outage is for the outage to say.
    fn note_missed(&mut self, event: &Event) {
        match event {
            Event::Due => self.note_breaches(self.now),
            Event::Outage { .. } | Event::ChatDown { .. } => {}
            Event::Arrived { .. }
            | Event::Submitted(_)
            | Event::Did { .. }
            | Event::SomebodyFree
            | Event::Delivered { .. }
            | Event::Undeliverable { .. }
            | Event::NotShown { .. }
            | Event::Accept { .. }
            | Event::Decline { .. }
            | Event::Claim { .. }
            | Event::Contacted { .. }
            | Event::Stage { .. }
            | Event::Close { .. }
            | Event::Assign { .. }
            | Event::Undo { .. }
            | Event::NextStep { .. }
            | Event::Release { .. }
            | Event::Reoffer { .. }
            | Event::Snooze { .. }
            | Event::RouteOn { .. }
            | Event::Reroute { .. }
            | Event::RepGone { .. }
            | Event::LateAccept { .. }
            | Event::BackInLine { .. }
            | Event::RepBack { .. }
            | Event::OwnerLeaves { .. } => self.note_breaches(self.now - MOMENT),
        }
    }

    fn occur(&mut self, event: Event) -> Result<(), Refusal> {
        match event {
            Event::Arrived { by, beside } => self.arrive(by, &beside),
            Event::Submitted(sent) => self.submitted(&sent),
            Event::Did { what, at, source } => self.did(&what, at, &source),
            Event::Due => self.due(),
            Event::SomebodyFree => self.try_again(),
            Event::Delivered { offer, chat } => self.delivered(&offer, chat),
            Event::Undeliverable { offer, why } => self.undeliverable(&offer, &why),
            Event::NotShown { offer, why, again } => self.not_shown(&offer, why, again),
            Event::Accept { offer, by } => self.accept(&offer, &by)?,
            Event::Decline {
                offer,
                by,
                reason,
                note,
            } => self.decline(&offer, &by, &reason, note)?,
            Event::Claim { by } => self.claim(&by)?,
            Event::Contacted {
                by,
                how,
                at,
                note,
                next,
            } => {
                let note = note.as_str();
                let attempt = contact::Attempt {
                    how,
                    at,
                    note,
                    next,
                };
                self.contacted(&by, attempt)?;
            }
            Event::Stage { by, stage } => self.come_to(&by, stage)?,
            Event::Close {
                by,
                ending,
                deal,
                why,
                note,
            } => {
                let note = note.as_str();
                let end = owner::End {
                    ending,
                    deal,
                    why,
                    note,
                };
                self.close(&by, end)?;
            }
            Event::Assign {
                to,
                by,
                handing,
                words,
                premise,
            } => self.assign_by_hand(&to, &by, handing, words, premise)?,
            Event::Undo { offer, by } => self.take_back(&offer, &by)?,
            Event::NextStep { by, next } => self.plan_next_step(&by, next)?,
            Event::Release { by, words } => self.release(&by, &words)?,
            Event::Reoffer { by } => self.reoffer_late(&by)?,
            Event::Snooze { by, until } => self.snooze(by, until)?,
            Event::RouteOn { by } => self.route_on(&by)?,
            Event::Reroute { by, rule } => self.reroute(&by, &rule)?,
            Event::RepGone { rep, why } => self.rep_gone(&rep, &why),
            Event::LateAccept { offer, by } => self.accept_late(&offer, &by)?,
            Event::BackInLine { offer, by } => self.back_in_line(&offer, &by)?,
            Event::RepBack { rep } => self.rep_back(&rep),
            Event::OwnerLeaves { rep, at } => self.owner_leaves(&rep, at),
            Event::ChatDown { chat, since } => self.chat_down(chat, since),
            Event::Outage { of, from, until } => self.outage(of, from, until),
        }
        Ok(())
    }

    fn policy(&self) -> &'w Policy {
        self.world.policy
    }

    fn route(&self) -> Option<&'w Route> {
        self.policy().route_of(&self.lead)
    }

    /// The team whose managers, backups and channel the steps mean; of those known for the lead the
    /// first that is still in the rules.
    fn team(&self) -> Option<&'w Team> {
        let planned = self.lead.plan.as_ref().and_then(|plan| plan.team.as_ref());
        [planned, self.lead.team()]
            .into_iter()
            .flatten()
            .find_map(|team| self.policy().team(team))
    }

    /// The team that answers for a lead which no rule gives to one: the first in the file.
    fn team_or_first(&self) -> Option<&'w Team> {
        self.team().or_else(|| self.policy().teams.first())
    }

    /// The clock of the lead's plan.
    fn plan_clock(&self) -> Option<Calendar> {
        let plan = self.lead.plan.as_ref()?;
        Some(
            self.world
                .clocks
                .clock(plan.calendar.as_ref(), &plan.zone()),
        )
    }

    fn fact(
        &mut self,
        event: FactKind,
        actor: Actor,
        rep: Option<&RepId>,
        offer: Option<&OfferId>,
        detail: impl Into<String>,
    ) {
        self.effects.push(Effect::Fact(Fact {
            event,
            actor,
            rep: rep.cloned(),
            offer: offer.cloned(),
            detail: detail.into(),
        }));
    }

    fn say(&mut self, say: Say) {
        self.effects.push(Effect::Say(say));
    }

    /// Counts something; what was counted, if the lead counts.
    fn count(
        &mut self,
        what: MeasureKind,
        rep: Option<&RepId>,
        took: Option<SignedDuration>,
    ) -> Option<Measure> {
        if self.lead.test {
            return None;
        }
        let team = self
            .team()
            .map(|team| team.id.clone())
            .or_else(|| self.lead.team().cloned());
        let measure = Measure {
            team,
            rep: rep.cloned(),
            what,
            took,
        };
        self.effects.push(Effect::Count(measure.clone()));
        Some(measure)
    }

    /// Ends the current owner's ownership, if there is one.
    fn release_owner(&mut self) -> Option<RepId> {
        let State::Owned { rep, offer } = self.lead.state.clone() else {
            return None;
        };
        let now = self.now;
        if let Some(offer) = self.lead.offer_mut(&offer) {
            offer.released_at = Some(now);
        }
        self.lead.previous_owner = Some(rep.clone());
        // A plan is its owner's, and so is their leaving.
        self.lead.next_step = None;
        self.lead.leaves_at = None;
        Some(rep)
    }

    /// Settles what follows from the lead's new state, and hands everything over.
    fn finish(mut self) -> (Lead, Vec<Effect>) {
        let until = self.lead.moves_on_at();
        let asked = |one: &&mut Offer| one.is_pending() && !one.is_hand_over();
        for offer in self.lead.offers.iter_mut().filter(asked) {
            offer.until = until;
        }
        self.keep_hidden();
        self.wind_up();
        self.end_alarm();
        self.tell_former_owner();
        self.tell_account_owner();
        self.note_decision();
        self.keep_undo();
        self.count_trial();
        for card in self.cards_to_show() {
            self.effects.push(Effect::Show(card));
        }
        for team in std::mem::take(&mut self.turned) {
            let turns = self.turns.remove(&team).unwrap_or_default();
            self.effects.push(Effect::Round { team, turns });
        }
        (self.lead, self.effects)
    }

    /// Keeps with the lead what is hidden of it while it lies there for several, whatever the rules say later.
    fn keep_hidden(&mut self) {
        let by_rule = || self.route().into_iter().flat_map(|route| &route.to);
        let hide: Vec<Field> = match &self.lead.state {
            State::Pooled { hide, .. } => hide.clone(),
            State::Queued { .. } => by_rule()
                .flat_map(Target::hidden_in_queue)
                .copied()
                .collect(),
            State::Pending
            | State::Offered { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => return,
        };
        for field in hide {
            if !self.lead.hidden.contains(&field) {
                self.lead.hidden.push(field);
            }
        }
    }

    /// Keeps who took the lead out of review, and how.
    fn note_decision(&mut self) {
        let in_review = |lead: &Lead| matches!(lead.state, State::Review { .. });
        match (in_review(&self.before), in_review(&self.lead)) {
            (true, false) => {
                self.lead.decision = Some(Decision {
                    by: self.actor.clone(),
                    what: self.decides,
                    at: self.now,
                });
            }
            (false, true) => self.lead.decision = None,
            (true, true) | (false, false) => {}
        }
    }

    /// The cards that no longer show the truth: those of offers that changed and, when the lead
    /// found its owner or its end, those of everybody who was asked.
    fn cards_to_show(&self) -> BTreeSet<CardRef> {
        let settled = self.lead.state != self.before.state
            && self.lead.ladder() != Some(super::plan::Ladder::Escalation);
        let changed = |offer: &&Offer| {
            self.before.offer(&offer.id).is_none_or(|was| {
                (was.state, was.released_at) != (offer.state, offer.released_at)
                    || moved(was, offer)
            })
        };
        let level = |lead: &Lead| (lead.intent, lead.fit);
        let said_more = level(&self.lead) != level(&self.before)
            || self.lead.contact != self.before.contact
            || self.lead.clock != self.before.clock
            || self.lead.attributes != self.before.attributes;
        let live = |offer: &&Offer| said_more && (offer.is_pending() || self.is_owners(offer));
        let offers = self
            .lead
            .offers
            .iter()
            .filter(|offer| settled || changed(offer) || live(offer));
        let mut cards: BTreeSet<CardRef> = offers
            .map(|offer| CardRef::Offer {
                offer: offer.id.clone(),
                rep: offer.rep.clone(),
            })
            .collect();
        for lead in [&self.before, &self.lead] {
            if self.lead.state != self.before.state || said_more {
                cards.extend(self.shared_cards(lead));
            }
        }
        cards.extend(self.plans_changed());
        cards.extend(self.undo_changed());
        cards.extend(self.alarms_changed());
        cards
    }

    /// The owner's card, when what they plan, how far it has come or whom they asked to take over has changed.
    fn plans_changed(&self) -> Option<CardRef> {
        let asked = |lead: &Lead| lead.hand_over().map(|offer| offer.id.clone());
        let changed = self.lead.next_step != self.before.next_step
            || self.lead.stage != self.before.stage
            || asked(&self.lead) != asked(&self.before);
        let State::Owned { rep, offer } = &self.lead.state else {
            return None;
        };
        changed.then(|| CardRef::Offer {
            offer: offer.clone(),
            rep: rep.clone(),
        })
    }

    fn is_owners(&self, offer: &Offer) -> bool {
        matches!(&self.lead.state, State::Owned { offer: owned, .. } if *owned == offer.id)
    }

    /// The cards that belong to a state and not to an offer.
    fn shared_cards(&self, lead: &Lead) -> Vec<CardRef> {
        match &lead.state {
            State::Pooled { team, .. } => {
                let in_channel = self
                    .policy()
                    .team(team)
                    .is_some_and(|team| team.channel.is_some());
                let card = CardRef::Pool {
                    team: team.clone(),
                    epoch: lead.epoch,
                };
                in_channel.then_some(card).into_iter().collect()
            }
            State::Review { team } => {
                let managers = self
                    .policy()
                    .team(team)
                    .map(|team| team.managers.clone())
                    .unwrap_or_default();
                managers
                    .into_iter()
                    .map(|rep| CardRef::Review {
                        rep,
                        epoch: lead.epoch,
                    })
                    .collect()
            }
            State::Pending
            | State::Offered { .. }
            | State::Queued { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => Vec::new(),
        }
    }
}
