//! What is added up for managers: reasons, what people put aside of a rule's choice, and what each rep was given.

use super::Case;
use crate::domain::{
    contact::{Field, FieldValue},
    event::{Actor, Effect, Portion, Premise, Sum, Why},
    id::{RepId, TeamId},
    lead::{Offer, State},
};

impl Case<'_, '_> {
    fn add_up(&mut self, sum: Sum) {
        if !self.lead.test {
            self.effects.push(Effect::Sum { sum, back: false });
        }
    }

    /// Adds up why an offer was declined.
    pub(super) fn sum_decline(&mut self, offer: &Offer, reason: &str) {
        let team = offer.team.clone().or_else(|| self.lead.team().cloned());
        self.add_up(Sum::Declined(Why {
            team,
            rep: Some(offer.rep.clone()),
            reason: reason.to_owned(),
        }));
    }

    /// Adds up what was put before somebody in a team.
    pub(super) fn sum_given(&mut self, team: Option<&TeamId>, rep: &RepId) {
        let Some(team) = team else {
            return;
        };
        let worth = match self.lead.contact.get(Field::DealValue) {
            Some(FieldValue::Number(worth)) => Some(*worth),
            Some(FieldValue::Text(_) | FieldValue::List(_)) | None => None,
        };
        let currency = self.lead.contact.text(Field::Currency);
        self.add_up(Sum::Given(Portion {
            team: team.clone(),
            rep: rep.clone(),
            intent: self.lead.intent,
            after_hours: self.is_after_hours(rep),
            worth,
            currency: worth.map_or_else(String::new, |_| currency.to_owned()),
        }));
    }

    /// Whether it is outside of somebody's hours, or of those in which the lead's clock runs.
    fn is_after_hours(&self, rep: &RepId) -> bool {
        let person = self.world.reps.get(rep);
        let closed = person.is_some_and(|person| !person.calendar.is_open(self.now));
        let clock = self.plan_clock();
        closed || clock.is_some_and(|clock| !clock.is_open(self.now))
    }

    /// Adds up that a person puts aside what the rule chose: the lead is about to go `to` somebody else, or back. Each
    /// decision of a rule is put aside at most once. What nobody answered, who left or is away, and what the rule
    /// leaves to people says nothing about the rule.
    pub(super) fn sum_override(
        &mut self,
        by: &Actor,
        to: Option<&RepId>,
        team: Option<&TeamId>,
        premise: Premise,
    ) {
        let ruled = |case: &Self| {
            let routing = case.lead.routing.as_ref();
            routing.is_some_and(|routing| routing.rule.is_some() && !routing.overridden)
        };
        if *by == Actor::Baton || premise == Premise::Late || !ruled(self) {
            return;
        }
        let given_to = self.team_given_to(to, team);
        let from = match self.lead.state.clone() {
            State::Owned { rep, .. } => Some(rep),
            State::Offered { offer } => self.lead.offer(&offer).map(|offer| offer.rep.clone()),
            State::Pooled { team, .. }
            | State::Queued {
                team: Some(team), ..
            } => {
                if given_to.as_ref() == Some(&team) {
                    return;
                }
                None
            }
            State::Nurture { .. } | State::Queued { team: None, .. } => None,
            State::Pending
            | State::Review { .. }
            | State::Closed { .. }
            | State::Disqualified { .. } => return,
        };
        if from.as_ref().is_some_and(|rep| self.is_gone(rep)) {
            return;
        }
        if let Some(routing) = self.lead.routing.as_mut() {
            routing.overridden = true;
        }
        self.add_up(Sum::Overridden(Why {
            team: self.lead.team().cloned(),
            rep: from,
            reason: given_to.map_or_else(String::new, |team| team.to_string()),
        }));
    }

    /// The team for which somebody gets a lead: the one that has it already, if they are in it.
    fn team_given_to(&self, to: Option<&RepId>, team: Option<&TeamId>) -> Option<TeamId> {
        if let Some(team) = team {
            return Some(team.clone());
        }
        let rep = to?;
        let same = self.lead.team().and_then(|team| self.policy().team(team));
        let same = same.filter(|team| team.people().any(|person| person == *rep));
        let theirs = same.or_else(|| self.policy().team_of(rep));
        Some(theirs.map_or_else(|| TeamId::from(rep.as_str()), |team| team.id.clone()))
    }

    /// Whether somebody could not have kept it.
    fn is_gone(&self, rep: &RepId) -> bool {
        let person = self.world.reps.get(rep);
        let rule = self.policy().reps.get(rep);
        let Some(rule) = rule else { return true };
        let unfit = person.and_then(|person| person.unfit(rule, self.now));
        unfit.is_some_and(|why| why.is_gone())
    }
}
