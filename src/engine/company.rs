//! Whose a company's leads are: found before the rules are asked, kept whenever one of them gets an owner or loses it.

use jiff::Timestamp;

use super::{Engine, Error};
use crate::{
    domain::{
        lead::{CompanyOwner, Lead, State},
        policy::Policy,
    },
    store::{Tx, companies},
};

impl Engine {
    /// Who owns other leads of this lead's company, or did so lately.
    pub(super) async fn company_owner(
        &self,
        tx: &mut Tx,
        lead: &Lead,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Option<CompanyOwner>, Error> {
        let Some(keep) = policy.accounts.keep() else {
            return Ok(None);
        };
        let since = now.checked_sub(keep).unwrap_or(Timestamp::MIN);
        let signs = policy.company_signs(&lead.contact);
        Ok(companies::of(tx, &signs.sought, since).await?)
    }

    /// Keeps whose the company is now that `lead`, as it was `before`, has changed.
    pub(super) async fn note_company(
        &self,
        tx: &mut Tx,
        before: &Lead,
        lead: &Lead,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<(), Error> {
        if policy.accounts.keep().is_none() || lead.test {
            return Ok(());
        }
        let owner = before
            .owner()
            .filter(|_| matches!(before.state, State::Owned { .. }));
        match &lead.state {
            State::Owned { rep, .. } if owner != Some(rep) => {
                let signs = policy.company_signs(&lead.contact);
                companies::owned(tx, &signs.kept, rep, lead, now).await?;
            }
            State::Owned { .. } => {}
            _ if owner.is_none() => {}
            State::Closed { .. } | State::Nurture { .. } => companies::ended(tx, lead, now).await?,
            State::Pending
            | State::Offered { .. }
            | State::Pooled { .. }
            | State::Queued { .. }
            | State::Review { .. }
            | State::Disqualified { .. } => companies::given_up(tx, lead).await?,
        }
        Ok(())
    }
}
