//! `baton init`: asks a few questions, lists the chat's people, and writes a `baton.toml` that is right.

mod file;
mod next;
mod questions;
mod teams;

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use secrecy::SecretString;
use url::Url;

use self::{
    file::{Draft, Rep, Slack},
    questions::Questions,
    teams::Microsoft,
};
use super::{Common, talk};
use crate::{
    chat::{Person, slack::survey::Survey},
    clock::Clock,
    config,
};

const SLACK: &str = "https://slack.com/api/";
/// Slack's own helper looks like a person.
const SLACKBOT: &str = "USLACKBOT";

const EXAMPLES: &str = "Examples:
  SLACK_BOT_TOKEN=xoxb-… baton init              asks, and lists your people
  baton init --yes --public-url https://baton.example.com --manager selin@example.com
  baton init --config staging.toml --socket-mode
  TEAMS_APP_PASSWORD=… baton init --chat teams --app-id GUID --tenant-id GUID

No secret is written into the file: it names environment variables, and what to set is printed at the end. A file that
is there is never overwritten.";

/// Asks a few questions and writes a configuration that explains itself.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Init {
    /// Asks nothing: what no option says has its usual value.
    #[arg(long, short)]
    yes: bool,
    /// Where your people are.
    #[arg(long, value_enum)]
    chat: Option<InChat>,
    /// How the internet reaches Baton.
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// Where leads are stored: `sqlite:PATH` or `postgres://…`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The name of the first team.
    #[arg(long, value_name = "ID")]
    team: Option<String>,
    /// Its channel, for notices: C… in Slack, 19:…@thread.tacv2 in Teams.
    #[arg(long, value_name = "ID")]
    channel: Option<String>,
    /// Who takes leads, by e-mail or id; again for more [default: everybody but the managers, of up to 50].
    #[arg(long, value_name = "WHO")]
    member: Vec<String>,
    /// Who manages the team, by e-mail or id; again for more [default: the first one listed].
    #[arg(long, value_name = "WHO")]
    manager: Vec<String>,
    /// Slack reaches Baton through a socket, so that only webhooks need a public address.
    #[arg(long)]
    socket_mode: bool,
    /// The id of the Teams app [default: TEAMS_APP_ID].
    #[arg(long, value_name = "GUID")]
    app_id: Option<String>,
    /// The tenant of the Teams app [default: TEAMS_TENANT_ID].
    #[arg(long, value_name = "GUID")]
    tenant_id: Option<String>,
    /// The Teams app's certificate with its RSA key, beside the configuration, instead of a secret.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// The time zone of whoever Teams says none of [default: this machine's].
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Slack's Web API, elsewhere for the playground.
    #[arg(long, value_name = "URL", hide = true)]
    slack_api_url: Option<Url>,
    /// Where all of Microsoft is, for tests.
    #[arg(long, value_name = "URL", hide = true)]
    microsoft_url: Option<Url>,
}

/// Where people are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InChat {
    /// In Slack.
    Slack,
    /// In Microsoft Teams.
    Teams,
    /// Some here, some there.
    Both,
}

/// Who is where.
struct There {
    slack: Option<Vec<Person>>,
    teams: Option<(Microsoft, Vec<Person>)>,
}

