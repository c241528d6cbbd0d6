//! Turning a waiting message into a card, at the moment it is sent: what it says is true then, or
//! it is not said.

use jiff::tz::TimeZone;

use super::Worker;
use crate::{
    cards::{self, channel_of},
    domain::{
        card::Card,
        event::{Audible, CardRef, Notice, Say},
        id::{LeadId, OfferId, RepId, SourceId},
        lead::Lead,
        policy::{Channel, Platform, Policy},
    },
    engine::Error,
    store::{
        leads,
        outbox::{self, Claimed, Place, Work},
        submissions,
    },
    words::{self, quarantine, when::When},
};

/// How many submissions that can't be used are counted for a message.
const MOST_COUNTED: usize = 1_000;

/// The rep who is told something that is about no lead.
pub(super) fn rep_of(claimed: &Claimed) -> Option<RepId> {
    claimed.recipient.strip_prefix("rep:").map(RepId::from)
}

/// Who is to get a message, before the chat is asked who that is.
pub(super) enum Target {
    Rep(RepId),
    Channel(Channel),
}

impl Target {
    /// In which chat they are to get it, as the rules say now.
    pub(super) fn platform(&self, policy: &Policy) -> Platform {
        match self {
            Self::Rep(rep) => policy.reps.get(rep).map(|rep| rep.chat).unwrap_or_default(),
            Self::Channel(channel) => channel.platform(),
        }
    }
}

/// A message ready to send.
pub(super) struct Message {
    pub card: Card,
    /// Where it stands already.
    pub standing: Option<Place>,
    /// The message it answers.
    pub thread: Option<Place>,
    /// A card that has nothing to ask any more is changed where it stands and posted nowhere.
    pub only_if_standing: bool,
    /// Waiting messages of the same cause that it speaks for.
    pub together: Vec<Claimed>,
}

impl Worker {
    /// The message as it is true now; if there is nothing to say any more, what it would have spoken for.
    pub(super) async fn render(
        &self,
        claimed: &Claimed,
    ) -> Result<Result<Message, Vec<Claimed>>, Error> {
        match &claimed.work {
            Work::Show(card) => {
                let drawn = self.render_card(claimed, card).await?;
                Ok(drawn.ok_or_else(Vec::new))
            }
            Work::Say(say) => self.render_notice(claimed, say).await,
            Work::Tell(told) => {
                let told = self.render_told(claimed, told).await?;
                Ok(told.ok_or_else(Vec::new))
            }
        }
    }

    /// Who is to get a message; `None` if the rules know no such channel any more.
    pub(super) fn target(&self, claimed: &Claimed) -> Option<Target> {
        let rules = self.engine.rules();
        let to = match &claimed.work {
            Work::Show(card) => card.to(),
            Work::Say(say) => say.to.clone(),
            Work::Tell(_) => return rep_of(claimed).map(Target::Rep),
        };
        match to {
            Audible::Rep(rep) => Some(Target::Rep(rep)),
            Audible::Channel(team) => {
                channel_of(&rules.policy, &team).map(|(channel, _)| Target::Channel(channel))
            }
        }
    }

    async fn render_card(
        &self,
        claimed: &Claimed,
        card: &CardRef,
    ) -> Result<Option<Message>, Error> {
        let Some(lead) = &claimed.lead else {
            return Ok(None);
        };
        let zone = match card.to() {
            Audible::Rep(rep) => match cards::zone_of_reader(&self.engine, &rep, lead).await? {
                Some(zone) => zone,
                None => self.zone_of(&rep).await?,
            },
            Audible::Channel(team) => match channel_of(&self.engine.rules().policy, &team) {
                Some((_, zone)) => zone,
                None => return Ok(None),
            },
        };
        let drawn = cards::draw(&self.engine, lead, card, &zone).await?;
        Ok(drawn.map(|drawn| Message {
            card: drawn.card,
            standing: drawn.place,
            thread: None,
            only_if_standing: !drawn.asks,
            together: Vec::new(),
        }))
    }

