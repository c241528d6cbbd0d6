//! Reads what people type into what they ask for.

use jiff::Zoned;

use super::{
    AwayAsk, Command, CommandWords, HoursAsk, LeadAsk, LeadsView, Named, Period, StatsAsk, StatsOf,
    Topic,
};
use crate::domain::{
    phrase::{self, AwaySpan, Until},
    stats::By,
    suggest,
};

/// Nobody means more than this; a mention is cut nowhere.
const LONGEST: usize = 400;
/// What may follow `by`.
const BY: [(&str, By); 7] = [
    ("rep", By::Rep),
    ("team", By::Team),
    ("source", By::Source),
    ("territory", By::Territory),
    ("type", By::Type),
    ("rule", By::Rule),
    ("hour", By::Hour),
];
const VIEWS: [&str; 6] = ["mine", "queue", "review", "turns", "search", "move"];
/// What may follow `/lead`, beside a number or an address.
const LEAD: [&str; 3] = ["next", "new", "why"];

/// Something typed that is no command of ours, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Misunderstood {
    /// The command it was meant for, if that is clear.
    pub topic: Option<Topic>,
    /// What was not understood, as a sentence without its full stop.
    pub what: String,
}

/// Reads the command `word` with the `text` behind it, typed at `now` in the zone of `now`.
///
/// # Errors
/// What was not understood.
pub fn parse(
    word: &str,
    text: &str,
    now: &Zoned,
    names: &CommandWords,
) -> Result<Command, Misunderstood> {
    let Some(topic) = names.topic(word) else {
        return unknown(word, names);
    };
    let wrong = |what: String| Misunderstood {
        topic: Some(topic),
        what,
    };
    if text.chars().count() > LONGEST {
        return Err(wrong(format!(
            "That is too long: {LONGEST} characters are enough"
        )));
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [only] = words.as_slice()
        && ["help", "?", "--help"].contains(&only.to_lowercase().as_str())
    {
        return Ok(Command::Help(Some(topic)));
    }
    match topic {
        Topic::Away => away(&words, now),
        Topic::Back => back(&words, now),
        Topic::Leads => leads(&words),
        Topic::Lead => lead(&words, names),
        Topic::LeadStats => stats(&words, now),
        Topic::LeadRules => match words.as_slice() {
            [] => Ok(Command::LeadRules),
            more => Err(format!(
                "I don't know what “{}” means here",
                cut(&more.join(" "))
            )),
        },
    }
    .map_err(wrong)
}

/// Whom a command about an absence names, if somebody: its times are theirs.
pub(super) fn subject(word: &str, text: &str, names: &CommandWords) -> Option<Named> {
    let first = text.split_whitespace().next()?;
    match names.topic(word)? {
        Topic::Away | Topic::Back => Named::signed(first),
        Topic::Leads | Topic::Lead | Topic::LeadStats | Topic::LeadRules => None,
    }
}

fn unknown(word: &str, names: &CommandWords) -> Result<Command, Misunderstood> {
    let typed = word.trim().trim_start_matches('/').to_lowercase();
    if ["", "help", "?"].contains(&typed.as_str()) {
        return Ok(Command::Help(None));
    }
    if ["home", "overview"].contains(&typed.as_str()) {
        return Ok(Command::Home);
    }
    let known = Topic::ALL.map(Topic::name);
    let near = suggest::nearest(&cut(&typed), known).and_then(|near| names.topic(near));
    let hint = near.map_or(String::new(), |near| {
        format!(". Did you mean {}?", names.word(near))
    });
    Err(Misunderstood {
        topic: None,
        what: format!("I don't know “{}”{hint}", cut(word)),
    })
}

/// The colleague that the words begin with, and the rest.
fn somebody<'w, 't>(words: &'w [&'t str]) -> (Option<Named>, &'w [&'t str]) {
    match words {
        [first, rest @ ..] => match Named::signed(first) {
            Some(named) => (Some(named), rest),
            None => (None, words),
        },
        [] => (None, words),
    }
}

