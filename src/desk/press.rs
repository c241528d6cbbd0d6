//! Buttons. What decides something is committed before the press is answered; what asks something
//! back opens a dialog at once, for the press is good for three seconds only.

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::{Desk, command::Turned, in_time, may_see, trouble::Trouble};
use crate::{
    chat::incoming::{Answer, Presser, ReplyTo},
    domain::{
        action::Action,
        card::{Card, Dialog},
        event::{Actor, Ending, Event, Fact, Handing, Premise, Receiver, Refusal},
        id::{LeadId, OfferId, RepId},
        lead::{Lead, Offer, State},
        policy::Policy,
    },
    store::{facts, leads},
    words::{details, dialogs, hand, next_step, when::When},
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
        if press.action == Action::AwayKeep {
            let kept = self.keep(&press.value, &rep).await?;
            self.replace(press, &kept).await;
            return Ok(());
        }
        match self.turned(press, &rep).await {
            Turned::Elsewhere => {}
            Turned::Done => return Ok(()),
            Turned::Show(list) => {
                self.replace(press, &list).await;
                return Ok(());
            }
        }
        let lead = self.lead(&press.value).await?;
        match what(press, &lead, rep.clone())? {
            Pressed::Decides(event) => self.happen(&lead, event).await,
            Pressed::Asks => {
                let dialog = self.dialog(press, &lead, &rep).await?;
                self.open(press, &dialog).await
            }
        }
    }

    /// The dialog that asks what the button is about.
    async fn dialog(&self, press: &Press, lead: &Lead, rep: &RepId) -> Result<Dialog, Trouble> {
        let rules = self.engine.rules();
        let policy = &rules.policy;
        if press.action == Action::OfferDecline {
            let offer = answerable(lead, &press.value, rep)?;
            return Ok(dialogs::decline(lead, offer, policy));
        }
        let when = self.look(lead, rep).await?;
        Ok(match press.action {
            Action::LeadDetails => {
                let history = self.history(lead).await?;
                details::details(lead, &history, policy, rep, &when)
            }
            Action::LeadWhy => details::why(lead, policy, rep, &when),
            Action::LeadContacted => dialogs::contacted(owned_by(lead, rep, policy)?),
            Action::LeadClose => dialogs::close(owned_by(lead, rep, policy)?),
            Action::LeadNextStep => next_step::dialog(owned_by(lead, rep, policy)?, &when),
            Action::LeadReassign => hand::reassign(owned_by(lead, rep, policy)?, rep, policy),
            Action::LeadRelease => hand::release(owned_by(lead, rep, policy)?),
            Action::ReviewAssign | Action::EscalationAssign => {
                directed(lead, rep, press.action, policy)?;
                hand::assign(press.action, lead, rep, policy, &when)
            }
            Action::EscalationSnooze => {
                directed(lead, rep, press.action, policy)?;
                hand::snooze(lead)
            }
            Action::OfferAccept
            | Action::OfferDecline
            | Action::OfferClaim
            | Action::OfferUndo
            | Action::ReviewRoute
            | Action::ReviewDrop
            | Action::EscalationTake
            | Action::EscalationReoffer
            | Action::AwayKeep
            | Action::AwayCancel
            | Action::AwayStart
            | Action::AwayEnd
            | Action::QueueTake
            | Action::QueueNext
            | Action::LeadNew
            | Action::LeadsMove
            | Action::HomeRefresh
            | Action::LeadsPage => return Err(Trouble::NoSuchButton),
        })
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

/// What a press does.
enum Pressed {
    /// It decides something.
    Decides(Event),
    /// It asks something back.
    Asks,
}

fn what(press: &Press, lead: &Lead, rep: RepId) -> Result<Pressed, Trouble> {
    let offer = OfferId::from(&*press.value);
    let event = match press.action {
        Action::OfferAccept => Event::Accept { offer, by: rep },
        Action::OfferUndo => Event::Undo { offer, by: rep },
        Action::OfferClaim | Action::QueueTake => Event::Claim { by: rep },
        Action::ReviewRoute => Event::RouteOn {
            by: Actor::Rep(rep),
        },
        Action::ReviewDrop => drop_reviewed(lead, rep)?,
        Action::EscalationTake => Event::Assign {
            to: Receiver::Rep(rep.clone()),
            by: Actor::Rep(rep),
            handing: Handing::Now,
            words: String::new(),
            premise: Premise::Late,
        },
        Action::EscalationReoffer => Event::Reoffer { by: rep },
        Action::OfferDecline
        | Action::LeadDetails
        | Action::LeadWhy
        | Action::LeadContacted
        | Action::LeadNextStep
        | Action::LeadClose
        | Action::LeadReassign
        | Action::LeadRelease
        | Action::ReviewAssign
        | Action::EscalationAssign
        | Action::EscalationSnooze => return Ok(Pressed::Asks),
        Action::AwayKeep
        | Action::AwayCancel
        | Action::AwayStart
        | Action::AwayEnd
        | Action::QueueNext
        | Action::LeadNew
        | Action::LeadsMove
        | Action::HomeRefresh
        | Action::LeadsPage => return Err(Trouble::NoSuchButton),
    };
    Ok(Pressed::Decides(event))
}

/// A lead in review is dropped; one that is no longer there has been decided.
fn drop_reviewed(lead: &Lead, rep: RepId) -> Result<Event, Trouble> {
    if !matches!(lead.state, State::Review { .. }) {
        return Err(Trouble::refused(Refusal::OfferOver, lead));
    }
    Ok(Event::Close {
        by: Actor::Rep(rep),
        ending: Ending::Disqualified,
        deal: None,
        why: None,
        note: String::new(),
    })
}

/// The lead, if it is the rep's to speak for; who pressed an old button hears at once who has it now.
fn owned_by<'l>(lead: &'l Lead, rep: &RepId, policy: &Policy) -> Result<&'l Lead, Trouble> {
    if !lead.is_open() {
        return Err(Trouble::refused(Refusal::Closed, lead));
    }
    if lead.owner() != Some(rep) && !policy.manages(rep, lead) {
        return Err(Trouble::refused(Refusal::NotOwner, lead));
    }
    Ok(lead)
}

/// Whether a manager may still say where the lead of a notice or a review goes.
fn directed(lead: &Lead, rep: &RepId, action: Action, policy: &Policy) -> Result<(), Trouble> {
    let waits = if action == Action::ReviewAssign {
        matches!(lead.state, State::Review { .. })
    } else {
        lead.alarm.is_some()
    };
    if !waits {
        return Err(Trouble::refused(Refusal::OfferOver, lead));
    }
    if !policy.manages(rep, lead) {
        return Err(Trouble::refused(Refusal::NotOwner, lead));
    }
    Ok(())
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