    async fn render_notice(
        &self,
        claimed: &Claimed,
        say: &Say,
    ) -> Result<Result<Message, Vec<Claimed>>, Error> {
        let rules = self.engine.rules();
        let now = self.engine.clock().now();
        let together = match &say.cause {
            Some(_) => {
                self.db()
                    .write(async |mut tx| outbox::bundle_mates(&mut tx, claimed).await)
                    .await?
            }
            None => Vec::new(),
        };
        let mut about = Vec::new();
        for one in std::iter::once(claimed).chain(&together) {
            if let (Some(id), Work::Say(say)) = (&one.lead, &one.work)
                && let Some(lead) = self
                    .db()
                    .read(async |mut tx| leads::get(&mut tx, id).await)
                    .await?
            {
                about.push((say, rules.policy.rated(lead, now)));
            }
        }
        let zone = match &say.to {
            Audible::Rep(rep) => self.zone_of(rep).await?,
            Audible::Channel(team) => match channel_of(&rules.policy, team) {
                Some((_, zone)) => zone,
                None => return Ok(Err(together)),
            },
        };
        let each: Vec<(&Say, &Lead)> = about.iter().map(|(say, lead)| (*say, lead)).collect();
        let card = match words::chat_news::news(
            &say.notice,
            &When::for_what_stands(now, &zone),
            &rules.policy,
        ) {
            Some(card) => Some(card),
            None if let Notice::Quarantined { source, .. } = &say.notice => {
                self.render_quarantined(source, claimed, &together).await?
            }
            None if claimed.lead.is_none() => {
                words::notices::of_person(say, &rules.policy, &zone, now)
            }
            None => {
                let leads = about.iter().map(|(_, lead)| lead);
                let hollow = cards::hollow_accepts(&self.engine, leads).await?;
                words::notices::notice(
                    &each,
                    &hollow,
                    &rules.policy,
                    When::for_what_stands(now, &zone),
                )
            }
        };
        let Some(card) = card else {
            // Nothing of it is true any more; those it would have spoken for are settled with it.
            return Ok(Err(together));
        };
        let thread = self.thread_of(&say.notice, claimed.lead.as_ref()).await?;
        Ok(Ok(Message {
            card,
            standing: None,
            thread,
            only_if_standing: false,
            together,
        }))
    }

    /// What can't be used of a source, as far as nobody has been told of it and nobody has seen to it.
    async fn render_quarantined(
        &self,
        source: &SourceId,
        claimed: &Claimed,
        together: &[Claimed],
    ) -> Result<Option<Card>, Error> {
        let since = |one: &Claimed| match &one.work {
            Work::Say(Say {
                notice: Notice::Quarantined { since, .. },
                ..
            }) => Some(*since),
            Work::Say(_) | Work::Show(_) | Work::Tell(_) => None,
        };
        let all = std::iter::once(claimed).chain(together);
        let Some(from) = all.filter_map(since).min() else {
            return Ok(None);
        };
        let limit = i64::try_from(MOST_COUNTED).unwrap_or(i64::MAX);
        let waiting = self
            .db()
            .read(async |mut tx| submissions::since(&mut tx, source, from, limit).await)
            .await?;
        let waiting: Vec<_> = waiting.into_iter().map(|(id, why)| (id, why.0)).collect();
        let waiting = quarantine::Waiting::of(&waiting, MOST_COUNTED);
        Ok(waiting.map(|waiting| quarantine::card(source, &waiting)))
    }

    /// News for whoever has a lead comes as a reply to its card.
    pub(super) async fn thread_of(
        &self,
        notice: &Notice,
        lead: Option<&LeadId>,
    ) -> Result<Option<Place>, Error> {
        let offer = match notice {
            Notice::WroteAgain { offer, .. }
            | Notice::ContactDue { offer }
            | Notice::StepDue { offer }
            | Notice::News { offer, .. } => offer,
            Notice::AnswerDue { .. }
            | Notice::Late { .. }
            | Notice::NobodyFree { .. }
            | Notice::Rerouted { .. }
            | Notice::StoodIn { .. }
            | Notice::WentOn { .. }
            | Notice::Left { .. }
            | Notice::CannotReach { .. }
            | Notice::WasDown { .. }
            | Notice::NobodyThere { .. }
            | Notice::ChatWasDown { .. }
            | Notice::ChannelRefuses { .. }
            | Notice::FetchRefused { .. }
            | Notice::Quarantined { .. } => return Ok(None),
        };
        let Some(id) = lead else { return Ok(None) };
        let standing = self
            .db()
            .read(async |mut tx| {
                let lead = leads::get(&mut tx, id).await?;
                let card = lead.and_then(|lead| card_of(&lead, offer));
                Ok::<_, Error>(match card {
                    Some(card) => outbox::card(&mut tx, &outbox::card_key(id, &card)).await?,
                    None => None,
                })
            })
            .await?;
        Ok(standing.map(|card| card.place()))
    }

    pub(super) async fn zone_of(&self, rep: &RepId) -> Result<TimeZone, Error> {
        if let Some(zone) = cards::zone_of(&self.engine, rep).await? {
            return Ok(zone);
        }
        if let Some(chat) = self.chat_of(rep)
            && self.account(rep, chat.platform()).await?.is_none()
        {
            // The first message of all tells the time by their clock too. Whoever is not found there is
            // sent nothing, which the sending says.
            let _ = self.user_of(&chat, rep).await?;
        }
        let zone = cards::zone_of(&self.engine, rep).await?;
        Ok(zone.unwrap_or(TimeZone::UTC))
    }
}

fn card_of(lead: &Lead, offer: &OfferId) -> Option<CardRef> {
    lead.offer(offer).map(|offer| CardRef::Offer {
        offer: offer.id.clone(),
        rep: offer.rep.clone(),
    })
}
