//! Managers are told of submissions that can't be used: gathered by source, so that a mapping that is broken for a day is
//! a few messages, and a stranger who sends rubbish is one.

use jiff::{SignedDuration, Timestamp};

use super::{Engine, Error, apply::address};
use crate::{
    domain::{
        event::{Audible, Notice, Say},
        id::SourceId,
    },
    store::{Tx, outbox},
};

/// The least time between two messages about a source.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// The least time between two messages about a source to which anybody may send.
const PAUSE_OF_OPEN: SignedDuration = SignedDuration::from_hours(24);

impl Engine {
    /// Sees to it that the managers hear of a submission that came at `since` and can't be used.
    pub(super) async fn tell_of_quarantine(
        &self,
        tx: &mut Tx,
        source: &SourceId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let rules = self.rules();
        let policy = &rules.policy;
        let open = policy.sources.get(source).is_some_and(|source| source.open);
        let pause = if open { PAUSE_OF_OPEN } else { PAUSE };
        let bundle = policy.bundle;
        for rep in self.managers_of(|_| true) {
            let say = Say {
                to: Audible::Rep(rep),
                key: format!("quarantined:{source}:{}", now.as_microsecond()),
                cause: Some(format!("quarantined:{source}")),
                notice: Notice::Quarantined {
                    source: source.clone(),
                    since,
                },
            };
            let times = (bundle, pause.max(bundle));
            outbox::gather(tx, &address(&say.to), &say, now, times).await?;
        }
        Ok(())
    }
}
