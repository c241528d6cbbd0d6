//! What the chat has not taken: people to whom it delivers nothing, messages that wait or were given up.

use jiff::{SignedDuration, Timestamp};

use super::Finding;
use crate::{
    clock::Clock,
    domain::policy::Policy,
    store::{Db, Error, gauges, reps},
};

/// A message that has been due for longer waits for something.
const SLOW: SignedDuration = SignedDuration::from_mins(2);
/// Messages are looked at that were given up within so long.
const LATELY: SignedDuration = SignedDuration::from_hours(24);

/// Looks at what is stored; what can't be asked here, the database's own findings say.
pub(super) async fn look(url: &str, policy: &Policy, clock: &Clock) -> Vec<Finding> {
    let Ok(db) = Db::open_read_only(url).await else {
        return Vec::new();
    };
    let now = clock.now();
    let since = now.checked_sub(LATELY).unwrap_or(Timestamp::MIN);
    let read = db.read(async |mut tx| {
        let people = reps::all(&mut tx).await?;
        let waiting = gauges::outbox(&mut tx).await?;
        Ok::<_, Error>((people, waiting, gauges::given_up(&mut tx, since).await?))
    });
    let read = read.await;
    db.close().await;
    let Ok((people, waiting, given_up)) = read else {
        return Vec::new();
    };
    let lost = people.iter().filter_map(|known| {
        let rep = policy.reps.get(&known.id)?;
        let since = known.unreachable_at?;
        Some(unreachable(
            &rep.name,
            known.unreachable_why.as_deref(),
            since,
        ))
    });
    let slow = waiting
        .oldest
        .filter(|oldest| now.duration_since(*oldest) > SLOW);
    lost.chain(slow.map(|oldest| slowly(waiting.count, oldest)))
        .chain(
            given_up
                .first()
                .map(|(_, why)| lost_messages(given_up.len(), why)),
        )
        .collect()
}

fn unreachable(name: &str, why: Option<&str>, since: Timestamp) -> Finding {
    Finding::look(
        "delivery",
        format!(
            "the chat has delivered nothing to {name} since {since:.0}: {}",
            why.unwrap_or("it did not say why")
        ),
        "They get no leads. Mend their account in the chat, or correct it in the configuration; Baton looks again within a \
         day, and at every start.",
    )
}

fn slowly(count: i64, oldest: Timestamp) -> Finding {
    let messages = if count == 1 {
        "message waits"
    } else {
        "messages wait"
    };
    Finding::look(
        "delivery",
        format!("{count} {messages} to be delivered, the oldest since {oldest:.0}"),
        "The log of `serve` says what the chat answers. Leads go on to others when their cards can't be shown in time.",
    )
}

fn lost_messages(count: usize, why: &str) -> Finding {
    let messages = if count == 1 {
        "message was"
    } else {
        "messages were"
    };
    Finding::look(
        "delivery",
        format!("{count} {messages} given up within a day, the last one because of {why}"),
        "Whoever they were for was told nothing; leads went on to others, and their managers know.",
    )
}
