//! The only writer of leads: every event, whoever brings it, takes the same way.

mod absences;
mod activities;
mod apply;
mod backlog;
mod company;
mod coverage;
mod entered;
mod fetched;
mod forecast;
mod hours;
mod known;
mod left;
mod list;
mod nightly;
mod odds;
mod outages;
mod people;
mod profile;
mod programs;
mod quarantine;
mod receive;
mod returns;
mod sift;
mod silent;
mod standing;
mod stored;
mod taken;
mod world;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64},
    },
};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::{
    clock::Clock,
    domain::{
        decide::{asked_anew, decide, routes_anew, teams_concerned},
        event::{Effect, Event, Gone, Receiver, Refusal},
        id::{LeadId, RepId, TeamId},
        lead::Lead,
        plan::Plan,
        policy::{Groups, Policy, Team},
        route::Reader,
    },
    rules::Rules,
    store::{self, Db, Tx, leads, reps, turns},
};

pub use coverage::Coverage;
pub use fetched::{NotFetched, PATIENCE};
pub use forecast::Uncovered;
pub use left::Left;
pub use list::{Became, Foreseen};
pub use people::{Absence, Kept, Returned, Went};
pub use profile::Status;
pub use programs::Contact;
pub use receive::{Activities, Content, Received, Submission};
pub use sift::Sifting;
pub use standing::Standing;
pub use stored::Stored;

/// How many waiting leads may turn out not to be for whoever has room, before the rest are left to
/// their own clock.
const TRIED_IN_VAIN: usize = 8;

/// Handles events: loads under lock, decides, saves, wakes the worker.
#[derive(Clone)]
pub struct Engine {
    db: Db,
    clock: Clock,
    rules: Arc<ArcSwap<Rules>>,
    /// Who is in the chat's groups, as far as it is known.
    groups: Arc<ArcSwap<Groups>>,
    /// Up to when it is known who has left.
    left_noted: Arc<AtomicI64>,
    /// Whether an offer has had no answer since it was looked who answers none.
    lapsed: Arc<AtomicBool>,
}

/// Why an event was not handled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A person asked for what cannot be; the lead is as it was.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// The lead as it is, to say who has it now.
        lead: Box<Lead>,
    },
    /// There is no such lead.
    #[error("there is no such lead")]
    NoSuchLead,
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What came of an event.
#[derive(Debug)]
pub struct Handled {
    /// The lead as it is now.
    pub lead: Lead,
    /// What followed.
    pub effects: Vec<Effect>,
    /// Who has room for another lead now.
    pub freed: BTreeSet<RepId>,
}

impl Engine {
    /// An engine on this database, under these rules.
    #[must_use]
    pub fn new(db: Db, clock: Clock, rules: Rules) -> Self {
        Self {
            db,
            clock,
            rules: Arc::new(ArcSwap::from_pointee(rules)),
            groups: Arc::default(),
            left_noted: Arc::new(AtomicI64::new(i64::MAX)),
            lapsed: Arc::new(AtomicBool::new(true)),
        }
    }

