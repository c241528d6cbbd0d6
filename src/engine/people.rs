//! What happens to reps happens to their leads in the same transaction: away, back, gone.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Engine, Error, apply::address};
use crate::{
    domain::{
        event::{Actor, Audible, Event, Gone, Notice, Say, Sign, Told},
        id::{LeadId, RepId, TeamId},
        lead::{Lead, Undoable},
        policy::Platform,
    },
    store::{
        Tx, accounts, groups, leads,
        outbox::{self, Said},
        reps,
    },
};

/// How many waiting leads somebody who comes back is tried for at once; the rest follow by their own clock.
pub(super) const FOR_WHO_RETURNS: usize = 20;

/// An absence as somebody asked for it.
#[derive(Clone, Debug)]
pub struct Absence {
    /// Whose.
    pub rep: RepId,
    /// Absent: from now on.
    pub from: Option<Timestamp>,
    /// Absent: until they say so.
    pub until: Option<Timestamp>,
    /// In their words.
    pub reason: String,
    /// Who stands in.
    pub cover: Option<RepId>,
    /// Who asked.
    pub made_by: Actor,
}

/// What an absence did at once.
#[derive(Clone, Debug, Default)]
pub struct Went {
    /// Its name.
    pub id: String,
    /// The leads whose offers moved on.
    pub asked: Vec<Lead>,
    /// The leads that they owned, had not tried to reach, and own no longer.
    pub owned: Vec<Lead>,
}

/// What came of somebody's return.
#[derive(Clone, Debug, Default)]
pub struct Returned {
    /// The absence that ended, the one that began first if there were several.
    pub ended: Option<reps::Absence>,
}

/// What came of taking back what an absence passed on.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The leads that wait for the rep again.
    pub kept: Vec<Lead>,
    /// Those that have gone their way meanwhile.
    pub gone: Vec<Lead>,
}

