//! What reps are told of themselves and, as managers, of their teams: as it is when it is sent, or not at all.

use jiff::{Timestamp, civil::Date};

use super::{
    Worker,
    render::{Message, rep_of},
};
use crate::{
    domain::{
        card::Card,
        event::{Actor, Sign, Told},
        id::RepId,
        phrase::Until,
    },
    engine::Error,
    store::{
        outbox::Claimed,
        reps::{self, Absence},
    },
    words::{
        availability,
        commands::CommandWords,
        coverage::{self, Covered},
        hours::{self, Hours},
        lists::Reader,
        returns,
        when::When,
    },
};

impl Worker {
    /// The message, if what it says is still so.
    pub(super) async fn render_told(
        &self,
        claimed: &Claimed,
        told: &Told,
    ) -> Result<Option<Message>, Error> {
        let Some(rep) = rep_of(claimed) else {
            return Ok(None);
        };
        let card = match told {
            Told::Away { absence } => self.told_away(&rep, absence).await?,
            Told::Back { by, absence } => self.told_back(&rep, by, absence.as_deref()).await?,
            Told::Cancelled { by, from, until } => {
                let until = until.map_or(Until::Back, Until::At);
                let (rules, when) = (self.engine.rules(), self.when_of(&rep).await?);
                let policy = &rules.policy;
                Some(availability::told_cancelled(
                    by,
                    (*from, until),
                    policy,
                    &when,
                ))
            }
            Told::Returned { absence } => self.told_returned(&rep, absence).await?,
            Told::Hours { by } => self.told_hours(&rep, by).await?,
            Told::Asked { sign, text, until } => {
                self.told_asked(&rep, *sign, (text, *until)).await?
            }
            Told::Forecast { monday } => self.told_forecast(&rep, *monday).await?,
            Told::Silent {
                rep: who,
                absence,
                missed,
            } => self.told_silent(&rep, who, absence, *missed).await?,
        };
        Ok(card.map(|card| Message {
            card,
            standing: None,
            thread: None,
            only_if_standing: false,
            together: Vec::new(),
        }))
    }

    async fn told_away(&self, rep: &RepId, absence: &str) -> Result<Option<Card>, Error> {
        let theirs = self.absences_of(rep).await?;
        let rules = self.engine.rules();
        let when = self.when_of(rep).await?;
        let it = theirs.into_iter().find(|one| one.id == absence);
        Ok(it.map(|one| {
            let by = one.made_by.clone();
            availability::told_away(&said(one), &by, &rules.policy, &when)
        }))
    }

    async fn told_back(
        &self,
        rep: &RepId,
        by: &Actor,
        absence: Option<&str>,
    ) -> Result<Option<Card>, Error> {
        if self.is_away(rep).await? {
            return Ok(None);
        }
        let rules = self.engine.rules();
        match absence {
            None => Ok(Some(availability::told_back(by, &rules.policy))),
            Some(absence) => {
                self.meanwhile(rep, absence, |_, reader| returns::said_by(by, reader))
                    .await
            }
        }
    }

    async fn told_returned(&self, rep: &RepId, absence: &str) -> Result<Option<Card>, Error> {
        if self.is_away(rep).await? {
            return Ok(None);
        }
        self.meanwhile(rep, absence, |absence, reader| {
            returns::over(absence.until_at, reader)
        })
        .await
    }

