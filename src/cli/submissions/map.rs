//! `baton submissions map ID`: where the fields may stand that its source does not find, as a line to paste.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{one, show};
use crate::{
    cli::{
        Format,
        shown::{Paint, Table},
        talk,
    },
    config::compile::Compiled,
    intake::{
        Reading, Source,
        guess::{self, Guess, Why},
    },
    store::submissions::Submission,
};

const EXAMPLES: &str = "Examples:
  baton submissions map sub_01KB…

It proposes, you decide: paste the line into the submission's `[[source]]`, then `baton check`, `baton reload` and
`baton submissions replay`. Every field can be named like this, by its label in the body or by a JSONPath.";

/// Proposes the `fields` of a submission's source.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Map {
    /// Which.
    #[arg(value_name = "ID")]
    id: String,
    /// How it is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Exit code 1 when nothing can be proposed.
pub async fn run(compiled: &Compiled, asked: &Map) -> anyhow::Result<ExitCode> {
    let Some(kept) = one(compiled, &asked.id).await? else {
        return Ok(ExitCode::FAILURE);
    };
    let source = compiled.sources.iter().find(|it| it.id == kept.source);
    let Some(source) = source else {
        talk::say(&format!(
            "baton: the configuration has no source `{}`",
            kept.source
        ));
        return Ok(ExitCode::FAILURE);
    };
    let payload = match source.payload(kept.content_type.as_deref(), &kept.body) {
        Ok(payload) => payload,
        Err(why) => {
            let id = &kept.id;
            talk::say(&format!(
                "baton: no field can be named in it: {why}. `baton submissions show {id}` shows what was sent; is the \
                 source's `format` right?"
            ));
            return Ok(ExitCode::FAILURE);
        }
    };
    let guesses = guess::guesses(source, &kept.headers.0, &payload);
    if asked.format == Format::Json {
        talk::print(&format!("{}\n", as_json(&kept, &guesses)))?;
    } else if !guesses.is_empty() {
        talk::say(&table(&guesses, Paint::stdout()));
        talk::print(&format!("{}\n", fields(&guesses)))?;
    }
    talk::say(&next(source, &kept, &guesses));
    Ok(if guesses.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn table(guesses: &[Guess], paint: Paint) -> String {
    let row = |guess: &Guess| {
        let why = match guess.why {
            Why::Value => "by what it says",
            Why::Name => "by its name",
        };
        [guess.field.name(), &guess.path, &guess.sample, why]
            .map(str::to_owned)
            .to_vec()
    };
    let table = Table {
        head: ["field", "stands under", "says", "taken for it"]
            .map(str::to_owned)
            .to_vec(),
        rows: guesses.iter().map(row).collect(),
    };
    table.render_left(paint)
}

/// `fields = { email = "q17", phone = "q18" }`
fn fields(guesses: &[Guess]) -> String {
    let pairs = guesses.iter().map(|guess| {
        let path = toml::Value::String(guess.path.clone());
        format!("{} = {path}", guess.field.name())
    });
    format!("fields = {{ {} }}", pairs.collect::<Vec<_>>().join(", "))
}

fn as_json(kept: &Submission, guesses: &[Guess]) -> serde_json::Value {
    let found = guesses.iter().map(
        |guess| json!({"field": guess.field.name(), "path": guess.path, "sample": guess.sample}),
    );
    json!({"submission": kept.id, "source": kept.source, "fields": found.collect::<Vec<_>>()})
}

/// What comes of it, and what to do.
fn next(source: &Source, kept: &Submission, guesses: &[Guess]) -> String {
    let id = &kept.id;
    let before = matches!(show::read(source, kept), Reading::Leads { .. });
    match (guesses, before) {
        ([], true) => "Everything that is looked for is found already.".to_owned(),
        ([], false) => format!(
            "baton: nothing in it looks like an address or a number. `baton submissions show {id}` shows what was sent."
        ),
        (_, _) => {
            let then = show::read(&guess::with(source, guesses), kept);
            let fits = match then {
                Reading::Leads { .. } | Reading::Activities { .. } => {
                    "With it this submission is usable."
                }
                Reading::Ids(_)
                | Reading::Quarantined(_)
                | Reading::Withdrawn(..)
                | Reading::Ignored(_) => {
                    "Even with it this submission is not usable yet: name the rest by hand."
                }
            };
            format!(
                "{fits} Put the line into the [[source]] `{}` (beside the `fields` it has), then `baton check && baton reload` \
                 and `baton submissions replay --source {}`.",
                source.id, source.id
            )
        }
    }
}
