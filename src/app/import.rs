//! Lists of leads, a batch at a time: brought in by the server for a command that asks it, or by the command itself
//! where no server runs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    clock::Clock,
    config::compile::Compiled,
    domain::{
        contact::Contact,
        id::{RouteId, SourceId, TeamId},
        person,
        submission::ImportTo,
    },
    engine::{self, Became, Content, Engine, Submission},
    http,
    intake::{Source, rows::Origin},
    rules::Rules,
    store::{self, Db},
};

/// Rows of one list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Batch {
    /// The source in whose name they come.
    pub source: SourceId,
    /// Where they go.
    pub to: ImportTo,
    /// Canonical fields by their names, all else by its label.
    pub rows: Vec<Map<String, Value>>,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What.
    pub fate: Fate,
    /// What was wrong with it, in words.
    pub problems: Vec<String>,
}

/// What can become of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// A lead.
    Lead,
    /// Something more about a lead that was known.
    Joined,
    /// Nothing: it was brought in before.
    Again,
    /// Nothing: a filter says so.
    Filtered,
    /// Nothing: it can't be used, and was not kept.
    Rejected,
}

impl From<Became> for Fate {
    fn from(became: Became) -> Self {
        match became {
            Became::Lead => Self::Lead,
            Became::Known => Self::Joined,
            Became::Again => Self::Again,
            Became::Filtered => Self::Filtered,
        }
    }
}

/// What would become of one row.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// What.
    pub outcome: Outcome,
    /// By which rule, where it would be a lead.
    pub rule: Option<RouteId>,
    /// Which team stands behind that.
    pub team: Option<TeamId>,
    /// By what the person is known most surely, to tell when another row speaks of them.
    pub person: Option<String>,
}

/// Why a batch was not brought in; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server's configuration is another one.
    #[error("the configuration in force has no source `{0}`; `baton reload` puts another in force")]
    NoSource(SourceId),
    /// The database.
    #[error(transparent)]
    Engine(#[from] engine::Error),
}

/// Finds a source by its name.
type Sources = dyn Fn(&SourceId) -> Option<Source> + Send + Sync;

/// Brings lists in.
#[derive(Clone)]
pub struct Importer {
    engine: Engine,
    sources: Arc<Sources>,
}

impl Importer {
    /// That of a server: by the sources in force.
    pub(super) fn of_server(engine: &Engine, http: Arc<http::App>) -> Self {
        Self {
            // A list stands in the same line as webhooks, behind who presses a button.
            engine: engine.in_line(),
            sources: Arc::new(move |id| http.source(id)),
        }
    }

    /// Opens the database of a configuration to bring a list in without a server.
    ///
    /// # Errors
    /// When it can't be opened: a server holds it, for instance.
    pub async fn open(compiled: Compiled, clock: Clock) -> Result<Self, store::Error> {
        let db = Db::open(&compiled.database).await?;
        Ok(Self::on(db, compiled, clock).await)
    }

    /// The same for reading only, beside a server too.
    ///
    /// # Errors
    /// When there is none, or its tables are not up to date.
    pub async fn open_read_only(compiled: Compiled, clock: Clock) -> Result<Self, store::Error> {
        let db = Db::open_read_only(&compiled.database).await?;
        Ok(Self::on(db, compiled, clock).await)
    }

    async fn on(db: Db, compiled: Compiled, clock: Clock) -> Self {
        let engine = Engine::new(db, clock, Rules::new(compiled.policy));
        engine.agree_on_time().await;
        let sources = compiled.sources;
        let find = move |id: &SourceId| sources.iter().find(|it| it.id == *id).cloned();
        Self {
            engine,
            sources: Arc::new(find),
        }
    }

    /// Brings rows in; what became of each, in their order.
    ///
    /// # Errors
    /// [`Error`]; nothing was brought in then.
    pub async fn bring(&self, batch: Batch) -> Result<Vec<Outcome>, Error> {
        let read = self.read(batch)?;
        let usable = |it: &Result<Usable, Outcome>| it.as_ref().ok().cloned();
        let rows: Vec<Usable> = read.iter().filter_map(usable).collect();
        let mut received = self.engine.receive_list(&rows).await?.into_iter();
        let outcome = |row: Result<Usable, Outcome>| match row {
            Err(rejected) => Some(rejected),
            Ok(_) => received.next().map(|(became, received)| Outcome {
                fate: became.into(),
                problems: received.problems,
            }),
        };
        Ok(read.into_iter().filter_map(outcome).collect())
    }

    /// Says what would become of rows; writes nothing.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn foresee(&self, batch: Batch) -> Result<Vec<Forecast>, Error> {
        let read = self.read(batch)?;
        let person = |row: &Result<Usable, Outcome>| match row {
            Ok((submission, Content::Leads { leads, .. })) => {
                leads.first().map(|lead| (submission.clone(), lead.clone()))
            }
            Ok(_) | Err(_) => None,
        };
        let rows: Vec<_> = read.iter().filter_map(person).collect();
        let mut foreseen = self.engine.foresee(&rows).await?.into_iter().zip(&rows);
        let forecast = |row: Result<Usable, Outcome>| match row {
            Err(outcome) => Some(Forecast {
                outcome,
                rule: None,
                team: None,
                person: None,
            }),
            Ok((_, content)) => foreseen.next().map(|(seen, (submission, lead))| Forecast {
                outcome: Outcome {
                    fate: seen.became.into(),
                    problems: problems_of(content),
                },
                rule: seen.rule,
                team: seen.team,
                person: surest(&lead.contact, &submission.source),
            }),
        };
        Ok(read.into_iter().filter_map(forecast).collect())
    }

    /// Reads rows: each as a submission, or why it can't be used.
    fn read(&self, batch: Batch) -> Result<Vec<Result<Usable, Outcome>>, Error> {
        let Some(source) = (self.sources)(&batch.source) else {
            return Err(Error::NoSource(batch.source));
        };
        let origin = Origin::Import(batch.to);
        let read = |row| {
            let (submission, content) = http::rows::submission(&source, origin, row, "");
            match content {
                Content::Quarantined(problems) => Err(Outcome {
                    fate: Fate::Rejected,
                    problems,
                }),
                content => Ok((submission, content)),
            }
        };
        Ok(batch.rows.into_iter().map(read).collect())
    }

    /// Finishes what waits to be written.
    pub async fn close(&self) {
        self.engine.db().close().await;
    }
}

/// A row that can be brought in.
type Usable = (Submission, Content);

fn problems_of(content: Content) -> Vec<String> {
    match content {
        Content::Leads { problems, .. } | Content::Quarantined(problems) => problems,
        Content::Ids(_)
        | Content::Withdrawn(..)
        | Content::Activities(_)
        | Content::Ignored(_)
        | Content::Held => Vec::new(),
    }
}

/// By what a person is known most surely: what is less sure joins rows only where nothing speaks against it.
fn surest(contact: &Contact, source: &SourceId) -> Option<String> {
    let signs = person::signs(contact, source);
    signs
        .first()
        .map(|sign| format!("{} {}", sign.kind.word(), sign.value))
}