/// Exit code 2 when there is a file already, or an answer can't be used.
pub async fn run(common: &Common, asked: &Init) -> anyhow::Result<ExitCode> {
    let path = common.config();
    if path.exists() {
        talk::say(&format!(
            "baton: {} is there already and stays as it is. Edit it, or write another: `baton init --config NAME.toml`.",
            path.display()
        ));
        return Ok(ExitCode::from(2));
    }
    let mut questions = Questions { silent: asked.yes };
    let there = match chosen(asked, &mut questions)? {
        Ok(chosen) => people(asked, chosen, &mut questions, &path).await?,
        Err(wrong) => {
            talk::say(&format!("baton: {wrong}"));
            return Ok(ExitCode::from(2));
        }
    };
    let draft = match draft(asked, there, &mut questions)? {
        Ok(draft) => draft,
        Err(wrong) => {
            talk::say(&format!("baton: {wrong}"));
            return Ok(ExitCode::from(2));
        }
    };
    write(&path, &file::text(&draft))?;
    // All names are set for this look; whoever runs it sets them after.
    let later = |name: &str| teams::stand_in(name).unwrap_or_else(|| format!("set-{name}-first"));
    let env = |name: &str| Some(talk::env(name).unwrap_or_else(|| later(name)));
    let loaded = config::load(&path, &env, Clock::system().now());
    if loaded.compiled.is_none() {
        talk::complain(&loaded.complaints, &loaded.sources, common.log_format);
        talk::say(&format!(
            "baton: {} was written, but needs your hand where it says so.",
            path.display()
        ));
        return Ok(ExitCode::FAILURE);
    }
    talk::print(&next::next_steps(&draft, &path))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a new file; one that came meanwhile stays.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("writing {}", path.display()))
}

/// In which chats people are.
fn chosen(asked: &Init, questions: &mut Questions) -> anyhow::Result<Result<InChat, String>> {
    if let Some(chat) = asked.chat {
        return Ok(Ok(chat));
    }
    let answer = questions.text("Where are your people: slack, teams or both?", "slack")?;
    let wrong = |_| format!("`{answer}` is none of slack, teams and both");
    Ok(InChat::from_str(&answer, true).map_err(wrong))
}

async fn people(
    asked: &Init,
    chosen: InChat,
    questions: &mut Questions,
    path: &Path,
) -> anyhow::Result<There> {
    let slack = match chosen {
        InChat::Slack | InChat::Both => Some(in_slack(asked, questions).await?),
        InChat::Teams => None,
    };
    let teams = match chosen {
        InChat::Slack => None,
        InChat::Teams | InChat::Both => {
            let (app, mut people) = teams::ask(asked, questions, path, file::microsoft).await?;
            people.retain(takes_leads);
            Some((app, people))
        }
    };
    Ok(There { slack, teams })
}

/// Who there is in Slack; nobody without a token, or when Slack does not tell.
async fn in_slack(asked: &Init, questions: &mut Questions) -> anyhow::Result<Vec<Person>> {
    let token = match talk::env("SLACK_BOT_TOKEN") {
        Some(token) => token,
        None => questions.text(
            "The bot's token (xoxb-…), to list your people. It is not stored. Empty: without",
            "",
        )?,
    };
    if token.is_empty() {
        talk::say(
            "Without a token two people are made up; replace them. SLACK_BOT_TOKEN gives one.",
        );
        return Ok(Vec::new());
    }
    let api = asked.slack_api_url.clone();
    let api = api
        .map_or_else(|| SLACK.parse(), Ok)
        .context("Slack's address")?;
    match Survey::new(api)?.people(&SecretString::from(token)).await {
        Ok(everybody) => Ok(everybody.into_iter().filter(takes_leads).collect()),
        Err(unwell) => {
            talk::say(&format!(
                "Slack does not list your people ({unwell}), so two are made up; replace them. The token needs users:read \
                 and users:read.email."
            ));
            Ok(Vec::new())
        }
    }
}

fn takes_leads(person: &Person) -> bool {
    !(person.bot || person.deleted || person.guest || person.id == SLACKBOT)
}

