//! A small company in which leads arrive, and a driver that plays the engine's part.
//!
//! The guards of `decide`, and a test that fails when one is taken out:
//!
//! | guard | test |
//! | --- | --- |
//! | an offer is its rep's (`NotYours`) | `a_stale_press_changes_nothing` |
//! | only a pending offer can be answered | `a_stale_press_changes_nothing` |
//! | who has had the lead is passed over | `a_pool_everybody_declines_goes_to_the_next_level` |
//! | a target is missed once | `the_first_rep_answers_for_the_missed_answer_and_not_the_second` |
//! | a step taken is done | `a_decline_goes_to_the_next_then_the_backups_then_the_queue_and_managers_hear_once` |
//! | a new plan is a new epoch | `a_removed_reps_offers_and_leads_move_and_the_owned_ones_under_a_new_clock` |
//! | a new plan takes pending offers away | `a_new_plan_takes_away_what_is_still_pending` |
//! | a `reoffer` waits for `at_least` | `a_reoffer_waits_until_the_offer_has_had_its_time_and_a_third_is_usual` |
//! | an owner withdraws the other offers | `the_first_claim_withdraws_the_rest` |
//! | giving a lead releases its owner | `only_managers_give_and_only_owners_and_managers_speak` |
//! | whom the chat refuses is not asked again | `a_member_the_chat_refuses_is_not_put_into_the_pool_again` |
//! | a waiting lead looks ahead after a step | `a_level_that_comes_due_meanwhile_is_waited_for_too` |
//! | an offer has its time without `acknowledge` too | `without_an_acknowledge_an_offer_has_its_time_too` |
//! | an offer nobody has seen does not expire | `a_missed_answer_is_the_chats_doing_while_nothing_is_delivered` |
//! | only a team's people claim | `only_a_teams_people_take_from_its_queue` |
//! | who pulls or decides is not pushed | `queue_and_review_run_the_clock_with_notify_and_assign_only` |
//! | `where` holds, in a pool as well | `a_pool_and_a_widened_offer_leave_out_who_does_not_match` |
//! | `where` holds in a second round | `a_second_round_asks_nobody_who_does_not_match_any_more` |
//! | `when_closed` asks while nobody is in hours | `while_a_team_is_closed_it_waits_or_asks_backups_or_another_team` |
//! | `when_closed` means closed, not full | `a_full_team_in_hours_does_not_count_as_closed` |
//! | who returns is credited the share that went by | `who_was_absent_while_others_pulled_is_not_flooded` |
//! | an answer is taken back in time only | `an_accept_is_undone_and_the_offer_has_its_old_deadline` |
//! | who has acted ends the undo | `nothing_is_undone_after_somebody_has_acted_on_it` |
//! | a colleague has it when they accept | `a_hand_over_is_the_colleagues_when_they_accept` |
//! | who gives a lead back is not asked again | `a_released_lead_goes_to_somebody_else_under_a_new_clock` |
//! | the first press on a late lead counts | `the_first_manager_to_press_has_a_late_lead` |
//! | an answer wakes who waits for room | `an_answer_makes_room_for_the_lead_that_waited_for_it` |
//! | whoever had a lead is asked first when it comes back | `a_lead_that_ended_comes_back_to_whoever_had_it_and_takes_no_turn` |
//! | what a person has dropped stays so | `what_a_person_has_dropped_stays_so_and_what_a_rule_has_is_asked_again` |
//! | nothing is taken back of a contacted lead | `nothing_is_taken_back_of_a_contacted_lead_or_one_that_a_person_has_ended` |
//! | a guess takes nothing over | `of_whom_only_the_name_is_known_nothing_is_taken_over` |
//! | a lead is lifted by what crosses the threshold | `an_activity_that_lifts_a_resting_lead_over_a_threshold_routes_it_once` |
//! | nobody is contacted elsewhere whom nobody owns | `a_contact_made_elsewhere_ends_the_clock_of_whoever_owns_the_lead_then` |
//! | a leg is counted once | `each_leg_is_counted_once_by_both_clocks` |
//! | an accept is hollow once | `an_accept_is_hollow_once_when_the_clock_runs_out_or_the_lead_is_got_rid_of` |
//! | programs repeat themselves | `attempts_made_elsewhere_count_once_until_the_next_is_due_and_the_last_ends_it` |
//! | what nobody has is not forgotten when no step is left | `what_nobody_has_is_told_again_each_working_day_when_no_step_is_left` |
//! | who tried in vain tries again, so often | `an_attempt_that_reached_nobody_comes_back_and_at_the_end_the_lead_goes_on` |
//! `tests/guards.toml` has the guards of `decide`, each with the test that fails without it.

