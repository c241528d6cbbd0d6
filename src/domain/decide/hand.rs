//! Giving a lead to somebody by hand: a manager moves it, its owner asks a colleague or gives it back.

use jiff::{SignedDuration, Timestamp};

use super::{Case, choose::Group};
use crate::domain::{
    calendar::Period,
    event::{
        Actor, Audible, Effect, FactKind, Handing, MeasureKind, News, Notice, Premise, Receiver,
        Refusal, Say,
    },
    id::{OfferId, RepId, TeamId},
    lead::{Behalf, Given, Offer, OfferKind, OfferLevel, OfferState, Reason, State},
    policy::{Rep, Rung, Team},
    strategy::{Entry, EntryWhy},
};

/// How long a colleague is asked where no SLA says how soon an answer is owed.
const USUAL_ANSWER: SignedDuration = SignedDuration::from_hours(24);

impl Case<'_, '_> {
    pub(super) fn assign_by_hand(
        &mut self,
        to: &Receiver,
        by: &Actor,
        handing: Handing,
        words: String,
        premise: Premise,
    ) -> Result<(), Refusal> {
        self.may_give(to, by, handing, premise)?;
        let owned = matches!(self.lead.state, State::Owned { .. });
        // Until a colleague accepts nothing changes.
        if !owned || handing == Handing::Now {
            match to {
                Receiver::Rep(rep) => self.sum_override(by, Some(rep), None, premise),
                Receiver::Team(team) => self.sum_override(by, None, Some(team), premise),
            }
        }
        match (to, handing) {
            (Receiver::Rep(rep), Handing::Now) => self.assign(rep, by, &words),
            (Receiver::Rep(rep), Handing::Offer) => {
                self.can_be_asked(rep)?;
                if owned {
                    self.ask_colleague(rep, by, &words);
                } else {
                    self.ask(rep, by, &words);
                }
            }
            (Receiver::Team(team), Handing::Offer) if owned => {
                let rep = self.next_of(team)?;
                self.ask_colleague(&rep, by, &words);
            }
            (Receiver::Team(team), Handing::Now | Handing::Offer) => {
                self.move_to(team, by, &words);
            }
        }
        self.lead.touched_at = self.now;
        Ok(())
    }

    fn may_give(
        &self,
        to: &Receiver,
        by: &Actor,
        handing: Handing,
        premise: Premise,
    ) -> Result<(), Refusal> {
        let holds = match premise {
            Premise::Any => true,
            Premise::InReview => matches!(self.lead.state, State::Review { .. }),
            Premise::Late => self.lead.alarm.is_some(),
        };
        if !self.lead.is_open() {
            return Err(Refusal::Closed);
        }
        if !holds {
            return Err(Refusal::OfferOver);
        }
        let asks_as_owner = handing == Handing::Offer
            && matches!(by, Actor::Rep(rep) if self.lead.owner() == Some(rep));
        if !asks_as_owner && !self.may_direct(by) {
            return Err(Refusal::NotOwner);
        }
        match to {
            Receiver::Rep(rep) if !self.policy().reps.contains_key(rep) => Err(Refusal::NoSuchRep),
            Receiver::Rep(rep) if self.lead.owner() == Some(rep) => Err(Refusal::AlreadyYours),
            Receiver::Team(team) if self.policy().team(team).is_none() => Err(Refusal::NoSuchTeam),
            Receiver::Rep(_) | Receiver::Team(_) => Ok(()),
        }
    }

    /// Whoever is away or can't be reached is not asked by hand either.
    fn can_be_asked(&self, rep: &RepId) -> Result<(), Refusal> {
        let person = self.world.reps.get(rep);
        let rule = self.policy().reps.get(rep);
        let unfit = person
            .zip(rule)
            .and_then(|(person, rep)| person.unfit(rep, self.now));
        match unfit {
            Some(why) if why.is_gone() => Err(Refusal::NobodyFree),
            Some(_) | None => Ok(()),
        }
    }

    /// Whose turn it is in a team, by its strategy.
    fn next_of(&mut self, team: &TeamId) -> Result<RepId, Refusal> {
        let team = self.policy().team(team).ok_or(Refusal::NoSuchTeam)?;
        let group = Group {
            reps: team.members.clone(),
            team: Some(team),
        };
        let considered = self.consider(&group);
        let fit: Vec<&Rep> = considered
            .iter()
            .filter(|one| one.unfit.is_none())
            .map(|one| one.rep)
            .collect();
        let next = self.best(&group, fit, 1).first().map(|rep| rep.id.clone());
        next.ok_or(Refusal::NobodyFree)
    }

