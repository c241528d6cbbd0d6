//! Writing what follows from a decision, in the decision's own transaction.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::{Engine, Error, sitting::Sitting};
use crate::{
    domain::{
        event::{Audible, Effect, Measure, MeasureKind},
        lead::Lead,
        route::Reader,
    },
    store::{
        Tx, endings, experiments,
        outbox::{self, Said},
        records, reps, tally,
        turns::Posting,
    },
};

impl Engine {
    pub(super) async fn apply(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        lead: &Lead,
        effects: &[Effect],
        now: Timestamp,
    ) -> Result<(), Error> {
        let rules = self.rules();
        let territory = (!rules.policy.territories.is_empty()).then(|| {
            let reader = Reader::new(&rules.policy, &*rules, now);
            reader.territory(lead).unwrap_or_default().to_owned()
        });
        let of = tally::Of::lead(lead, territory.as_deref());
        for effect in effects {
            match effect {
                Effect::Fact(fact) => sitting.facts.push((lead.id.clone(), fact.clone())),
                Effect::Count(measure) => self.count(sitting, &of, measure),
                Effect::Uncount(measure) => sitting.counts.add(&of, measure, -1),
                Effect::Show(card) => sitting.cards.push(outbox::Shown {
                    lead: lead.id.clone(),
                    recipient: address(&card.to()),
                    card: card.clone(),
                }),
                Effect::Say(say) => {
                    let (to, bundle) = (address(&say.to), rules.policy.bundle);
                    let said = Said::of_lead(&lead.id, &to, say, bundle);
                    sitting.says.push(said);
                }
                Effect::Tried { what, took } => experiments::count(tx, lead, *what, *took).await?,
                Effect::Sum { sum, back } => sitting.sums.add(lead, sum, *back),
                Effect::Ended(ended) => {
                    endings::count(tx, lead, ended).await?;
                    records::count(tx, lead, ended, now).await?;
                }
                Effect::Turn { team, entry } => sitting.postings.push(Posting {
                    team: team.clone(),
                    lead: Some(lead.id.clone()),
                    entry: entry.clone(),
                }),
                Effect::Round { team, turns } => sitting.turn(team.clone(), turns.clone()),
                Effect::Unreachable { rep, why } => {
                    reps::unreachable(tx, rep, why, now).await?;
                    sitting.forget(rep);
                }
            }
        }
        Ok(())
    }

    fn count(&self, sitting: &mut Sitting, of: &tally::Of, measure: &Measure) {
        // What was caught counts by the webhook that sent it, which the lead's need not be.
        if measure.what == MeasureKind::Duplicate {
            return;
        }
        if measure.what == MeasureKind::Expired {
            self.lapsed.store(true, Ordering::Relaxed);
        }
        sitting.counts.add(of, measure, 1);
        // A transaction that is tried again counts twice here; the tally is what is exact.
        metrics::counter!("baton_measures_total", "measure" => measure.what.word()).increment(1);
    }
}

/// A recipient as the outbox stores it: `rep:ID` or `channel:TEAM`.
#[must_use]
pub fn address(to: &Audible) -> String {
    match to {
        Audible::Rep(rep) => format!("rep:{rep}"),
        Audible::Channel(team) => format!("channel:{team}"),
    }
}
