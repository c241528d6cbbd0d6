//! What people answer: as they did, where that is known of a lead; else as they usually do.
//!
//! Whoever was asked for a lead in fact says the same again, as late as then. Of everybody else one of their own
//! answers is drawn, by the lead's number, so that it is the same in every run. Who has hardly answered anything yet
//! answers like all others, and where nobody has, everybody accepts after a usual time. Managers decide of leads in
//! review likewise; where nothing is known, those go on by the rules.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::Arrival;
use crate::domain::{event::Ending, id::RepId, lead::Decided};

/// From so many answers on somebody's own are drawn from.
const ENOUGH: usize = 5;

/// What somebody who is asked does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// Takes it.
    Accepts,
    /// Does not want it; by the id of a reason.
    Declines(String),
    /// Nothing.
    Nothing,
}

/// What somebody said, and how late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What.
    pub says: Says,
    /// After so much of their working time.
    pub after: SignedDuration,
}

/// What is supposed where nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    /// From the card to the accept.
    pub accept: SignedDuration,
    /// From a lead's coming into review to the manager's decision.
    pub review: SignedDuration,
    /// From the accept to the first attempt.
    pub contact: SignedDuration,
    /// From the accept to the end.
    pub end: SignedDuration,
}

impl Default for Usual {
    fn default() -> Self {
        Self {
            accept: SignedDuration::from_mins(5),
            review: SignedDuration::from_hours(1),
            contact: SignedDuration::from_mins(15),
            end: SignedDuration::from_hours(10 * 24),
        }
    }
}

/// Everything that is known of how people answer.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    by_rep: BTreeMap<RepId, Vec<Answer>>,
    all: Vec<Answer>,
    decisions: Vec<(Decided, SignedDuration)>,
    contacts: Vec<SignedDuration>,
    ends: Vec<SignedDuration>,
    endings: Vec<Ending>,
    usual: Usual,
}

impl Answers {
    /// Learns from what became of `arrivals` in fact.
    #[must_use]
    pub fn of(arrivals: &[Arrival], usual: Usual) -> Self {
        let mut known = Self {
            usual,
            ..Self::default()
        };
        for was in arrivals.iter().filter_map(|it| it.was.as_ref()) {
            for (rep, answer) in &was.answers {
                let theirs = known.by_rep.entry(rep.clone()).or_default();
                theirs.push(answer.clone());
                known.all.push(answer.clone());
            }
            known.decisions.extend(was.decided);
            known.contacts.extend(was.contacted_after);
            known.ends.extend(was.ended_after);
            known.endings.extend(was.ending);
        }
        known
    }

    /// How many answers are known.
    #[must_use]
    pub fn known(&self) -> usize {
        self.all.len()
    }

    /// What is supposed where nothing is known.
    #[must_use]
    pub fn usual(&self) -> Usual {
        self.usual
    }

    /// What `rep` says when asked for this lead.
    pub(super) fn answer(&self, arrival: &Arrival, rep: &RepId) -> Answer {
        let was = arrival.was.as_ref().and_then(|was| was.answers.get(rep));
        if let Some(answer) = was {
            return answer.clone();
        }
        let theirs = self.by_rep.get(rep).filter(|it| it.len() >= ENOUGH);
        let drawn = theirs
            .or_else(|| Some(&self.all).filter(|it| it.len() >= ENOUGH))
            .and_then(|from| pick(from, arrival.number, rep.as_str()));
        drawn.cloned().unwrap_or(Answer {
            says: Says::Accepts,
            after: self.usual.accept,
        })
    }

    /// What the manager decides of a lead in review, and when.
    pub(super) fn decision(&self, arrival: &Arrival, manager: &RepId) -> (Decided, SignedDuration) {
        let was = arrival.was.as_ref().and_then(|was| was.decided);
        let known = Some(&self.decisions).filter(|it| it.len() >= ENOUGH);
        let drawn = || pick(known?, arrival.number, manager.as_str()).copied();
        was.or_else(drawn)
            .unwrap_or((Decided::Routed, self.usual.review))
    }

    /// How long after the accept its owner tries to reach it.
    pub(super) fn contact_after(&self, arrival: &Arrival, owner: &RepId) -> SignedDuration {
        let was = arrival.was.as_ref().and_then(|was| was.contacted_after);
        was.or_else(|| drawn(&self.contacts, arrival, owner))
            .unwrap_or(self.usual.contact)
    }

    /// How it ends; where nothing is known, with nothing.
    pub(super) fn ending(&self, arrival: &Arrival, owner: &RepId) -> Ending {
        let was = arrival.was.as_ref().and_then(|was| was.ending);
        let drawn = || pick(&self.endings, arrival.number, owner.as_str()).copied();
        was.or_else(drawn).unwrap_or(Ending::Lost)
    }

    /// How long after the accept it ends.
    pub(super) fn end_after(&self, arrival: &Arrival, owner: &RepId) -> SignedDuration {
        let was = arrival.was.as_ref().and_then(|was| was.ended_after);
        was.or_else(|| drawn(&self.ends, arrival, owner))
            .unwrap_or(self.usual.end)
    }
}

fn drawn(from: &[SignedDuration], arrival: &Arrival, rep: &RepId) -> Option<SignedDuration> {
    if from.len() < ENOUGH {
        return None;
    }
    pick(from, arrival.number, rep.as_str()).copied()
}

/// One of them, by lot: for the same number and name always the same (FNV-1a).
fn pick<'a, T>(from: &'a [T], number: i64, name: &str) -> Option<&'a T> {
    let bytes = number.to_le_bytes();
    let hash = bytes
        .into_iter()
        .chain(name.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let many = u64::try_from(from.len()).ok().filter(|many| *many > 0)?;
    // The upper bits are mixed best.
    let place = (hash.rotate_left(29) >> 8) % many;
    from.get(usize::try_from(place).ok()?)
}
