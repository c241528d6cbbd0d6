//! What people type to Baton: `/away`, `/back`, `/leads`, `/lead`, `/leadstats` and `/leadrules`.
//!
//! ```text
//! /away until tomorrow 9am dentist cover @jonas     /back until 21:00
//! /leads   /leads queue   /leads search acme        /leads move @jonas to @ayse
//! /lead 4711   /lead ada@example.com   /lead next   /lead new
//! /leadstats enterprise by rep week                 /leadrules
//! home
//! ```
//!
//! Slack sends the word and the rest apart; a message to the bot in Teams starts with the same word. Both are
//! read by [`parse()`] into a [`Command`].

mod asked;
mod availability;
mod entered;
pub mod experiment;
mod home;
mod hours;
mod lead;
mod leads;
mod moves;
mod named;
pub mod numbers;
mod parse;
mod period;
pub mod rights;
mod rules;
mod stats;
mod turns;

pub use crate::words::commands::{CommandWords, Topic};
pub use availability::cancel_listed as cancel;
pub use entered::{Entered, blank, enter};
pub use home::{home, on_page, page as page_of};
pub use hours::{edit as edit_hours, save as save_hours};
pub use lead::pull;
pub use leads::page;
pub use moves::move_now;
pub use named::{Named, Unknown};
pub use parse::{Misunderstood, parse};
pub use period::Period;

use jiff::Timestamp;

use crate::{
    domain::{
        card::{Card, Dialog},
        id::RepId,
        phrase::AwaySpan,
        stats::By,
    },
    engine::Engine,
    words::help,
};
use asked::{Asked, Trouble};

/// What an answer is made from.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Does what is asked, and reads.
    pub engine: &'a Engine,
    /// What the commands are called here.
    pub words: &'a CommandWords,
    /// Whether the answer takes a message's place, where it is read tomorrow as well.
    pub stands: bool,
}

/// What somebody gets for a command; for their eyes only.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Said at once.
    pub card: Card,
    /// Opened in place of the card, which is for whoever could not be shown it.
    pub dialog: Option<Dialog>,
}

impl From<Card> for Answer {
    fn from(card: Card) -> Self {
        Self { card, dialog: None }
    }
}

/// Does what `who` asks for with `word` and the `text` behind it, and says what came of it. `who` has been
/// recognised before.
pub async fn answer(context: Context<'_>, who: &RepId, word: &str, text: &str) -> Answer {
    answer_delivered(context, who, word, text, "").await
}

/// The same for what the chat calls `delivery` and may deliver again: nothing is taken twice.
pub async fn answer_delivered(
    context: Context<'_>,
    who: &RepId,
    word: &str,
    text: &str,
    delivery: &str,
) -> Answer {
    let answered = match Asked::new(context, who).await {
        Ok(mut asked) => {
            delivery.clone_into(&mut asked.delivery);
            let subject = parse::subject(word, text, context.words);
            match asked.use_zone_of(subject).await {
                Ok(()) => asked.answer(word, text).await,
                Err(trouble) => Err(trouble),
            }
        }
        Err(trouble) => Err(trouble),
    };
    answered.unwrap_or_else(|trouble| Card::sentence(trouble.said()).into())
}

