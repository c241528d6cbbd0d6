//! Teams and people who are never there.

use jiff::SignedDuration;
use toml::Spanned;

use super::Linter;
use crate::{
    config::raw,
    domain::{
        id::RepId,
        policy::{
            Assignee, Audience, Platform, Policy, Profile, StepAction, Target, Team, WhenClosed,
        },
    },
};

/// What to do about somebody who is named and not there.
const ABSENT: &str = "look at their hours, `active`, `from` and `until`, or name somebody else";

/// How far ahead somebody must be there.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Linter<'_> {
    pub(super) fn people(&mut self) {
        for (team, raw) in self.rules.policy.teams.iter().zip(&self.raw.team) {
            self.team(team, raw);
        }
        let groups = self
            .rules
            .policy
            .teams
            .iter()
            .any(|team| !team.groups.is_empty());
        // Whoever is in no team by name may be in one by a group.
        for raw in self.raw.rep.iter().filter(|_| !groups) {
            let Some(rep) = self.rules.policy.reps.get(raw.id.get_ref().as_str()) else {
                continue;
            };
            if rep.active && !has_a_place(&self.rules.policy, &rep.id) {
                let message = format!("`{}` is in no team", rep.id);
                self.say(
                    raw.id.span(),
                    message,
                    "nothing will ever be offered to them",
                );
            }
        }
        self.named();
        self.left_chat();
    }

    /// Somebody has an account in a chat that is not set up, as when its table was taken out: said of the first.
    fn left_chat(&mut self) {
        let (slack, teams) = (self.raw.slack.is_some(), self.raw.teams.is_some());
        if slack == teams {
            return;
        }
        let gone = if slack {
            Platform::Teams
        } else {
            Platform::Slack
        };
        let mut accounts = self.raw.rep.iter().filter_map(|rep| match gone {
            Platform::Slack => rep.slack.as_ref(),
            Platform::Teams => rep.teams.as_ref(),
        });
        let Some(place) = accounts.next().map(Spanned::span) else {
            return;
        };
        let (word, name) = (gone.word(), gone.name());
        let message = format!("an account in {name}, and there is no `[{word}]`");
        let help = format!(
            "nobody is asked there. Cards that stand there from before are changed no more, and `baton doctor` counts \
             them; put `[{word}]` back, or take `{word}` out of the reps"
        );
        self.say(place, message, &help);
    }

    fn team(&mut self, team: &Team, raw: &raw::Team) {
        let (id, place) = (&team.id, raw.members.span());
        if !team.groups.is_empty() {
            // Who is in a group is known when it runs.
        } else if team.members.is_empty() {
            let message = format!("the team `{id}` has no members");
            self.say(
                place,
                message,
                "add the ids of its reps: `members = [\"ayse\"]`",
            );
        } else if !team.members.iter().any(|rep| self.works_soon(rep)) {
            let message = format!("nobody of the team `{id}` is there in the coming 7 days");
            self.say(
                place,
                message,
                "look at their hours, `active`, `from` and `until`",
            );
        }
        if team.when_closed == WhenClosed::Backups && team.backups.is_empty() {
            let place = raw
                .when_closed
                .as_ref()
                .map_or(raw.id.span(), Spanned::span);
            let message = format!("the team `{id}` has no backups to ask while it is closed");
            self.say(place, message, "give it `backups`, or let leads `wait`");
        }
        let backups = &team.backups;
        if !backups.is_empty() && !backups.iter().any(|rep| self.works_soon(rep)) {
            let message = format!("no backup of the team `{id}` is there in the coming 7 days");
            let place = raw.backups.first().map_or(raw.id.span(), Spanned::span);
            let help = "look at their hours, `active`, `from` and `until`";
            self.say(place, message, help);
        }
    }

    /// Reps whom targets and steps name.
    fn named(&mut self) {
        let policy = &self.rules.policy;
        for (route, raw) in policy.routes.iter().zip(&self.raw.route) {
            for target in &route.to {
                if let Target::Rep(rep) = target
                    && !self.works_soon(rep)
                {
                    let message = format!("`{rep}` is not there in the coming 7 days");
                    self.say(raw.to.span(), message, ABSENT);
                }
            }
        }
        for (name, raw) in &self.raw.sla {
            let Some(sla) = policy.slas.get(name.get_ref().as_str()) else {
                continue;
            };
            let given = raw.escalation.iter().flat_map(Spanned::get_ref);
            let places = given
                .map(Spanned::span)
                .chain(raw.untouched.iter().map(Spanned::span));
            let written = if raw.escalation.is_some() {
                0
            } else {
                sla.escalation.len()
            };
            let steps = sla.escalation.iter().skip(written).chain(&sla.untouched);
            for (step, place) in steps.zip(places) {
                let rep = match &step.action {
                    StepAction::Notify(Audience::Rep(rep))
                    | StepAction::Assign(Assignee::Rep(rep)) => rep,
                    StepAction::Remind
                    | StepAction::Reoffer(_)
                    | StepAction::Widen
                    | StepAction::Notify(_)
                    | StepAction::Assign(_)
                    | StepAction::Review(_) => continue,
                };
                if !self.works_soon(rep) {
                    let message = format!("`{rep}` is not there in the coming 7 days");
                    self.say(place, message, ABSENT);
                }
            }
        }
    }

    /// Whether somebody can be asked within the coming days.
    fn works_soon(&self, rep: &RepId) -> bool {
        let Some(rep) = self.rules.policy.reps.get(rep) else {
            return false;
        };
        let end = self.now + SOON;
        let first = rep.from.map_or(self.now, |from| from.max(self.now));
        let last = rep.until.map_or(end, |until| until.min(end));
        let opens = self.rules.hours_of(rep, &Profile::default());
        let opens = opens.next_open(first);
        rep.active && opens.is_some_and(|opens| opens < last)
    }
}

/// Whether anything could lead to this person.
fn has_a_place(policy: &Policy, rep: &RepId) -> bool {
    let in_team = policy
        .teams
        .iter()
        .any(|team| team.people().any(|it| it == *rep));
    let stands_in = policy
        .reps
        .values()
        .any(|it| it.cover.as_ref() == Some(rep));
    let owns = policy
        .accounts
        .all()
        .iter()
        .any(|it| it.owner.as_ref() == Some(rep));
    let targets = policy.ways().flat_map(|route| &route.to);
    let named = targets
        .into_iter()
        .any(|it| *it == Target::Rep(rep.clone()));
    in_team || stands_in || owns || named
}
