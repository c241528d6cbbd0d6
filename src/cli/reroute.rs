//! `baton reroute`: takes back what a wrong rule did. A dry run, unless `--apply` is given.

mod apply;
mod written;

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use jiff::{Timestamp, tz::TimeZone};

use super::{Common, Format, serve, shown::Paint, submissions, talk};
use crate::{
    clock::Clock,
    domain::{
        id::{LeadId, RouteId},
        lead::Lead,
        strategy::Odds,
    },
    rules::Rules,
    simulate::{Way, way},
    store::{
        self, Db,
        leads::{self, LeadFilter},
        records,
    },
};

pub use apply::{Done, RerouteOrder, Rerouted, carry_out};

const EXAMPLES: &str = "Examples:
  baton check && baton reload                     first put the right rules in force
  baton reroute --rule hot --since 2d             what would be taken back; changes nothing
  baton reroute --rule hot --since 2d --apply
  baton reroute --config 3f9a12 --apply           what a whole configuration did; `baton config log` lists them

A lead is routed anew as if it had just come, when its rule or team is another one by the configuration as it is now. Of
a lead that somebody has tried to reach, or has ended, nothing is taken back. Turns that it cost come back. Whoever had
such leads, or was to answer, is told in one message; the leads' history says so. With --apply the server that runs does
it; without one it is done here, and people are told when one starts.";

/// Take back what a wrong rule did: a dry run, unless --apply is given.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Reroute {
    /// Only leads that this rule has caught, whether or not it is still in the configuration.
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// Only leads that were decided by this configuration: its hash, or the beginning of it. `--config HASH` says the
    /// same.
    #[arg(long, value_name = "HASH")]
    decided_by: Option<String>,
    /// Only leads that came since: `2h`, `3d`, a day or a moment.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Does it.
    #[arg(long)]
    apply: bool,
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// So many leads are read at once.
const PAGE: u32 = 2_000;

/// What was found.
#[derive(Debug, Default)]
struct Found {
    /// The leads that go another way by the rules as they are.
    moves: Vec<Move>,
    /// How many go the same way.
    same: u64,
    /// How many somebody has tried to reach.
    contacted: u64,
    /// How many have ended, or were put where they are by a person.
    ended: u64,
}

/// A lead that goes another way.
#[derive(Debug)]
struct Move {
    lead: Lead,
    rule: RouteId,
    was: Way,
    now: Way,
}

/// Exit code 2 when it is not clear what is asked for, 1 when not all of it was done.
pub async fn run(common: &Common, mut asked: Reroute) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let path = asked.path(common);
    if asked.rule.is_none() && asked.decided_by.is_none() {
        talk::say("baton: say what was wrong: --rule ID, or --config HASH");
        return Ok(ExitCode::from(2));
    }
    let asked = &asked;
    let Some(mut compiled) = serve::read(&path, &clock, common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let now = clock.now().to_zoned(TimeZone::system());
    let since = asked.since.as_deref();
    let since = since.map(|text| submissions::moment(text, &now, false));
    let since = match since.transpose() {
        Ok(since) => since,
        Err(wrong) => {
            talk::say(&format!("baton: {wrong}"));
            return Ok(ExitCode::from(2));
        }
    };
    let rules = Rules::new(std::mem::take(&mut compiled.policy));
    let db = Db::open_read_only(&compiled.database).await?;
    let found = find(&db, asked, &rules, since, clock.now()).await;
    db.close().await;
    let found = found?;
    compiled.policy = rules.policy;
    if !asked.apply {
        talk::print(&match asked.format {
            Format::Json => written::json(&found, None),
            Format::Text => written::text(&found, &compiled.policy, Paint::stdout()),
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted: Vec<(LeadId, RouteId)> = found
        .moves
        .iter()
        .map(|it| (it.lead.id.clone(), it.rule.clone()))
        .collect();
    let done = apply::by_whom(&path, compiled, &wanted).await?;
    talk::print(&match asked.format {
        Format::Json => written::json(&found, Some(&done)),
        Format::Text => written::done(&found, &done, Paint::stdout()),
    })?;
    Ok(match &done.trouble {
        Some(trouble) => {
            talk::say(&format!("baton: {trouble}"));
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    })
}

/// Reads the leads that are meant, and sorts them, the oldest first.
async fn find(
    db: &Db,
    asked: &Reroute,
    rules: &Rules,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Found, store::Error> {
    let mut found = Found::default();
    let odds = db.read(async |mut tx| records::odds(&mut tx, None, now).await);
    let odds = odds.await?;
    let mut filter = LeadFilter {
        since,
        limit: PAGE,
        ..LeadFilter::default()
    };
    loop {
        let page = db.read(async |mut tx| leads::list(&mut tx, &filter).await);
        let (page, next) = page.await?;
        for lead in page.into_iter().filter(|lead| asked.means(lead)) {
            found.sort(lead, rules, &odds);
        }
        filter.cursor = next;
        if filter.cursor.is_none() {
            found.moves.sort_by_key(|it| it.lead.number);
            return Ok(found);
        }
    }
}

impl Reroute {
    /// The configuration to go by. `--config` means the hash of a past one where no file is called so.
    fn path(&mut self, common: &Common) -> PathBuf {
        let named = common.config();
        let text = named.to_str().unwrap_or_default();
        let digits = text.strip_prefix("sha256:").unwrap_or(text);
        let is_hash = digits.len() >= 4 && digits.bytes().all(|it| it.is_ascii_hexdigit());
        if !is_hash || named.exists() {
            return named;
        }
        self.decided_by.get_or_insert_with(|| digits.to_owned());
        let usual = talk::env("BATON_CONFIG").filter(|it| it != text);
        PathBuf::from(usual.unwrap_or_else(|| "./baton.toml".to_owned()))
    }

    /// Whether a lead was decided by the rule and the configuration that are named.
    fn means(&self, lead: &Lead) -> bool {
        let Some(routing) = lead.routing.as_ref().filter(|_| !lead.test) else {
            return false;
        };
        let rule = routing.rule.as_ref().map(RouteId::as_str);
        let digits = |hash: &str| hash.strip_prefix("sha256:").unwrap_or(hash).to_owned();
        let by_config = self.decided_by.as_deref().map(digits);
        self.rule.as_deref().is_none_or(|it| rule == Some(it))
            && by_config.is_none_or(|it| digits(&routing.config).starts_with(&it))
    }
}

impl Found {
    fn sort(&mut self, lead: Lead, rules: &Rules, odds: &Odds) {
        if lead.clock.attempted_at.is_some() {
            self.contacted += 1;
        } else if !lead.is_routed_by_rule() {
            self.ended += 1;
        } else {
            let was = Way::as_stored(&lead);
            let now = way(rules, odds, &lead);
            let rule = was.rule.clone().unwrap_or_else(|| "none".into());
            // A filter that would keep it out now takes nothing back: it has come.
            if (&was.rule, &was.team) == (&now.rule, &now.team) {
                self.same += 1;
            } else {
                self.moves.push(Move {
                    lead,
                    rule,
                    was,
                    now,
                });
            }
        }
    }
}
