//! The driver: holds leads, a clock and everybody's situation, and does what the engine would.

use super::*;
use crate::domain::{
    event::{Down, Gone, News, Notice},
    id::LeadId,
    lead::{OfferKind, OfferState},
    policy::Platform,
    route::Reader,
    strategy::{Entry, Record},
    world::{Away, Offered, RepNow},
};

/// How somebody is, apart from what the rules say.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub away: Option<Away>,
    pub extra_until: Option<Timestamp>,
    pub unreachable: bool,
    pub record: Record,
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
        self.comes_in(n);
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

    pub(super) fn decide(&mut self, n: usize, event: Event) -> Result<(), Refusal> {
        self.steps += 1;
        let mut lead = self.leads[n].clone();
        let reader = Reader::new(&self.company.policy, &self.company.hours, self.now);
        let asks_itself = matches!(event, Event::Submitted(_) | Event::Did { .. });
        if let Some(asked) = asked_anew(&lead, &event, &reader).filter(|_| !asks_itself) {
            lead = asked;
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
        let freed = self.leads[n].freed_since(&before);
        for effect in effects {
            match &effect {
                Effect::Round { team, turns } => {
                    self.turns.insert(team.clone(), turns.clone());
                }
                Effect::Turn { team, entry } => self.ledger.push((team.clone(), entry.clone())),
                Effect::Unreachable { rep, .. } => {
                    self.person(rep.as_str()).unreachable = true;
                }
                Effect::Fact(_)
                | Effect::Show(_)
                | Effect::Say(_)
                | Effect::Count(_)
                | Effect::Uncount(_)
                | Effect::Ended(_)
                | Effect::Tried { .. }
                | Effect::Sum { .. } => {}
            }
            self.log.push((n, self.now, effect));
        }
        self.fill_room(n, &freed);
        Ok(())
    }

    /// Like the engine: the oldest that wait for a team of somebody with room get it.
    fn fill_room(&mut self, except: usize, freed: &BTreeSet<RepId>) {
        let teams = self.company.policy.teams.iter();
        let theirs = teams.filter(|team| team.people().any(|rep| freed.contains(&rep)));
        let theirs: BTreeSet<TeamId> = theirs.map(|team| team.id.clone()).collect();
        let mut rooms = freed.len();
        for n in (0..self.leads.len()).filter(|n| *n != except) {
            let lead = &self.leads[n];
            let waits = lead.is_waiting() && lead.team().is_some_and(|team| theirs.contains(team));
            if rooms > 0 && waits {
                self.decide(n, Event::SomebodyFree)
                    .expect("free room offends nobody");
                rooms -= usize::from(!self.leads[n].is_waiting());
            }
        }
    }

    /// Where a card of an offer goes; nowhere if the rep has left the configuration.
    fn chat_of(&self, n: usize, offer: &OfferId) -> Option<Platform> {
        let offer = self.leads[n].offer(offer).expect("it is this lead's");
        Some(self.company.policy.reps.get(&offer.rep)?.chat)
    }

    pub fn deliver(&mut self) {
        for n in 0..self.leads.len() {
            let cards: Vec<(OfferId, Platform)> = self.leads[n]
                .pending()
                .filter(|offer| offer.delivered_at.is_none())
                .filter_map(|offer| Some((offer.id.clone(), self.chat_of(n, &offer.id)?)))
                .filter(|(_, chat)| !self.chat_down || *chat != Platform::Slack)
                .collect();
            for (offer, chat) in cards {
                self.decide(n, Event::Delivered { offer, chat })
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
            zone: rep.timezone.clone().unwrap_or(TimeZone::UTC),
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
            record: person.record,
            declined: self.declined_by(&rep.id),
        }
    }

    fn declined_by(&self, rep: &RepId) -> BTreeMap<String, u32> {
        let from = self.now - SignedDuration::from_hours(24);
        let mut declined = BTreeMap::new();
        for offer in self.leads.iter().flat_map(|lead| &lead.offers) {
            let lately = offer.decided_at.is_some_and(|at| at > from);
            let theirs = offer.rep == *rep && offer.state == OfferState::Declined;
            if let Some(reason) = offer.reason.as_ref().filter(|_| theirs && lately) {
                *declined.entry(reason.id.clone()).or_default() += 1;
            }
        }
        declined
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
            self.must(
                n,
                Event::Outage {
                    of: Down::Baton,
                    from,
                    until,
                },
            );
        }
        for n in 0..self.leads.len() {
            if self.leads[n].next_wake().is_some_and(|wake| wake <= until) {
                self.must(n, Event::Due);
            }
        }
    }

    /// Slack can't be reached from now on; what has been delivered stands there.
    pub fn chat_goes_down(&mut self) {
        self.chat_down = true;
        for n in 0..self.leads.len() {
            self.must(
                n,
                Event::ChatDown {
                    chat: Platform::Slack,
                    since: self.now,
                },
            );
        }
    }

    /// Slack is back.
    pub fn chat_comes_back(&mut self, since: &str) {
        self.chat_down = false;
        let (of, from, until) = (Down::Chat(Platform::Slack), at(since), self.now);
        for n in 0..self.leads.len() {
            self.must(n, Event::Outage { of, from, until });
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
                    why: why.clone(),
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

    pub fn comes_in(&mut self, n: usize) {
        let by = Actor::Source("website".to_owned());
        let beside = Vec::new();
        self.must(n, Event::Arrived { by, beside });
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
                at: None,
                note: String::new(),
                next: None,
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
            | Effect::Uncount(_)
            | Effect::Ended(_)
            | Effect::Tried { .. }
            | Effect::Sum { .. }
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
        Notice::Rerouted { .. } => "rerouted",
        Notice::CannotReach { .. } => "cannot_reach",
        Notice::WroteAgain { .. } => "wrote_again",
        Notice::WasDown { .. } => "was_down",
        Notice::NobodyThere { .. } => "nobody_there",
        Notice::ChatWasDown { .. } => "chat_was_down",
        Notice::ChannelRefuses { .. } => "channel_refuses",
        Notice::FetchRefused { .. } => "fetch_refused",
        Notice::Quarantined { .. } => "quarantined",
        Notice::StepDue { .. } => "step_due",
        Notice::StoodIn { .. } => "stood_in",
        Notice::WentOn { .. } => "went_on",
        Notice::Left { .. } => "left",
        Notice::News { news, .. } => match news {
            News::TakenBack { .. } => "taken_back",
            News::Moved { .. } => "moved",
            News::Exhausted => "exhausted",
            News::ContactElsewhere { .. } => "contact_elsewhere",
            News::HandedOver { .. } => "handed_over",
            News::Returned { .. } => "returned",
            News::YoursAgain { .. } => "yours_again",
            News::NotHandedOver { .. } => "not_handed_over",
            News::Unsubscribed { .. } => "unsubscribed",
            News::Deleted { .. } => "deleted",
            News::Warmer { .. } => "warmer",
        },
    }
}
