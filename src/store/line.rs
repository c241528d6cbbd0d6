//! Where work that comes in floods waits for one of the connections of PostgreSQL's pool: leads of one team wait
//! for each other's locks, and would each hold a connection meanwhile until none is left for a press.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::Error;

/// How many who stand in line are served at a time; the pool's other connections are for who does not.
pub(super) const PLACES: usize = 10;

/// How long one stands in line: as long as vendors wait for an answer.
const WAIT: Duration = Duration::from_secs(10);

/// First come, first served.
pub(super) struct Line(Arc<Semaphore>);

/// Who has one is served until it is dropped; `None` for those who need not stand in line.
pub(super) struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Line {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(PLACES)))
    }

    /// Waits for a place, for those who stand in line.
    pub(super) async fn place(&self, in_line: bool) -> Result<Place, Error> {
        if !in_line {
            return Ok(Place { _permit: None });
        }
        let permit = timeout(WAIT, Arc::clone(&self.0).acquire_owned()).await;
        let permit = permit.map_err(|_| Error::unavailable("too many wait for the database"))?;
        let permit = permit.map_err(|_| Error::unavailable("the database is closed"))?;
        Ok(Place {
            _permit: Some(permit),
        })
    }
}
