//! Submissions that are read once more with the sources and rules in force now: what could not be used is let in when
//! it can be used after all, by the code by which a webhook's comes in. What made a lead makes no second one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{App, health, intake};
use crate::{
    domain::{
        contact::Field,
        id::{LeadId, SubmissionId},
        lead::Lead,
        submission::{NewLead, Signs, Status},
    },
    engine::{self, Content, Received, Sifting, Stored},
    intake as reading,
    store::{
        Tx, leads,
        submissions::{self, Submission},
    },
};

/// How it is read once more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct How {
    /// Filters keep nobody out.
    pub waive: bool,
    /// Somebody means these ones: what was put away is read as well, and of what made leads whoever was left out.
    pub ignored: bool,
    /// Only to say what would become of it.
    pub dry: bool,
}

/// What came of reading one once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// The submission.
    pub submission: SubmissionId,
    /// What came of it.
    pub outcome: Outcome,
    /// What it is now, or would be: the answer's word; empty if there is no such submission.
    pub status: String,
    /// The numbers of its leads.
    pub leads: Vec<i64>,
    /// What can't be understood, and what filters did.
    pub problems: Vec<String>,
}

/// How many problems of one are told: a body may name a thousand people, and an answer is one line.
const MOST_PROBLEMS: usize = 20;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is usable now, and was let in.
    LetIn,
    /// It would be.
    WouldBeLetIn,
    /// Whom it names is asked for once more.
    Fetching,
    /// It can't be used yet.
    NotYet,
    /// It is put away.
    PutAway,
    /// It made its leads before; nothing was done.
    MadeBefore,
    /// Its turn comes by itself: it is over its source's rate, or its person is being fetched.
    Waits,
    /// It was put away, or is no lead; nothing was done.
    Ignored,
    /// It was a trial; nothing was done.
    Test,
    /// Its source is not in the configuration.
    NoSource,
    /// There is no such submission.
    Unknown,
}

impl Replayed {
    fn nothing(id: &SubmissionId, outcome: Outcome, kept: Option<&Submission>) -> Self {
        Self {
            submission: id.clone(),
            outcome,
            status: kept.map(|kept| kept.status.clone()).unwrap_or_default(),
            leads: Vec::new(),
            problems: kept.map_or_else(Vec::new, |kept| few(&kept.problems.0)),
        }
    }
}

/// The first problems, and how many more there are.
fn few(problems: &[String]) -> Vec<String> {
    let shown = problems.iter().take(MOST_PROBLEMS).cloned();
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    let more = (more > 0).then(|| format!("and {more} more"));
    shown.chain(more).collect()
}

/// Reads a submission once more.
///
/// # Errors
/// [`engine::Error`] when the database does not answer; the submission is as it was then.
pub async fn replay(app: &App, id: &SubmissionId, how: How) -> Result<Replayed, engine::Error> {
    let Some(kept) = get(app, id).await? else {
        return Ok(Replayed::nothing(id, Outcome::Unknown, None));
    };
    if let Some(outcome) = why_not(&kept, how) {
        let numbers = numbers(app, &kept.leads.0).await?;
        return Ok(Replayed {
            leads: numbers,
            ..Replayed::nothing(id, outcome, Some(&kept))
        });
    }
    let Some(webhook) = app.webhooks.load().get(&kept.source) else {
        return Ok(Replayed::nothing(id, Outcome::NoSource, Some(&kept)));
    };
    let content = intake::content(reading::read(
        &webhook.source,
        kept.content_type.as_deref(),
        &kept.headers.0,
        &kept.body,
    ));
    let Some(content) = left_out(app, &kept, content).await? else {
        let numbers = numbers(app, &kept.leads.0).await?;
        return Ok(Replayed {
            leads: numbers,
            ..Replayed::nothing(id, Outcome::MadeBefore, Some(&kept))
        });
    };
    let received = if how.dry {
        would_be(app, &kept, &content, how).await?
    } else {
        let received = let_in(app, &kept, &content, how).await?;
        if let Some(received) = &received {
            health::count_submission(received, &kept.source);
            intake::tell(received, &kept.source);
        }
        received
    };
    let Some(received) = received else {
        return Ok(Replayed::nothing(id, Outcome::MadeBefore, Some(&kept)));
    };
    Ok(Replayed {
        submission: id.clone(),
        outcome: outcome_of(received.status, how),
        status: received.status.word().to_owned(),
        leads: numbers(app, &received.leads).await?,
        problems: few(&received.problems),
    })
}

/// Puts a submission away that waits for somebody to look at it, or for its turn: it is kept, and is no lead.
///
/// # Errors
/// [`engine::Error`] when the database does not answer.
pub async fn put_away(app: &App, id: &SubmissionId, how: How) -> Result<Replayed, engine::Error> {
    let Some(kept) = get(app, id).await? else {
        return Ok(Replayed::nothing(id, Outcome::Unknown, None));
    };
    let outcome = match Status::by_word(&kept.status) {
        Some(Status::Quarantined | Status::Held) => Outcome::PutAway,
        Some(Status::Ignored) => Outcome::Ignored,
        Some(Status::Pending) => Outcome::Waits,
        Some(Status::Test) => Outcome::Test,
        Some(Status::Accepted | Status::Duplicate) | None => Outcome::MadeBefore,
    };
    let mut said = Replayed::nothing(id, outcome, Some(&kept));
    said.leads = numbers(app, &kept.leads.0).await?;
    if outcome != Outcome::PutAway {
        return Ok(said);
    }
    Status::Ignored.word().clone_into(&mut said.status);
    let by_hand = "put away by hand".to_owned();
    said.problems.push(by_hand.clone());
    if how.dry {
        return Ok(said);
    }
    let problems: Vec<String> = kept.problems.0.iter().cloned().chain([by_hand]).collect();
    let problems = &problems;
    let done = app
        .intake
        .db()
        .write(async |mut tx| {
            if !is_still(&mut tx, &kept).await? {
                return Ok(false);
            }
            let word = Status::Ignored.word();
            submissions::finish(&mut tx, id, word, None, &[], problems).await?;
            Ok::<_, engine::Error>(true)
        })
        .await?;
    if !done {
        return Ok(Replayed::nothing(id, Outcome::MadeBefore, Some(&kept)));
    }
    Ok(said)
}