/// Puts answers and people together; the inner error is what can't be used.
fn draft(
    asked: &Init,
    there: There,
    questions: &mut Questions,
) -> anyhow::Result<Result<Draft, String>> {
    let public_url = match &asked.public_url {
        Some(url) => url.to_string(),
        None => questions.text(
            "The address at which the internet reaches Baton",
            "https://baton.example.com",
        )?,
    };
    if Url::parse(&public_url).is_err() {
        return Ok(Err(format!(
            "`{public_url}` is no address; write one like https://baton.example.com"
        )));
    }
    let database = match &asked.database {
        Some(url) => url.clone(),
        None => questions.text(
            "Where leads are stored (sqlite:PATH or postgres://…)",
            "sqlite:baton.db",
        )?,
    };
    let slack = match &there.slack {
        Some(_) => Some(Slack {
            socket_mode: asked.socket_mode
                || questions.yes("Socket Mode, so that Slack needs no public address?")?,
            api_url: asked.slack_api_url.clone(),
        }),
        None => None,
    };
    let zone = match &there.teams {
        Some(_) => Some(zone(asked, questions)?),
        None => None,
    };
    let team = match &asked.team {
        Some(team) => team.clone(),
        None => questions.text("The name of the first team", "sales")?,
    };
    let channel = match (&asked.channel, &slack) {
        (Some(channel), _) => channel.clone(),
        (None, Some(_)) => questions.text("The team's Slack channel (C…). Empty: none", "")?,
        (None, None) => {
            questions.text("The team's channel (19:…@thread.tacv2). Empty: none", "")?
        }
    };
    let (microsoft, in_teams) = there.teams.unzip();
    let (in_slack, in_teams) = (
        there.slack.unwrap_or_default(),
        in_teams.unwrap_or_default(),
    );
    let reps = file::reps(&in_slack, &in_teams);
    Ok(picked(asked, &reps, questions)?.map(|(managers, members)| {
        let draft = Draft {
            public_url,
            database,
            slack,
            microsoft,
            zone,
            team,
            channel: Some(channel).filter(|it| !it.is_empty()),
            members,
            managers,
            reps,
            made_up: in_slack.is_empty() && in_teams.is_empty(),
        };
        draft.without_bystanders()
    }))
}

/// Teams says nobody's zone before they have written something.
fn zone(asked: &Init, questions: &mut Questions) -> anyhow::Result<String> {
    if let Some(zone) = &asked.timezone {
        return Ok(zone.clone());
    }
    let here = TimeZone::system();
    let here = here.iana_name().unwrap_or("UTC");
    questions.text("The time zone of your people in Teams", here)
}

/// Managers and members, as places in the list.
type Picked = (BTreeSet<usize>, BTreeSet<usize>);

fn picked(
    asked: &Init,
    reps: &[Rep],
    questions: &mut Questions,
) -> anyhow::Result<Result<Picked, String>> {
    for (at, rep) in reps.iter().enumerate().filter(|_| !asked.yes) {
        let (name, known_by) = (&rep.name, rep.known_by());
        talk::say(&format!("  {:>3}  {name} ({known_by})", at + 1));
    }
    let managers = pick(
        &asked.manager,
        reps,
        questions,
        "Who manages it? Numbers, as 1,3",
        "1",
    )?;
    let members = pick(
        &asked.member,
        reps,
        questions,
        "Who takes leads? Numbers, as 1,3",
        "",
    )?;
    Ok(managers.and_then(|managers| {
        let mut members = members?;
        if members.is_empty() && reps.len() <= file::FEW {
            members = (0..reps.len()).collect();
            members.retain(|at| !managers.contains(at));
        }
        // Somebody must take them when there is nobody else.
        if members.is_empty() {
            members.clone_from(&managers);
        }
        Ok((managers, members))
    }))
}

/// Who is meant, as places in the list: by the options, else by an answer.
fn pick(
    given: &[String],
    reps: &[Rep],
    questions: &mut Questions,
    question: &str,
    usual: &str,
) -> anyhow::Result<Result<BTreeSet<usize>, String>> {
    if !given.is_empty() {
        let place = |who: &String| {
            let found = reps.iter().position(|rep| rep.is(who));
            found.ok_or_else(|| {
                format!("nobody there is known as {who}; give an e-mail address or an id as listed")
            })
        };
        return Ok(given.iter().map(place).collect());
    }
    let answer = questions.text(question, usual)?;
    let words = answer.split([',', ' ']).filter(|it| !it.is_empty());
    let place = |word: &str| {
        let number = word.parse::<usize>().ok().and_then(|it| it.checked_sub(1));
        let number = number.filter(|it| *it < reps.len());
        number.ok_or_else(|| format!("`{word}` is no number of the list"))
    };
    Ok(words.map(place).collect())
}