mod answers;
mod clocks;
mod contacts;
mod hands;
mod histories;
mod joins;
mod legs;
mod lifts;
mod lists;
mod managers;
mod outages;
mod promises;
mod reroutes;
mod retries;
mod rounds;
mod routing;
mod story;
mod strategies;
mod turns;
mod used_up;
mod waiting;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::*;
use crate::domain::{
    calendar::{Calendar, Holidays, Period},
    event::{Handing, Premise, Receiver},
    id::{CalendarId, SlaId},
    lead::{Cause, Promise},
    policy::{AfterDecline, Audience, DeclineReason, Rep, Rung, Sla, Step, StepAction, Target},
    world::Clocks,
};
use joins::sent;
use promises::sketch;
pub(super) use story::Story;

/// A moment of the Monday on which most stories play, or a whole one.
pub(super) fn at(text: &str) -> Timestamp {
    let whole = if text.contains('T') {
        text.to_owned()
    } else {
        format!("2026-11-23T{text}:00Z")
    };
    whole.parse().unwrap()
}

pub(super) fn period(text: &str) -> Period {
    text.parse().unwrap()
}

pub(super) fn step(after: &str, action: StepAction) -> Step {
    Step {
        after: period(after),
        action,
        repeat: None,
    }
}

pub(super) fn reoffer(after: &str, rung: Rung) -> Step {
    step(after, StepAction::Reoffer(rung))
}

pub(super) fn managers(after: &str) -> Step {
    step(after, StepAction::Notify(Audience::Managers))
}

/// Calendars by name, all in UTC.
#[derive(Debug, Default)]
pub(super) struct Hours(BTreeMap<CalendarId, Calendar>);

impl Clocks for Hours {
    fn clock(&self, name: Option<&CalendarId>, _: &TimeZone) -> Calendar {
        name.and_then(|name| self.0.get(name).cloned())
            .unwrap_or_else(|| Calendar::always(TimeZone::UTC))
    }
}

/// The rules of a company, put together call by call.
#[derive(Debug, Default)]
pub(super) struct Company {
    pub policy: Policy,
    pub hours: Hours,
}

impl Company {
    /// Declines lead to the next rep; the office is open from 9 to 18 on weekdays.
    pub fn new() -> Self {
        let mut company = Self::default();
        for (id, then) in [
            ("busy", AfterDecline::Next),
            ("vip", AfterDecline::Review),
            ("later", AfterDecline::Queue),
            ("spam", AfterDecline::Disqualify),
        ] {
            company.policy.declines.push(DeclineReason {
                id: id.to_owned(),
                label: id.to_owned(),
                then,
                turn: None,
                managers_only: false,
                per_day: None,
            });
        }
        company.calendar("office", "Mo-Fr 09:00-18:00")
    }

    pub fn calendar(mut self, name: &str, hours: &str) -> Self {
        let calendar = Calendar::new(hours, &Holidays::none(), TimeZone::UTC).unwrap();
        self.hours.0.insert(name.into(), calendar);
        self
    }

    pub fn rep(mut self, id: &str, change: impl FnOnce(&mut Rep)) -> Self {
        let mut rep = plain_rep(id);
        change(&mut rep);
        self.policy.reps.insert(rep.id.clone(), rep);
        self
    }

    /// A team of these members, who need not be introduced before.
    pub fn team(mut self, id: &str, members: &[&str], change: impl FnOnce(&mut Team)) -> Self {
        let mut team = plain_team(id, members);
        change(&mut team);
        for rep in team.people().collect::<Vec<_>>() {
            self.policy
                .reps
                .entry(rep.clone())
                .or_insert_with(|| plain_rep(rep.as_str()));
        }
        self.policy.teams.push(team);
        self
    }

