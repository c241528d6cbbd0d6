//! `baton submissions show ID`: what was sent, beside what is understood of it.

use std::{fmt::Write as _, io::Write as _, process::ExitCode};

use anyhow::Context;
use clap::Args;
use jiff::Zoned;
use serde_json::{Value, json};

use super::{list::local, one};
use crate::{
    app::App,
    cli::{Format, shown::Paint, talk},
    clock::Clock,
    config::compile::Compiled,
    domain::submission::NewLead,
    http::{self, How, Outcome, Replayed},
    intake::{self, Reading, Source},
    store::{Db, leads, submissions::Submission},
};

const EXAMPLES: &str = "Examples:
  baton submissions show sub_01KB…
  baton submissions show sub_01KB… --format json | jq .understood
  baton submissions show sub_01KB… --body > body.json     the body as it came, byte by byte";

/// Shows one submission.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Show {
    /// Which.
    #[arg(value_name = "ID")]
    id: String,
    /// Writes the body as it came, and nothing else.
    #[arg(long, conflicts_with = "format")]
    body: bool,
    /// How it is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// A submission with all that is known of it.
struct Shown {
    kept: Submission,
    /// What its source reads in it now; none: the source is not in the configuration.
    reading: Option<Reading>,
    /// What it would be if it were let in now.
    now: Replayed,
    /// Its leads: number, id and state.
    leads: Vec<(i64, String, &'static str)>,
}

pub async fn run(
    compiled: Compiled,
    asked: &Show,
    now: &Zoned,
    clock: Clock,
) -> anyhow::Result<ExitCode> {
    let Some(kept) = one(&compiled, &asked.id).await? else {
        return Ok(ExitCode::FAILURE);
    };
    if asked.body {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(&kept.body).and_then(|()| out.flush());
        written.context("writing the body")?;
        return Ok(ExitCode::SUCCESS);
    }
    let shown = look(compiled, kept, clock).await?;
    talk::print(&match asked.format {
        Format::Json => format!("{:#}\n", shown.as_json()),
        Format::Text => shown.in_words(now, Paint::stdout()),
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn look(compiled: Compiled, kept: Submission, clock: Clock) -> anyhow::Result<Shown> {
    let source = compiled.sources.iter().find(|it| it.id == kept.source);
    let reading = source.map(|source| read(source, &kept));
    let app = App::reading(compiled, clock).await?;
    let how = How {
        dry: true,
        ignored: true,
        ..How::default()
    };
    let now = http::replay(app.intake(), &kept.id, how).await?;
    let leads = leads_of(app.engine().db(), &kept).await;
    app.engine().db().close().await;
    Ok(Shown {
        leads: leads?,
        kept,
        reading,
        now,
    })
}

/// What a source reads in a submission now.
pub fn read(source: &Source, kept: &Submission) -> Reading {
    let content_type = kept.content_type.as_deref();
    intake::read(source, content_type, &kept.headers.0, &kept.body)
}

async fn leads_of(
    db: &Db,
    kept: &Submission,
) -> Result<Vec<(i64, String, &'static str)>, crate::store::Error> {
    db.read(async |mut tx| {
        let mut found = Vec::new();
        for id in &kept.leads.0 {
            let lead = leads::get(&mut tx, id).await?;
            found.extend(lead.map(|lead| (lead.number, lead.id.to_string(), lead.state_word())));
        }
        Ok(found)
    })
    .await
}

impl Shown {
    fn as_json(&self) -> Value {
        let kept = &self.kept;
        let leads = self.leads.iter();
        let leads =
            leads.map(|(number, id, state)| json!({"id": id, "number": number, "state": state}));
        let text = std::str::from_utf8(&kept.body).ok();
        json!({
            "submission": kept.id, "received_at": kept.received_at, "source": kept.source,
            "status": kept.status, "problems": kept.problems.0,
            "content_type": kept.content_type, "query": kept.query, "headers": kept.headers.0,
            "delivery_id": kept.delivery_id, "bytes": kept.body.len(),
            "body": text, "body_hex": text.is_none().then(|| hex::encode(&kept.body)),
            "leads": leads.collect::<Vec<_>>(),
            "understood": people(self.reading.as_ref()).iter().map(as_json).collect::<Vec<_>>(),
            "now": {"status": self.now.status, "problems": self.now.problems},
        })
    }

    fn in_words(&self, now: &Zoned, paint: Paint) -> String {
        let kept = &self.kept;
        let came = local(kept.received_at, now);
        let mut said = format!(
            "{} came {came} by {}: {}\n",
            paint.strong(kept.id.as_str()),
            kept.source,
            paint.strong(&kept.status)
        );
        section(
            &mut said,
            paint,
            "problems",
            kept.problems.0.iter().cloned(),
        );
        let headers = kept.headers.0.iter();
        let headers = headers.map(|(name, value)| format!("{name}: {value}"));
        section(&mut said, paint, "headers", headers);
        let query = Some(kept.query.clone()).filter(|it| !it.is_empty());
        section(&mut said, paint, "query", query.into_iter());
        let id = kept.delivery_id.iter().cloned();
        section(&mut said, paint, "delivery id", id);
        let what = kept.content_type.as_deref().unwrap_or("no content type");
        let title = format!("body ({what}, {} bytes)", kept.body.len());
        section(&mut said, paint, &title, body(&kept.body).into_iter());
        let leads = self.leads.iter();
        let leads = leads.map(|(number, id, state)| format!("{number}  {id}  {state}"));
        section(&mut said, paint, "leads", leads);
        for person in people(self.reading.as_ref()) {
            let title = "understood, with the configuration as it is now";
            section(&mut said, paint, title, person_lines(person).into_iter());
        }
        said.push_str(&self.next(paint));
        said
    }

    /// What would become of it now, and what to do.
    fn next(&self, paint: Paint) -> String {
        let id = &self.kept.id;
        match self.now.outcome {
            Outcome::WouldBeLetIn | Outcome::Fetching => format!(
                "{} `baton submissions replay {id}` lets it in.\n",
                paint.good("Usable now:")
            ),
            Outcome::NotYet => {
                let problems = self.now.problems.join("; ");
                let head = paint.warn("Not let in yet:");
                let next = if problems.contains("by the filter") {
                    format!("`baton submissions replay {id}` lets it in all the same")
                } else {
                    format!("`baton submissions map {id}` proposes `fields`")
                };
                format!("{head} {problems}. {next}.\n")
            }
            Outcome::NoSource => format!(
                "{} its source is not in the configuration.\n",
                paint.warn("Not usable:")
            ),
            Outcome::Waits => "Its turn comes by itself.\n".to_owned(),
            Outcome::Ignored
                if self
                    .now
                    .problems
                    .iter()
                    .any(|it| it.contains("by the filter")) =>
            {
                format!("`baton submissions replay {id}` lets it in all the same.\n")
            }
            Outcome::LetIn
            | Outcome::PutAway
            | Outcome::MadeBefore
            | Outcome::Ignored
            | Outcome::Test
            | Outcome::Unknown => String::new(),
        }
    }
}

fn people(reading: Option<&Reading>) -> &[NewLead] {
    match reading {
        Some(Reading::Leads { leads, .. } | Reading::Activities { leads, .. }) => leads,
        Some(
            Reading::Ids(_)
            | Reading::Quarantined(_)
            | Reading::Withdrawn(..)
            | Reading::Ignored(_),
        )
        | None => &[],
    }
}

fn as_json(person: &NewLead) -> Value {
    let fields = person.contact.iter();
    let fields = fields.map(|(field, value)| (field.name().to_owned(), json!(value)));
    let contact: serde_json::Map<String, Value> = fields.collect();
    json!({"contact": contact, "attributes": person.attributes, "type": person.lead_type})
}

fn person_lines(person: &NewLead) -> Vec<String> {
    let kind = Some(("type".to_owned(), person.lead_type.clone()));
    let kind = kind.filter(|(_, kind)| !kind.is_empty());
    let fields = person.contact.iter();
    let fields = fields.map(|(field, value)| (field.name().to_owned(), value.to_string()));
    let more = person.attributes.iter();
    let more = more.map(|(label, value)| (format!("“{label}”"), value.clone()));
    let all: Vec<(String, String)> = kind.into_iter().chain(fields).chain(more).collect();
    let width = all.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or(0).min(30);
    let line = |(name, value): &(String, String)| format!("{name:width$}  {value}");
    all.iter().map(line).collect()
}

/// The body as lines of text, else in hex, sixteen bytes a line.
fn body(body: &[u8]) -> Vec<String> {
    match std::str::from_utf8(body) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(_) => {
            let line = |(at, bytes): (usize, &[u8])| {
                let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{:08x}  {}", at * 16, bytes.join(" "))
            };
            body.chunks(16).enumerate().map(line).collect()
        }
    }
}

fn section(said: &mut String, paint: Paint, title: &str, lines: impl Iterator<Item = String>) {
    for (place, line) in lines.enumerate() {
        if place == 0 {
            let _ = writeln!(said, "{}:", paint.strong(title));
        }
        let _ = writeln!(said, "  {}", harmless(&line));
    }
}

/// A sender's text on a terminal: nothing in it moves the cursor or changes colours.
fn harmless(text: &str) -> String {
    let shown = |it: char| {
        let hidden = it.is_control() && it != '\t' || ('\u{202a}'..='\u{202e}').contains(&it);
        if hidden || ('\u{2066}'..='\u{2069}').contains(&it) {
            '\u{fffd}'
        } else {
            it
        }
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_shown_in_hex_and_nothing_moves_the_cursor() {
        assert_eq!(body(b"a=1\nb=2"), ["a=1", "b=2"]);
        assert_eq!(body(&[0xff, 0x00, 0x41]), ["00000000  ff 00 41"]);
        assert_eq!(
            harmless("a\u{1b}[31mb\u{202e}c\td"),
            "a\u{fffd}[31mb\u{fffd}c\td"
        );
    }
}
