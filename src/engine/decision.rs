//! One decision: the lead and what it concerns are locked and loaded, and what follows is written.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Engine, Error, Handled, odds, sitting::Sitting};
use crate::{
    domain::{
        decide::{asked_anew, decide, routes_anew, teams_concerned},
        event::{Event, Gone, Receiver},
        id::{LeadId, RepId, TeamId},
        lead::Lead,
        plan::Plan,
        policy::{Policy, Team},
        route::Reader,
        world::World,
    },
    rules::Rules,
    store::{Tx, leads, reps},
};

impl Engine {
    /// Decides one event of a lead, and writes what follows.
    pub(super) async fn decide_stored(
        &self,
        tx: &mut Tx,
        id: &LeadId,
        event: Event,
        now: Timestamp,
    ) -> Result<Handled, Error> {
        let mut sitting = Sitting::default();
        let handled = self.decide_sitting(tx, &mut sitting, id, event, now);
        let handled = Box::pin(handled).await?;
        sitting.close(tx, now).await?;
        Ok(handled)
    }

    /// The same; what only adds up is written when the sitting closes.
    pub(super) async fn decide_sitting(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        id: &LeadId,
        event: Event,
        now: Timestamp,
    ) -> Result<Handled, Error> {
        let rules = self.rules();
        let (locked, teams) = self.take(tx, sitting, &rules, (id, &event), now).await?;
        let leads::Locked { mut lead, version } = locked;
        if may_route(&lead, &event) {
            lead.company_owner = self.company_owner(tx, &lead, &rules.policy, now).await?;
            odds::tell(tx, &rules.policy, &mut lead, now).await?;
        }
        let asked_rules = asked_anew(&lead, &event, &Reader::new(&rules.policy, &*rules, now));
        let before = lead.clone();
        if let Some(asked) = asked_rules.as_ref().filter(|_| !asks_itself(&event)) {
            lead.clone_from(asked);
        }
        let looked_at = asked_rules.as_ref().unwrap_or(&lead);
        let concerned = (looked_at, &event, teams.as_slice());
        let world = self.world_for(tx, sitting, &rules, concerned, now).await?;
        let decided = decide(lead, event, now, &world);
        sitting.take_turns_back(world.turns);
        let (lead, effects) = decided.map_err(|refusal| Error::Refused {
            refusal,
            lead: Box::new(before.clone()),
        })?;
        sitting.decided(&lead, version, &before, now)?;
        self.note_company(tx, &before, &lead, &rules.policy, now)
            .await?;
        self.apply(tx, sitting, &lead, &effects, now).await?;
        if lead.is_waiting() {
            sitting.somebody_waits();
        }
        let freed = lead.freed_since(&before);
        Ok(Handled {
            lead,
            effects,
            freed,
        })
    }

    /// What the decision of this event looks at: beside the teams, whoever is asked by name or declines.
    async fn world_for<'r>(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        rules: &'r Rules,
        (lead, event, teams): (&Lead, &Event, &[TeamId]),
        now: Timestamp,
    ) -> Result<World<'r>, Error> {
        let mut world = self.world(tx, sitting, rules, lead, teams, now).await?;
        if let Some(rep) = asked(event) {
            let one = std::slice::from_ref(rep);
            sitting.write_leads(tx, now).await?;
            let known = self.reps_now(tx, rules, one, now).await?;
            world.reps.extend(known);
        }
        if let Some(rep) = declines(event, &rules.policy) {
            sitting.write_leads(tx, now).await?;
            let declined = reps::declined(tx, rep, now).await?;
            if let Some(person) = world.reps.get_mut(rep) {
                person.declined = declined;
            }
        }
        Ok(world)
    }

    /// Locks a lead, and before it the teams that a decision about it may look at.
    async fn take(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        rules: &Rules,
        (id, event): (&LeadId, &Event),
        now: Timestamp,
    ) -> Result<(leads::Locked, Vec<TeamId>), Error> {
        if picks_nobody(event) {
            sitting.held.remove(id);
            sitting.write_leads(tx, now).await?;
            let locked = leads::lock(tx, id).await?.ok_or(Error::NoSuchLead)?;
            return Ok((locked, Vec::new()));
        }
        if let Some(held) = sitting.held.remove(id) {
            let teams = self.teams_for(tx, rules, &held.lead, event, now).await?;
            sitting.lock(tx, &teams).await?;
            return Ok((held, teams));
        }
        sitting.write_leads(tx, now).await?;
        let mut seen = leads::seen(tx, std::slice::from_ref(id)).await?;
        let peeked = seen.get(id).ok_or(Error::NoSuchLead)?;
        let version = peeked.version;
        let mut teams = self.teams_for(tx, rules, &peeked.lead, event, now).await?;
        sitting.lock(tx, &teams).await?;
        seen = leads::lock_seen(tx, seen).await?;
        let locked = seen.remove(id).ok_or(Error::NoSuchLead)?;
        if locked.version != version {
            // Somebody was faster, and it may concern others now. Should the order of locks be broken here, PostgreSQL
            // says so and it is tried again.
            teams = self.teams_for(tx, rules, &locked.lead, event, now).await?;
            sitting.lock(tx, &teams).await?;
        }
        Ok((locked, teams))
    }

    /// The teams that a decision about this lead may look at.
    pub(super) async fn teams_for(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        lead: &Lead,
        event: &Event,
        now: Timestamp,
    ) -> Result<Vec<TeamId>, Error> {
        if !may_route(lead, event) {
            return Ok(concerned(lead, event, rules, now));
        }
        let mut asked = lead.clone();
        asked.company_owner = self.company_owner(tx, lead, &rules.policy, now).await?;
        odds::tell(tx, &rules.policy, &mut asked, now).await?;
        Ok(concerned(&asked, event, rules, now))
    }
}

