//! Has the server that runs route leads anew; without one it is done here.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    cli::control::{self, Ask},
    clock::Clock,
    config::compile::Compiled,
    domain::{
        event::{Actor, Event},
        id::{LeadId, RouteId},
    },
    engine::{self, Engine},
};

/// How many the server is asked for at once: little enough that a reload beside it does not wait.
const AT_ONCE: usize = 20;

/// Leads that are to be routed anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RerouteOrder {
    /// By which configuration; another one would send them elsewhere than was shown.
    pub config: String,
    /// They, each with the rule that was wrong.
    pub leads: Vec<(LeadId, RouteId)>,
}

/// What became of an order, as far as it was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rerouted {
    /// Each with what became of it.
    pub done: Vec<Done>,
    /// Why the rest was not done.
    pub trouble: Option<String>,
}

/// What became of one lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Its number.
    pub number: i64,
    /// Its state now.
    pub state: String,
    /// The rule that has caught it now.
    pub rule: Option<RouteId>,
    /// Why nothing was taken back.
    pub refused: Option<String>,
}

/// Has the server do it that runs; without one it is done here, and people are told when one starts.
pub(super) async fn by_whom(
    path: &Path,
    compiled: Compiled,
    leads: &[(LeadId, RouteId)],
) -> anyhow::Result<Rerouted> {
    let socket = control::path(&compiled.database, path);
    let config = compiled.policy.hash.clone();
    let order = |some: &[(LeadId, RouteId)]| RerouteOrder {
        config: config.clone(),
        leads: some.to_vec(),
    };
    let mut all = Rerouted::default();
    for some in leads.chunks(AT_ONCE) {
        let Some(done) = control::ask::<Rerouted>(&socket, Ask::Reroute(order(some))).await? else {
            if all.done.is_empty() {
                let app = App::build(compiled, Clock::system()).await?;
                let done = carry_out(app.engine(), &order(leads)).await;
                app.engine().db().close().await;
                return Ok(done);
            }
            all.trouble = Some("the server has stopped; run this again for the rest".to_owned());
            break;
        };
        all.done.extend(done.done);
        if done.trouble.is_some() {
            all.trouble = done.trouble;
            break;
        }
    }
    Ok(all)
}

/// Routes leads anew, one after the other, until the database does not answer.
pub async fn carry_out(engine: &Engine, order: &RerouteOrder) -> Rerouted {
    let mut said = Rerouted::default();
    if engine.rules().policy.hash != order.config {
        let wrong = "the server goes by another configuration than this one; `baton reload` puts it in force";
        said.trouble = Some(wrong.to_owned());
        return said;
    }
    for (id, rule) in &order.leads {
        let event = Event::Reroute {
            by: Actor::Baton,
            rule: rule.to_string(),
        };
        let (lead, refused) = match engine.handle(id, event).await {
            Ok(handled) => (handled.lead, None),
            Err(engine::Error::Refused { refusal, lead }) => (*lead, Some(refusal.to_string())),
            Err(error) => {
                said.trouble = Some(format!("{id}: {error}"));
                break;
            }
        };
        said.done.push(Done {
            number: lead.number,
            state: lead.state_word().to_owned(),
            rule: lead.routing.and_then(|it| it.rule),
            refused,
        });
    }
    said
}
