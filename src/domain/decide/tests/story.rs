//! The driver: holds leads, a clock and everybody's situation, and does what the engine would.

use super::*;
use crate::domain::{
    event::{Gone, Notice},
    id::LeadId,
    lead::{OfferKind, OfferState},
    route::Reader,
    strategy::Entry,
    world::{Away, Offered, RepNow},
};

/// How somebody is, apart from what the rules say.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub away: Option<Away>,
    pub extra_until: Option<Timestamp>,
    pub unreachable: bool,
}

/// Leads and people over time.
#[derive(Debug)]
pub struct Story {
    pub company: Company,
    pub now: Timestamp,
    pub leads: Vec<Lead>,
    pub people: BTreeMap<RepId, Person>,
    pub turns: BTreeMap<TeamId, Turns>,
    pub ledger: Vec<(TeamId, Entry)>,
    /// What followed, with the lead's place and the moment.
    pub log: Vec<(usize, Timestamp, Effect)>,
    /// While set, nothing is delivered.
    pub chat_down: bool,
    steps: u128,
}

impl Story {
    pub fn of(company: Company) -> Self {
        Self {
            company,
            now: at("10:00"),
            leads: Vec::new(),
            people: BTreeMap::new(),
            turns: BTreeMap::new(),
            ledger: Vec::new(),
            log: Vec::new(),
            chat_down: false,
            steps: 0,
        }
    }

    /// A demo request comes in now; its place.
    pub fn arrives(&mut self) -> usize {
        self.arrives_as(|_| {})
    }

    pub fn arrives_as(&mut self, change: impl FnOnce(&mut Lead)) -> usize {
        let n = self.leads.len();
        let id = LeadId::from(format!("lead_{n}"));
        let number = i64::try_from(n).unwrap() + 1;
        let mut lead = Lead::new(id, number, "website".into(), self.now);
        lead.lead_type = "demo".to_owned();
        change(&mut lead);
        self.leads.push(lead);
        self.must(n, Event::Arrived);
        n
    }

    pub fn must(&mut self, n: usize, event: Event) {
        let said = format!("{event:?}");
        if let Err(refusal) = self.happens(n, event) {
            panic!("{said}: {refusal}");
        }
    }

    /// What the engine does with an event, and afterwards with the room it freed.
    pub fn happens(&mut self, n: usize, event: Event) -> Result<(), Refusal> {
        self.decide(n, event)?;
        self.deliver();
        Ok(())
    }

    fn decide(&mut self, n: usize, event: Event) -> Result<(), Refusal> {
        self.steps += 1;
        let mut lead = self.leads[n].clone();
        if routes_anew(&lead, &event) {
            Reader::new(&self.company.policy, &self.company.hours, self.now).route(&mut lead);
        }
        let world = self.world();
        let (after, effects) = decide(lead.clone(), event.clone(), self.now, &world)?;
        let again = decide(lead, event, self.now, &world);
        assert_eq!(
            again,
            Ok((after.clone(), effects.clone())),
            "not the same twice"
        );
        let seen = world.reps;
        let before = std::mem::replace(&mut self.leads[n], after);
        self.asked_rightly(n, &before, &seen);
        self.unseen_offers_stay(n, &before);
        self.facts_are_true(n, &effects);
        self.sound(n);
        let mut freed = false;
        for effect in effects {
            match &effect {
                Effect::Round { team, turns } => {
                    self.turns.insert(team.clone(), turns.clone());
                }
                Effect::Turn { team, entry } => self.ledger.push((team.clone(), entry.clone())),
                Effect::Unreachable { rep, .. } => {
                    self.person(rep.as_str()).unreachable = true;
                }
                Effect::Count(measure) => freed |= measure.what.frees_room(),
                Effect::Fact(_) | Effect::Show(_) | Effect::Say(_) => {}
            }
            self.log.push((n, self.now, effect));
        }
        if freed {
            self.fill_room(n);
        }
        Ok(())
    }

