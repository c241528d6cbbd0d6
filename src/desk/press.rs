//! Buttons. What decides something is committed before the press is answered; what asks something
//! back opens a dialog at once, for the press is good for three seconds only.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    Desk,
    command::Turned,
    may_see, submit,
    trouble::Trouble,
    way::{Way, answered},
};
use crate::{
    cards,
    chat::incoming::{Answer, Takes},
    commands,
    domain::{
        action::Action,
        card::{Card, Dialog},
        event::{Actor, CardRef, Ending, Event, Fact, Handing, Premise, Receiver, Refusal},
        id::{LeadId, OfferId, RepId},
        lead::{Lead, Offer, State},
        policy::{Platform, Policy},
    },
    store::{facts, leads, outbox::Place},
    words::{details, dialogs, hand, next_step, when::When},
};

/// A button that somebody pressed.
pub(super) struct Press {
    pub(super) way: Way,
    pub(super) action: Action,
    /// An offer's or a lead's id.
    pub(super) value: String,
    /// Whether it stood on somebody's page in a message.
    pub(super) on_page: bool,
}

impl Press {
    /// What the platform tells of it.
    pub(super) fn new(way: Way, action: Action, value: String) -> Self {
        let of_page = commands::on_page(&value).map(str::to_owned);
        Self {
            way,
            action,
            on_page: of_page.is_some(),
            value: of_page.unwrap_or(value),
        }
    }

    /// Whether it was pressed on somebody's home tab, which only Slack has.
    pub(super) fn is_at_home(&self) -> bool {
        self.way.who.platform == Platform::Slack && self.way.reply.is_none()
    }
}

/// Does what the button says.
pub(super) async fn handle(desk: &Desk, press: Press) -> Answer {
    let (way, own) = (press.way.clone(), desk.clone());
    let work = Box::pin(async move {
        let came_of_it = Box::pin(own.press(&press)).await;
        own.note(&press.way.who, press.action, &came_of_it);
        match came_of_it {
            Ok(answer) if press.on_page => own.on_page(&press, answer).await,
            Ok(answer) => answer,
            Err(trouble) => {
                let card = own.words_for(trouble, &press.way.who).await;
                match press.on_page {
                    true => own.on_page(&press, Answer::Message(card)).await,
                    false => own.refused(&press, card).await,
                }
            }
        }
    });
    answered(desk, way, Answer::Empty, work).await
}

impl Desk {
    async fn press(&self, press: &Press) -> Result<Answer, Trouble> {
        let rep = self.rep(&press.way.who).await?;
        if press.action == Action::AwayKeep {
            return Ok(Answer::Replace(self.keep(&press.value, &rep).await?));
        }
        if press.action == Action::TurnBack {
            let said = self.back_in_line(&press.value, &rep).await?;
            let card = self.pressed_card(press, &rep).await?;
            return Ok(Answer::Replace(above(said, card)));
        }
        match self.turned(press, &rep).await {
            Turned::Elsewhere => {}
            Turned::Done => return Ok(Answer::Empty),
            Turned::Show(list) => return Ok(Answer::Replace(list)),
            Turned::Open(dialog, otherwise) => {
                let otherwise = Some(otherwise);
                return Ok(Answer::Open { dialog, otherwise });
            }
        }
        let lead = self.lead(&press.value).await?;
        match what(press, &lead, rep.clone())? {
            Pressed::Decides(event) => {
                if let Err(trouble) = self.happen(&lead, event).await {
                    return Err(self.noted_late(press, &rep, trouble).await);
                }
                let shown = self.pressed_card(press, &rep).await?;
                Ok(shown.map_or(Answer::Empty, Answer::Replace))
            }
            Pressed::Asks => {
                let mut dialog = self.dialog(press.action, &press.value, &lead, &rep).await?;
                dialog.subject = submit::named(&dialog.subject, &self.key());
                let otherwise = None;
                Ok(Answer::Open { dialog, otherwise })
            }
        }
    }

    /// What a press on a page in a message leaves there: the page, as it is then.
    async fn on_page(&self, press: &Press, answer: Answer) -> Answer {
        let said = match answer {
            Answer::Replace(card) | Answer::Message(card) => Some(card),
            Answer::Empty => None,
            other @ (Answer::Open { .. }
            | Answer::DialogErrors { .. }
            | Answer::DialogClose
            | Answer::DialogUpdate(_)
            | Answer::Challenge(_)) => return other,
        };
        let page = self.page(&press.way.who, said).await;
        page.map_or(Answer::Empty, Answer::Replace)
    }

