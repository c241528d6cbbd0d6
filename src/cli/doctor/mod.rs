//! `baton doctor`: what works, what does not, and how to mend it.
//!
//! ```text
//! ✓ database       SQLite 3.51.3, tables up to date, 12.4 GiB free
//! ✗ slack token    token_revoked
//!                  Nothing goes out: …
//! ```

mod database;
mod delivery;
mod fetches;
mod left;
mod reach;
mod slack;
mod teams;
mod token;

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::{Common, Format, shown::Paint, talk};
use crate::{
    clock::Clock,
    config::{
        self,
        check::{self, CheckFormat},
    },
    domain::policy::Platform,
};

const EXAMPLES: &str = "Examples:
  baton doctor
  baton doctor --to ayse@example.com
  baton doctor --format json | jq '.checks[] | select(.state == \"broken\")'

Reads only and posts nothing; in Teams it opens an empty conversation with one rep, as the first message to them would. Exit code 1 if something is broken (✗); `!` is worth a look, `·` can't be checked from here.";

/// Looks at database, tokens, permissions, people, clock and address: what works, and how to mend the rest.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The rep in Teams with whom a conversation is tried; a manager or admin if not given.
    #[arg(long, value_name = "EMAIL")]
    to: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Well,
    Look,
    Broken,
    Untold,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    area: &'static str,
    state: State,
    /// What was found.
    what: String,
    /// What to do about it.
    mend: Option<String>,
}

impl Finding {
    fn new(area: &'static str, state: State, what: impl Into<String>) -> Self {
        Self {
            area,
            state,
            what: what.into(),
            mend: None,
        }
    }

    fn well(area: &'static str, what: impl Into<String>) -> Self {
        Self::new(area, State::Well, what)
    }

    fn look(area: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(area, State::Look, what).mend(mend)
    }

    fn broken(area: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(area, State::Broken, what).mend(mend)
    }

    fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }
}

/// Exit code 1 if something is broken.
pub async fn run(common: &Common, asked: &Doctor) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let path = common.config();
    let loaded = config::load(&path, &talk::env, clock.now());
    let lines = check::check(&path, &talk::env, clock.now(), CheckFormat::Lines);
    let mut found = vec![configuration(&lines)];
    match &loaded.compiled {
        None => found.push(
            Finding::new(
                "the rest",
                State::Untold,
                "not looked at while the configuration has mistakes",
            )
            .mend("Mend it, then run `baton doctor` again."),
        ),
        Some(compiled) => {
            found.extend(database::look(&compiled.database, &clock).await);
            if compiled.slack.is_none() && compiled.teams.is_none() {
                found.push(Finding::look(
                    "chat",
                    "the configuration has neither [slack] nor [teams]",
                    "Leads are kept and routed, and nobody is told. `baton init` shows what to add.",
                ));
            }
            let is_set_up = |chat| match chat {
                Platform::Slack => compiled.slack.is_some(),
                Platform::Teams => compiled.teams.is_some(),
            };
            found.extend(left::look(&compiled.database, is_set_up).await);
            found.extend(delivery::look(&compiled.database, &compiled.policy, &clock).await);
            if let Some(settings) = &compiled.slack {
                found.extend(
                    slack::look(settings, &compiled.database, &compiled.policy, &clock).await?,
                );
            }
            if let Some(settings) = &compiled.teams {
                let to = asked.to.as_deref();
                found.extend(teams::look(settings, &compiled.policy, &clock, to).await?);
            }
            found.extend(fetches::look(compiled).await);
            found.extend(reach::look(compiled).await?);
        }
    }
    talk::print(&match asked.format {
        Format::Json => format!("{}\n", as_json(&found)),
        Format::Text => in_words(&found, Paint::stdout()),
    })?;
    let broken = found.iter().any(|it| it.state == State::Broken);
    Ok(ExitCode::from(u8::from(broken)))
}

fn configuration(checked: &check::Checked) -> Finding {
    const AREA: &str = "configuration";
    let count = |word: &str| checked.text.lines().filter(|it| it.contains(word)).count();
    if checked.exit != 0 {
        let mistakes = match count(": mistake: ") {
            0 | 1 => "a mistake".to_owned(),
            several => format!("{several} mistakes"),
        };
        return Finding::broken(
            AREA,
            format!("it has {mistakes}"),
            "`baton check` shows each with its line. No `serve` starts with it; one that runs keeps what it has.",
        );
    }
    // Of what is right nothing is said in lines.
    if !checked.text.trim().is_empty() {
        return Finding::look(
            AREA,
            "no mistakes, but something looks wrong",
            "`baton check` shows what, with its line.",
        );
    }
    Finding::well(AREA, "no mistakes")
}

fn in_words(found: &[Finding], paint: Paint) -> String {
    let mut said = String::new();
    for finding in found {
        let mark = match finding.state {
            State::Well => paint.good("✓"),
            State::Look => paint.warn("!"),
            State::Broken => paint.bad("✗"),
            State::Untold => paint.faint("·"),
        };
        said.push_str(&format!("{mark} {:<15} {}\n", finding.area, finding.what));
        if let Some(mend) = &finding.mend {
            said.push_str(&format!("{:18}{mend}\n", ""));
        }
    }
    let count = |state: State| found.iter().filter(|it| it.state == state).count();
    said.push_str(&match (count(State::Broken), count(State::Look)) {
        (0, 0) => format!("\n{}\n", paint.good("All is well.")),
        (0, look) => format!("\nNothing is broken, {look} worth a look.\n"),
        (broken, look) => {
            let broken = paint.bad(&format!("{broken} broken"));
            format!("\n{broken}, {look} worth a look. Mend what is marked ✗ first.\n")
        }
    });
    said
}

fn as_json(found: &[Finding]) -> Value {
    let checks: Vec<Value> = found
        .iter()
        .map(|it| {
            let state = match it.state {
                State::Well => "well",
                State::Look => "look",
                State::Broken => "broken",
                State::Untold => "untold",
            };
            json!({"area": it.area, "state": state, "what": it.what, "mend": it.mend})
        })
        .collect();
    let well = found.iter().all(|it| it.state != State::Broken);
    json!({"well": well, "checks": checks})
}