    fn fill_room(&mut self, except: usize) {
        let oldest = (0..self.leads.len()).find(|n| *n != except && self.leads[*n].is_waiting());
        if let Some(n) = oldest {
            self.decide(n, Event::SomebodyFree)
                .expect("free room offends nobody");
        }
    }

    fn deliver(&mut self) {
        if self.chat_down {
            return;
        }
        for n in 0..self.leads.len() {
            let cards: Vec<OfferId> = self.leads[n]
                .pending()
                .filter(|offer| offer.delivered_at.is_none())
                .map(|offer| offer.id.clone())
                .collect();
            for offer in cards {
                self.decide(n, Event::Delivered { offer })
                    .expect("a delivery offends nobody");
            }
        }
    }

    pub fn person(&mut self, rep: &str) -> &mut Person {
        self.people.entry(rep.into()).or_default()
    }

    pub fn world(&self) -> World<'_> {
        let reps = self.company.policy.reps.values();
        World {
            policy: &self.company.policy,
            reps: reps
                .map(|rep| (rep.id.clone(), self.rep_now(rep)))
                .collect(),
            turns: self.turns.clone(),
            clocks: &self.company.hours,
            previous_owner: None,
            chance: Chance::new(self.now, self.steps << 32),
        }
    }

    fn rep_now(&self, rep: &Rep) -> RepNow {
        let person = self.people.get(&rep.id).cloned().unwrap_or_default();
        let theirs = || {
            let all = self.leads.iter().flat_map(|lead| &lead.offers);
            all.filter(|offer| offer.rep == rep.id)
        };
        let number = |n: usize| u32::try_from(n).unwrap();
        let pending = number(theirs().filter(|offer| offer.is_pending()).count());
        let owned = self.leads.iter().filter(
            |lead| matches!(&lead.state, State::Owned { rep: owner, .. } if *owner == rep.id),
        );
        let lately = |hours: i64| {
            let from = self.now - SignedDuration::from_hours(hours);
            number(
                theirs()
                    .filter(|offer| offer.offered_at > from && offer.kind != OfferKind::Given)
                    .count(),
            )
        };
        RepNow {
            zone: TimeZone::UTC,
            calendar: self
                .company
                .hours
                .clock(rep.calendar.as_ref(), &TimeZone::UTC),
            away: person
                .away
                .filter(|away| away.until.is_none_or(|until| until > self.now)),
            extra_until: person.extra_until,
            unreachable: person.unreachable,
            pending,
            open: pending + number(owned.count()),
            offered: Offered {
                hour: lately(1),
                day: lately(24),
                week: lately(24 * 7),
            },
        }
    }

    /// Lets time pass until `text`, doing everything that comes due.
    pub fn until(&mut self, text: &str) {
        self.pass_to(at(text));
    }

    pub fn pass_to(&mut self, moment: Timestamp) {
        let mut same = 0;
        loop {
            let next = (0..self.leads.len())
                .filter_map(|n| self.leads[n].next_wake().map(|wake| (wake, n)))
                .min();
            let Some((wake, n)) = next.filter(|(wake, _)| *wake <= moment) else {
                break;
            };
            same = if wake <= self.now { same + 1 } else { 0 };
            assert!(
                same < 200,
                "the lead wakes without end: {}",
                sketch(&self.leads[n])
            );
            self.now = self.now.max(wake);
            self.must(n, Event::Due);
            let wake = self.leads[n].next_wake();
            assert!(
                wake.is_none_or(|wake| wake > self.now),
                "wakes at once again: {}",
                sketch(&self.leads[n])
            );
        }
        self.now = moment;
    }

    /// Baton stands still until `text`, and comes back as it does after a stop.
    pub fn stands_still_until(&mut self, text: &str) {
        let (from, until) = (self.now, at(text));
        self.now = until;
        for n in 0..self.leads.len() {
            self.must(n, Event::Outage { from, until });
        }
        for n in 0..self.leads.len() {
            if self.leads[n].next_wake().is_some_and(|wake| wake <= until) {
                self.must(n, Event::Due);
            }
        }
    }

    pub fn offer_of(&self, n: usize, rep: &str) -> OfferId {
        let theirs = |offer: &&Offer| offer.rep.as_str() == rep;
        let offer = self.leads[n].offers.iter().rev().find(theirs);
        offer
            .unwrap_or_else(|| panic!("{rep} was never asked"))
            .id
            .clone()
    }

    pub fn accepts(&mut self, n: usize, rep: &str) -> Result<(), Refusal> {
        let offer = self.offer_of(n, rep);
        self.happens(
            n,
            Event::Accept {
                offer,
                by: rep.into(),
            },
        )
    }

    pub fn declines(&mut self, n: usize, rep: &str, reason: &str) -> Result<(), Refusal> {
        let offer = self.offer_of(n, rep);
        let (reason, note) = (reason.to_owned(), String::new());
        self.happens(
            n,
            Event::Decline {
                offer,
                by: rep.into(),
                reason,
                note,
            },
        )
    }

    pub fn claims(&mut self, n: usize, rep: &str) -> Result<(), Refusal> {
        self.happens(n, Event::Claim { by: rep.into() })
    }

    /// `/away`, from now until `until` or `/back`.
    pub fn goes_away(&mut self, rep: &str, until: Option<&str>) {
        let until = until.map(at);
        self.person(rep).away = Some(Away { until, cover: None });
        self.gone(rep, Gone::Away);
    }

    /// Taken out of the configuration.
    pub fn is_removed(&mut self, rep: &str) {
        self.company.policy.reps.remove(rep);
        for team in &mut self.company.policy.teams {
            for group in [&mut team.members, &mut team.backups, &mut team.managers] {
                group.retain(|one| one.as_str() != rep);
            }
        }
        self.gone(rep, Gone::Removed);
    }

    fn gone(&mut self, rep: &str, why: Gone) {
        for n in 0..self.leads.len() {
            self.must(
                n,
                Event::RepGone {
                    rep: rep.into(),
                    why,
                },
            );
        }
    }

    /// `/back`.
    pub fn comes_back(&mut self, rep: &str) {
        *self.person(rep) = Person::default();
        for n in 0..self.leads.len() {
            self.must(n, Event::SomebodyFree);
        }
    }

    pub fn contacts(&mut self, n: usize, rep: &str) -> Result<(), Refusal> {
        let (by, how) = (
            Actor::Rep(rep.into()),
            crate::domain::event::ContactHow::NoAnswer,
        );
        self.happens(
            n,
            Event::Contacted {
                by,
                how,
                note: String::new(),
            },
        )
    }

    /// Everybody who was asked, in order, with what became of it: `ayse expired, jonas pending`.
    pub fn offers(&self, n: usize) -> String {
        let offers = self.leads[n].offers.iter();
        let each: Vec<String> = offers
            .map(|offer| format!("{} {}", offer.rep, offer.state.word()))
            .collect();
        each.join(", ")
    }

    /// Who is asked now.
    pub fn asked(&self, n: usize) -> Vec<&str> {
        self.leads[n]
            .pending()
            .map(|offer| offer.rep.as_str())
            .collect()
    }

    pub fn owner(&self, n: usize) -> Option<&str> {
        self.leads[n].owner().map(RepId::as_str)
    }

    /// What people were told about a lead: `10:10 ayse answer_due`.
    pub fn told(&self, n: usize) -> Vec<String> {
        let of = self.log.iter().filter(|(lead, ..)| *lead == n);
        of.filter_map(|(_, at, effect)| match effect {
            Effect::Say(say) => Some(format!(
                "{} {} {}",
                at.strftime("%H:%M"),
                audible(say),
                notice(&say.notice)
            )),
            Effect::Fact(_)
            | Effect::Show(_)
            | Effect::Turn { .. }
            | Effect::Round { .. }
            | Effect::Count(_)
            | Effect::Unreachable { .. } => None,
        })
        .collect()
    }

    /// How often something was counted for a lead.
    pub fn counted(&self, n: usize, what: MeasureKind) -> usize {
        let is = |effect: &Effect| matches!(effect, Effect::Count(measure) if measure.what == what);
        self.log
            .iter()
            .filter(|(lead, _, effect)| *lead == n && is(effect))
            .count()
    }

    /// The ledger adds up to the balances.
    pub fn books_agree(&self) {
        for (team, turns) in &self.turns {
            for (rep, balance) in &turns.reps {
                let lines = self
                    .ledger
                    .iter()
                    .filter(|(of, entry)| of == team && entry.rep == *rep);
                let sum: f64 = lines.map(|(_, entry)| entry.amount).sum();
                let kept = balance.taken + balance.credit;
                assert!(
                    (sum - kept).abs() < 1e-6,
                    "{rep} of {team}: {sum} in the ledger, {kept} kept"
                );
            }
        }
    }

    /// What holds of a lead after every event.
    pub fn sound(&self, n: usize) {
        let lead = &self.leads[n];
        let live =
            |offer: &&Offer| offer.state == OfferState::Accepted && offer.released_at.is_none();
        let owners: Vec<&Offer> = lead.offers.iter().filter(live).collect();
        let asked: Vec<&Offer> = lead.pending().collect();
        match &lead.state {
            State::Owned { rep, offer } => {
                assert_eq!(owners.len(), 1, "one owner: {}", sketch(lead));
                assert_eq!((&owners[0].rep, &owners[0].id), (rep, offer));
            }
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => {
                assert_eq!(owners.len(), 0, "no owner: {}", sketch(lead));
            }
        }
        match &lead.state {
            State::Offered { offer } => {
                assert_eq!(asked.len(), 1, "one is asked: {}", sketch(lead));
                assert_eq!((&asked[0].id, asked[0].kind), (offer, OfferKind::Push));
            }
            State::Pooled { .. } => {
                assert!(!asked.is_empty(), "a pool without people: {}", sketch(lead));
            }
            State::Pending => panic!("left pending: {}", sketch(lead)),
            State::Queued { .. }
            | State::Review { .. }
            | State::Nurture { .. }
            | State::Owned { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => {
                assert_eq!(asked.len(), 0, "nobody is asked: {}", sketch(lead));
            }
        }
        let mut reps: Vec<&RepId> = asked.iter().map(|offer| &offer.rep).collect();
        reps.dedup();
        assert_eq!(
            reps.len(),
            asked.len(),
            "asked twice at once: {}",
            sketch(lead)
        );
        for offer in &lead.offers {
            assert_eq!(offer.is_pending(), offer.decided_at.is_none(), "{offer:?}");
            assert!(
                !offer.is_pending() || offer.epoch == lead.epoch,
                "of another epoch: {offer:?}"
            );
            assert!(
                !offer.is_pending() || offer.until == lead.moves_on_at(),
                "{offer:?}"
            );
        }
        if lead.runs_a_clock() {
            assert!(
                lead.plan
                    .as_ref()
                    .is_none_or(|plan| plan.epoch == lead.epoch),
                "an old plan: {}",
                sketch(lead)
            );
            let blocked = asked.iter().any(|offer| offer.delivered_at.is_none());
            let open = lead
                .steps()
                .iter()
                .any(|step| step.done == crate::domain::plan::StepDone::Open);
            assert!(
                lead.next_wake().is_some() || blocked || !open,
                "left lying: {}",
                sketch(lead)
            );
        } else {
            assert_eq!(lead.next_wake(), None, "a clock runs on: {}", sketch(lead));
        }
    }

    /// What holds of the people who have just been asked.
    fn asked_rightly(&self, n: usize, before: &Lead, seen: &BTreeMap<RepId, RepNow>) {
        let lead = &self.leads[n];
        for offer in lead
            .offers
            .iter()
            .filter(|offer| before.offer(&offer.id).is_none())
        {
            if offer.kind == OfferKind::Given {
                continue;
            }
            let rep = &self.company.policy.reps[&offer.rep];
            assert_eq!(
                seen[&offer.rep].unfit(rep, self.now),
                None,
                "unfit: {offer:?}"
            );
            let before_it = lead.offers.iter().take_while(|one| one.id != offer.id);
            let had = |one: &&Offer| one.rep == offer.rep && one.counts_as_had();
            let earlier: Vec<&Offer> = before_it.filter(had).collect();
            assert!(
                earlier
                    .iter()
                    .all(|one| one.epoch < lead.epoch && one.state != OfferState::Declined),
                "asked again: {}",
                sketch(lead)
            );
        }
    }

    /// An offer that nobody has seen does not expire: only a step that gives the lead to somebody
    /// ends it for want of an answer. A pool moves on once somebody in it has seen it.
    fn unseen_offers_stay(&self, n: usize, before: &Lead) {
        let lead = &self.leads[n];
        let is_new = |offer: &Offer| before.offer(&offer.id).is_none();
        let given = |offer: &&Offer| offer.kind == OfferKind::Given && is_new(offer);
        let seen = before.pending().any(|offer| offer.delivered_at.is_some());
        if seen || lead.offers.iter().any(|offer| given(&offer)) {
            return;
        }
        for was in before.pending() {
            let is = lead.offer(&was.id).unwrap();
            let moved_on = is
                .reason
                .as_ref()
                .is_some_and(|reason| reason.id == "moved on");
            assert!(
                is.state != OfferState::Expired && !moved_on,
                "expired unseen: {}",
                sketch(lead)
            );
        }
    }

    /// What the facts of one event say is so.
    fn facts_are_true(&self, n: usize, effects: &[Effect]) {
        let of = |kind: FactKind| {
            effects.iter().filter_map(move |effect| match effect {
                Effect::Fact(fact) if fact.event == kind => Some(fact),
                _ => None,
            })
        };
        for fact in of(FactKind::Owned) {
            assert_eq!(self.leads[n].owner(), fact.rep.as_ref());
        }
        for fact in of(FactKind::Offered) {
            let offer = self.leads[n].offer(fact.offer.as_ref().unwrap()).unwrap();
            assert_eq!(Some(&offer.rep), fact.rep.as_ref());
        }
    }
}