    /// Why nothing came of a press, above the card as it is now where the answer takes its place.
    async fn refused(&self, press: &Press, words: Card) -> Answer {
        let rep = self.rep(&press.way.who).await;
        let card = match &rep {
            Ok(rep) => self.pressed_card(press, rep).await,
            Err(_) => Ok(None),
        };
        match card {
            Ok(Some(card)) => Answer::Replace(above(words, Some(card))),
            Ok(None) => Answer::Message(words),
            Err(trouble) => {
                trouble.log();
                Answer::Message(words)
            }
        }
    }

    /// The card that was pressed as it is now, where it is shown with the answer. A card of an offer that
    /// Baton does not know to stand there may have been sent twice; it is true all the same.
    async fn pressed_card(&self, press: &Press, rep: &RepId) -> Result<Option<Card>, Trouble> {
        // On a page the page is shown; a lead's own card changes by itself.
        let (Takes::All, Some(message), false) =
            (press.way.takes, &press.way.message, press.on_page)
        else {
            return Ok(None);
        };
        let place = Place {
            platform: press.way.who.platform,
            conversation: message.conversation.clone(),
            message: message.message.clone(),
        };
        if let Some(drawn) = cards::draw_at(&self.engine, &place).await? {
            return Ok(Some(drawn.card));
        }
        if !press.value.starts_with("offer_") {
            return Ok(None);
        }
        let Ok(lead) = self.lead(&press.value).await else {
            return Ok(None);
        };
        let offer = OfferId::from(&*press.value);
        // What a button says can be made up: nobody is shown what was offered to somebody else.
        if lead.offer(&offer).is_none_or(|offer| offer.rep != *rep) {
            return Ok(None);
        }
        let card = CardRef::Offer {
            offer,
            rep: rep.clone(),
        };
        let zone = cards::zone_of(&self.engine, rep).await?;
        let zone = zone.unwrap_or(TimeZone::UTC);
        let drawn = cards::draw(&self.engine, &lead.id, &card, &zone).await?;
        Ok(drawn.map(|drawn| drawn.card))
    }

    /// The dialog that asks what the button is about.
    pub(super) async fn dialog(
        &self,
        action: Action,
        subject: &str,
        lead: &Lead,
        rep: &RepId,
    ) -> Result<Dialog, Trouble> {
        let rules = self.engine.rules();
        let policy = &rules.policy;
        if action == Action::OfferDecline {
            let offer = answerable(lead, subject, rep)?;
            return Ok(dialogs::decline(lead, offer, policy));
        }
        let when = self.look(lead, rep).await?;
        Ok(match action {
            Action::LeadDetails => {
                let history = self.history(lead).await?;
                details::details(lead, &history, policy, rep, &when)
            }
            Action::LeadWhy => details::why(lead, policy, rep, &when),
            Action::LeadContacted => dialogs::contacted(owned_by(lead, rep, policy)?, &when),
            Action::LeadStage => dialogs::stage(owned_by(lead, rep, policy)?),
            Action::LeadClose => dialogs::close(owned_by(lead, rep, policy)?),
            Action::LeadNextStep => next_step::dialog(owned_by(lead, rep, policy)?, &when),
            Action::LeadReassign => hand::reassign(owned_by(lead, rep, policy)?, rep, policy),
            Action::LeadRelease => hand::release(owned_by(lead, rep, policy)?),
            Action::ReviewAssign | Action::EscalationAssign => {
                directed(lead, rep, action, policy)?;
                hand::assign(action, lead, rep, policy, &when)
            }
            Action::EscalationSnooze => {
                directed(lead, rep, action, policy)?;
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
            | Action::HoursEdit
            | Action::TurnBack
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

    /// The lead that a button is about.
    pub(super) async fn lead(&self, value: &str) -> Result<Lead, Trouble> {
        let read = self
            .engine
            .db()
            .read(async |mut tx| match value.starts_with("offer_") {
                true => leads::by_offer(&mut tx, &OfferId::from(value)).await,
                false => leads::get(&mut tx, &LeadId::from(value)).await,
            });
        let lead = read.await?.ok_or(Trouble::NoSuchLead)?;
        let now = self.engine.clock().now();
        Ok(self.engine.rules().policy.rated(lead, now))
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
}

/// Words above the card that was pressed, where that is shown with the answer.
fn above(words: Card, card: Option<Card>) -> Card {
    let below = card.into_iter().flat_map(|card| card.parts);
    Card {
        summary: words.summary,
        parts: words.parts.into_iter().chain(below).collect(),
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
        | Action::LeadStage
        | Action::LeadClose
        | Action::LeadReassign
        | Action::LeadRelease
        | Action::ReviewAssign
        | Action::EscalationAssign
        | Action::EscalationSnooze => return Ok(Pressed::Asks),
        Action::AwayKeep
        | Action::HoursEdit
        | Action::TurnBack
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
