//! Where a lead goes: the targets of its route in order, then the rungs of its escalation.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::{Case, choose::Group, offer::Among};
use crate::domain::{
    event::{Actor, Ending, FactKind, MeasureKind},
    id::{RepId, TeamId},
    lead::{OfferLevel, State},
    person::{SignKind, also_words},
    plan::{Plan, StepDone},
    policy::{Rung, Sla, Target, Team, WhenClosed},
    route::{Reader, sla_for},
    world::Unfit,
    zone,
};

impl<'w> Case<'_, 'w> {
    /// A new lead: the rules have been asked, now somebody is found.
    pub(super) fn arrive(&mut self, by: Actor, beside: &[(SignKind, i64)]) {
        let late = self.now.duration_since(self.lead.created_at);
        let let_in = match late.as_secs() {
            0 => String::new(),
            seconds => format!("; let in {}", after(seconds)),
        };
        let detail = match &self.lead.unknown {
            _ if self.lead.imported.is_some() => format!("by {}, in a list", self.lead.source),
            Some(why) => format!(
                "by {}; its person could not be fetched: {why}",
                self.lead.source
            ),
            None => format!("by {}{let_in}", self.lead.source),
        };
        let also = also_words(beside);
        let also = if also.is_empty() {
            also
        } else {
            format!("; {also}")
        };
        let detail = format!("{detail}{also}");
        self.fact(FactKind::Created, by, None, None, detail);
        // A list did not come in as people write: it would hide how many do.
        let what = match self.lead.imported {
            Some(_) => MeasureKind::Imported,
            None => MeasureKind::Arrived,
        };
        self.count(what, None, None);
        if self.lead.unknown.is_some() && !self.lead.test {
            self.ask_who_it_is();
        } else if let Some(to) = self.lead.imported.filter(|_| !self.lead.test) {
            self.put_with_list(to);
        } else {
            self.place();
        }
    }

    /// Of a lead of which only an id is known a manager decides; its clock runs meanwhile.
    fn ask_who_it_is(&mut self) {
        self.begin_plan();
        let routed = self.team().map(|team| team.id.clone());
        let others = self.policy().teams.iter().map(|team| team.id.clone());
        let asked = routed
            .into_iter()
            .chain(others)
            .find(|team| self.has_managers(team));
        match asked {
            Some(team) => self.review(team),
            None => self.wait(),
        }
    }

    /// Starts a new plan and asks the targets of the lead's route in order.
    pub(super) fn place(&mut self) {
        self.begin_plan();
        self.tell_rule();
        if self.lead.test {
            self.disqualify("test lead");
        } else if !self.try_targets_from(0) {
            self.wait();
        }
    }

    /// Writes down which rule decides.
    pub(super) fn tell_rule(&mut self) {
        let rule = self
            .lead
            .routing
            .as_ref()
            .and_then(|routing| routing.rule.as_ref());
        let detail = rule.map_or_else(|| "no rule held".to_owned(), |rule| format!("rule {rule}"));
        self.fact(FactKind::Routed, Actor::Baton, None, None, detail);
        self.count(MeasureKind::Routed, None, None);
    }

    /// A lead without an owner gets a clock of its own, under a new epoch.
    pub(super) fn begin_plan(&mut self) {
        self.withdraw_pending(None, "routed anew");
        self.lead.epoch += 1;
        let team = self
            .lead
            .routing
            .as_ref()
            .and_then(|routing| routing.team.clone());
        let mut team = team.as_ref().and_then(|team| self.policy().team(team));
        if self.route().is_none() && team.is_none() {
            // Somebody has to see to it that no rule caught it.
            team = self.policy().teams.first();
            if let Some(routing) = &mut self.lead.routing {
                routing.team = team.map(|team| team.id.clone());
            }
        }
        let sla = sla_for(self.policy(), self.route(), team, &self.lead.lead_type);
        let of_team = team.and_then(|team| team.timezone.clone());
        let zone = sla.and_then(|sla| self.zone_of_lead(sla)).or(of_team);
        let zone = zone.unwrap_or(TimeZone::UTC);
        self.lead.plan = sla.map(|sla| {
            let clock = self.world.clocks.clock(sla.calendar.as_ref(), &zone);
            Plan::new(
                sla,
                team.map(|team| team.id.clone()),
                self.lead.epoch,
                // From when it can be offered: a lead that had to be fetched came earlier.
                self.now,
                &clock,
                &zone,
            )
        });
        self.lead.clock.start_over();
    }

    /// Where the lead lives, if its clock is to go by that and it is one zone.
    fn zone_of_lead(&self, sla: &Sla) -> Option<TimeZone> {
        let calendar = self.policy().calendars.get(sla.calendar.as_ref()?)?;
        if !calendar.of_lead {
            return None;
        }
        zone::of(&self.lead.contact)?.only().cloned()
    }

    /// Asks the targets of the route from the `first` on; whether one of them took it.
    pub(super) fn try_targets_from(&mut self, first: usize) -> bool {
        let targets = self.targets();
        (first..targets.len()).any(|place| self.try_target(place, &targets[place]))
    }

    /// Asks the targets that mean people, of a lead that waits for one of them.
    pub(super) fn try_people(&mut self) -> bool {
        let targets = self.targets();
        let people = targets
            .iter()
            .enumerate()
            .filter(|(_, target)| match target {
                Target::Team(_)
                | Target::Pool { .. }
                | Target::Rep(_)
                | Target::AccountOwner
                | Target::PreviousOwner => true,
                Target::Queue { .. }
                | Target::Review(_)
                | Target::Nurture(_)
                | Target::Disqualify(_) => false,
            });
        let people: Vec<(usize, &Target)> = people.collect();
        people
            .into_iter()
            .any(|(place, target)| self.try_target(place, target))
    }

    /// Where the lead's rule sends it. A rule that is no longer in force, or one that named nothing but
    /// a review that is over, leaves the team.
    pub(super) fn targets(&self) -> Cow<'w, [Target]> {
        let to = self.route().map(|route| route.to.as_slice());
        let team = || Some(Target::Team(self.team_or_first()?.id.clone()));
        match to {
            Some(to) => Cow::Borrowed(to),
            None => Cow::Owned(team().into_iter().collect()),
        }
    }

    pub(super) fn try_target(&mut self, place: usize, target: &Target) -> bool {
        let level = OfferLevel::Target(place);
        match target {
            Target::Team(team) => self
                .policy()
                .team(team)
                .is_some_and(|team| self.try_team(&level, team)),
            Target::AccountOwner => self.ask_account_owner(&level),
            Target::Rep(_) | Target::PreviousOwner => {
                let group = self.group_of(target);
                self.push(&level, &group)
            }
            Target::Pool {
                team,
                size,
                matching,
                hide,
            } => {
                let Some(team) = self.policy().team(team) else {
                    return false;
                };
                let among = Among {
                    size: *size,
                    matching: *matching,
                };
                self.pool(&level, team, among, hide) || self.try_instead(&level, team)
            }
            Target::Queue { team, hide: _ } => {
                self.lead.state = State::Queued {
                    team: Some(team.clone()),
                    waiting: None,
                };
                true
            }
            Target::Review(team) => {
                let decides = self.has_managers(team);
                if decides {
                    self.review(team.clone());
                }
                decides
            }
            Target::Nurture(label) => {
                self.nurture(label.clone());
                true
            }
            Target::Disqualify(why) => {
                let why = why.as_deref();
                self.disqualify(why.unwrap_or("by rule"));
                let why = why.unwrap_or_default();
                self.count_ended(Ending::Disqualified, None, why, None, false);
                true
            }
        }
    }

    pub(super) fn try_team(&mut self, level: &OfferLevel, team: &'w Team) -> bool {
        let group = Group {
            reps: team.members.clone(),
            team: Some(team),
        };
        if self.push(level, &group) {
            return true;
        }
        self.try_instead(level, team)
    }

    /// While nobody of the team is in hours, asks whoever it names for that.
    fn try_instead(&mut self, level: &OfferLevel, team: &'w Team) -> bool {
        self.nobody_in_hours(team)
            && self
                .when_closed(team)
                .is_some_and(|group| self.push(level, &group))
    }

    /// Whether some are out of hours and nobody else is there.
    fn nobody_in_hours(&self, team: &Team) -> bool {
        let known = |rep: &RepId| {
            let person = self.world.reps.get(rep)?;
            Some(person.unfit(self.policy().reps.get(rep)?, self.now))
        };
        let mut out_of_hours = false;
        for unfit in team.members.iter().filter_map(known) {
            match unfit {
                Some(Unfit::Closed(_)) => out_of_hours = true,
                Some(Unfit::Unknown | Unfit::Inactive | Unfit::Unreachable | Unfit::Away(_)) => {}
                None
                | Some(
                    Unfit::Full { .. }
                    | Unfit::Pending(_)
                    | Unfit::Capped(..)
                    | Unfit::HadIt
                    | Unfit::NotMatching(_)
                    | Unfit::OwnsIt,
                ) => return false,
            }
        }
        out_of_hours
    }

    /// Who is asked while nobody of the team is in hours.
    pub(super) fn when_closed(&self, team: &'w Team) -> Option<Group<'w>> {
        match &team.when_closed {
            WhenClosed::Wait => None,
            WhenClosed::Backups => Some(Group {
                reps: team.backups.clone(),
                team: Some(team),
            }),
            WhenClosed::Team(other) => {
                let other = self.policy().team(other)?;
                Some(Group {
                    reps: other.members.clone(),
                    team: Some(other),
                })
            }
        }
    }

    /// The people behind a target that names or means one.
    pub(super) fn group_of(&self, target: &Target) -> Group<'w> {
        let one = match target {
            Target::Rep(rep) => Some(rep.clone()),
            Target::AccountOwner => self.policy().account_owner(&self.lead).cloned(),
            Target::PreviousOwner => self
                .world
                .previous_owner
                .clone()
                .or_else(|| self.lead.previous_owner.clone()),
            Target::Team(_)
            | Target::Pool { .. }
            | Target::Queue { .. }
            | Target::Review(_)
            | Target::Nurture(_)
            | Target::Disqualify(_) => None,
        };
        Group {
            reps: one.map(|rep| self.or_cover(rep)).into_iter().collect(),
            team: None,
        }
    }

    /// The rep, or while they are away whoever stands in.
    pub(super) fn or_cover(&self, rep: RepId) -> RepId {
        let away = self
            .world
            .reps
            .get(&rep)
            .and_then(|person| person.away.as_ref());
        let cover = away
            .and_then(|away| away.cover.clone())
            .or_else(|| self.policy().reps.get(&rep)?.cover.clone());
        if away.is_some() {
            cover.unwrap_or(rep)
        } else {
            rep
        }
    }

    pub(super) fn reader(&self) -> Reader<'w> {
        Reader::new(self.world.policy, self.world.clocks, self.now)
    }

    /// The people of a rung, for the team the plan means.
    pub(super) fn group_on(&self, rung: &Rung) -> Option<Group<'w>> {
        let team = match rung {
            Rung::Team | Rung::Backups => self.team_or_first()?,
            Rung::Other(team) => self.policy().team(team)?,
        };
        let reps = match rung {
            Rung::Team | Rung::Other(_) => team.members.clone(),
            Rung::Backups => team.backups.clone(),
        };
        Some(Group {
            reps,
            team: Some(team),
        })
    }

    /// Asks the next of a rung; whether there was somebody.
    pub(super) fn try_rung(&mut self, rung: &Rung) -> bool {
        let Some(group) = self.group_on(rung) else {
            return false;
        };
        self.push(&OfferLevel::Rung(rung.clone()), &group)
    }

    /// Nobody is left where the last offer was made: asks there and everywhere after it.
    pub(super) fn move_on(&mut self, level: &OfferLevel) {
        let found = match level {
            OfferLevel::Target(place) => self.try_targets_from(*place),
            OfferLevel::Rung(rung) => self.try_rung(rung),
            OfferLevel::Hand => self.try_targets_from(0),
        };
        if !found && !self.try_rungs_ahead() {
            self.wait();
        }
    }

    /// Takes the next `reoffer` steps at once until somebody is found.
    pub(super) fn try_rungs_ahead(&mut self) -> bool {
        let ahead: Vec<(usize, Rung)> = self
            .lead
            .plan
            .iter()
            .flat_map(Plan::rungs_ahead)
            .map(|(place, rung)| (place, rung.clone()))
            .collect();
        ahead.into_iter().any(|(place, rung)| {
            if let Some(plan) = self.lead.plan.as_mut() {
                plan.escalation[place].done = StepDone::Taken;
            }
            self.try_rung(&rung)
        })
    }

    /// Whether somebody could decide a review; without them it would lie there.
    pub(super) fn has_managers(&self, team: &TeamId) -> bool {
        let managers = self
            .policy()
            .team(team)
            .map(|team| team.managers.as_slice());
        managers
            .unwrap_or_default()
            .iter()
            .any(|rep| self.policy().reps.contains_key(rep))
    }

    pub(super) fn review(&mut self, team: TeamId) {
        self.fact(
            FactKind::Reviewed,
            Actor::Baton,
            None,
            None,
            format!("a manager of {team} decides"),
        );
        self.lead.state = State::Review { team };
    }

    pub(super) fn nurture(&mut self, label: String) {
        let detail = match self.lead.unsubscribed_at {
            Some(_) => format!("{label}, and not to be written to: unsubscribed"),
            None => label.clone(),
        };
        self.fact(FactKind::Nurtured, Actor::Baton, None, None, detail);
        // Its clock starts when it can be offered.
        self.lead.plan = None;
        self.lead.state = State::Nurture { label };
    }

    pub(super) fn disqualify(&mut self, reason: &str) {
        self.fact(
            FactKind::Closed,
            Actor::Baton,
            None,
            None,
            format!("disqualified: {reason}"),
        );
        self.lead.state = State::Disqualified {
            reason: reason.to_owned(),
            by_hand: false,
        };
    }
}

/// `40 s later`, `3 min later`, `5 h later`.
fn after(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s later"),
        120..7_200 => format!("{} min later", seconds / 60),
        7_200.. => format!("{} h later", seconds / 3_600),
    }
}
