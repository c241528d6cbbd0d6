//! `POST /webhooks/{source}`: a submission comes in, is verified, kept, and only then answered. By GET a vendor
//! asks whether the address is ours, or sends a lead in the query, where its preset says so.
//!
//! ```json
//! {"submission": "sub_…", "lead": "lead_…", "leads": ["lead_…"], "status": "accepted", "problems": []}
//! ```
//!
//! With the header `Baton-Test: true` (`baton send --test`) it goes the whole way and is offered to nobody.
//!
//! What is over a source's rate is kept as `held` and let in by [`super::let_in_held`].

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ALLOW, CONTENT_TYPE},
    request::Parts,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{App, Error, Kind, body::Whole, health, webhooks::Webhook};
use crate::{
    domain::{
        id::{LeadId, SourceId, SubmissionId},
        submission::Status,
    },
    engine::{Activities, Content, Received, Submission},
    intake::{
        self, Over, Reading, Request, Source, Unreadable,
        preset::{Challenge, Get, Reply, Told},
        send::TEST_HEADER,
        verify::Denied,
    },
};

/// The content type of a query that carries a lead.
const FORM: &str = "application/x-www-form-urlencoded";

/// How a preset answers its vendor's question.
type Answers = fn(&Challenge<'_>) -> Result<Reply, Denied>;

/// What the sender is told.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Received")]
pub(super) struct Answer {
    submission: SubmissionId,
    /// The lead that it made or joined.
    lead: Option<LeadId>,
    /// All of them.
    leads: Vec<LeadId>,
    status: Status,
    /// What could not be understood.
    problems: Vec<String>,
}

impl From<Received> for Answer {
    fn from(received: Received) -> Self {
        Self {
            submission: received.submission,
            lead: received.leads.first().cloned(),
            leads: received.leads,
            status: received.status,
            problems: received.problems,
        }
    }
}

/// Takes a submission in.
pub(super) async fn receive(
    State(app): State<Arc<App>>,
    source: Result<Path<String>, PathRejection>,
    asked: Parts,
    body: Result<Whole, Error>,
) -> Result<Response, Error> {
    let webhook = webhook(&app, source)?;
    if !webhook.source.format.accepts(content_type(&asked.headers)) {
        return Err(Error::new(
            Kind::UnsupportedType,
            "this source does not take this Content-Type",
        ));
    }
    let Whole(body) = body?;
    believe(&app, &webhook, &asked, &body)?;
    take_in(&app, &webhook, &asked.headers, query(&asked), body).await
}

/// What stands behind the question mark.
pub(super) fn query(asked: &Parts) -> &str {
    asked.uri.query().unwrap_or_default()
}

/// Answers a vendor that looks whether anybody is there, or takes in what the query says.
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    source: Result<Path<String>, PathRejection>,
    mut asked: Parts,
) -> Result<Response, Error> {
    let webhook = webhook(&app, source)?;
    let preset = webhook.source.format.preset();
    let get = preset.map_or(Get::Nothing, |preset| preset.get);
    match get {
        Get::Nothing => {
            let detail = "this source sends nothing by GET";
            let refused = Error::new(Kind::MethodNotAllowed, detail);
            Ok(([(ALLOW, "POST")], refused).into_response())
        }
        Get::Probe => {
            believe(&app, &webhook, &asked, b"")?;
            Ok(StatusCode::OK.into_response())
        }
        Get::Challenge(answer) => challenge(&webhook.source, answer, query(&asked)),
        Get::Lead => {
            believe(&app, &webhook, &asked, b"")?;
            // From here on it is a form that was posted.
            let form = webhook.source.stored_query(query(&asked));
            let form_type = HeaderValue::from_static(FORM);
            asked.headers.insert(CONTENT_TYPE, form_type);
            take_in(&app, &webhook, &asked.headers, "", form.into()).await
        }
    }
}

fn challenge(source: &Source, answer: Answers, query: &str) -> Result<Response, Error> {
    let query = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let asked = Challenge {
        query: &query,
        secrets: &source.keys.secrets,
        verify_token: source.keys.verify_token.as_ref(),
    };
    let reply = answer(&asked);
    let reply = reply.map_err(|denied| Error::new(Kind::Forbidden, denied.to_string()))?;
    Ok(shown(reply))
}

fn shown(reply: Reply) -> Response {
    ([(CONTENT_TYPE, reply.content_type)], reply.body).into_response()
}

/// Whether the request is the source's.
pub(super) fn believe(
    app: &App,
    webhook: &Webhook,
    asked: &Parts,
    body: &[u8],
) -> Result<(), Error> {
    let path = asked.uri.path_and_query();
    let path = path.map_or("/", |path| path.as_str());
    let request = Request {
        method: &asked.method,
        url: &format!("{}{path}", app.address.load()),
        headers: &asked.headers,
        query: query(asked),
        body,
        now: app.engine.clock().now(),
    };
    let believed = webhook.source.scheme.verify(&request);
    believed.map_err(|denied| Error::new(Kind::Unauthorized, denied.to_string()))
}