fn away(words: &[&str], now: &Zoned) -> Result<Command, String> {
    let (who, rest) = somebody(words);
    let lower: Vec<String> = rest.iter().map(|word| word.to_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let ask = match lower.as_slice() {
        ["list"] => AwayAsk::List,
        ["cancel"] => {
            return Err("Which one? `list` shows your absences with their numbers".to_owned());
        }
        ["cancel", number] => AwayAsk::Cancel(nth(number)?),
        ["team" | "teams" | "calendar"] => AwayAsk::Team,
        ["hours"] => AwayAsk::Hours(HoursAsk::Show),
        ["hours", "reset"] => AwayAsk::Hours(HoursAsk::Reset),
        ["hours", ..] => AwayAsk::Hours(HoursAsk::Set(rest[1..].join(" "))),
        _ => AwayAsk::Take(
            phrase::away(&rest.join(" "), now).map_err(|error| capital(&error.to_string()))?,
        ),
    };
    Ok(Command::Away { who, ask })
}

fn nth(number: &str) -> Result<usize, String> {
    let read = number
        .trim_start_matches('#')
        .parse()
        .ok()
        .filter(|nth| *nth > 0);
    read.ok_or_else(|| format!("“{}” is no number of the list", cut(number)))
}

fn back(words: &[&str], now: &Zoned) -> Result<Command, String> {
    let (who, rest) = somebody(words);
    let text = rest.join(" ");
    if rest.is_empty() || text.eq_ignore_ascii_case("now") {
        return Ok(Command::Back { who, until: None });
    }
    let span = phrase::away(&text, now).map_err(|error| capital(&error.to_string()))?;
    match span {
        AwaySpan {
            from: None,
            until: Some(Until::At(until)),
            reason,
            cover: None,
        } if reason.is_empty() => Ok(Command::Back {
            who,
            until: Some(until),
        }),
        _ => Err(format!("I don't know what “{}” means here", cut(&text))),
    }
}

fn leads(words: &[&str]) -> Result<Command, String> {
    let Some((first, rest)) = words.split_first() else {
        return Ok(Command::Leads(LeadsView::Mine));
    };
    let view = match (first.to_lowercase().as_str(), rest) {
        ("mine", []) => LeadsView::Mine,
        ("queue", []) => LeadsView::Queue,
        ("queue", _) => LeadsView::QueueOf(rest.join(" ").to_lowercase()),
        ("review", []) => LeadsView::Review,
        ("turns", []) => LeadsView::Turns,
        ("search" | "find", []) => {
            return Err(
                "Search for what? A number, a name, a company or a mail address".to_owned(),
            );
        }
        ("search" | "find", _) => {
            let said: Vec<&str> = rest.iter().map(|word| unlinked(word)).collect();
            LeadsView::Search(said.join(" "))
        }
        ("move", _) => return moving(rest),
        (other, []) => {
            let hint =
                suggest::nearest(&cut(other), VIEWS).map(|near| format!("Did you mean `{near}`?"));
            let hint = hint.unwrap_or_else(|| format!("To look for it: `search {}`", cut(other)));
            return Err(format!("I have no list “{}”. {hint}", cut(other)));
        }
        _ => {
            return Err(format!(
                "I don't know what “{}” means. To look for it: `search {}`",
                cut(&words.join(" ")),
                cut(&words.join(" "))
            ));
        }
    };
    Ok(Command::Leads(view))
}

/// `@jonas to @ayse`, names of several words too.
fn moving(words: &[&str]) -> Result<Command, String> {
    let words = match words {
        [from, rest @ ..] if from.eq_ignore_ascii_case("from") => rest,
        all => all,
    };
    let to = words
        .iter()
        .position(|word| word.eq_ignore_ascii_case("to"))
        .filter(|at| *at > 0 && at + 1 < words.len());
    let Some(at) = to else {
        return Err("Whose leads, and to whom? `move @jonas to @ayse`, or to a team: `move @jonas to sales`".to_owned());
    };
    Ok(Command::LeadsMove {
        from: Named::any(&words[..at].join(" ")),
        to: Named::any(&words[at + 1..].join(" ")),
    })
}

fn lead(words: &[&str], names: &CommandWords) -> Result<Command, String> {
    let Some(first) = words.first() else {
        return Ok(Command::Help(Some(Topic::Lead)));
    };
    let word = unlinked(first);
    let number = word.trim_start_matches('#').parse::<i64>();
    let numbered = |word: Option<&&str>| {
        let number = word?.trim_start_matches('#');
        number.parse::<i64>().ok()
    };
    let ask = match (word.to_lowercase().as_str(), words.len()) {
        ("why", 2) if numbered(words.get(1)).is_some() => {
            LeadAsk::Why(numbered(words.get(1)).unwrap_or_default())
        }
        ("why", 1) => return Err("Why which lead? Say its number".to_owned()),
        ("next", 1) => LeadAsk::Next,
        ("new", 1) => LeadAsk::New,
        (_, 1) if number.is_ok() => LeadAsk::Number(number.unwrap_or_default()),
        (email, 1) if email.contains('@') => LeadAsk::Email(email.to_owned()),
        (other, _) => {
            let near = suggest::nearest(&cut(other), LEAD).filter(|_| words.len() == 1);
            let hint = near.map_or_else(
                || {
                    let search = names.typed(Topic::Leads, "search");
                    format!("To look for it: `{search} {}`", cut(&words.join(" ")))
                },
                |near| format!("Did you mean `{near}`?"),
            );
            return Err(format!(
                "I know a lead by its number or its mail address. {hint}"
            ));
        }
    };
    Ok(Command::Lead(ask))
}

/// A word as typed: the chat makes links of addresses, `<mailto:a@b.example|a@b.example>`.
fn unlinked(word: &str) -> &str {
    let inner = word
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'));
    let Some(link) = inner.filter(|_| !word.starts_with("<@")) else {
        return word;
    };
    let address = link.strip_prefix("mailto:").unwrap_or(link);
    address.split('|').next().unwrap_or(address)
}

fn stats(words: &[&str], now: &Zoned) -> Result<Command, String> {
    let spaced = words.join(" ").replace("..", " .. ");
    let lower = spaced.to_lowercase();
    let mut original: Vec<&str> = spaced.split_whitespace().collect();
    let mut lower: Vec<&str> = lower.split_whitespace().collect();
    let mut period = None;
    if let Some(at) = lower.iter().position(|word| *word == "..") {
        let (days, taken) = Period::range(&lower, at, now).ok_or_else(no_range)?;
        period = Some(days);
        lower.drain(taken.clone());
        original.drain(taken);
    }
    if let Some("experiment" | "experiments") = lower.first().copied() {
        return experiment((&lower[1..], &original[1..]), period, now);
    }
    let mut ask = StatsRead {
        of: None,
        by: None,
        period,
    };
    let mut at = 0;
    while at < lower.len() {
        at += ask.take(
            &lower[at..],
            original.get(at).copied().unwrap_or_default(),
            now,
        )?;
    }
    Ok(Command::LeadStats(StatsAsk {
        of: ask.of,
        by: ask.by,
        period: ask.period.unwrap_or_default(),
    }))
}

/// `experiment speed last month`: the words in lower case and as typed, without any `FROM..TO`.
fn experiment(
    (lower, typed): (&[&str], &[&str]),
    mut period: Option<Period>,
    now: &Zoned,
) -> Result<Command, String> {
    let mut id = None;
    let mut at = 0;
    while at < lower.len() {
        let word = typed.get(at).copied().unwrap_or_default();
        match Period::read(&lower[at..], now) {
            Some((read, took)) => {
                once(&mut period, read, word)?;
                at += took;
            }
            None => {
                once(&mut id, word.to_owned(), word)?;
                at += 1;
            }
        }
    }
    Ok(Command::Experiment { id, period })
}

fn no_range() -> String {
    "I don't know these days. Write the first and the last like `2026-11-01..2026-11-15` or `1 nov..15 nov`".to_owned()
}

/// What has been read of `/leadstats` so far.
struct StatsRead {
    of: Option<StatsOf>,
    by: Option<By>,
    period: Option<Period>,
}

impl StatsRead {
    /// Takes what the words begin with, and says how many it took.
    fn take(&mut self, words: &[&str], first: &str, now: &Zoned) -> Result<usize, String> {
        if let ["by", what, ..] = words {
            let by = BY
                .iter()
                .find(|(word, _)| [*word, &format!("{word}s")].contains(what));
            let by = by.ok_or_else(|| {
                format!("I can't count by “{}”, but by {}", cut(what), known_by())
            })?;
            return once(&mut self.by, by.1, first).map(|()| 2);
        }
        if words == ["by"] {
            return Err(format!("By what? I count by {}", known_by()));
        }
        if let Some((period, took)) = Period::read(words, now) {
            return once(&mut self.period, period, first).map(|()| took);
        }
        let of = match words.first().copied().unwrap_or_default() {
            "me" | "mine" => StatsOf::Me,
            "all" | "everyone" | "everybody" => StatsOf::All,
            _ => StatsOf::Named(Named::any(first)),
        };
        once(&mut self.of, of, first).map(|()| 1)
    }
}

fn known_by() -> String {
    BY.map(|(word, _)| format!("`{word}`")).join(", ")
}

/// Sets what was not said before.
fn once<T>(slot: &mut Option<T>, value: T, said: &str) -> Result<(), String> {
    if slot.is_some() {
        return Err(format!("I don't know what “{}” means here", cut(said)));
    }
    *slot = Some(value);
    Ok(())
}

/// What somebody typed, short enough to say back.
fn cut(text: &str) -> String {
    text.trim().chars().take(60).collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

#[cfg(test)]
mod tests;
