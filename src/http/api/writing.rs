//! `POST /api/v1/leads/{id or number}/assign`, `/contact`, `/stage`, `/close`: what programs do with a lead. Each is an
//! event like a press, under the token's name; the same call again changes nothing, and what can't be is
//! 409 with the reason.
//!
//! ```sh
//! curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
//!     -d '{"outcome": "won", "value": 12000, "currency": "EUR"}' \
//!     https://baton.example.com/api/v1/leads/4711/close
//! ```

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Call,
    input::{self, Nothing, wrong},
    lead::LeadView,
    leads,
};
use crate::{
    domain::{
        event::{
            Actor, ContactHow, Deal, Ending, Event, Handing, NotWon, Premise, Receiver, Refusal,
        },
        id::{RepId, TeamId},
        lead::{Lead, State},
        score::Stage,
    },
    engine::{self, Contact},
    http::Error,
};

/// By how much a caller's clock may be fast.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Whose the lead is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assign {
    /// A rep's id; or `team`.
    rep: Option<String>,
    /// A team's id: whoever is next there is asked.
    team: Option<String>,
    /// Whether they have it at once, or are asked; at once if not said.
    mode: Option<Mode>,
    /// Why, in words; whoever gets it reads it.
    #[schemars(length(max = 2000))]
    reason: Option<String>,
}

/// How a lead is given.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// They have it at once.
    Now,
    /// They are asked; whoever owns it does so until they accept.
    Offer,
}

/// What came of trying to reach a lead.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactBody {
    /// What came of it; all of these end the clock of the first contact.
    outcome: ContactHow,
    /// By what means.
    how: Option<Means>,
    /// When; now if not said. Not before the lead came.
    #[serde(default, deserialize_with = "input::moment_or_null")]
    at: Option<Timestamp>,
    /// In words.
    #[schemars(length(max = 2000))]
    note: Option<String>,
}

/// By what means somebody tried to reach a lead.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Means {
    /// The phone.
    Call,
    /// A mail.
    Mail,
    /// In person or by video.
    Meeting,
    /// A text message or a chat.
    Message,
}

/// How far a lead has come.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StageBody {
    stage: StageOfSales,
}

/// How far sales can say that a lead has come.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum StageOfSales {
    /// Accepted by sales.
    Sal,
    /// Sales qualified.
    Sql,
    /// Talks about a deal.
    Opportunity,
    /// Has bought.
    Customer,
}

/// How a lead ends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Close {
    outcome: Ending,
    /// Why, in words. `price`, `competitor`, `timing`, `no need`, `no answer` and `not a fit` are counted.
    #[schemars(length(max = 2000))]
    reason: Option<String>,
    /// What it was worth; kept as `deal_value`.
    #[schemars(range(min = 0, max = 1e12))]
    value: Option<f64>,
    /// ISO code; needs `value`.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    currency: Option<String>,
}

impl Means {
    fn words(self) -> &'static str {
        match self {
            Self::Call => "by phone",
            Self::Mail => "by mail",
            Self::Meeting => "in a meeting",
            Self::Message => "by message",
        }
    }
}

/// Whoever is to get a lead, if there is somebody like that.
fn receiver(call: &Call, body: &Assign) -> Result<Receiver, Error> {
    let policy = &call.app.engine.rules().policy;
    match (&body.rep, &body.team) {
        (Some(rep), None) => {
            let rep = RepId::from(rep.as_str());
            let known = policy.reps.contains_key(&rep);
            let unknown = || wrong("rep", "is nobody's id; /api/v1/reps lists them");
            known.then_some(Receiver::Rep(rep)).ok_or_else(unknown)
        }
        (None, Some(team)) => {
            let team = TeamId::from(team.as_str());
            let known = policy.team(&team).is_some();
            let unknown = || wrong("team", "is no team's id; /api/v1/teams lists them");
            known.then_some(Receiver::Team(team)).ok_or_else(unknown)
        }
        (Some(_), Some(_)) | (None, None) => {
            Err(wrong("rep", "or `team` says who gets it, one of the two"))
        }
    }
}

/// Gives a lead to a rep or to a team.
pub(super) async fn assign(call: Call, _: Nothing, body: Assign) -> Result<LeadView, Error> {
    let event = Event::Assign {
        to: receiver(&call, &body)?,
        by: actor(&call),
        handing: match body.mode {
            Some(Mode::Offer) => Handing::Offer,
            Some(Mode::Now) | None => Handing::Now,
        },
        words: input::note("reason", body.reason.as_deref())?,
        premise: Premise::Any,
    };
    let lead = lead_of(&call).await?;
    let done = call.app.engine.handle(&lead.id, event);
    match done.await {
        Ok(_) => {}
        // They have it: the same call again.
        Err(engine::Error::Refused {
            refusal: Refusal::AlreadyYours,
            ..
        }) => {}
        Err(error) => return Err(error.into()),
    }
    leads::show(call, Nothing {}).await
}