/// Whether an event leaves the lead with whoever has it, so that nobody's situation matters.
fn picks_nobody(event: &Event) -> bool {
    match event {
        Event::Delivered { .. }
        | Event::ChatDown { .. }
        | Event::NextStep { .. }
        | Event::Stage { .. }
        | Event::Snooze { .. }
        | Event::OwnerLeaves { .. }
        | Event::Outage { .. } => true,
        Event::Arrived { .. }
        | Event::Submitted(_)
        | Event::Did { .. }
        | Event::Due
        | Event::SomebodyFree
        | Event::Undeliverable { .. }
        | Event::NotShown { .. }
        | Event::Accept { .. }
        | Event::Decline { .. }
        | Event::Claim { .. }
        | Event::Contacted { .. }
        | Event::Close { .. }
        | Event::Assign { .. }
        | Event::Undo { .. }
        | Event::Release { .. }
        | Event::Reoffer { .. }
        | Event::RouteOn { .. }
        | Event::Reroute { .. }
        | Event::RepGone { .. }
        | Event::LateAccept { .. }
        | Event::BackInLine { .. }
        | Event::RepBack { .. } => false,
    }
}

/// Whether the rules are asked for this event, or may be by what they say.
fn may_route(lead: &Lead, event: &Event) -> bool {
    routes_anew(lead, event) || matches!(event, Event::Did { .. })
}

/// Whether the decision finds out by itself if the rules are to be asked, and believes them only then.
fn asks_itself(event: &Event) -> bool {
    matches!(event, Event::Submitted(_) | Event::Did { .. })
}

/// Who declines, where that is limited.
fn declines<'e>(event: &'e Event, policy: &Policy) -> Option<&'e RepId> {
    let Event::Decline { by, .. } = event else {
        return None;
    };
    policy.limits_declines().then_some(by)
}

/// To whom a person gives the lead.
fn receiver(event: &Event) -> Option<&Receiver> {
    if let Event::Assign { to, .. } = event {
        Some(to)
    } else {
        None
    }
}

/// Who is asked by name, whatever team they are in: by a person, or as who stands in.
fn asked(event: &Event) -> Option<&RepId> {
    if let Event::RepGone {
        why: Gone::AwayForLong { cover },
        ..
    } = event
    {
        return cover.as_ref();
    }
    match receiver(event) {
        Some(Receiver::Rep(rep)) => Some(rep),
        Some(Receiver::Team(_)) | None => None,
    }
}

/// Whether what is told of the lead is only written down, as mostly.
fn stays_where_it_is(lead: &Lead, event: &Event, asked: Option<&Lead>) -> bool {
    // An attempt that reached nobody may be the last, and the lead goes elsewhere.
    let stays = lead.plan.as_ref().and_then(Plan::ends_at).is_none();
    if let Event::Contacted { how, .. } = event {
        return how.reached() || stays;
    }
    matches!(event, Event::Did { .. }) && asked.is_none() && (stays || lead.owner().is_none())
}

/// The teams a decision may look at, in lock order; a team's managers have a line of their own.
pub(super) fn concerned(lead: &Lead, event: &Event, rules: &Rules, now: Timestamp) -> Vec<TeamId> {
    let asked = asked_anew(lead, event, &Reader::new(&rules.policy, rules, now));
    if stays_where_it_is(lead, event, asked.as_ref()) {
        return Vec::new();
    }
    let lead = asked.as_ref().unwrap_or(lead);
    let mut teams = teams_concerned(lead, &rules.policy);
    if let Some(Receiver::Team(team)) = receiver(event) {
        let next = rules.policy.team(team).and_then(Team::when_closed_team);
        teams.extend(std::iter::once(team.clone()).chain(next));
    }
    let managers = teams
        .iter()
        .map(|team| TeamId::from(format!("{team}#managers")));
    let all: BTreeSet<TeamId> = teams.iter().cloned().chain(managers).collect();
    all.into_iter().collect()
}
