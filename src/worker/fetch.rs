//! Fetching the people of whom vendors send ids only: one after the other of a source, sources side by side. What
//! is asked is written down before, and what came of it in one transaction afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::guard::{Trouble, guarded};
use crate::{
    domain::id::SourceId,
    engine::{Content, Engine, Error, NotFetched},
    intake::{
        self, Reading, Source,
        fetch::{Fetcher, NoAnswer},
    },
    store::{Channel, fetches, fetches::Fetch},
};

/// How often it is looked whether somebody is to be fetched of whom no bell rang: whose vendor was asked before.
const LOOK: Duration = Duration::from_secs(1);

/// How long whoever fetches somebody has them to itself; longer than a vendor is waited for.
const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// Fetches people.
#[derive(Clone)]
pub struct People {
    engine: Engine,
    fetcher: Fetcher,
    sources: Arc<ArcSwap<BTreeMap<SourceId, Source>>>,
}

impl People {
    /// Knows no source yet.
    #[must_use]
    pub fn new(engine: &Engine, fetcher: Fetcher) -> Self {
        Self {
            engine: engine.in_line(),
            fetcher,
            sources: Arc::default(),
        }
    }

    /// Goes by these sources, with their tokens, from now on.
    pub fn set_sources(&self, sources: &[Source]) {
        let by_name = |source: &Source| (source.id.clone(), source.clone());
        let sources = sources.iter().map(by_name).collect();
        self.sources.store(Arc::new(sources));
    }

