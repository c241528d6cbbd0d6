//! Who asks, at what moment, and under which rules: what every answer begins with.

use std::sync::Arc;

use jiff::{Zoned, tz::TimeZone};

use super::{CommandWords, Context, Named, Unknown, rights};
use crate::{
    domain::{
        calendar::Calendar,
        id::RepId,
        policy::{Policy, Rep},
    },
    engine::{self, Engine},
    rules::Rules,
    store::{self, accounts},
    words::{answers, when::When},
};

/// Somebody's question.
pub(super) struct Asked<'a> {
    pub engine: &'a Engine,
    pub words: &'a CommandWords,
    pub rules: Arc<Rules>,
    /// Who asks.
    pub who: RepId,
    /// The moment, on their clock, or on that of the colleague whom it is about.
    pub now: Zoned,
    /// What the chat calls this delivery of it; empty where it has no name.
    pub delivery: String,
    /// Whether the answer takes a message's place.
    stands: bool,
}

/// Why nothing was done.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It cannot be, in words for who asked.
    Said(String),
    /// The database.
    Broken(engine::Error),
}

impl Trouble {
    pub fn refused(words: impl Into<String>) -> Self {
        Self::Said(words.into())
    }

    /// What who asked is told; what they can do nothing about goes to the log as well.
    pub fn said(self) -> String {
        match self {
            Self::Said(words) => words,
            Self::Broken(error) => {
                tracing::error!(%error, "a command could not be answered");
                "I can't reach my notes right now, so nothing was changed. Please try again in a minute.".to_owned()
            }
        }
    }
}

impl From<engine::Error> for Trouble {
    fn from(error: engine::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self::Broken(error.into())
    }
}

impl From<Unknown> for Trouble {
    fn from(unknown: Unknown) -> Self {
        Self::Said(format!("{unknown}. Nothing was changed."))
    }
}

impl<'a> Asked<'a> {
    pub async fn new(context: Context<'a>, who: &RepId) -> Result<Self, Trouble> {
        let Context {
            engine,
            words,
            stands,
        } = context;
        let rules = engine.rules();
        if !rules.policy.reps.contains_key(who) {
            return Err(Trouble::refused(answers::stranger()));
        }
        let zone = zone(engine, &rules.policy, who).await?;
        let now = engine.clock().now().to_zoned(zone);
        Ok(Self {
            engine,
            words,
            rules,
            who: who.clone(),
            now,
            delivery: String::new(),
            stands,
        })
    }

    pub fn policy(&self) -> &Policy {
        &self.rules.policy
    }

    /// The clock that they read.
    pub fn when(&self) -> When {
        let (now, zone) = (self.now.timestamp(), self.now.time_zone());
        if self.stands {
            return When::for_what_stands(now, zone);
        }
        When::new(now, zone)
    }

    pub fn is_me(&self, rep: &RepId) -> bool {
        self.who == *rep
    }

    /// The rep of the rules whom they name.
    pub async fn find(&self, named: &Named) -> Result<RepId, Trouble> {
        let users = self
            .engine
            .db()
            .read(async |mut tx| accounts::users(&mut tx).await)
            .await?;
        Ok(named.find(self.policy(), &users)?)
    }

    /// Whom it is about: themselves, or somebody whom they manage.
    pub async fn subject(&self, who: Option<&Named>) -> Result<RepId, Trouble> {
        let Some(named) = who else {
            return Ok(self.who.clone());
        };
        let rep = self.find(named).await?;
        if rights::manages(self.policy(), &self.who, &rep) {
            return Ok(rep);
        }
        Err(self.not_for(&rep))
    }

    /// Reads and says times in the zone of the colleague whom it is about.
    pub async fn use_zone_of(&mut self, subject: Option<Named>) -> Result<(), Trouble> {
        let Some(named) = subject else {
            return Ok(());
        };
        let rep = self.subject(Some(&named)).await?;
        let zone = zone(self.engine, self.policy(), &rep).await?;
        self.now = self.now.with_time_zone(zone);
        Ok(())
    }

    /// Why they cannot do something for this rep.
    pub fn not_for(&self, rep: &RepId) -> Trouble {
        let name = self.policy().name_of(rep);
        Trouble::refused(format!(
            "Only {name}, or a manager of a team {name} is in, can do that. Nothing was changed."
        ))
    }

    /// The working hours of a rep, in their own zone.
    pub async fn hours_of(&self, rep: &RepId) -> Result<Option<Calendar>, Trouble> {
        let profile = self.engine.profile(rep).await?;
        let known: Option<&Rep> = self.policy().reps.get(rep);
        Ok(known.map(|rep| self.rules.hours_of(rep, &profile)))
    }

    /// A rep's zone.
    pub async fn zone_of(&self, rep: &RepId) -> Result<TimeZone, Trouble> {
        zone(self.engine, self.policy(), rep).await
    }

    /// The hours that they, or somebody for them, have chosen in place of the configuration's.
    pub async fn own_hours(&self, rep: &RepId) -> Result<Option<String>, Trouble> {
        Ok(self.engine.profile(rep).await?.hours)
    }
}

/// A rep's zone; UTC of one whom the rules do not name.
async fn zone(engine: &Engine, policy: &Policy, rep: &RepId) -> Result<TimeZone, Trouble> {
    match policy.reps.get(rep) {
        Some(rep) => Ok(engine.zone_of(rep).await?),
        None => Ok(TimeZone::UTC),
    }
}
