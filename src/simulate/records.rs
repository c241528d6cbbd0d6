//! How everybody's leads ended lately, where a strategy goes by that; as it is stored live, but to the moment and not
//! to the week.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::domain::{
    event::{Ended, Ending},
    id::RepId,
    lead::Lead,
    policy::{Policy, Strategy},
    strategy::{RECENT, Record, Tally, likeness},
    world::RepNow,
};

/// Endings of one rep, of leads that are alike; the oldest first.
#[derive(Debug, Default)]
struct Lately {
    endings: VecDeque<(Timestamp, bool)>,
    tally: Tally,
}

/// What everybody has made of their leads.
#[derive(Debug)]
pub(super) struct Records {
    /// Whether anybody asks.
    asked: bool,
    all: BTreeMap<RepId, Lately>,
    like: BTreeMap<(String, RepId), Lately>,
}

impl Records {
    pub fn new(policy: &Policy) -> Self {
        let by_record = [Strategy::BestMatch, Strategy::TopPerformer];
        let asks = |team| by_record.iter().any(|it| policy.gives_out_by(*it, team));
        Self {
            asked: policy.teams.iter().any(asks),
            all: BTreeMap::new(),
            like: BTreeMap::new(),
        }
    }

    /// Adds the ending of a rep's lead. One that was none says nothing about whoever had it.
    pub fn count(&mut self, lead: &Lead, ended: &Ended, now: Timestamp) {
        let won = match ended.ending {
            Ending::Won => true,
            Ending::Lost | Ending::Disqualified => false,
            Ending::Duplicate | Ending::Nurture => return,
        };
        let Some(rep) = ended.rep.as_ref().filter(|_| self.asked && !ended.invalid) else {
            return;
        };
        self.all.entry(rep.clone()).or_default().add(won, now);
        let alike = (likeness(lead), rep.clone());
        self.like.entry(alike).or_default().add(won, now);
    }

    /// Brings what is known of `reps` up to date for a decision about `lead`.
    pub fn recall(&mut self, reps: &mut BTreeMap<RepId, RepNow>, lead: &Lead, now: Timestamp) {
        if !self.asked {
            return;
        }
        let alike = likeness(lead);
        for (rep, person) in reps {
            let all = self.all.get_mut(rep);
            let like = self.like.get_mut(&(alike.clone(), rep.clone()));
            person.record = Record {
                all: all.map(|it| it.since(now)).unwrap_or_default(),
                like: like.map(|it| it.since(now)).unwrap_or_default(),
            };
        }
    }
}

impl Lately {
    fn add(&mut self, won: bool, now: Timestamp) {
        self.endings.push_back((now, won));
        self.tally.won += u32::from(won);
        self.tally.ended += 1;
    }

    /// What counts still.
    fn since(&mut self, now: Timestamp) -> Tally {
        let since = now.checked_sub(RECENT).unwrap_or(Timestamp::MIN);
        while let Some((_, won)) = self.endings.pop_front_if(|(at, _)| *at < since) {
            self.tally.won -= u32::from(won);
            self.tally.ended -= 1;
        }
        self.tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Timestamp {
        let day = jiff::SignedDuration::from_hours(24 * day);
        Timestamp::UNIX_EPOCH + day
    }

    fn ended(rep: &str, ending: Ending, invalid: bool) -> Ended {
        Ended {
            team: None,
            rep: Some(rep.into()),
            ending,
            reason: String::new(),
            deal: None,
            invalid,
        }
    }

    fn all(records: &mut Records, rep: &str, now: Timestamp) -> Tally {
        let all = records.all.get_mut(&RepId::from(rep));
        all.map(|it| it.since(now)).unwrap_or_default()
    }

    #[test]
    fn endings_count_for_ninety_days_and_those_of_no_lead_never() {
        let mut records = Records {
            asked: true,
            all: BTreeMap::new(),
            like: BTreeMap::new(),
        };
        let mut lead = Lead::new("lead_1".into(), 1, "web".into(), at(0));
        for (day, ending, invalid) in [
            (1, Ending::Won, false),
            (2, Ending::Lost, false),
            (3, Ending::Disqualified, true),
            (4, Ending::Duplicate, false),
            (60, Ending::Won, false),
        ] {
            records.count(&lead, &ended("anna", ending, invalid), at(day));
        }
        let tally = |won, ended| Tally { won, ended };
        assert_eq!(all(&mut records, "anna", at(60)), tally(2, 3));
        assert_eq!(all(&mut records, "anna", at(92)), tally(1, 2));
        assert_eq!(all(&mut records, "anna", at(200)), tally(0, 0));
        assert_eq!(all(&mut records, "ben", at(60)), tally(0, 0));
        lead.lead_type = "other".to_owned();
        let like = (likeness(&lead), RepId::from("anna"));
        assert!(!records.like.contains_key(&like));
    }
}