    /// Tries everybody again whose token was refused: it may be another one now. Called after a start and a reload.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn try_again(&self) -> Result<(), Error> {
        let now = self.engine.clock().now();
        let tried = self
            .engine
            .db()
            .write(async |mut tx| fetches::try_again(&mut tx, now).await);
        Ok(tried.await?)
    }

    /// Ends what an earlier run was at, where nobody else can run. Called once, before the loop.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn take_over(&self) -> Result<(), Error> {
        let taken = self
            .engine
            .db()
            .write(async |mut tx| fetches::take_over(&mut tx).await);
        Ok(taken.await?)
    }

    /// When something is to be done next.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, Error> {
        let next = self
            .engine
            .db()
            .read(async |mut tx| fetches::next_due(&mut tx).await);
        Ok(next.await?)
    }

    /// Works until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut busy: BTreeSet<SourceId> = BTreeSet::new();
        let mut running: JoinSet<SourceId> = JoinSet::new();
        let mut wake = self.engine.db().subscribe(Channel::Fetches);
        while !stop.is_cancelled() {
            wake.mark_unchanged();
            let due = match guarded(self.look()).await {
                Ok((_, due)) => due,
                Err(error) => {
                    tracing::warn!(%error, "who is to be fetched could not be read; trying again");
                    Vec::new()
                }
            };
            for source in due {
                if busy.insert(source.clone()) {
                    running.spawn(self.clone().drain_guarded(source, stop.clone()));
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
                // The bell lives as long as the store.
                Ok(()) = wake.changed() => {}
                // A drain catches its panics, so there is always a name.
                Some(Ok(done)) = running.join_next() => {
                    busy.remove(&done);
                }
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Everything that is due now, once: for tests, which move the clock and call this. Says how many were tried.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn tick(&self) -> Result<usize, Error> {
        let stop = CancellationToken::new();
        let (given_up, due) = self.look().await?;
        let tried = due.iter().map(|source| self.drain(source, &stop));
        let tried: usize = try_join_all(tried).await?.into_iter().sum();
        Ok(given_up + tried)
    }

    /// Goes on without those who were waited for too long; how many, and the sources of which somebody is to be
    /// fetched now.
    async fn look(&self) -> Result<(usize, Vec<SourceId>), Error> {
        let now = self.engine.clock().now();
        let (overdue, due) = self
            .engine
            .db()
            .read(async |mut tx| {
                let overdue = fetches::overdue(&mut tx, now).await?;
                Ok::<_, Error>((overdue, fetches::due_sources(&mut tx, now).await?))
            })
            .await?;
        for fetch in &overdue {
            let sources = self.sources.load();
            let known = intake::read_known(sources.get(&fetch.source), &fetch.doc.0);
            self.engine.out_of_patience(fetch, &known).await?;
            tracing::warn!(
                source = %fetch.source, submission.id = %fetch.submission_id,
                "a lead's person was waited for long enough"
            );
        }
        Ok((overdue.len(), due))
    }

    async fn drain_guarded(self, source: SourceId, stop: CancellationToken) -> SourceId {
        if let Err(error) = guarded(self.drain(&source, &stop)).await {
            match error {
                Trouble::Error(_) => {
                    tracing::warn!(%source, %error, "a person could not be fetched; trying again");
                }
                Trouble::Panic(_) => {
                    tracing::error!(%source, %error, "a person could not be fetched; trying again");
                }
            }
        }
        source
    }

    /// Fetches everybody of a source who is due; how many were tried.
    async fn drain(&self, source: &SourceId, stop: &CancellationToken) -> Result<usize, Error> {
        let mut tried = 0;
        while !stop.is_cancelled() {
            let now = self.engine.clock().now();
            let times = (now, now + LEASE);
            let claimed = self
                .engine
                .db()
                .write(async |mut tx| fetches::claim(&mut tx, source, times).await)
                .await?;
            let Some(fetch) = claimed else { break };
            tried += 1;
            // Who is left in the middle is tried again when the lease has ended.
            if let Some(done) = stop.run_until_cancelled(self.one(&fetch)).await {
                done?;
            }
        }
        Ok(tried)
    }

    async fn one(&self, fetch: &Fetch) -> Result<(), Error> {
        let sources = self.sources.load_full();
        let (wanted, source) = (&fetch.doc.0, sources.get(&fetch.source));
        let asked = match source {
            Some(source) => self.fetcher.fetch(source, wanted).await,
            None => Err(NoAnswer::Refused(format!(
                "there is no source `{}` in the configuration any more",
                fetch.source
            ))),
        };
        match (asked, source) {
            (Ok(answers), Some(source)) => {
                let content = content(intake::read_fetched(source, wanted, &answers));
                if let Some(received) = self.engine.fetched(fetch, &content, &answers).await? {
                    count(&fetch.source, "fetched");
                    tracing::info!(
                        source = %fetch.source, submission.id = %fetch.submission_id,
                        status = received.status.word(), leads = received.leads.len(),
                        "a lead's person was fetched"
                    );
                }
                Ok(())
            }
            (Ok(_), None) => Ok(()),
            (Err(no_answer), _) => self.without_answer(fetch, source, no_answer).await,
        }
    }

    async fn without_answer(
        &self,
        fetch: &Fetch,
        source: Option<&Source>,
        no_answer: NoAnswer,
    ) -> Result<(), Error> {
        let (why, outcome) = match no_answer {
            NoAnswer::Later { after, why } => {
                let after = after.and_then(|after| SignedDuration::try_from(after).ok());
                (NotFetched::Later { after, why }, "later")
            }
            NoAnswer::Refused(why) => (NotFetched::Refused { why }, "refused"),
            NoAnswer::Missing(why) => (NotFetched::Missing { why }, "missing"),
        };
        count(&fetch.source, outcome);
        tracing::warn!(
            source = %fetch.source, submission.id = %fetch.submission_id, attempts = fetch.attempts,
            %why, "a lead's person could not be fetched"
        );
        let known = intake::read_known(source, &fetch.doc.0);
        self.engine.not_fetched(fetch, &why, &known).await
    }
}

fn count(source: &SourceId, outcome: &'static str) {
    let labels = [
        ("source", source.to_string()),
        ("outcome", outcome.to_owned()),
    ];
    metrics::counter!("baton_fetches_total", &labels).increment(1);
}

fn content(reading: Reading) -> Content {
    match reading {
        Reading::Leads { leads, problems } => Content::Leads { leads, problems },
        Reading::Ids(ids) => Content::Ids(ids),
        Reading::Withdrawn(keys, why) => Content::Withdrawn(keys, why),
        Reading::Activities { why, .. } => Content::Ignored(why),
        Reading::Quarantined(problems) => Content::Quarantined(problems),
        Reading::Ignored(why) => Content::Ignored(why),
    }
}
