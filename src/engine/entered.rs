//! A lead that a rep enters by hand, perhaps to look after it themselves.

use super::{Content, Engine, Error, Received, Submission};
use crate::{
    domain::{
        event::{Actor, Event, Handing, Premise, Receiver},
        id::RepId,
        lead::Lead,
    },
    store::leads,
};

impl Engine {
    /// Takes in what `by` has entered, as [`receive`](Self::receive) does. With `keep` a lead that it
    /// makes is theirs at once; one that was known before stays where it is.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn enter(
        &self,
        submission: &Submission,
        content: &Content,
        by: &RepId,
        keep: bool,
    ) -> Result<Received, Error> {
        let now = self.clock.now();
        self.db
            .write(async |mut tx| {
                let received = self
                    .receive_in(&mut tx, submission, content, &Actor::Rep(by.clone()), now)
                    .await?;
                if !keep {
                    return Ok(received);
                }
                for id in &received.leads {
                    let fresh = leads::get(&mut tx, id).await?.filter(|lead: &Lead| {
                        lead.created_at == now
                            && lead.source == submission.source
                            && lead.is_open()
                            && lead.owner().is_none()
                    });
                    if fresh.is_some() {
                        let event = Event::Assign {
                            to: Receiver::Rep(by.clone()),
                            by: Actor::Baton,
                            handing: Handing::Now,
                            words: String::new(),
                            premise: Premise::Any,
                        };
                        Box::pin(self.handle_in(&mut tx, id, event, now)).await?;
                    }
                }
                Ok(received)
            })
            .await
    }
}
