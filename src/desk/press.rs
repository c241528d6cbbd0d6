//! Buttons. What decides something is committed before the press is answered; what asks something
//! back opens a dialog at once, for the press is good for three seconds only.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::{Desk, command::Turned, in_time, may_see, trouble::Trouble};
use crate::{
    chat::incoming::{Answer, Presser, ReplyTo},
    domain::{
        action::Action,
        card::{Card, Dialog},
        event::{Actor, Ending, Event, Fact, Refusal},
        id::{LeadId, OfferId, RepId},
        lead::{Lead, Offer, State},
        policy::{Policy, Team},
    },
    store::{facts, leads},
    words::{details, dialogs, when::When},
};

/// A button that somebody pressed.
pub(super) struct Press {
    pub(super) who: Presser,
    pub(super) action: Action,
    /// An offer's or a lead's id.
    pub(super) value: String,
    pub(super) trigger: String,
    pub(super) reply: Option<ReplyTo>,
}

/// Does what the button says. The answer is always empty: what there is to say comes on its own.
pub(super) async fn handle(desk: &Desk, press: Press) -> Answer {
    let (done, answer) = oneshot::channel();
    let desk = desk.clone();
    let work = async move {
        let came_of_it = desk.press(&press).await;
        // Nobody waits if the press has been answered already.
        let _ = done.send(());
        desk.note(press.action, &came_of_it);
        if let Err(trouble) = came_of_it {
            let card = desk.words_for(trouble, &press.who).await;
            desk.tell(&press.who, press.reply.as_ref(), &card).await;
        }
    };
    in_time(work, answer).await;
    Answer::Empty
}

impl Desk {
    async fn press(&self, press: &Press) -> Result<(), Trouble> {
        let rep = self.rep(&press.who).await?;
        match self.turned(press, &rep).await {
            Turned::Elsewhere => {}
            Turned::Done => return Ok(()),
            Turned::Show(list) => {
                self.replace(press, &list).await;
                return Ok(());
            }
        }
        let lead = self.lead(&press.value).await?;
        let rules = self.engine.rules();
        let policy = &rules.policy;
        match press.action {
            Action::OfferAccept => {
                let offer = OfferId::from(&*press.value);
                self.happen(&lead, Event::Accept { offer, by: rep }).await
            }
            Action::OfferClaim | Action::QueueTake => {
                self.happen(&lead, Event::Claim { by: rep }).await
            }
            Action::ReviewRoute => {
                self.happen(
                    &lead,
                    Event::RouteOn {
                        by: Actor::Rep(rep),
                    },
                )
                .await
            }
            Action::ReviewDrop => self.drop_reviewed(&lead, rep).await,
            Action::OfferDecline => {
                let offer = answerable(&lead, &press.value, &rep)?;
                self.open(press, &dialogs::decline(&lead, offer, policy))
                    .await
            }
            Action::LeadDetails => {
                let when = self.look(&lead, &rep).await?;
                let history = self.history(&lead).await?;
                self.open(
                    press,
                    &details::details(&lead, &history, policy, &rep, &when),
                )
                .await
            }
            Action::LeadWhy => {
                let when = self.look(&lead, &rep).await?;
                self.open(press, &details::why(&lead, policy, &rep, &when))
                    .await
            }
            Action::LeadContacted => {
                self.look(&lead, &rep).await?;
                self.open(press, &dialogs::contacted(&lead)).await
            }
            Action::LeadClose => {
                self.look(&lead, &rep).await?;
                self.open(press, &dialogs::close(&lead)).await
            }
            Action::ReviewAssign => {
                let when = self.look(&lead, &rep).await?;
                let reps = candidates(policy, &lead);
                self.open(
                    press,
                    &dialogs::review_assign(&lead, &reps, policy, &rep, &when),
                )
                .await
            }
            Action::OfferUndo
            | Action::LeadNextStep
            | Action::LeadReassign
            | Action::LeadRelease
            | Action::EscalationTake
            | Action::EscalationAssign
            | Action::EscalationReoffer
            | Action::EscalationSnooze
            | Action::AwayKeep
            | Action::AwayCancel
            | Action::AwayStart
            | Action::AwayEnd
            | Action::QueueNext
            | Action::LeadNew
            | Action::LeadsMove
            | Action::HomeRefresh
            | Action::LeadsPage => Err(Trouble::NoSuchButton),
        }
    }