/// Keeps what was believed, and answers as the source's vendor needs it.
async fn take_in(
    app: &App,
    webhook: &Webhook,
    headers: &HeaderMap,
    query: &str,
    body: Bytes,
) -> Result<Response, Error> {
    one_key(headers)?;
    let (submission, content) = read(&webhook.source, headers, query, body);
    let content = if is_test(headers) {
        as_test(webhook, content)?
    } else {
        within_rate(webhook, content)?
    };
    let received = app.intake.receive(&submission, &content).await?;
    health::count_submission(&received, &submission.source);
    tell(&received, &submission.source);
    if received.status == Status::Held {
        webhook.hold();
    }
    let told = if webhook.source.scheme.is_open() {
        received.veiled()
    } else {
        received
    };
    Ok(answered(&webhook.source, told))
}

fn answered(source: &Source, received: Received) -> Response {
    let own = source.format.preset().and_then(|preset| preset.answer);
    let Some(own) = own else {
        return Json(Answer::from(received)).into_response();
    };
    shown(own(&Told {
        status: received.status,
        lead: received.leads.first().map(LeadId::as_str),
        problems: &received.problems,
    }))
}

/// One line for each submission, without what it says.
pub(super) fn tell(received: &Received, source: &SourceId) {
    tracing::info!(
        %source,
        submission.id = %received.submission,
        status = received.status.word(),
        leads = received.leads.len(),
        "submission kept"
    );
}

/// The webhook of that name; one that is no text is nobody's.
pub(super) fn webhook(
    app: &App,
    source: Result<Path<String>, PathRejection>,
) -> Result<Arc<Webhook>, Error> {
    app.webhook(&source.map_or_else(|_| String::new(), |Path(source)| source))
}

/// Refuses a request that says twice, and differently, which delivery it is.
pub(super) fn one_key(headers: &HeaderMap) -> Result<(), Error> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let first = keys.next();
    if keys.all(|key| Some(key) == first) {
        return Ok(());
    }
    let detail = "the header Idempotency-Key is there more than once, with different values";
    Err(Error::new(Kind::BadRequest, detail))
}

pub(super) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}

/// The submission to keep, and what it says.
pub(super) fn read(
    source: &Source,
    headers: &HeaderMap,
    query: &str,
    body: Bytes,
) -> (Submission, Content) {
    let content_type = content_type(headers);
    let payload = source.payload(content_type, &body);
    let said = payload.as_ref().ok();
    let delivery_id = intake::delivery_id(source, headers, said);
    let id = delivery_id.as_deref();
    let body_hash = intake::delivery_hash(source, id, content_type, &body, said);
    let submission = Submission {
        source: source.id.clone(),
        content_type: content_type.map(str::to_owned),
        query: source.stored_query(query),
        body_hash,
        delivery_id,
        window: source.window,
        headers: intake::kept_headers(source, headers),
        body: source
            .stored_body(content_type, &body)
            .unwrap_or_else(|| body.into()),
    };
    let reading = match payload {
        Ok(payload) => intake::read_payload(source, &submission.headers, &payload),
        Err(Unreadable(why)) => Reading::Quarantined(vec![why]),
    };
    (submission, content(reading))
}

/// What a reading is to the engine.
pub(super) fn content(reading: Reading) -> Content {
    match reading {
        Reading::Leads { leads, problems } => Content::Leads { leads, problems },
        Reading::Ids(ids) => Content::Ids(ids),
        Reading::Withdrawn(keys, why) => Content::Withdrawn(keys, why),
        Reading::Activities {
            activities,
            leads,
            problems,
            why,
        } => Content::Activities(Activities {
            activities,
            leads,
            problems,
            why,
        }),
        Reading::Quarantined(problems) => Content::Quarantined(problems),
        Reading::Ignored(why) => Content::Ignored(why),
    }
}

/// What the source may send now as it is; what it may not, or what came behind others that wait, is held or refused.
pub(super) fn within_rate(webhook: &Webhook, content: Content) -> Result<Content, Error> {
    match (webhook.in_turn(), webhook.source.over) {
        (Ok(()), _) => Ok(content),
        (Err(_), Over::Hold) => Ok(Content::Held),
        (Err(seconds), Over::Refuse) => {
            let detail = "this source sends more than its `rate` allows";
            Err(Error::new(Kind::TooMany, detail).retry_after(seconds))
        }
    }
}

pub(super) fn is_test(headers: &HeaderMap) -> bool {
    headers
        .get(TEST_HEADER)
        .is_some_and(|value| value == "true")
}

/// A test is not held: it would be let in later without its mark.
pub(super) fn as_test(webhook: &Webhook, content: Content) -> Result<Content, Error> {
    webhook.spend().map_err(|seconds| {
        let detail = "this source sends more than its `rate` allows; a test is not held";
        Error::new(Kind::TooMany, detail).retry_after(seconds)
    })?;
    Ok(match content {
        Content::Leads {
            mut leads,
            problems,
        } => {
            leads.iter_mut().for_each(|lead| lead.test = true);
            Content::Leads { leads, problems }
        }
        Content::Ids(mut ids) => {
            ids.iter_mut().for_each(|wanted| wanted.test = true);
            Content::Ids(ids)
        }
        // What somebody did is counted, or told to whoever has their lead.
        Content::Activities(told) => Content::Ignored(format!("a test: {}", told.why)),
        Content::Withdrawn(..) | Content::Quarantined(_) | Content::Ignored(_) | Content::Held => {
            content
        }
    })
}