    pub fn sla(mut self, id: &str, change: impl FnOnce(&mut Sla)) -> Self {
        let mut sla = Sla {
            id: Some(id.into()),
            ..Sla::default()
        };
        change(&mut sla);
        self.policy.slas.insert(SlaId::from(id), sla);
        self
    }

    pub fn route(mut self, to: &[Target]) -> Self {
        let id = format!("rule{}", self.policy.routes.len());
        self.policy.routes.push(Route {
            id: id.as_str().into(),
            when: None,
            to: to.to_vec(),
            sla: None,
            team: None,
            strategy: None,
        });
        self
    }

    /// The usual one: acknowledged in 15 minutes, contacted in 30, with every kind of step.
    pub fn demo(self) -> Self {
        self.sla("demo", |sla| {
            sla.acknowledge = Some(period("15m"));
            sla.contact = Some(period("30m"));
            sla.escalation = vec![
                step("10m", StepAction::Remind),
                reoffer("15m", Rung::Team),
                reoffer("25m", Rung::Backups),
                managers("30m"),
                step("60m", StepAction::Assign(Assignee::Managers)),
            ];
            sla.untouched = vec![
                step("20m", StepAction::Remind),
                managers("30m"),
                reoffer("60m", Rung::Team),
            ];
        })
    }
}

pub(super) use crate::domain::policy::Assignee;

/// Somebody gives the lead to a rep at once.
pub(super) fn given(to: &str, by: Actor) -> Event {
    Event::Assign {
        to: Receiver::Rep(to.into()),
        by,
        handing: Handing::Now,
        words: String::new(),
        premise: Premise::Any,
    }
}

/// Ayse and Jonas, backed by Bo, managed by Selin, on the demo's clock.
pub(super) fn sales() -> Company {
    Company::new()
        .team("sales", &["ayse", "jonas"], |team| {
            team.managers = vec!["selin".into()];
            team.backups = vec!["bo".into()];
        })
        .demo()
        .route(&[Target::Team("sales".into())])
}

pub(super) fn plain_rep(id: &str) -> Rep {
    Rep {
        id: id.into(),
        name: id.to_owned(),
        email: format!("{id}@example.com"),
        slack: None,
        teams: None,
        chat: crate::domain::policy::Platform::Slack,
        level: crate::domain::policy::Level::Mid,
        role: crate::domain::policy::Role::Rep,
        timezone: None,
        country: None,
        weight: 1.0,
        languages: Vec::new(),
        territories: Vec::new(),
        skills: Vec::new(),
        functions: Vec::new(),
        cover: None,
        external: BTreeMap::new(),
        calendar: None,
        pending: None,
        missed: None,
        caps: crate::domain::policy::Caps::default(),
        capacity: None,
        stale: SignedDuration::from_hours(720),
        active: true,
        from: None,
        until: None,
        ramp: None,
    }
}

pub(super) fn plain_team(id: &str, members: &[&str]) -> Team {
    Team {
        id: id.into(),
        name: id.to_owned(),
        members: members.iter().map(|rep| RepId::from(*rep)).collect(),
        managers: Vec::new(),
        named: usize::MAX,
        groups: Vec::new(),
        backups: Vec::new(),
        channel: None,
        timezone: None,
        strategy: crate::domain::policy::Strategy::RoundRobin,
        prefer: Vec::new(),
        share: None,
        held: None,
        filter: None,
        when_closed: crate::domain::policy::WhenClosed::Wait,
        sla: crate::domain::policy::TeamSla::default(),
        turns: crate::domain::policy::TurnRule::default(),
    }
}

pub(super) fn breaches(story: &Story, n: usize) -> Vec<(Promise, Cause)> {
    let breached = &story.leads[n].clock.breached;
    breached
        .iter()
        .map(|breach| (breach.what, breach.cause))
        .collect()
}

pub(super) fn until_of(story: &Story, n: usize) -> Option<Timestamp> {
    story.leads[n]
        .pending()
        .next()
        .and_then(|offer| offer.until)
}
