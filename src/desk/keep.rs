//! "Keep them": offers that an absence passed on, taken back within a minute.

use super::{Desk, trouble::Trouble};
use crate::{
    domain::{card::Card, id::RepId},
    words::keep,
};

impl Desk {
    /// Gives whoever is away their offers back, as far as nobody has acted on them; what came of it.
    pub(super) async fn keep(&self, absence: &str, by: &RepId) -> Result<Card, Trouble> {
        let kept = self.engine.keep(absence, by).await?;
        let kept = kept.ok_or(Trouble::NoSuchButton)?;
        let when = self.when(by).await?;
        let rules = self.engine.rules();
        let (kept, gone) = (&kept.kept, &kept.gone);
        Ok(keep::kept(by, kept, gone, &rules.policy, &when))
    }
}
