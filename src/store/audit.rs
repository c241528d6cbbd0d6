//! What must be true of everything stored, and where it is not: `baton audit` and the tests ask it.

mod lead;

use super::{Error, Json, Query, Row, Sql, Tx, row, sql};
use crate::domain::{
    id::{LeadId, RepId, TeamId},
    strategy::{Balance, Turns},
};

/// A rule that does not hold somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    /// The rule's name.
    pub invariant: &'static str,
    /// Where, if it is about a lead.
    pub lead: Option<LeadId>,
    /// What is wrong, without personal data.
    pub detail: String,
}

impl Broken {
    fn of(invariant: &'static str, lead: &LeadId, detail: impl Into<String>) -> Self {
        Self {
            invariant,
            lead: Some(lead.clone()),
            detail: detail.into(),
        }
    }
}

/// Something that names a lead that is not there, or names none.
#[derive(Debug)]
struct Dangling {
    name: String,
    lead: Option<LeadId>,
}
row!(Dangling { name, lead });

const SUBMISSIONS: Sql = sql!(
    "select s.id as name, v.value as lead from submission s, "
    [sqlite "json_each(s.leads) v"] [postgres "jsonb_array_elements_text(s.leads) v"]
    " where not exists (select 1 from lead l where l.id = v.value) \
     union all select s.id, s.lead_id from submission s where s.lead_id is not null \
     and not exists (select 1 from lead l where l.id = s.lead_id) \
     union all select s.id, s.lead_id from submission s where s.status = 'accepted' and s.lead_id is null \
     limit 1000"
);

/// The address itself is nobody's business here.
const IDENTITIES: &str = "select i.kind as name, i.lead_id as lead from identity i \
     where not exists (select 1 from lead l where l.id = i.lead_id) limit 1000";

const CARDS: &str = "select 'of card ' || c.key as name, c.lead_id as lead from card c \
     where not exists (select 1 from lead l where l.id = c.lead_id) \
     union all select 'of message ' || o.key, o.lead_id from outbox o where o.state in ('pending', 'unknown') and o.lead_id is not null \
     and o.lead_id is not null and not exists (select 1 from lead l where l.id = o.lead_id) limit 1000";

const OFFERS: &str = "select o.id as name, o.lead_id as lead from offer o \
     where not exists (select 1 from lead l where l.id = o.lead_id) limit 1000";

const FACTS: &str = "select f.event as name, f.lead_id as lead from fact f where f.seq = 1 \
     and not exists (select 1 from lead l where l.id = f.lead_id) limit 1000";

/// Checks every rule on everything stored, page by page; what is broken, sorted by rule. Of one kind of dangling
/// names at most a thousand are told.
///
/// # Errors
/// If the database does not answer.
pub async fn audit(tx: &mut Tx) -> Result<Vec<Broken>, Error> {
    let mut broken = Vec::new();
    lead::check_all(tx, &mut broken).await?;
    for (invariant, sql) in [
        ("submission_leads_exist", SUBMISSIONS),
        ("identity_lead_exists", IDENTITIES.into()),
        ("card_lead_exists", CARDS.into()),
        ("offer_lead_exists", OFFERS.into()),
        ("fact_lead_exists", FACTS.into()),
    ] {
        let found: Vec<Dangling> = all(tx.q(sql)).await?;
        broken.extend(found.into_iter().map(|dangling| Broken {
            invariant,
            detail: match dangling.lead {
                Some(_) => format!("{} names a lead that is not there", dangling.name),
                None => format!("{} was accepted and names no lead", dangling.name),
            },
            lead: dangling.lead,
        }));
    }
    check_turns(tx, &mut broken).await?;
    broken.sort();
    broken.dedup();
    Ok(broken)
}

async fn all<T: Row>(query: Query<'_>) -> Result<Vec<T>, Error> {
    query.all().await
}

#[derive(Debug)]
struct Sum {
    team: TeamId,
    rep: RepId,
    taken: f64,
    credit: f64,
}
row!(Sum {
    team,
    rep,
    taken,
    credit
});

const LEDGER: &str = "select team, rep, \
     cast(sum(case when why in ('absence', 'baseline', 'catch_up', 'weight') then 0 else amount end) as double precision) as taken, \
     cast(sum(case when why in ('absence', 'baseline', 'catch_up', 'weight') then amount else 0 end) as double precision) as credit \
     from turn group by team, rep order by team, rep";

const TURNS: &str = "select team, doc from turns order by team";

/// How much a balance may differ from its ledger: sums of fractions in another order.
const ROUNDING: f64 = 1e-6;

async fn check_turns(tx: &mut Tx, broken: &mut Vec<Broken>) -> Result<(), Error> {
    let sums: Vec<Sum> = tx.q(LEDGER).all().await?;
    let teams: Vec<(TeamId, Json<Turns>)> = tx.q(TURNS).all().await?;
    let mut teams: std::collections::BTreeMap<TeamId, Turns> =
        teams.into_iter().map(|(team, doc)| (team, doc.0)).collect();
    for sum in sums {
        let balance = teams
            .get_mut(&sum.team)
            .and_then(|turns| turns.reps.remove(&sum.rep))
            .unwrap_or_default();
        compare(&sum, &balance, broken);
    }
    for (team, turns) in teams {
        for (rep, balance) in turns.reps {
            let (taken, credit) = (0.0, 0.0);
            let team = team.clone();
            let sum = Sum {
                team,
                rep,
                taken,
                credit,
            };
            compare(&sum, &balance, broken);
        }
    }
    Ok(())
}

fn compare(sum: &Sum, balance: &Balance, broken: &mut Vec<Broken>) {
    for (what, ledger, balance) in [
        ("taken", sum.taken, balance.taken),
        ("credit", sum.credit, balance.credit),
    ] {
        if (ledger - balance).abs() > ROUNDING * ledger.abs().max(1.0) {
            let Sum { team, rep, .. } = sum;
            broken.push(Broken {
                invariant: "turns_are_their_ledger",
                lead: None,
                detail: format!(
                    "team {team}, rep {rep}: {what} is {balance}, the ledger says {ledger}"
                ),
            });
        }
    }
}
