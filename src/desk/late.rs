//! Presses that come too late: an accept is noted, and the turn that the offer had cost comes back by one press.

use super::{Desk, press::Press, trouble::Trouble};
use crate::{
    domain::{
        action::Action,
        card::Card,
        event::{Event, Refusal},
        id::{OfferId, RepId},
    },
    engine,
    words::too_late,
};

impl Desk {
    /// Notes an accept whose offer has moved on; what who pressed is told then, which is the lead as it is after that.
    pub(super) async fn noted_late(&self, press: &Press, rep: &RepId, trouble: Trouble) -> Trouble {
        let Trouble::Refused {
            refusal: Refusal::OfferOver,
            lead,
        } = trouble
        else {
            return trouble;
        };
        let offer = OfferId::from(&*press.value);
        let refused = |lead| Trouble::Refused {
            refusal: Refusal::OfferOver,
            lead,
        };
        if press.action != Action::OfferAccept || lead.offer(&offer).is_none() {
            return refused(lead);
        }
        let event = Event::LateAccept {
            offer,
            by: rep.clone(),
        };
        match self.engine.handle(&lead.id, event).await {
            Ok(handled) => refused(Box::new(handled.lead)),
            // It was no expired one: of that there is nothing to note.
            Err(engine::Error::Refused { .. }) => refused(lead),
            Err(error) => {
                Trouble::from(error).log();
                refused(lead)
            }
        }
    }

    /// Gives back the turn that an offer had cost; what came of it.
    pub(super) async fn back_in_line(&self, offer: &str, by: &RepId) -> Result<Card, Trouble> {
        let lead = self.lead(offer).await?;
        let offer = OfferId::from(offer);
        let team = lead.offer(&offer).and_then(|offer| offer.team.clone());
        let event = Event::BackInLine {
            offer,
            by: by.clone(),
        };
        self.engine.handle(&lead.id, event).await?;
        let rules = self.engine.rules();
        Ok(too_late::back_in_line(&lead, team.as_ref(), &rules.policy))
    }
}
