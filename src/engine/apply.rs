//! Writing what follows from a decision, in the decision's own transaction.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::{Engine, Error};
use crate::{
    domain::{
        event::{Audible, CardRef, Effect, Fact, Measure, MeasureKind},
        lead::Lead,
        route::Reader,
    },
    rules::Rules,
    store::{Tx, endings, experiments, facts, outbox, records, reps, sums, tally, turns},
};

impl Engine {
    pub(super) async fn apply(
        &self,
        tx: &mut Tx,
        lead: &Lead,
        effects: &[Effect],
        rules: &Rules,
        now: Timestamp,
    ) -> Result<(), Error> {
        let history: Vec<Fact> = effects
            .iter()
            .filter_map(|effect| {
                if let Effect::Fact(fact) = effect {
                    Some(fact.clone())
                } else {
                    None
                }
            })
            .collect();
        facts::append(tx, &lead.id, now, &history).await?;
        let measures: Vec<Measure> = effects
            .iter()
            .filter_map(|effect| {
                match effect {
                    // What was caught counts by the webhook that sent it, which the lead's need not be.
                    Effect::Count(measure) if measure.what != MeasureKind::Duplicate => {
                        Some(measure.clone())
                    }
                    _ => None,
                }
            })
            .collect();
        tally::count(tx, lead, &measures).await?;
        let undone: Vec<Measure> = effects
            .iter()
            .filter_map(|effect| {
                if let Effect::Uncount(measure) = effect {
                    Some(measure.clone())
                } else {
                    None
                }
            })
            .collect();
        tally::uncount(tx, lead, &undone).await?;
        if !rules.policy.territories.is_empty() {
            let territory = Reader::new(&rules.policy, rules, now).territory(lead);
            let territory = territory.unwrap_or_default();
            tally::count_territory(tx, lead, territory, &measures).await?;
            tally::uncount_territory(tx, lead, territory, &undone).await?;
        }
        if measures.iter().any(|it| it.what == MeasureKind::Expired) {
            self.lapsed.store(true, Ordering::Relaxed);
        }
        // A transaction that is tried again counts twice here; the tally is what is exact.
        for measure in &measures {
            metrics::counter!("baton_measures_total", "measure" => measure.what.word())
                .increment(1);
        }
        for effect in effects {
            match effect {
                Effect::Fact(_) | Effect::Count(_) | Effect::Uncount(_) => {}
                Effect::Show(card) => {
                    outbox::show(tx, card, &lead.id, &recipient_of(card), now).await?;
                }
                Effect::Say(say) => {
                    outbox::say(
                        tx,
                        &lead.id,
                        &address(&say.to),
                        say,
                        now,
                        rules.policy.bundle,
                    )
                    .await?;
                }
                Effect::Tried { what, took } => experiments::count(tx, lead, *what, *took).await?,
                Effect::Sum { sum, back } => sums::add(tx, lead, sum, *back).await?,
                Effect::Ended(ended) => {
                    endings::count(tx, lead, ended).await?;
                    records::count(tx, lead, ended, now).await?;
                }
                Effect::Turn { team, entry } => {
                    turns::post(tx, team, Some(&lead.id), entry, now).await?;
                }
                Effect::Round { team, turns } => turns::save(tx, team, turns).await?,
                Effect::Unreachable { rep, why } => reps::unreachable(tx, rep, why, now).await?,
            }
        }
        Ok(())
    }
}

/// Whose messages come one after the other: a person or a channel.
fn recipient_of(card: &CardRef) -> String {
    match card {
        CardRef::Offer { rep, .. } | CardRef::Review { rep, .. } | CardRef::Late { rep, .. } => {
            address(&Audible::Rep(rep.clone()))
        }
        CardRef::Pool { team, .. } => address(&Audible::Channel(team.clone())),
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