    /// What came in an absence of a rep's, under words of their own.
    async fn meanwhile(
        &self,
        rep: &RepId,
        absence: &str,
        first: impl Fn(&Absence, Reader<'_>) -> String,
    ) -> Result<Option<Card>, Error> {
        let stored = self
            .db()
            .read(async |mut tx| reps::absence_by_id(&mut tx, absence).await)
            .await?;
        let Some(absence) = stored else {
            return Ok(None);
        };
        let (rules, when) = (self.engine.rules(), self.when_of(rep).await?);
        // Nothing that is said here names a command.
        let words = CommandWords::default();
        let reader = Reader {
            rep,
            policy: &rules.policy,
            when: &when,
            words: &words,
        };
        let meanwhile = self.engine.meanwhile(&absence, when.now()).await?;
        let came: Vec<_> = meanwhile.came.into_iter().collect();
        let meanwhile = returns::Meanwhile {
            from: meanwhile.from,
            came: &came,
            covered: &meanwhile.covered,
            moved: &meanwhile.moved,
            waiting: &meanwhile.waiting,
            queue: meanwhile.queue,
        };
        let first = first(&absence, reader);
        Ok(Some(returns::back(&first, reader, &meanwhile)))
    }

    async fn told_hours(&self, rep: &RepId, by: &Actor) -> Result<Option<Card>, Error> {
        let rules = self.engine.rules();
        let Some(known) = rules.policy.reps.get(rep) else {
            return Ok(None);
        };
        let own = self.engine.profile(rep).await?.hours;
        let rule = known.calendar.as_ref();
        let rule = rule.and_then(|name| rules.policy.calendars.get(name));
        let zone = match rule.and_then(|rule| rule.timezone.clone()) {
            Some(zone) => zone,
            None => self.zone_of(rep).await?,
        };
        let hours = Hours {
            rep,
            own: own.as_deref(),
            configured: rule.map(|rule| rule.hours.as_str()),
            zone: zone.iana_name().unwrap_or("UTC"),
        };
        Ok(Some(hours::told(by, &hours, &rules.policy)))
    }

    /// Somebody of the reader's team has answered no offers of late, and is away for it still.
    async fn told_silent(
        &self,
        reader: &RepId,
        rep: &RepId,
        absence: &str,
        missed: u32,
    ) -> Result<Option<Card>, Error> {
        let theirs = self.absences_of(rep).await?;
        let rules = self.engine.rules();
        let when = self.when_of(reader).await?;
        let it = theirs.into_iter().find(|one| one.id == absence);
        Ok(it.map(|one| availability::silent(&said(one), missed, &rules.policy, &when)))
    }

    /// Whether they are away, as their chat says; not of who has said so meanwhile, or whose status is over.
    async fn told_asked(
        &self,
        rep: &RepId,
        sign: Sign,
        (text, until): (&str, Option<Timestamp>),
    ) -> Result<Option<Card>, Error> {
        let when = self.when_of(rep).await?;
        if self.is_away(rep).await? || until.is_some_and(|until| when.is_past(until)) {
            return Ok(None);
        }
        Ok(Some(availability::asked(sign, text, until, &when)))
    }

    /// Where the week that begins on `monday` still has nobody.
    async fn told_forecast(&self, rep: &RepId, monday: Date) -> Result<Option<Card>, Error> {
        let zone = self.zone_of(rep).await?;
        let uncovered = self.engine.uncovered(rep, monday, &zone).await?;
        let teams = uncovered.into_iter().map(|one| Covered {
            team: one.coverage.team,
            absences: Vec::new(),
            holidays: Vec::new(),
            nobody: one.coverage.nobody,
            zone: one.coverage.zone,
            usual: Some(one.usual),
            clocks: one.clocks,
        });
        let teams: Vec<Covered> = teams.collect();
        let when = When::for_what_stands(self.engine.clock().now(), &zone);
        let rules = self.engine.rules();
        Ok(coverage::forecast(&teams, monday, &rules.policy, &when))
    }

    async fn absences_of(&self, rep: &RepId) -> Result<Vec<Absence>, Error> {
        let now = self.engine.clock().now();
        let read = self
            .db()
            .read(async |mut tx| reps::absences_of(&mut tx, rep, now).await);
        Ok(read.await?)
    }

    async fn is_away(&self, rep: &RepId) -> Result<bool, Error> {
        let now = self.engine.clock().now();
        let theirs = self.absences_of(rep).await?;
        Ok(theirs.iter().any(|one| one.from_at <= now))
    }

    async fn when_of(&self, rep: &RepId) -> Result<When, Error> {
        let zone = self.zone_of(rep).await?;
        Ok(When::for_what_stands(self.engine.clock().now(), &zone))
    }
}

fn said(one: Absence) -> availability::Absence {
    availability::Absence {
        id: one.id,
        rep: one.rep,
        from: one.from_at,
        until: one.until_at.map_or(Until::Back, Until::At),
        reason: one.reason,
        cover: one.cover,
    }
}
