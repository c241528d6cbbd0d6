//! What time it is, where replicas share a database: the machine's clock, put right by the database's.

use jiff::SignedDuration;

use super::Engine;
use crate::store::instance;

impl Engine {
    /// Puts the clock right by the database's, so that replicas agree what is due; where nobody else has a clock, it is
    /// left as it is.
    pub async fn agree_on_time(&self) {
        let clock = &self.clock;
        // Somebody else may put the clock right meanwhile: what was read is compared with what it was read by.
        let (before, shift) = clock.reading();
        let taken = clock.stopwatch();
        let asked = self
            .db
            .read(async |mut tx| instance::database_now(&mut tx).await);
        match asked.await {
            Ok(Some(theirs)) => {
                let half = SignedDuration::try_from(taken() / 2).unwrap_or(SignedDuration::ZERO);
                clock.set_shift(theirs.duration_since(before) - half + shift);
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the database's clock could not be read"),
        }
    }
}
