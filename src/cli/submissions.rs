//! `baton submissions`: what came in, as it came. What could not be used is listed, shown and mapped, and let in
//! after all; what is not wanted is put away.

mod carry;
mod list;
mod map;
mod show;

use std::process::ExitCode;

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use jiff::{Span, SpanRelativeTo, Timestamp, Zoned, civil::Date, tz::TimeZone};

use super::{Common, serve, talk};
use crate::{
    clock::Clock,
    config::compile::Compiled,
    domain::{id::SubmissionId, submission::Status},
    store::{self, Db, submissions::Selection, submissions::Submission},
};

pub use carry::carry_out;

const EXAMPLES: &str = "Examples:
  baton submissions list --status quarantined --since 2d
  baton submissions show sub_01KB…        what was sent, beside what was understood of it
  baton submissions map sub_01KB…         the `fields` line to paste into its source
  baton reload && baton submissions replay --source website --dry-run
  baton submissions replay --source website
  baton submissions drop sub_01KB… sub_01KC…

Nothing that came in is thrown away. `list`, `show` and `map` only read, beside a running server too. `replay` and
`drop` ask the server that runs, or do it themselves when none does.";

/// What came in, quarantined submissions included.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Submissions {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List them, the newest first.
    List(list::List),
    /// One of them: headers, body, problems, what was understood, its leads.
    Show(show::Show),
    /// Guess where e-mail, phone, name and company stand, and print the `fields` line to paste.
    Map(map::Map),
    /// Read them once more with the configuration in force; what is usable now is let in. Nobody is doubled.
    #[command(after_help = carry::REPLAYS)]
    Replay(carry::Replay),
    /// Put them away: they are kept, and are no leads.
    #[command(after_help = carry::DROPS)]
    Drop(carry::Drop),
}

/// Exit code 2 when it is not clear what is asked for.
pub async fn run(common: &Common, asked: &Submissions) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let Some(compiled) = serve::read(&common.config(), &clock, common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let now = clock.now().to_zoned(TimeZone::system());
    match &asked.what {
        What::List(asked) => list::run(&compiled, asked, &now).await,
        What::Show(asked) => show::run(compiled, asked, &now, clock).await,
        What::Map(asked) => map::run(&compiled, asked).await,
        What::Replay(asked) => carry::replay(common, compiled, asked, &now).await,
        What::Drop(asked) => carry::put_away(common, compiled, asked, &now).await,
    }
}

/// Which submissions are meant.
#[derive(Debug, Default, Args)]
pub struct Which {
    /// Only those of this source.
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Only those of which this came.
    #[arg(long, value_parser = statuses())]
    status: Option<Status>,
    /// Only those that came since: `2h`, `3d`, a day or a moment.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only those that came before: `2h`, `3d`, a day (which counts) or a moment.
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Only those of which this filter held.
    #[arg(long, value_name = "ID")]
    filter: Option<String>,
}

impl Which {
    /// Whether nothing at all was said.
    fn is_empty(&self) -> bool {
        self.source.is_none()
            && self.status.is_none()
            && self.since.is_none()
            && self.until.is_none()
            && self.filter.is_none()
    }

    /// As the store understands it; the error says what can't be meant.
    fn selection(&self, compiled: &Compiled, now: &Zoned) -> Result<Selection, String> {
        if let Some(source) = &self.source {
            let policy = &compiled.policy;
            let known = policy.sources.keys().any(|it| it.as_str() == source);
            if !known && source != "api" {
                talk::say(&format!(
                    "The configuration has no source `{source}` (any more)."
                ));
            }
        }
        let at = |text: &Option<String>, end| {
            let text = text.as_deref();
            text.map(|text| moment(text, now, end)).transpose()
        };
        Ok(Selection {
            status: self.status.map(|status| status.word().to_owned()),
            source: self.source.as_deref().map(Into::into),
            since: at(&self.since, false)?,
            until: at(&self.until, true)?,
            filter: self.filter.clone(),
        })
    }
}

/// The words for what becomes of submissions.
fn statuses() -> impl TypedValueParser<Value = Status> {
    let words = PossibleValuesParser::new(Status::ALL.map(Status::word));
    words.try_map(|word| Status::by_word(&word).ok_or("nothing becomes that"))
}

/// `2h` ago, the beginning of a day (or, as an end, of the day after it), or a moment.
pub(super) fn moment(text: &str, now: &Zoned, end: bool) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(day) = text.parse::<Date>() {
        let day = if end { day.tomorrow().ok() } else { Some(day) };
        let start = day.and_then(|day| day.to_zoned(now.time_zone().clone()).ok());
        return start.map_or_else(|| Err(no_moment(text)), |start| Ok(start.timestamp()));
    }
    let span = text.parse::<Span>().ok().filter(|span| span.is_positive());
    let ago = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let at = ago.and_then(|ago| now.timestamp().checked_sub(ago).ok());
    at.ok_or_else(|| no_moment(text))
}

fn no_moment(text: &str) -> String {
    format!("{text:?} is no time: write `2h`, `3d`, `2026-11-22` or `2026-11-22T10:00:00Z`")
}

/// One submission, whole; said when there is none of that name.
async fn one(compiled: &Compiled, id: &str) -> anyhow::Result<Option<Submission>> {
    let db = Db::open_read_only(&compiled.database).await?;
    let name = SubmissionId::from(id);
    let known = !id.contains(char::is_control);
    let found = db
        .read(async |mut tx| {
            if !known {
                return Ok(None);
            }
            store::submissions::get(&mut tx, &name).await
        })
        .await;
    db.close().await;
    let found = found?;
    if found.is_none() {
        talk::say(&format!(
            "baton: there is no submission {id}; `baton submissions list` lists them"
        ));
    }
    Ok(found)
}

fn wrong(what: &str) -> anyhow::Result<ExitCode> {
    talk::say(&format!("baton: {what}"));
    Ok(ExitCode::from(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().expect("a moment");
        let now = now.to_zoned(berlin);
        for (text, end, at) in [
            ("2h", false, "2026-11-22T08:00:00Z"),
            ("3d", false, "2026-11-19T10:00:00Z"),
            ("2026-11-20", false, "2026-11-19T23:00:00Z"),
            ("2026-11-20", true, "2026-11-20T23:00:00Z"),
            ("2026-11-20T10:00:00Z", true, "2026-11-20T10:00:00Z"),
        ] {
            let read = moment(text, &now, end).expect(text);
            assert_eq!(read.to_string(), at, "{text}");
        }
        for text in ["", "yesterday", "-2h", "0h"] {
            assert!(moment(text, &now, false).is_err(), "{text}");
        }
    }
}
