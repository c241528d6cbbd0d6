//! What stands in a chat because of a lead: cards, and what people are told once.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Actor, Sign};
use crate::domain::{
    id::{OfferId, RepId, SlaId, SourceId, TeamId},
    person::SignKind,
    policy::{Platform, StepAction},
    score::Intent,
};

/// A card somewhere in a chat.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "card", rename_all = "lowercase")]
pub enum CardRef {
    /// A rep's card of an offer.
    Offer {
        /// Which.
        offer: OfferId,
        /// Whose direct messages it is in.
        rep: RepId,
    },
    /// A pool's card in the team's channel.
    Pool {
        /// Whose channel.
        team: TeamId,
        /// The lead's epoch.
        epoch: u32,
    },
    /// A manager's card of a lead in review.
    Review {
        /// The manager.
        rep: RepId,
        /// The lead's epoch.
        epoch: u32,
    },
    /// A notice that the lead is late, which stands in one message with others of its cause.
    Late {
        /// Who was told.
        #[serde(flatten)]
        to: Audible,
        /// The notice's key.
        notice: String,
    },
}

impl CardRef {
    /// Where it is.
    #[must_use]
    pub fn to(&self) -> Audible {
        match self {
            Self::Offer { rep, .. } | Self::Review { rep, .. } => Audible::Rep(rep.clone()),
            Self::Pool { team, .. } => Audible::Channel(team.clone()),
            Self::Late { to, .. } => to.clone(),
        }
    }
}

/// A notice: sent once, in the words of the moment at which it is sent, and not at all if it is no
/// longer true then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Say {
    /// To whom.
    pub to: Audible,
    /// Makes it unique for this lead.
    pub key: String,
    /// Notices with the same cause to the same people become one message; absent: never.
    pub cause: Option<String>,
    /// What.
    pub notice: Notice,
}

/// Somebody who can be told something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audible {
    /// A person, in direct messages.
    Rep(RepId),
    /// A team's channel.
    Channel(TeamId),
}

impl Audible {
    /// Who, if it is a person.
    #[must_use]
    pub fn rep(&self) -> Option<&RepId> {
        match self {
            Self::Rep(rep) => Some(rep),
            Self::Channel(_) => None,
        }
    }
}

/// What somebody is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// You have an offer that waits.
    AnswerDue {
        /// Which.
        offer: OfferId,
    },
    /// You own a lead that nobody has tried to reach.
    ContactDue {
        /// By which offer they own it.
        offer: OfferId,
    },
    /// A lead was not taken, or not tried, in time.
    Late {
        /// Whose.
        team: Option<TeamId>,
        /// The clock that says so.
        sla: Option<SlaId>,
        /// The lead's epoch.
        epoch: u32,
    },
    /// Nobody can take leads of this team now.
    NobodyFree {
        /// Whose.
        team: TeamId,
    },
    /// A rule was wrong, and what you had or were asked by it goes by the rules in force.
    Rerouted {
        /// Which rule.
        rule: String,
    },
    /// The chat does not deliver to this rep.
    CannotReach {
        /// Whom.
        rep: RepId,
        /// In the chat's words.
        why: String,
        /// Whether that is about one card, and they are asked again with the next lead.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        once: bool,
    },
    /// A rep takes no leads any more, and what they had goes to others; about no lead in particular.
    Left {
        /// Who.
        rep: RepId,
        /// As they were called.
        name: String,
        /// How many of their unanswered offers went on at once.
        asked: usize,
        /// How many leads they owned.
        owned: usize,
        /// When the last of these is offered to somebody else.
        until: Timestamp,
    },
    /// Steps of a team's clocks would reach nobody in the coming week; about no lead in particular.
    NobodyThere {
        /// Whose leads.
        team: TeamId,
        /// Each clock with such steps.
        clocks: Vec<Deserted>,
    },
    /// Baton itself did not run; about no lead in particular.
    WasDown {
        /// From.
        from: Timestamp,
        /// Until.
        until: Timestamp,
        /// The leads whose moment came meanwhile.
        waited: Numbers,
        /// The leads of which somebody was asked meanwhile, and has that time back.
        extended: Numbers,
    },
    /// The chat could not be reached; about no lead in particular.
    ChatWasDown {
        /// Which.
        #[serde(default)]
        chat: Platform,
        /// From.
        from: Timestamp,
        /// Until.
        until: Timestamp,
        /// How many leads' offers got that time back.
        leads: usize,
    },
    /// The chat lets Baton post nothing in a team's channel; about no lead in particular.
    ChannelRefuses {
        /// Whose channel.
        team: TeamId,
        /// In the chat's words.
        why: String,
    },
    /// A vendor does not let Baton fetch the people of whom it sends ids; about no lead in particular.
    FetchRefused {
        /// Whose people.
        source: SourceId,
        /// What it said, or what is missing.
        why: String,
    },
    /// Submissions of a source can't be used; about no lead in particular.
    Quarantined {
        /// Whose.
        source: SourceId,
        /// The first of them that nobody has been told of came then.
        since: Timestamp,
    },
    /// Your lead wrote again.
    WroteAgain {
        /// By which offer they have it.
        offer: OfferId,
        /// What is new, field by field.
        what: Vec<String>,
        /// Whether they wrote themselves.
        #[serde(default)]
        how: Heard,
        /// By what they were known.
        #[serde(default)]
        by: SignKind,
    },
    /// Your next step is due.
    StepDue {
        /// By which offer they own it.
        offer: OfferId,
    },
    /// Somebody stands in for you with a lead of your account.
    StoodIn {
        /// By which offer.
        offer: OfferId,
    },
    /// A lead of your account goes on without you.
    WentOn {
        /// The lead's epoch.
        epoch: u32,
    },
    /// Something became of your lead or offer that its card alone would not tell you.
    News {
        /// By which offer they have or had it.
        offer: OfferId,
        /// What.
        news: News,
    },
}