    /// The same engine for what comes in floods and can wait a little; see [`Db::in_line`].
    #[must_use]
    pub fn in_line(&self) -> Self {
        Self {
            db: self.db.in_line(),
            ..self.clone()
        }
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> Arc<Rules> {
        self.rules.load_full()
    }

    /// Puts other rules in force. Running clocks keep what they promised.
    pub fn set_rules(&self, mut rules: Rules) {
        rules.policy.join(&self.groups.load());
        self.rules.store(Arc::new(rules));
    }

    /// Goes by these people in the chat's groups from now on; says whether that makes a difference.
    pub fn set_groups(&self, groups: Groups) -> bool {
        if **self.groups.load() == groups {
            return false;
        }
        self.groups.store(Arc::new(groups));
        self.set_rules(Rules::new(self.rules().policy.clone()));
        true
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The database, for reading.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Handles one event of one lead, now.
    ///
    /// # Errors
    /// [`Error::Refused`] with the lead as it is; [`Error::NoSuchLead`]; [`Error::Store`].
    pub async fn handle(&self, lead: &LeadId, event: Event) -> Result<Handled, Error> {
        let now = self.clock.now();
        let (lead, event) = (lead.clone(), &event);
        self.db
            .write(async |mut tx| {
                // On the heap: whoever asks would carry all that may follow on the stack.
                Box::pin(self.handle_in(&mut tx, &lead, event.clone(), now)).await
            })
            .await
    }

    /// Handles one event in a transaction that does something else beside it.
    ///
    /// # Errors
    /// Like [`handle`](Self::handle).
    pub async fn handle_in(
        &self,
        tx: &mut Tx,
        lead: &LeadId,
        event: Event,
        now: Timestamp,
    ) -> Result<Handled, Error> {
        let handled = Box::pin(self.decide_stored(tx, lead, event, now)).await?;
        Box::pin(self.fill_freed_room(tx, &handled, now)).await?;
        Ok(handled)
    }

    async fn decide_stored(
        &self,
        tx: &mut Tx,
        id: &LeadId,
        event: Event,
        now: Timestamp,
    ) -> Result<Handled, Error> {
        let rules = self.rules();
        // Teams are locked before the lead, so that two leads of one team never wait for each other.
        let teams = if picks_nobody(&event) {
            Vec::new()
        } else {
            let mut peeked = leads::get(tx, id).await?.ok_or(Error::NoSuchLead)?;
            if may_route(&peeked, &event) {
                peeked.company_owner = self.company_owner(tx, &peeked, &rules.policy, now).await?;
                odds::tell(tx, &rules.policy, &mut peeked, now).await?;
            }
            concerned(&peeked, &event, &rules, now)
        };
        let turns = turns::lock(tx, &teams).await?;
        let leads::Locked { mut lead, version } =
            leads::lock(tx, id).await?.ok_or(Error::NoSuchLead)?;
        if may_route(&lead, &event) {
            lead.company_owner = self.company_owner(tx, &lead, &rules.policy, now).await?;
            odds::tell(tx, &rules.policy, &mut lead, now).await?;
        }
        let asked_rules = asked_anew(&lead, &event, &Reader::new(&rules.policy, &*rules, now));
        if let Some(asked) = asked_rules.as_ref().filter(|_| !asks_itself(&event)) {
            lead.clone_from(asked);
        }
        let before = lead.clone();
        let looked_at = asked_rules.as_ref().unwrap_or(&lead);
        let mut world = self
            .world(tx, &rules, looked_at, &teams, turns, now)
            .await?;
        if let Some(rep) = asked(&event) {
            let one = std::slice::from_ref(rep);
            let known = self.reps_now(tx, &rules, one, now).await?;
            world.reps.extend(known);
        }
        if let Some(rep) = declines(&event, &rules.policy) {
            let declined = reps::declined(tx, rep, now).await?;
            if let Some(person) = world.reps.get_mut(rep) {
                person.declined = declined;
            }
        }
        let (lead, effects) =
            decide(lead, event, now, &world).map_err(|refusal| Error::Refused {
                refusal,
                lead: Box::new(before.clone()),
            })?;
        leads::save(tx, &lead, version, &before, now).await?;
        self.note_company(tx, &before, &lead, &rules.policy, now)
            .await?;
        self.apply(tx, &lead, &effects, &rules, now).await?;
        let freed = lead.freed_since(&before);
        Ok(Handled {
            lead,
            effects,
            freed,
        })
    }

    /// Whoever was freed of this lead has room again: the leads that have waited longest for their
    /// teams get it, in the same transaction.
    async fn fill_freed_room(
        &self,
        tx: &mut Tx,
        handled: &Handled,
        now: Timestamp,
    ) -> Result<(), Error> {
        let teams: BTreeSet<TeamId> = handled
            .freed
            .iter()
            .flat_map(|rep| self.teams_of(rep))
            .collect();
        let teams: Vec<TeamId> = teams.into_iter().collect();
        let rooms = handled.freed.len();
        self.wake_waiting(tx, &teams, rooms, Some(&handled.lead.id), now)
            .await
    }

    /// Lets the leads that have waited longest for one of these teams try again, until so many as
    /// there are `rooms` for wait no longer. One that had its chance before does not hold up the rest.
    async fn wake_waiting(
        &self,
        tx: &mut Tx,
        teams: &[TeamId],
        rooms: usize,
        except: Option<&LeadId>,
        now: Timestamp,
    ) -> Result<(), Error> {
        if teams.is_empty() {
            return Ok(());
        }
        let mut left = rooms;
        for lead in leads::waiting(tx, teams, rooms + TRIED_IN_VAIN).await? {
            if left == 0 {
                break;
            }
            if Some(&lead) != except {
                let tried = self.decide_stored(tx, &lead, Event::SomebodyFree, now);
                left -= usize::from(!Box::pin(tried).await?.lead.is_waiting());
            }
        }
        Ok(())
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
fn concerned(lead: &Lead, event: &Event, rules: &Rules, now: Timestamp) -> Vec<TeamId> {
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
