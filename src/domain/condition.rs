//! Conditions of routes, scoring, filters and teams: CEL, compiled and type-checked once.
//!
//! What a user types, and what it means: `lead.employees >= 50 && intent == "high"`. Every name,
//! type and closed set is checked when the configuration is read, so that evaluation can only end
//! in yes, no, or "a number was needed that nobody gave".
//!
//! A number that was not given is never taken for 0: it makes the comparison unknown, unknown
//! stays unknown under `!`, `&&` and `||` are decided by their other side where that is enough,
//! and a condition that ends unknown does not hold. `has(lead.employees)` asks.

mod check;
mod facts;
mod parse;
mod pattern;
mod say;
mod schema;
mod span;
mod submission;
#[cfg(test)]
mod tests;
mod texts;

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{Arc, LazyLock},
    thread,
};

use cel::{
    Context, Env, IdedExpr,
    common::{
        types::CelBool,
        value::{CowVal, Val},
    },
};

pub use facts::{AccountFacts, Facts, RepFacts, ScoreFacts};
pub use submission::{Same, SubmissionFacts};
pub use texts::TextList;

use jiff::SignedDuration;

use facts::{Lookup, Slot};
use schema::Variable;

use super::contact::Field;

/// The longest condition, in bytes.
pub const MAX_SOURCE: usize = 4096;

/// The parser and the checker recurse, and both get what a hostile nesting could need.
const STACK: usize = 16 << 20;

/// What evaluates: made once, since it carries the whole standard library.
static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    env.add_extension(cel::extensions::strings)
        .expect("the strings extension only declares names that the standard library has not");
    Arc::new(env)
});

/// Where a condition stands, which decides what it can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Routes, scoring, intents and a source's `type`: the lead.
    Lead,
    /// Filters: the lead and the submission that brings it.
    Filter,
    /// A team's `where`: the lead and the rep.
    Where,
}

/// The names that the rest of the configuration gives, for `list("…")` and comparisons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// `[list.*]`.
    pub lists: BTreeSet<String>,
    /// `[calendar.*]`.
    pub calendars: BTreeSet<String>,
    /// `[[source]]`.
    pub sources: BTreeSet<String>,
    /// `[territory.*]`.
    pub territories: BTreeSet<String>,
    /// `[[rep]]`.
    pub reps: BTreeSet<String>,
    /// `[[filter]]`.
    pub filters: BTreeSet<String>,
}

/// Something wrong with a condition, in the user's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where, in bytes within the condition's text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A condition that was read and found right.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    source: String,
    words: Option<String>,
    /// Of each part between `&&` what it means that it does not hold.
    denials: Vec<Option<String>>,
    expression: IdedExpr,
    slots: Vec<Slot>,
}

/// What a condition says of a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// What was not given though the answer depended on it; only when it does not hold.
    pub missing: Vec<Field>,
}

impl Condition {
    /// Reads and checks a condition.
    ///
    /// # Errors
    /// Every mistake that was found, in the order of their places.
    pub fn compile(text: &str, scope: Scope, known: &Names) -> Result<Self, Vec<Mistake>> {
        if text.len() > MAX_SOURCE {
            let message = format!("a condition has at most {MAX_SOURCE} bytes");
            return Err(vec![Mistake {
                span: 0..text.len(),
                message,
                help: Some("put long lists into `[list.NAME]` and ask `in list(\"NAME\")`".into()),
            }]);
        }
        let compiled = thread::scope(|threads| {
            let work = || check::compile(text, scope, known);
            let thread = thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(threads, work).ok()?.join().ok()
        });
        let (expression, slots, (words, denials)) =
            compiled.unwrap_or_else(|| Err(vec![unreadable(text)]))?;
        Ok(Self {
            source: text.to_owned(),
            words,
            denials,
            expression,
            slots,
        })
    }

    /// The condition as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The condition in plain words: "intent is high and fit is strong"; as it was written where there
    /// are none for it.
    #[must_use]
    pub fn words(&self) -> &str {
        self.words.as_deref().unwrap_or(&self.source)
    }

    /// Of a condition in several parts the first that does not hold of these facts, in words: "intent is not high".
    #[must_use]
    pub fn failing(&self, facts: &Facts<'_>) -> Option<&str> {
        let parts = say::parts(&self.expression);
        if parts.len() < 2 || parts.len() != self.denials.len() {
            return None;
        }
        let lookup = Lookup::new(&self.slots, facts);
        let fails = |part: &&IdedExpr| self.ask(part, &lookup) == Some(false);
        let at = parts.iter().position(fails)?;
        self.denials[at].as_deref()
    }

    fn ask(&self, expression: &IdedExpr, lookup: &Lookup<'_, '_>) -> Option<bool> {
        let mut context = Context::with_env(Arc::clone(&ENV));
        context.set_variable_resolver(lookup);
        let value = cel::Value::resolve_val(expression, &context).ok()?;
        truth(&value)
    }

    /// How many submissions of whom within how long it asks for.
    pub fn counts(&self) -> impl Iterator<Item = (Same, SignedDuration)> {
        self.slots.iter().filter_map(Slot::count)
    }

    /// Whether it asks of which territory a lead is.
    #[must_use]
    pub fn asks_territory(&self) -> bool {
        let place = Variable::Territory;
        let asks = |slot: &Slot| *slot == Slot::Value(place) || *slot == Slot::Given(place);
        self.slots.iter().any(asks)
    }

    /// Whether it asks who had the lead earlier.
    #[must_use]
    pub fn asks_owner(&self) -> bool {
        let owner = Variable::EarlierOwner;
        let asks = |slot: &Slot| *slot == Slot::Value(owner) || *slot == Slot::Given(owner);
        self.slots.iter().any(asks)
    }

    /// Whether it asks how leads like this one end.
    #[must_use]
    pub fn asks_win(&self) -> bool {
        let win = Variable::ScoreWin;
        let asks = |slot: &Slot| *slot == Slot::Value(win) || *slot == Slot::Given(win);
        self.slots.iter().any(asks)
    }

    /// Whether it holds for these facts.
    #[must_use]
    pub fn holds(&self, facts: &Facts<'_>) -> Verdict {
        let lookup = Lookup::new(&self.slots, facts);
        let answer = self.ask(&self.expression, &lookup);
        Verdict {
            holds: answer == Some(true),
            missing: match answer {
                Some(_) => Vec::new(),
                None => lookup.into_missing(),
            },
        }
    }
}

fn truth(value: &CowVal<'_, '_>) -> Option<bool> {
    let value: &dyn Val = value.as_ref();
    value.downcast_ref::<CelBool>().map(|it| *it.inner())
}

/// The parser gave up in a way that it does not explain.
fn unreadable(text: &str) -> Mistake {
    Mistake {
        span: 0..text.len(),
        message: "this condition can't be read".into(),
        help: None,
    }
}