/// A lead in a few lines: what a broken promise is understood by.
fn sketch(lead: &Lead) -> String {
    let offer = |offer: &Offer| {
        format!(
            "\n  {} {:?} {:?} of epoch {}, {:?}, offered {}, delivered {:?}, until {:?}",
            offer.rep,
            offer.kind,
            offer.state,
            offer.epoch,
            offer.level,
            offer.offered_at,
            offer.delivered_at,
            offer.until
        )
    };
    let step = |step: &crate::domain::plan::PlannedStep| {
        format!("\n  {} {:?} {:?}", step.at, step.action, step.done)
    };
    let offers: String = lead.offers.iter().map(offer).collect();
    let steps: String = lead.steps().iter().map(step).collect();
    let (number, epoch, state) = (lead.number, lead.epoch, &lead.state);
    format!("lead {number} of epoch {epoch}: {state:?}{offers}{steps}")
}

fn audible(say: &Say) -> String {
    match &say.to {
        crate::domain::event::Audible::Rep(rep) => rep.to_string(),
        crate::domain::event::Audible::Channel(team) => format!("#{team}"),
    }
}

fn notice(notice: &Notice) -> &'static str {
    match notice {
        Notice::AnswerDue { .. } => "answer_due",
        Notice::ContactDue { .. } => "contact_due",
        Notice::Late { .. } => "late",
        Notice::NobodyFree { .. } => "nobody_free",
        Notice::CannotReach { .. } => "cannot_reach",
        Notice::WroteAgain { .. } => "wrote_again",
    }
}