    /// Shows a list as it is now, where it stands.
    async fn replace(&self, press: &Press, list: &Card) {
        let (Some(chat), Some(to)) = (self.chat(), &press.reply) else {
            return self.tell(&press.who, press.reply.as_ref(), list).await;
        };
        if let Err(error) = chat.reply(to, list, true).await {
            tracing::warn!(%error, "a list could not be changed");
        }
    }

    /// The lead that a button is about.
    pub(super) async fn lead(&self, value: &str) -> Result<Lead, Trouble> {
        let read = self
            .engine
            .db()
            .read(async |mut tx| match value.starts_with("offer_") {
                true => leads::by_offer(&mut tx, &OfferId::from(value)).await,
                false => leads::get(&mut tx, &LeadId::from(value)).await,
            });
        read.await?.ok_or(Trouble::NoSuchLead)
    }

    async fn happen(&self, lead: &Lead, event: Event) -> Result<(), Trouble> {
        self.engine.handle(&lead.id, event).await?;
        Ok(())
    }

    /// A lead in review is dropped; one that is no longer there has been decided.
    async fn drop_reviewed(&self, lead: &Lead, rep: RepId) -> Result<(), Trouble> {
        if !matches!(lead.state, State::Review { .. }) {
            return Err(Trouble::refused(Refusal::OfferOver, lead));
        }
        let (by, note) = (Actor::Rep(rep), String::new());
        self.happen(
            lead,
            Event::Close {
                by,
                ending: Ending::Disqualified,
                deal: None,
                note,
            },
        )
        .await
    }

    /// Lets `rep` look at a lead that is their business; by their clock.
    async fn look(&self, lead: &Lead, rep: &RepId) -> Result<When, Trouble> {
        if !may_see(&self.engine.rules().policy, rep, lead) {
            return Err(Trouble::refused(Refusal::NotOwner, lead));
        }
        self.when(rep).await
    }

    async fn history(&self, lead: &Lead) -> Result<Vec<(Timestamp, Fact)>, Trouble> {
        Ok(self
            .engine
            .db()
            .read(async |mut tx| facts::timeline(&mut tx, &lead.id).await)
            .await?)
    }

    async fn open(&self, press: &Press, dialog: &Dialog) -> Result<(), Trouble> {
        let Some(chat) = self.chat() else {
            return Ok(());
        };
        let opened = chat.open_dialog(&press.trigger, dialog).await;
        opened.map(drop).map_err(Trouble::NotOpened)
    }
}

/// The offer that `rep` may still decline.
fn answerable<'l>(lead: &'l Lead, offer: &str, rep: &RepId) -> Result<&'l Offer, Trouble> {
    let offer = lead.offer(&OfferId::from(offer));
    let offer = offer.ok_or_else(|| Trouble::refused(Refusal::NoSuchOffer, lead))?;
    if offer.rep != *rep {
        return Err(Trouble::refused(Refusal::NotYours, lead));
    }
    if !offer.is_pending() {
        return Err(Trouble::refused(Refusal::OfferOver, lead));
    }
    Ok(offer)
}

/// Whom a manager may give a lead in review to.
fn candidates(policy: &Policy, lead: &Lead) -> Vec<RepId> {
    let team = lead.team().and_then(|team| policy.team(team));
    let people: BTreeSet<RepId> = team.into_iter().flat_map(Team::people).collect();
    people
        .into_iter()
        .filter(|rep| policy.reps.contains_key(rep))
        .collect()
}