/// How something new is known of a lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// They wrote again.
    #[default]
    Wrote,
    /// It was changed where it came from.
    Changed,
}

/// What became of a lead or an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum News {
    /// Whoever was asked before takes it after all: no answer is needed any more.
    TakenBack {
        /// Who.
        by: RepId,
    },
    /// Somebody else moved or ended the lead that they owned.
    Moved {
        /// Who: a person, a program, or Baton as nobody had tried to reach it.
        by: Actor,
    },
    /// Every attempt that their SLA wants has reached nobody, and the lead went where it says.
    Exhausted,
    /// They want no more mailings.
    Unsubscribed {
        /// Who says so.
        source: SourceId,
    },
    /// Their vendor has deleted them.
    Deleted {
        /// Which.
        source: SourceId,
    },
    /// What they did makes them more urgent.
    Warmer {
        /// What, under its name.
        activity: String,
        /// How much they want to talk now, if that is more than before.
        intent: Option<Intent>,
        /// Whether their score has made them marketing qualified.
        mql: bool,
    },
    /// Another program says that they were reached, or that somebody tried.
    ContactElsewhere {
        /// What was done, under its name.
        activity: String,
        /// Which program.
        source: SourceId,
        /// Whether that reached them.
        reached: bool,
        /// Whether it was the first attempt, and the clock has ended.
        first: bool,
    },
    /// The colleague has taken it over.
    HandedOver {
        /// Who.
        to: RepId,
    },
    /// Whom they stood in for is back, and has it again.
    Returned {
        /// Who.
        to: RepId,
    },
    /// They are back: what somebody had in their place is theirs again.
    YoursAgain {
        /// Who stood in.
        from: RepId,
    },
    /// The colleague does not want it, or has not answered.
    NotHandedOver {
        /// By which offer they were asked.
        asked: OfferId,
    },
}

/// What a rep is told that is about no lead: somebody else has said when they are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum Told {
    /// You are away.
    Away {
        /// By which absence.
        absence: String,
    },
    /// You are there again.
    Back {
        /// Who said so.
        by: Actor,
        /// The absence that ended by it, to say what came meanwhile.
        #[serde(default)]
        absence: Option<String>,
    },
    /// An absence of yours that had not begun is cancelled.
    Cancelled {
        /// By whom.
        by: Actor,
        /// When it would have begun.
        from: Timestamp,
        /// Until when it was planned; absent: without an end.
        until: Option<Timestamp>,
    },
    /// Your absence is over.
    Returned {
        /// Which.
        absence: String,
    },
    /// These are your working hours now.
    Hours {
        /// Who said so.
        by: Actor,
    },
    /// Somebody of your team is away because they have answered no offers of late.
    Silent {
        /// Who.
        rep: RepId,
        /// By which absence.
        absence: String,
        /// How many offers in a row.
        missed: u32,
    },
    /// Your chat says that you are away: are you?
    Asked {
        /// By what.
        #[serde(default)]
        sign: Sign,
        /// In their words.
        text: String,
        /// Until when, if it says so.
        until: Option<Timestamp>,
    },
    /// Your teams have hours with nobody in the coming week.
    Forecast {
        /// The week that begins on this day.
        monday: Date,
    },
}

/// Steps of a clock at which nobody would be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deserted {
    /// Which clock.
    pub sla: SlaId,
    /// What they do, in their order.
    pub steps: Vec<StepAction>,
    /// For leads that come in from then until then.
    pub arrivals: Vec<(Timestamp, Timestamp)>,
}

/// Leads by their numbers, as many as are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// The first of them.
    pub shown: Vec<i64>,
    /// How many there are.
    pub all: usize,
}

impl Numbers {
    /// So many are named.
    const MOST: usize = 20;
}

impl FromIterator<i64> for Numbers {
    fn from_iter<I: IntoIterator<Item = i64>>(numbers: I) -> Self {
        let mut all: Vec<i64> = numbers.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        let count = all.len();
        all.truncate(Self::MOST);
        Self {
            shown: all,
            all: count,
        }
    }
}
