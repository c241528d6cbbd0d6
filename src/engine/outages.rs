//! What Baton or the chat was down for extends pending offers, never the lead's clock.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use super::{Engine, Error, apply::address};
use crate::{
    domain::{
        event::{Audible, Down, Effect, Event, FactKind, Notice, Numbers, Say},
        id::{LeadId, RepId, SourceId, TeamId},
        policy::Platform,
    },
    store::{Tx, leads, outages, outbox},
};

/// Leads changed side by side; on SQLite they share commits.
const AT_ONCE: usize = 32;

/// From how long the managers hear that Baton was down. An update takes less.
const NOTICED: SignedDuration = SignedDuration::from_mins(15);

/// So many leads at most are counted as having waited.
const MOST_OVERDUE: i64 = 10_000;

/// A lead's number, and the team behind it.
type OfTeam = (i64, Option<TeamId>);

/// From how long the managers hear that the chat was down.
const TOLD: SignedDuration = SignedDuration::from_mins(1);

impl Engine {
    /// Adds what Baton was down for to the offers that waited meanwhile; returns how many leads have such. After a
    /// stop that somebody may have noticed the managers are told what it meant for the leads of their teams.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn note_outage(&self, from: Timestamp, until: Timestamp) -> Result<usize, Error> {
        let waited = self
            .db()
            .read(async |mut tx| leads::overdue(&mut tx, until, MOST_OVERDUE).await)
            .await?;
        let of = Down::Baton;
        let mut extended = self
            .to_all_asked(&Event::Outage { of, from, until })
            .await?;
        let count = extended.len();
        if until.duration_since(from) >= NOTICED {
            // What becomes of those that were due is for their step to say.
            extended.retain(|lead| !waited.contains(lead));
            self.tell_of_stop((from, until), &waited, &extended).await?;
        }
        Ok(count)
    }

    /// Each manager hears once, of the leads of the teams that they manage; of none nobody is told.
    async fn tell_of_stop(
        &self,
        (from, until): (Timestamp, Timestamp),
        waited: &[OfTeam],
        extended: &[OfTeam],
    ) -> Result<(), Error> {
        let rules = self.rules();
        let theirs = |leads: &[OfTeam], manager: &RepId| -> Numbers {
            let manages = |team: &Option<TeamId>| {
                let team = team.as_ref().and_then(|team| rules.policy.team(team));
                team.is_some_and(|team| team.managers.contains(manager))
            };
            let theirs = leads.iter().filter(|(_, team)| manages(team));
            theirs.map(|(number, _)| *number).collect()
        };
        let key = format!("was-down:{}", from.as_microsecond());
        self.db()
            .write(async |mut tx| {
                for manager in self.managers_of(|_| true) {
                    let (waited, extended) = (theirs(waited, &manager), theirs(extended, &manager));
                    if waited.all + extended.all > 0 {
                        let notice = Notice::WasDown {
                            from,
                            until,
                            waited,
                            extended,
                        };
                        let manager = BTreeSet::from([manager]);
                        tell(&mut tx, &manager, &key, None, &notice, until).await?;
                    }
                }
                Ok(())
            })
            .await
    }

    /// Since when a chat has been down, by what was written down last; absent: it was not, or is back.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn chat_down_since(&self, chat: Platform) -> Result<Option<Timestamp>, Error> {
        self.db()
            .read(async |mut tx| Ok(outages::lasting(&mut tx, chat).await?))
            .await
    }

    /// A chat can't be reached since `since`: what reps were asked there is theirs until it is back. May be said again,
    /// for instance by who finds it written down after a restart. Returns since when it has been down.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn chat_down(&self, chat: Platform, since: Timestamp) -> Result<Timestamp, Error> {
        let since = self
            .db()
            .write(async |mut tx| Ok::<_, Error>(outages::begin(&mut tx, chat, since).await?))
            .await?;
        self.to_all_asked(&Event::ChatDown { chat, since }).await?;
        Ok(since)
    }

    /// A chat is back: its offers get their time, what failed is tried again now, and the managers are told
    /// once. Returns since when it was down, if it was.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn chat_back(&self, chat: Platform) -> Result<Option<Timestamp>, Error> {
        let until = self.clock.now();
        let Some(from) = self.chat_down_since(chat).await? else {
            return Ok(None);
        };
        // Before the end is written down: whoever takes this up after a crash extends nothing twice.
        let of = Down::Chat(chat);
        let leads = self
            .to_all_asked(&Event::Outage { of, from, until })
            .await?
            .len();
        self.db()
            .write(async |mut tx| {
                if !outages::end(&mut tx, chat, from, until).await? {
                    return Ok(None);
                }
                outbox::hurry(&mut tx, until).await?;
                if until.duration_since(from) >= TOLD {
                    let notice = Notice::ChatWasDown {
                        chat,
                        from,
                        until,
                        leads,
                    };
                    let key = match chat {
                        Platform::Slack => format!("chat-down:{}", from.as_microsecond()),
                        Platform::Teams => format!("teams-down:{}", from.as_microsecond()),
                    };
                    let managers = self.managers_of(|team| self.is_in(chat, team));
                    tell(&mut tx, &managers, &key, None, &notice, until).await?;
                }
                Ok(Some(from))
            })
            .await
    }

    /// Tells a team's managers, once until it is mended, that the chat takes nothing for the team's channel.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn channel_refuses(
        &self,
        tx: &mut Tx,
        team: &TeamId,
        why: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let notice = Notice::ChannelRefuses {
            team: team.clone(),
            why: why.to_owned(),
        };
        let managers = self.managers_of(|of| of == team);
        let key = format!("channel-refuses:{team}");
        tell(tx, &managers, &key, Some(key.clone()), &notice, now).await
    }

    /// The chat takes messages for a team's channel: should it refuse them again, that is news.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn channel_takes(&self, tx: &mut Tx, team: &TeamId) -> Result<(), Error> {
        Ok(outbox::forget_cause(tx, &format!("channel-refuses:{team}")).await?)
    }

    /// Tells all managers, once until it is mended, that a vendor does not say who the leads of a source are.
    pub(super) async fn fetch_refused(
        &self,
        tx: &mut Tx,
        source: &SourceId,
        account: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let notice = Notice::FetchRefused {
            source: source.clone(),
            why: why.to_owned(),
        };
        let managers = self.managers_of(|_| true);
        let key = refused(source, account);
        tell(tx, &managers, &key, Some(key.clone()), &notice, now).await
    }

    /// The vendor says again who they are: should it refuse once more, that is news.
    pub(super) async fn fetch_works(
        &self,
        tx: &mut Tx,
        source: &SourceId,
        account: &str,
    ) -> Result<(), Error> {
        Ok(outbox::forget_cause(tx, &refused(source, account)).await?)
    }

    /// Whether a team has anything to do with a chat: somebody of it is there, or its channel is.
    fn is_in(&self, chat: Platform, team: &TeamId) -> bool {
        let rules = self.rules();
        let policy = &rules.policy;
        policy.team(team).is_some_and(|team| {
            let mut people = team.people();
            let there = people.any(|rep| policy.reps.get(&rep).is_some_and(|rep| rep.chat == chat));
            there
                || team
                    .channel
                    .as_ref()
                    .is_some_and(|it| it.platform() == chat)
        })
    }

    pub(super) fn managers_of(&self, of: impl Fn(&TeamId) -> bool) -> BTreeSet<RepId> {
        let rules = self.rules();
        let teams = rules.policy.teams.iter().filter(|team| of(&team.id));
        teams
            .flat_map(|team| team.managers.iter().cloned())
            .collect()
    }

    /// Lets an event happen to every lead of which an offer waits for an answer, and to those whose owners could not say
    /// that they had called; returns those of which an offer got more time.
    async fn to_all_asked(&self, event: &Event) -> Result<Vec<OfTeam>, Error> {
        let asked: Vec<LeadId> = self
            .db()
            .at_length()
            .read(async |mut tx| {
                let mut all = leads::with_pending_offers(&mut tx).await?;
                all.extend(leads::untried(&mut tx).await?);
                all.sort();
                all.dedup();
                Ok::<_, Error>(all)
            })
            .await?;
        let handled =
            stream::iter(asked).map(|lead| async move { self.handle(&lead, event.clone()).await });
        handled
            .buffer_unordered(AT_ONCE)
            .try_fold(Vec::new(), async |mut extended, handled| {
                if got_time(&handled.effects) {
                    extended.push((handled.lead.number, handled.lead.team().cloned()));
                }
                Ok(extended)
            })
            .await
    }
}

fn refused(source: &SourceId, account: &str) -> String {
    format!("fetch-refused:{source}:{account}")
}

/// Whether one of these is that an offer got more time.
fn got_time(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::Fact(fact) if fact.event == FactKind::Delivered))
}

pub(super) async fn tell(
    tx: &mut Tx,
    whom: &BTreeSet<RepId>,
    key: &str,
    cause: Option<String>,
    notice: &Notice,
    now: Timestamp,
) -> Result<(), Error> {
    for rep in whom {
        let say = Say {
            to: Audible::Rep(rep.clone()),
            key: key.to_owned(),
            cause: cause.clone(),
            notice: notice.clone(),
        };
        outbox::announce(tx, &address(&say.to), &say, now).await?;
    }
    Ok(())
}