async fn get(app: &App, id: &SubmissionId) -> Result<Option<Submission>, engine::Error> {
    let read = app
        .intake
        .db()
        .read(async |mut tx| submissions::get(&mut tx, id).await);
    Ok(read.await?)
}

/// Why it is not read once more, if it is not.
fn why_not(kept: &Submission, how: How) -> Option<Outcome> {
    match Status::by_word(&kept.status) {
        // Of several in one body some may have been left out.
        Some(Status::Accepted) if how.ignored && !kept.problems.0.is_empty() => None,
        _ if !kept.leads.0.is_empty() => Some(Outcome::MadeBefore),
        Some(Status::Quarantined) => None,
        Some(Status::Ignored) if how.ignored => None,
        Some(Status::Ignored) => Some(Outcome::Ignored),
        Some(Status::Held | Status::Pending) => Some(Outcome::Waits),
        Some(Status::Test) => Some(Outcome::Test),
        Some(Status::Accepted | Status::Duplicate) | None => Some(Outcome::MadeBefore),
    }
}

/// What it says of those who have not become leads by it; `None` when nobody is left.
async fn left_out(
    app: &App,
    kept: &Submission,
    content: Content,
) -> Result<Option<Content>, engine::Error> {
    if kept.leads.0.is_empty() {
        return Ok(Some(content));
    }
    let Content::Leads {
        mut leads,
        problems,
    } = content
    else {
        return Ok(None);
    };
    if leads.len() <= kept.leads.0.len() {
        return Ok(None);
    }
    let made = made_by(app, &kept.leads.0).await?;
    leads.retain(|new| !made.iter().any(|lead| is_same(lead, new)));
    Ok((!leads.is_empty()).then_some(Content::Leads { leads, problems }))
}

/// Whether a lead is of the person whom a submission describes.
fn is_same(lead: &Lead, new: &NewLead) -> bool {
    let same = |field| {
        let text = new.contact.text(field);
        !text.is_empty() && lead.contact.text(field) == text
    };
    same(Field::Email) || new.contact.text(Field::Email).is_empty() && same(Field::Phone)
}

fn kept_of(kept: &Submission) -> Stored {
    Stored {
        id: kept.id.clone(),
        source: kept.source.clone(),
        received_at: kept.received_at,
        signs: Signs::of(&kept.headers.0),
    }
}

fn sifting(how: How) -> Sifting {
    if how.waive {
        Sifting::Waived
    } else {
        Sifting::Again
    }
}

/// Whether nobody has done anything with it meanwhile; nobody does until this transaction ends.
async fn is_still(tx: &mut Tx, kept: &Submission) -> Result<bool, engine::Error> {
    Ok(submissions::lock_status(tx, &kept.id).await?.as_ref() == Some(&kept.status))
}

/// Lets it in, unless somebody else has meanwhile.
async fn let_in(
    app: &App,
    kept: &Submission,
    content: &Content,
    how: How,
) -> Result<Option<Received>, engine::Error> {
    let engine = &app.intake;
    let now: Timestamp = engine.clock().now();
    engine
        .db()
        .write(async |mut tx| {
            if !is_still(&mut tx, kept).await? {
                return Ok(None);
            }
            engine
                .let_in(&mut tx, &kept_of(kept), sifting(how), content, now)
                .await
                .map(Some)
        })
        .await
}

/// What would become of it; nothing is written.
async fn would_be(
    app: &App,
    kept: &Submission,
    content: &Content,
    how: How,
) -> Result<Option<Received>, engine::Error> {
    let engine = &app.intake;
    let now = engine.clock().now();
    engine
        .db()
        .read(async |mut tx| {
            engine
                .would_let_in(&mut tx, &kept_of(kept), sifting(how), content, now)
                .await
        })
        .await
        .map(Some)
}

fn outcome_of(status: Status, how: How) -> Outcome {
    match status {
        Status::Accepted if how.dry => Outcome::WouldBeLetIn,
        Status::Accepted => Outcome::LetIn,
        Status::Pending | Status::Duplicate => Outcome::Fetching,
        Status::Held => Outcome::Waits,
        Status::Quarantined => Outcome::NotYet,
        Status::Ignored => Outcome::Ignored,
        Status::Test => Outcome::Test,
    }
}

async fn numbers(app: &App, ids: &[LeadId]) -> Result<Vec<i64>, engine::Error> {
    let made = made_by(app, ids).await?;
    Ok(made.iter().map(|lead| lead.number).collect())
}

async fn made_by(app: &App, ids: &[LeadId]) -> Result<Vec<Lead>, engine::Error> {
    let read = app.intake.db().read(async |mut tx| {
        let mut made = Vec::new();
        for id in ids {
            made.extend(leads::get(&mut tx, id).await?);
        }
        Ok::<_, engine::Error>(made)
    });
    read.await
}
