//! PostgreSQL: a pool, and an ear for what other processes notify.

use std::{
    hash::{BuildHasher, RandomState},
    str::FromStr,
    time::Duration,
};

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::{Channel, Error, Wake, bus::Bus};

/// How long one waits for a connection, in seconds: vendors wait for an answer for 5 to 10.
const ACQUIRE_SECONDS: u64 = 3;
/// One hears, one tells, [`PLACES`](super::line::PLACES) are for floods, and six for presses, readers and health.
const CONNECTIONS: u32 = 18;
/// Limits that hold for one transaction, so that a pooler between us and PostgreSQL does no harm.
pub(super) const BEGIN_WRITE: &str = "begin; set local statement_timeout = '10s'; \
    set local idle_in_transaction_session_timeout = '10s'";
/// A report may take longer than a write, and sees one state of things.
pub(super) const BEGIN_READ: &str = "begin isolation level repeatable read, read only; \
    set local statement_timeout = '30s'; set local idle_in_transaction_session_timeout = '30s'";
/// How long a broken listener rests before it tries again.
const LISTEN_AGAIN: Duration = Duration::from_secs(15);
/// The least time between two notifications: all that is committed meanwhile is told in one.
const TELL_EVERY: Duration = Duration::from_millis(20);

/// Connects to `url`.
pub(super) async fn connect(url: &str) -> Result<PgPool, Error> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|e| Error::Open(format!("the database's address can't be read: {e}")))?
        .application_name("baton")
        // A startup parameter that poolers refuse, and that nothing here needs.
        .extra_float_digits(None);
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(Duration::from_secs(ACQUIRE_SECONDS))
        .connect_with(options)
        .await?;
    warn_if_not_durable(&pool).await?;
    Ok(pool)
}

/// A webhook is answered when its lead is durable; a server that commits before it has written breaks that promise.
async fn warn_if_not_durable(pool: &PgPool) -> Result<(), Error> {
    let (level,): (String,) = sqlx::query_as("select current_setting('synchronous_commit')")
        .fetch_one(pool)
        .await?;
    if level == "off" {
        warn!("PostgreSQL has synchronous_commit = off: leads can be lost when it crashes");
    }
    Ok(())
}

/// Rings the bell for each notification, until `stop`. Without it workers poll, so a failure is no disaster.
pub(super) async fn listen(pool: PgPool, bus: Bus, own: String, stop: CancellationToken) {
    loop {
        let heard = stop.run_until_cancelled(hear(&pool, &bus, &own)).await;
        let Some(Err(error)) = heard else { return };
        debug!(%error, "not listening to PostgreSQL's notifications, polling instead");
        let rest = tokio::time::sleep(LISTEN_AGAIN);
        if stop.run_until_cancelled(rest).await.is_none() {
            return;
        }
    }
}

/// What this process has told is not news to it.
async fn hear(pool: &PgPool, bus: &Bus, own: &str) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen_all(Channel::ALL.map(Channel::name)).await?;
    // Whatever was said before anybody listened.
    Channel::ALL.into_iter().for_each(|c| bus.ring(c));
    loop {
        // None: the connection was lost and is there again; anything may have been said meanwhile.
        let heard = listener.try_recv().await?;
        let meant = |c: &Channel| {
            heard
                .as_ref()
                .is_none_or(|n| n.channel() == c.name() && n.payload() != own)
        };
        Channel::ALL
            .into_iter()
            .filter(meant)
            .for_each(|c| bus.ring(c));
    }
}

/// Tells other processes what was committed here. Not in the transactions themselves: a commit that notifies
/// waits for every other that does, in the whole database, and all of them for each other's sync to disk.
pub(super) struct Mouth {
    name: String,
    news: [(Channel, Wake); 3],
}

impl Mouth {
    pub(super) fn new(news: &Bus) -> Self {
        let name = RandomState::new().hash_one(std::process::id());
        Self {
            name: format!("{name:016x}"),
            news: Channel::ALL.map(|channel| (channel, news.subscribe(channel))),
        }
    }

    /// By what this process knows its own words.
    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    /// Tells, until `stop`, and then what is left to be told.
    pub(super) async fn tell(mut self, pool: PgPool, stop: CancellationToken) {
        loop {
            let going_on = stop.run_until_cancelled(self.something()).await.is_some();
            if let Err(error) = self.say(&pool).await {
                debug!(%error, "other processes could not be told of news; they look by themselves");
            }
            if !going_on {
                return;
            }
            tokio::time::sleep(TELL_EVERY).await;
        }
    }

    /// Waits until there is something to tell.
    async fn something(&mut self) {
        let [(_, leads), (_, outbox), (_, fetches)] = &mut self.news;
        // Who rings is closed after `stop` only.
        tokio::select! {
            _ = leads.changed() => leads.mark_changed(),
            _ = outbox.changed() => outbox.mark_changed(),
            _ = fetches.changed() => fetches.mark_changed(),
        }
    }

    async fn say(&mut self, pool: &PgPool) -> Result<(), sqlx::Error> {
        for (channel, news) in &mut self.news {
            if !news.has_changed().unwrap_or(false) {
                continue;
            }
            news.mark_unchanged();
            let notify = sqlx::query("select pg_notify($1, $2)");
            let notify = notify.bind(channel.name()).bind(&self.name);
            notify.execute(pool).await?;
        }
        Ok(())
    }
}
