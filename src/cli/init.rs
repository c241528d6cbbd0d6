//! `baton init`: asks a few questions, lists the chat's people, and writes a `baton.toml` that is right.

mod file;

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::{BufRead, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;
use secrecy::SecretString;
use url::Url;

use self::file::{Draft, Rep};
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

No secret is written into the file: it names environment variables, and what to set is printed at the end. A file that
is there is never overwritten.";

/// Asks a few questions and writes a configuration that explains itself.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Init {
    /// Asks nothing: what no option says has its usual value.
    #[arg(long, short)]
    yes: bool,
    /// How the internet reaches Baton.
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// Where leads are stored: `sqlite:PATH` or `postgres://…`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The name of the first team.
    #[arg(long, value_name = "ID")]
    team: Option<String>,
    /// Its Slack channel (C…), for notices.
    #[arg(long, value_name = "ID")]
    channel: Option<String>,
    /// Who takes leads, by e-mail or Slack id; again for more [default: everybody but the managers].
    #[arg(long, value_name = "WHO")]
    member: Vec<String>,
    /// Who manages the team, by e-mail or Slack id; again for more [default: the first one listed].
    #[arg(long, value_name = "WHO")]
    manager: Vec<String>,
    /// Slack reaches Baton through a socket, so that only webhooks need a public address.
    #[arg(long)]
    socket_mode: bool,
    /// Slack's Web API, elsewhere for the playground.
    #[arg(long, value_name = "URL", hide = true)]
    slack_api_url: Option<Url>,
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
    let people = people(asked, &mut questions).await?;
    let draft = match draft(asked, &people, &mut questions)? {
        Ok(draft) => draft,
        Err(wrong) => {
            talk::say(&format!("baton: {wrong}"));
            return Ok(ExitCode::from(2));
        }
    };
    write(&path, &file::text(&draft))?;
    // All names are set for this look; whoever runs it sets them after.
    let env = |name: &str| Some(talk::env(name).unwrap_or_else(|| format!("set-{name}-first")));
    let loaded = config::load(&path, &env, Clock::system().now());
    if loaded.compiled.is_none() {
        talk::complain(&loaded.complaints, &loaded.sources, common.log_format);
        talk::say(&format!(
            "baton: {} was written, but needs your hand where it says so.",
            path.display()
        ));
        return Ok(ExitCode::FAILURE);
    }
    talk::print(&file::next_steps(&draft, &path))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a new file; one that came meanwhile stays.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("writing {}", path.display()))
}

/// Who there is in Slack; nobody without a token, or when Slack does not tell.
async fn people(asked: &Init, questions: &mut Questions) -> anyhow::Result<Vec<Person>> {
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
    people: &[Person],
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
    let socket_mode = asked.socket_mode
        || questions.yes("Socket Mode, so that Slack needs no public address?")?;
    let team = match &asked.team {
        Some(team) => team.clone(),
        None => questions.text("The name of the first team", "sales")?,
    };
    let channel = match &asked.channel {
        Some(channel) => channel.clone(),
        None => questions.text("The team's Slack channel (C…). Empty: none", "")?,
    };
    let reps = file::reps(people);
    for (at, rep) in reps.iter().enumerate().filter(|_| !asked.yes) {
        talk::say(&format!(
            "  {:>3}  {} ({})",
            at + 1,
            rep.name,
            rep.known_by()
        ));
    }
    let managers = pick(
        &asked.manager,
        &reps,
        questions,
        "Who manages it? Numbers, as 1,3",
        "1",
    )?;
    let members = pick(
        &asked.member,
        &reps,
        questions,
        "Who takes leads? Numbers, as 1,3",
        "",
    )?;
    Ok(managers.and_then(|managers| {
        let members = members?;
        let others = || {
            (0..reps.len())
                .filter(|at| !managers.contains(at))
                .collect()
        };
        let members = if members.is_empty() {
            others()
        } else {
            members
        };
        Ok(Draft {
            public_url,
            database,
            socket_mode,
            slack_api_url: asked.slack_api_url.clone(),
            team,
            channel: Some(channel).filter(|it| !it.is_empty()),
            // Somebody must take them when there is nobody else.
            members: if members.is_empty() {
                managers.clone()
            } else {
                members
            },
            managers,
            reps,
            made_up: people.is_empty(),
        })
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
                format!("nobody in Slack is known as {who}; give an e-mail address or an id (U…)")
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

/// Asks on stderr and reads answers from stdin, or asks nothing at all.
struct Questions {
    silent: bool,
}

impl Questions {
    fn text(&mut self, question: &str, usual: &str) -> anyhow::Result<String> {
        if self.silent {
            return Ok(usual.to_owned());
        }
        let shown = if usual.is_empty() {
            format!("{question}: ")
        } else {
            format!("{question} [{usual}]: ")
        };
        let mut terminal = std::io::stderr();
        terminal
            .write_all(shown.as_bytes())
            .and_then(|()| terminal.flush())
            .context("asking")?;
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        // Whoever closes stdin wants no more questions.
        self.silent = read.context("reading the answer")? == 0;
        let answer = answer.trim();
        Ok(if answer.is_empty() { usual } else { answer }.to_owned())
    }

    fn yes(&mut self, question: &str) -> anyhow::Result<bool> {
        let answer = self.text(&format!("{question} (y/n)"), "n")?;
        Ok(answer.to_lowercase().starts_with('y'))
    }
}