impl Asked<'_> {
    async fn answer(&self, word: &str, text: &str) -> Result<Answer, Trouble> {
        match parse(word, text, &self.now, self.words) {
            Ok(Command::Away {
                who,
                ask: AwayAsk::Hours(ask),
            }) => hours::answer(self, who, ask).await,
            Ok(Command::Away { who, ask }) => Ok(availability::away(self, who, ask).await?.into()),
            Ok(Command::Back { who, until }) => {
                Ok(availability::back(self, who, until).await?.into())
            }
            Ok(Command::Leads(view)) => Ok(leads::list(self, &view, 0).await?.into()),
            Ok(Command::LeadsMove { from, to }) => Ok(moves::ask(self, &from, &to).await?.into()),
            Ok(Command::Lead(ask)) => lead::answer(self, ask).await,
            Ok(Command::LeadStats(ask)) => stats::report(self, &ask).await,
            Ok(Command::Experiment { id, period }) => {
                experiment::report(self, id.as_deref(), period).await
            }
            Ok(Command::LeadRules) => Ok(rules::page(self, 0).into()),
            Ok(Command::Home) => Ok(home::message(self).await?.into()),
            Ok(Command::Help(topic)) => Ok(self.help(topic).into()),
            Err(wrong) => Ok(self.not_understood(&wrong).into()),
        }
    }

    fn help(&self, topic: Option<Topic>) -> Card {
        match topic {
            Some(topic) => help::help(topic, self.words),
            None => help::overview(self.words),
        }
    }

    fn not_understood(&self, wrong: &Misunderstood) -> Card {
        if let Some(topic) = wrong.topic {
            return help::not_understood(topic, self.words, &wrong.what);
        }
        let first = Card::sentence(format!("{}.", wrong.what.trim_end_matches(['?', '.'])));
        let help = self.help(None);
        Card {
            summary: format!("{} {}", first.summary, help.summary),
            parts: first.parts.into_iter().chain(help.parts).collect(),
        }
    }
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// No new offers for a while.
    Away {
        /// Whose absence; none: their own.
        who: Option<Named>,
        /// What about it.
        ask: AwayAsk,
    },
    /// Available again.
    Back {
        /// Who; none: themselves.
        who: Option<Named>,
        /// Outside hours too until then.
        until: Option<Timestamp>,
    },
    /// A list of leads.
    Leads(LeadsView),
    /// All that somebody has goes to somebody else.
    LeadsMove {
        /// Whose.
        from: Named,
        /// To whom.
        to: Named,
    },
    /// One lead.
    Lead(LeadAsk),
    /// Numbers.
    LeadStats(StatsAsk),
    /// How an experiment stands.
    Experiment {
        /// Its name; none: the only one.
        id: Option<String>,
        /// Of leads that came into it then; none: since it began.
        period: Option<Period>,
    },
    /// The rules in force.
    LeadRules,
    /// One's own page, as a message.
    Home,
    /// How to say it; none: all commands.
    Help(Option<Topic>),
}

/// What about an absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AwayAsk {
    /// It begins, or is planned.
    Take(AwaySpan),
    /// Which ones run or are planned.
    List,
    /// The one with this number of the list ends.
    Cancel(usize),
    /// When they work.
    Hours(HoursAsk),
    /// Who of the teams is away in the coming weeks.
    Team,
}

/// What about somebody's working hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoursAsk {
    /// To see and to change them.
    Show,
    /// These from now on.
    Set(String),
    /// Those of the configuration again.
    Reset,
}

/// Which leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadsView {
    /// Own open ones, what to call now first.
    Mine,
    /// Those that nobody has.
    Queue,
    /// Those of them of which all these words hold.
    QueueOf(String),
    /// Those that a manager decides.
    Review,
    /// Own place in the line of each team.
    Turns,
    /// Those in which this stands.
    Search(String),
}

/// Which lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadAsk {
    /// The one with this number.
    Number(i64),
    /// Why they did not get the one with this number.
    Why(i64),
    /// That of the person with this mail address.
    Email(String),
    /// The next one of the queue.
    Next,
    /// One that is to be entered by hand.
    New,
}

/// Which numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatsAsk {
    /// Whose; none: as much as the asker may see.
    pub of: Option<StatsOf>,
    /// In lines for each of these; none: what suits.
    pub by: Option<By>,
    /// Of leads that arrived then.
    pub period: Period,
}

/// Whose numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatsOf {
    /// The asker's own.
    Me,
    /// Everybody's.
    All,
    /// A rep's or a team's, as typed.
    Named(Named),
}