    /// Asks one rep for a lead that nobody owns.
    fn ask(&mut self, rep: &RepId, by: &Actor, words: &str) {
        self.withdraw_pending(None, "assigned");
        self.start_clock_if_new();
        let team = self.team();
        let offer = self.offer_to(rep, team, OfferLevel::Hand, OfferKind::Push);
        self.note_given(&offer, by, words);
        self.lead.state = State::Offered { offer };
    }

    /// Asks a colleague to take over what somebody owns; until they accept nothing changes.
    fn ask_colleague(&mut self, rep: &RepId, by: &Actor, words: &str) {
        self.withdraw_pending(None, "assigned");
        let offer = self.offer_to(rep, None, OfferLevel::Hand, OfferKind::HandOver);
        self.note_given(&offer, by, words);
        let until = self.answer_by();
        if let Some(offer) = self.lead.offer_mut(&offer) {
            offer.until = Some(until);
        }
    }

    /// A colleague has as long to answer as the lead's SLA gives anybody.
    pub(super) fn answer_by(&self) -> Timestamp {
        let promised = || {
            let plan = self.lead.plan.as_ref()?;
            let clock = self.plan_clock()?;
            let span = clock.open_between(plan.started_at, plan.acknowledge_by?);
            clock.add(self.now, Period::Time(span))
        };
        promised().unwrap_or(self.now + USUAL_ANSWER)
    }

    /// Another team stands behind the lead from now on, under a clock of its own.
    fn move_to(&mut self, id: &TeamId, by: &Actor, words: &str) {
        let Some(team) = self.policy().team(id) else {
            return;
        };
        self.withdraw_pending(None, "assigned");
        self.release_owner();
        self.lead.routing.get_or_insert_default().team = Some(id.clone());
        self.lead.state = State::Pending;
        self.begin_plan();
        self.fact(
            FactKind::Assigned,
            by.clone(),
            None,
            None,
            with_words(&format!("team {id}"), words),
        );
        let level = OfferLevel::Rung(Rung::Other(id.clone()));
        if !self.try_team(&level, team) && !self.try_rungs_ahead() {
            self.wait();
        }
    }

    /// Makes `to` the owner without asking.
    pub(super) fn assign(&mut self, to: &RepId, by: &Actor, words: &str) {
        self.withdraw_pending(None, "assigned");
        self.release_owner();
        self.start_clock_of_list();
        self.start_clock_if_new();
        let team = self.team();
        let offer = self.offer_to(to, team, OfferLevel::Hand, OfferKind::Given);
        self.fact(
            FactKind::Assigned,
            by.clone(),
            Some(to),
            Some(&offer),
            self.named(to, words),
        );
        self.note_given(&offer, by, words);
        self.count(MeasureKind::Assigned, Some(to), None);
        if let Some(team) = team.filter(|team| self.counts_by_hand(team, to)) {
            let entry = Entry {
                rep: to.clone(),
                why: EntryWhy::ByHand,
                amount: 1.0,
                offer: Some(offer.clone()),
            };
            self.post_in_team(&team.id, entry);
        }
        self.own(&offer, to, by);
    }

    /// Whether a lead given by hand is a turn of theirs.
    pub(super) fn counts_by_hand(&self, team: &Team, to: &RepId) -> bool {
        team.turns.by_hand && team.members.contains(to)
    }

    /// Only now could it be offered to anybody, so its clock starts now.
    fn start_clock_if_new(&mut self) {
        match self.lead.state {
            State::Pending | State::Review { .. } | State::Nurture { .. } => self.begin_plan(),
            State::Queued { .. } if self.lead.imported.is_some() && self.lead.plan.is_none() => {
                self.begin_plan();
            }
            State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => {}
        }
    }

    fn note_given(&mut self, offer: &OfferId, by: &Actor, words: &str) {
        let given = Given {
            by: by.clone(),
            words: words.to_owned(),
        };
        if let Some(offer) = self.lead.offer_mut(offer).filter(|_| *by != Actor::Baton) {
            offer.given = Some(given);
        }
    }

    fn named(&self, rep: &RepId, words: &str) -> String {
        with_words(self.policy().name_of(rep), words)
    }