impl Engine {
    /// Makes a rep absent; if that begins now, what they have moves on at once, and another absence
    /// that runs ends: the last word counts. A rep for whom somebody else says so is told.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn away(&self, absence: &Absence) -> Result<Went, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| self.away_in(&mut tx, absence, now).await)
            .await
    }

    pub(super) async fn away_in(
        &self,
        tx: &mut Tx,
        absence: &Absence,
        now: Timestamp,
    ) -> Result<Went, Error> {
        let from = absence.from.unwrap_or(now);
        let id = format!("abs_{}", self.clock.chance(now).next_ulid());
        let row = reps::Absence {
            id: id.clone(),
            rep: absence.rep.clone(),
            from_at: from,
            until_at: absence.until,
            reason: absence.reason.clone(),
            cover: absence.cover.clone(),
            made_by: absence.made_by.word(),
            made_at: now,
        };
        reps::lock(tx, &absence.rep).await?;
        if from <= now {
            // Each thing that a chat says ends by itself; what a person says counts before all.
            if Sign::by_word(&row.made_by).is_some() {
                reps::end_absences_by(tx, &absence.rep, &row.made_by, now).await?;
            } else {
                reps::end_absences(tx, &absence.rep, now).await?;
            }
            reps::extra_until(tx, &absence.rep, None).await?;
        }
        reps::absence_add(tx, &row).await?;
        if absence.made_by != Actor::Rep(absence.rep.clone()) {
            let told = Told::Away {
                absence: id.clone(),
            };
            outbox::tell(tx, &absence.rep, &told, &id, now).await?;
        }
        let mut went = Went {
            id,
            ..Went::default()
        };
        if from <= now {
            // Others may begin at the same moment, and their leads are nothing to whoever asked for this one.
            let all = self.begin_in(tx, now).await?;
            went = all
                .into_iter()
                .find(|one| one.id == went.id)
                .unwrap_or(went);
        }
        Ok(went)
    }

    /// Gives a rep the offers back that the absence `id` passed on, as far as nobody has acted on them.
    /// `None` if there is no such absence, or it is not `by`'s to speak for.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn keep(&self, id: &str, by: &RepId) -> Result<Option<Kept>, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                let Some(absence) = reps::absence_by_id(&mut tx, id).await? else {
                    return Ok(None);
                };
                if absence.rep != *by && absence.made_by != Actor::Rep(by.clone()).word() {
                    return Ok(None);
                }
                let since = absence.from_at.max(absence.made_at);
                let mut kept = Kept::default();
                for id in leads::passed_on(&mut tx, &absence.rep, since).await? {
                    self.keep_one(&mut tx, &id, &absence.rep, &mut kept, now)
                        .await?;
                }
                Ok(Some(kept))
            })
            .await
    }

    async fn keep_one(
        &self,
        tx: &mut Tx,
        id: &LeadId,
        rep: &RepId,
        kept: &mut Kept,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(lead) = leads::get(tx, id).await? else {
            return Ok(());
        };
        let passed_on = lead
            .undo
            .as_ref()
            .filter(|undo| undo.by == *rep && undo.what == Undoable::Away);
        let Some(undo) = passed_on else {
            kept.gone.push(lead);
            return Ok(());
        };
        let event = Event::Undo {
            offer: undo.offer.clone(),
            by: rep.clone(),
        };
        match self.decide_stored(tx, id, event, now).await {
            Ok(handled) => kept.kept.push(handled.lead),
            Err(Error::Refused { lead, .. }) => kept.gone.push(*lead),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Acts on every absence whose beginning has come, and says what each did.
    async fn begin_in(&self, tx: &mut Tx, now: Timestamp) -> Result<Vec<Went>, Error> {
        let mut all = Vec::new();
        for absence in reps::absences_to_begin(tx, now).await? {
            let rep = &absence.rep;
            let mut went = Went {
                id: absence.id.clone(),
                asked: self.pass_on_all(tx, rep, Gone::Away, now).await?,
                owned: Vec::new(),
            };
            if let Some(at) = self.is_for_long_at(tx, &absence).await? {
                match absence.until_at {
                    Some(until) if at <= until => {
                        went.owned = self.hand_on_untouched(tx, &absence, now).await?;
                    }
                    Some(_) => {}
                    // Who does not say until when may be back in an hour.
                    None => reps::absence_hands_on(tx, &absence.id, at).await?,
                }
            }
            // Who waits for somebody that was away without an end learns when that is now.
            if absence.until_at.is_some() {
                let teams = self.teams_of(rep);
                Box::pin(self.wake_waiting(tx, &teams, FOR_WHO_RETURNS, now)).await?;
            }
            all.push(went);
        }
        Ok(all)
    }

    /// When a whole business day of theirs has gone by.
    async fn is_for_long_at(
        &self,
        tx: &mut Tx,
        absence: &reps::Absence,
    ) -> Result<Option<Timestamp>, Error> {
        let rules = self.rules();
        let Some(rep) = rules.policy.reps.get(&absence.rep) else {
            return Ok(None);
        };
        let hours = rules.hours_of(rep, &reps::profile(tx, &rep.id).await?);
        Ok(hours.business_day_after(absence.from_at))
    }

    /// What somebody owns and has not tried to reach goes to who stands in, or back to the team.
    async fn hand_on_untouched(
        &self,
        tx: &mut Tx,
        absence: &reps::Absence,
        now: Timestamp,
    ) -> Result<Vec<Lead>, Error> {
        let rules = self.rules();
        let usual = || rules.policy.reps.get(&absence.rep)?.cover.clone();
        let cover = absence.cover.clone().or_else(usual);
        let theirs = leads::owned_unreached(tx, &absence.rep).await?;
        let why = Gone::AwayForLong { cover };
        let event = Event::RepGone {
            rep: absence.rep.clone(),
            why,
        };
        let mut moved = self.decide_all(tx, &theirs, &event, now).await?;
        moved.retain(|lead| lead.owner() != Some(&absence.rep));
        Ok(moved)
    }

    pub(super) async fn pass_on_all(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        why: Gone,
        now: Timestamp,
    ) -> Result<Vec<Lead>, Error> {
        let theirs = leads::pending_with(tx, rep).await?;
        let rep = rep.clone();
        self.decide_all(tx, &theirs, &Event::RepGone { rep, why }, now)
            .await
    }

    /// Makes a rep available again, outside hours too until `until`; the leads that have waited
    /// longest are tried at once.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn back(
        &self,
        rep: &RepId,
        until: Option<Timestamp>,
        by: &Actor,
    ) -> Result<Returned, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| Box::pin(self.back_in(&mut tx, rep, until, by, now)).await)
            .await
    }

    /// The same in a transaction that does something else beside it.
    pub(super) async fn back_in(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        until: Option<Timestamp>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Returned, Error> {
        reps::lock(tx, rep).await?;
        let ended = reps::end_absences(tx, rep, now).await?;
        let ended = ended.into_iter().next();
        reps::extra_until(tx, rep, until).await?;
        // That a status has ended says nothing about whether the chat delivers to them.
        if matches!(by, Actor::Rep(_) | Actor::Api(_)) {
            reps::reachable(tx, rep).await?;
        }
        self.is_back(tx, rep, ended.as_ref(), by, now).await?;
        self.wake_waiting(tx, &self.teams_of(rep), FOR_WHO_RETURNS, now)
            .await?;
        Ok(Returned { ended })
    }

    /// The chat says that somebody can be given no leads: what waits for their answer goes to the next, and
    /// the managers of their teams are told once. Returns whether that is news.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn unreachable(&self, rep: &RepId, why: &str) -> Result<bool, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| self.unreachable_in(&mut tx, rep, why, now).await)
            .await
    }

    async fn unreachable_in(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        why: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        reps::lock(tx, rep).await?;
        let known = reps::known(tx, std::slice::from_ref(rep))
            .await?
            .remove(rep);
        if known.is_some_and(|known| known.unreachable_why.as_deref() == Some(why)) {
            return Ok(false);
        }
        let mut told = false;
        for id in leads::pending_with(tx, rep).await? {
            let Some(lead) = leads::get(tx, &id).await? else {
                continue;
            };
            let theirs = lead.offers.iter();
            let theirs = theirs.filter(|offer| offer.rep == *rep && offer.is_pending());
            for offer in theirs.map(|offer| offer.id.clone()) {
                let why = why.to_owned();
                let event = Event::Undeliverable { offer, why };
                self.decide_stored(tx, &id, event, now).await?;
                told = true;
            }
        }
        reps::unreachable(tx, rep, why, now).await?;
        if !told {
            self.tell_managers(tx, rep, why, now).await?;
        }
        Ok(true)
    }

    /// Tells everybody who manages a team of this rep that the chat does not reach them.
    async fn tell_managers(
        &self,
        tx: &mut Tx,
        rep: &RepId,
        why: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rules = self.rules();
        let teams = self.teams_of(rep);
        let of_teams = rules
            .policy
            .teams
            .iter()
            .filter(|it| teams.contains(&it.id));
        let managers: BTreeSet<&RepId> = of_teams.flat_map(|team| &team.managers).collect();
        for manager in managers.into_iter().filter(|manager| *manager != rep) {
            let say = Say {
                key: format!("unreachable:{}", now.as_microsecond()),
                to: Audible::Rep(manager.clone()),
                cause: Some(format!("unreachable:{rep}")),
                notice: Notice::CannotReach {
                    rep: rep.clone(),
                    why: why.to_owned(),
                    once: false,
                },
            };
            let (to, bundle) = (address(&say.to), rules.policy.bundle);
            let said = Said::of_rep(rep, &to, &say, bundle);
            outbox::say(tx, &[said], now).await?;
        }
        Ok(())
    }

    /// The chat says that somebody can be given leads again; those that have waited longest are tried at
    /// once. Returns whether that is news.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn reachable(&self, rep: &RepId) -> Result<bool, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                let news = reps::reachable(&mut tx, rep).await?;
                if news {
                    self.wake_waiting(&mut tx, &self.teams_of(rep), FOR_WHO_RETURNS, now)
                        .await?;
                }
                Ok(news)
            })
            .await
    }

    /// What a chat said of a rep counts no longer: they are looked up again soon.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn look_again(&self, rep: &RepId, chat: Platform) -> Result<(), Error> {
        self.db
            .write(async |mut tx| Ok::<_, Error>(accounts::look_again(&mut tx, rep, chat).await?))
            .await
    }

    /// What the chat said of its groups counts no longer: they are looked up again soon.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn look_again_at_groups(&self) -> Result<(), Error> {
        self.db
            .write(async |mut tx| Ok::<_, Error>(groups::look_again(&mut tx).await?))
            .await
    }

    pub(super) fn teams_of(&self, rep: &RepId) -> Vec<TeamId> {
        let rules = self.rules();
        let theirs = rules
            .policy
            .teams
            .iter()
            .filter(|team| team.people().any(|person| person == *rep));
        theirs.map(|team| team.id.clone()).collect()
    }

    /// Starts the planned absences whose time has come; returns how many leads that moved.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn begin_absences(&self) -> Result<usize, Error> {
        let now = self.clock.now();
        let next = self
            .db
            .read(async |mut tx| reps::next_absence_change(&mut tx, now).await);
        // Asked after every lead, and hardly ever is there one: a write would cost a commit each time.
        if next.await?.is_none_or(|at| at > now) {
            return Ok(0);
        }
        self.db
            .write(async |mut tx| {
                let begun = self.begin_in(&mut tx, now).await?;
                let moved = begun.iter().map(|one| one.asked.len() + one.owned.len());
                let mut moved: usize = moved.sum();
                for absence in reps::absences_to_hand_on(&mut tx, now).await? {
                    moved += self.hand_on_untouched(&mut tx, &absence, now).await?.len();
                }
                Ok(moved)
            })
            .await
    }
}