/// Notes an attempt to reach a lead.
pub(super) async fn contact(call: Call, _: Nothing, body: ContactBody) -> Result<LeadView, Error> {
    let lead = lead_of(&call).await?;
    let now = call.app.engine.clock().now();
    let latest = now.checked_add(SKEW).unwrap_or(Timestamp::MAX);
    if body.at.is_some_and(|at| at > latest) {
        return Err(wrong("at", "lies in the future"));
    }
    if body.at.is_some_and(|at| at < lead.created_at) {
        return Err(wrong("at", "lies before the lead came"));
    }
    let contact = Contact {
        by: actor(&call),
        how: body.outcome,
        at: body.at,
        note: words(&body)?,
    };
    call.app.engine.contact_once(&lead.id, &contact).await?;
    leads::show(call, Nothing {}).await
}

/// Means, time and note in one line of history.
fn words(body: &ContactBody) -> Result<String, Error> {
    let means = body.how.map(|means| means.words().to_owned());
    let at = body.at.map(|at| format!("at {at}"));
    let note = input::note("note", body.note.as_deref())?;
    let when: Vec<String> = means.into_iter().chain(at).collect();
    let parts = [when.join(" "), note];
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|it| !it.is_empty())
        .collect();
    Ok(parts.join("; "))
}

/// Says how far a lead has come.
pub(super) async fn stage(call: Call, _: Nothing, body: StageBody) -> Result<LeadView, Error> {
    let lead = lead_of(&call).await?;
    let event = Event::Stage {
        by: actor(&call),
        stage: match body.stage {
            StageOfSales::Sal => Stage::Sal,
            StageOfSales::Sql => Stage::Sql,
            StageOfSales::Opportunity => Stage::Opportunity,
            StageOfSales::Customer => Stage::Customer,
        },
    };
    call.app.engine.handle(&lead.id, event).await?;
    leads::show(call, Nothing {}).await
}

/// Ends a lead.
pub(super) async fn close(call: Call, _: Nothing, body: Close) -> Result<LeadView, Error> {
    let ending = body.outcome;
    let said = input::note("reason", body.reason.as_deref())?;
    let why = NotWon::by_word(&said).filter(|_| ending != Ending::Won);
    let event = Event::Close {
        by: actor(&call),
        ending,
        deal: deal(&body)?,
        why,
        note: if why.is_some() { String::new() } else { said },
    };
    let lead = lead_of(&call).await?;
    if !ended_so(&lead, ending) {
        match call.app.engine.handle(&lead.id, event).await {
            Ok(_) => {}
            // Somebody was faster with the same.
            Err(engine::Error::Refused { lead, .. }) if ended_so(&lead, ending) => {}
            Err(error) => return Err(error.into()),
        }
    }
    leads::show(call, Nothing {}).await
}

fn deal(body: &Close) -> Result<Option<Deal>, Error> {
    let currency = body.currency.as_deref();
    if currency.is_some_and(|it| !Deal::is_currency(it)) {
        return Err(wrong("currency", "is an ISO code like EUR"));
    }
    match body.value {
        Some(value) if !Deal::is_value(value) => {
            Err(wrong("value", "is a number from 0 to 1000000000000"))
        }
        Some(value) => Ok(Some(Deal {
            value,
            currency: currency.map(str::to_owned),
        })),
        None if currency.is_some() => Err(wrong("currency", "needs `value`")),
        None => Ok(None),
    }
}

/// Whether a lead is where this ending would take it.
fn ended_so(lead: &Lead, ending: Ending) -> bool {
    match &lead.state {
        State::Closed { outcome, .. } => ending.outcome() == Some(*outcome),
        State::Disqualified { .. } => ending == Ending::Disqualified,
        State::Nurture { .. } => ending == Ending::Nurture,
        State::Pending
        | State::Offered { .. }
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Owned { .. } => false,
    }
}

/// The token, as the history names it.
pub(super) fn actor(call: &Call) -> Actor {
    Actor::Api(call.token.name.clone())
}

async fn lead_of(call: &Call) -> Result<Lead, Error> {
    let read = call
        .app
        .engine
        .db()
        .read(async |mut tx| leads::find(&mut tx, &call.name).await);
    read.await?.ok_or_else(leads::no_such_lead)
}
