//! Cards in a chat that has been taken out of the configuration: who is asked there is asked where they are now.

use super::Worker;
use crate::{
    domain::policy::Platform,
    engine::Error,
    store::outbox::{self, card_of_key},
};

impl Worker {
    /// Lets offers that wait for an answer in a chat that Baton is not connected to any more be shown anew. Called
    /// once, before the loops start; returns how many cards are looked at for that.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn bring_back_cards(&self) -> Result<usize, Error> {
        let mut count = 0;
        let gone = [Platform::Slack, Platform::Teams].into_iter();
        for platform in gone.filter(|it| self.outlet(*it).is_none()) {
            count += self.bring_back_from(platform).await?;
        }
        Ok(count)
    }

    async fn bring_back_from(&self, platform: Platform) -> Result<usize, Error> {
        let now = self.engine.clock().now();
        self.db()
            .write(async |mut tx| {
                let left = outbox::cards_that_ask(&mut tx, platform).await?;
                let shown = left.iter().filter_map(|left| {
                    let whose = left.recipient.split('#').next().unwrap_or_default();
                    Some(outbox::Shown {
                        lead: left.lead_id.clone(),
                        card: card_of_key(&left.key)?,
                        recipient: whose.to_owned(),
                    })
                });
                let shown: Vec<outbox::Shown> = shown.collect();
                outbox::show(&mut tx, &shown, now).await?;
                Ok(left.len())
            })
            .await
    }
}