    /// The colleague takes it over.
    pub(super) fn hand_over(&mut self, offer: &Offer) {
        let actor = Actor::Rep(offer.rep.clone());
        self.sum_override(&actor, Some(&offer.rep), None, Premise::Any);
        self.release_owner();
        let name = self.policy().name_of(&offer.rep).to_owned();
        self.fact(
            FactKind::HandedOver,
            actor,
            Some(&offer.rep),
            Some(&offer.id),
            name,
        );
        self.count(MeasureKind::Assigned, Some(&offer.rep), None);
    }

    /// The colleague will not take it over: it stays with its owner, who hears of it.
    pub(super) fn stays(&mut self, asked: &OfferId) {
        let State::Owned { rep, offer } = self.lead.state.clone() else {
            return;
        };
        self.say(Say {
            to: Audible::Rep(rep),
            key: format!("stays:{asked}"),
            cause: None,
            notice: Notice::News {
                offer,
                news: News::NotHandedOver {
                    asked: asked.clone(),
                },
            },
        });
    }

    /// A colleague who has not answered in time is asked no longer.
    pub(super) fn expire_hand_over(&mut self) {
        let now = self.now;
        let over =
            |offer: &&Offer| offer.can_expire() && offer.until.is_some_and(|until| until <= now);
        let Some(offer) = self.lead.hand_over().filter(over).cloned() else {
            return;
        };
        self.end_offer(&offer.id, OfferState::Expired, Reason::own("no answer"));
        let name = self.policy().name_of(&offer.rep).to_owned();
        let (rep, id) = (Some(&offer.rep), Some(&offer.id));
        self.fact(FactKind::Expired, Actor::Baton, rep, id, name);
        self.count(MeasureKind::Expired, rep, None);
        self.stays(&offer.id);
    }

    /// The owner gives the lead back: a new clock starts, and somebody else is asked.
    pub(super) fn release(&mut self, by: &Actor, words: &str) -> Result<(), Refusal> {
        if !self.lead.is_open() {
            return Err(Refusal::Closed);
        }
        if !matches!(self.lead.state, State::Owned { .. }) || !self.may_speak(by) {
            return Err(Refusal::NotOwner);
        }
        self.lead.touched_at = self.now;
        self.sum_override(by, None, None, Premise::Any);
        self.rid_of(by, None);
        self.leave_owner(&with_words("given back", words));
        if !self.try_targets_from(0) && !self.try_rungs_ahead() {
            self.wait();
        }
        Ok(())
    }

    /// Whoever had the lead and has it no longer by somebody else's doing hears of it: an edited card
    /// notifies nobody.
    pub(super) fn tell_former_owner(&mut self) {
        let State::Owned { rep, offer } = self.before.state.clone() else {
            return;
        };
        let still = matches!(&self.lead.state, State::Owned { rep: owner, .. } if *owner == rep);
        let rule = self.policy().reps.get(&rep);
        let has_left = rule.is_none_or(|rule| rule.has_left(self.now));
        if still || has_left || self.actor == Actor::Rep(rep.clone()) {
            return;
        }
        let is_told = |effect: &Effect| matches!(effect, Effect::Say(Say { to: Audible::Rep(to), notice: Notice::Rerouted { .. }, .. }) if *to == rep);
        if self.effects.iter().any(is_told) {
            return;
        }
        // Whoever is away has been told what became of their leads.
        let away = |rep: &RepId| {
            let person = self.world.reps.get(rep);
            person.is_some_and(|person| person.away.is_some())
        };
        if self.actor == Actor::Baton && away(&rep) {
            return;
        }
        let taken_over = match &self.lead.state {
            State::Owned { rep, offer } => {
                let offer = self.lead.offer(offer);
                if offer.is_some_and(|offer| matches!(offer.behalf, Some(Behalf::Returned { .. })))
                {
                    // That is told with it.
                    return;
                }
                let offer = offer.filter(|offer| offer.is_hand_over());
                offer.map(|_| rep.clone())
            }
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => None,
        };
        let news = match taken_over {
            Some(to) => News::HandedOver { to },
            None if self.exhausted => News::Exhausted,
            None => News::Moved {
                by: self.actor.clone(),
            },
        };
        self.effects.push(Effect::Say(Say {
            to: Audible::Rep(rep),
            key: format!("moved:{offer}:{}", self.now.as_microsecond()),
            cause: None,
            notice: Notice::News { offer, news },
        }));
    }
}

/// What happened, and in whose words why.
fn with_words(what: &str, words: &str) -> String {
    if words.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {words}")
    }
}
