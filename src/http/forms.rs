//! `GET, POST /forms/{source}`: the form that Baton itself shows for a source with `[source.form]`, for who has no form
//! tool. It needs neither script nor cookie, and may stand in a frame on another page.
//!
//! What is sent becomes a submission like a webhook's: the same limits, filters and joining. A form that is sent twice
//! is one submission, by the ticket that was made when it was shown.

mod page;
mod ticket;
mod visitor;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, RETRY_AFTER},
    request::Parts,
};
use jiff::Timestamp;
use serde_json::Value;

use super::{App, Error, Kind, body::Whole, health, intake, rows, webhooks::Webhook};
use crate::{
    domain::{contact::Field, submission::Signs},
    engine::{Content, Submission},
    intake::{
        Format, HostedForm,
        hosted::{Answers, Embed},
        rows::Origin,
    },
    store::keys,
};
use page::{Page, Trouble};
use ticket::Ticket;
use visitor::Visitor;

/// The field with the ticket.
const TICKET: &str = "ticket";
/// The field that people don't see.
const TRAP: &str = "contact_by_fax";

/// A form somebody asks for, and who asks.
struct Asked {
    app: Arc<App>,
    webhook: Arc<Webhook>,
    form: Arc<HostedForm>,
    visitor: Visitor,
    now: Timestamp,
}

impl Asked {
    fn of(
        app: Arc<App>,
        source: Result<Path<String>, PathRejection>,
        headers: &HeaderMap,
    ) -> Result<Self, Error> {
        let unknown = || Error::new(Kind::NotFound, "there is no such form");
        let Path(source) = source.map_err(|_| unknown())?;
        let webhook = app.webhook(&source).map_err(|_| unknown())?;
        let form = webhook.source.form.clone().ok_or_else(unknown)?;
        let visitor = Visitor::of(headers, webhook.source.mapping.language.as_deref());
        let now = app.engine.clock().now();
        Ok(Self {
            app,
            webhook,
            form,
            visitor,
            now,
        })
    }

    /// A new ticket for this form.
    async fn ticket(&self) -> Result<String, Error> {
        let key = self.app.form_key().await?;
        let nonce = self.app.engine.clock().chance(self.now).next_ulid();
        Ok(Ticket::issue(&key, self.webhook.source.id.as_str(), &nonce))
    }

    fn page(&self, ticket: String, answers: Answers, trouble: Trouble) -> Page<'_> {
        Page {
            form: &self.form,
            words: self.visitor.words,
            ticket,
            answers,
            trouble,
        }
    }
}

/// Shows the form.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    source: Result<Path<String>, PathRejection>,
    asked: Parts,
) -> Result<Response, Error> {
    let query = asked.uri.query().unwrap_or_default();
    let (asked, headers) = (Asked::of(app, source, &asked.headers)?, asked.headers);
    let answers = visitor::taken_along(query, &headers);
    let page = asked.page(asked.ticket().await?, answers, Trouble::None);
    Ok(html(StatusCode::OK, &asked.form, &page.form()))
}

/// Takes in what was filled in.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    source: Result<Path<String>, PathRejection>,
    parts: Parts,
    body: Result<Whole, Error>,
) -> Result<Response, Error> {
    let asked = Asked::of(app, source, &parts.headers)?;
    let content_type = parts.headers.get(CONTENT_TYPE);
    if !Format::Form.accepts(content_type.and_then(|it| it.to_str().ok())) {
        let detail = "a form is sent as application/x-www-form-urlencoded";
        return Err(Error::new(Kind::UnsupportedType, detail));
    }
    let Whole(body) = body?;
    let mut answers: Answers = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(&body) {
        answers
            .entry(name.into_owned())
            .or_insert_with(|| value.into_owned());
    }
    let trapped = answers.remove(TRAP).is_some_and(|it| !it.trim().is_empty());
    let ticket = answers.remove(TICKET).unwrap_or_default();
    let key = asked.app.form_key().await;
    let Ok(key) = key else {
        return Ok(again(&asked, ticket, answers, Trouble::Failed));
    };
    let id = asked.webhook.source.id.as_str();
    let Some(believed) = Ticket::read(&key, id, &ticket, asked.now) else {
        let page = asked.page(asked.ticket().await?, answers, Trouble::Expired);
        return Ok(html(StatusCode::OK, &asked.form, &page.form()));
    };
    let mut row = match asked.form.read(&answers) {
        Ok(row) => row,
        Err(wrong) => return Ok(again(&asked, ticket, answers, Trouble::Answers(wrong))),
    };
    if let Some(language) = asked
        .visitor
        .language
        .filter(|_| !asked.form.asks(Field::Language))
    {
        row.insert(Field::Language.name().to_owned(), Value::from(language));
    }
    let apart = format!("{}:", believed.nonce);
    let (mut submission, content) =
        rows::submission(&asked.webhook.source, Origin::Form, row, &apart);
    submission.headers.insert(
        Signs::SECONDS.to_owned(),
        format!("{:.1}", believed.seconds),
    );
    if trapped {
        submission
            .headers
            .insert(Signs::HONEYPOT.to_owned(), "filled".to_owned());
    }
    Ok(match keep(&asked, &submission, content).await {
        Ok(()) => thanks(&asked),
        Err(trouble) => again(&asked, ticket, answers, trouble),
    })
}

/// Keeps what was sent, as a webhook's is kept.
async fn keep(asked: &Asked, submission: &Submission, content: Content) -> Result<(), Trouble> {
    let content = intake::within_rate(&asked.webhook, content).map_err(|_| Trouble::Busy)?;
    match asked.app.intake.receive(submission, &content).await {
        Ok(received) => {
            health::count_submission(&received, &submission.source);
            intake::tell(&received, &submission.source);
            Ok(())
        }
        Err(error) => {
            tracing::error!(%error, source = %submission.source, "a form could not be kept");
            Err(Trouble::Failed)
        }
    }
}

/// The same page whatever became of it: nobody is told what a filter thinks.
fn thanks(asked: &Asked) -> Response {
    if let Some(elsewhere) = &asked.form.redirect
        && let Ok(elsewhere) = HeaderValue::from_str(elsewhere.as_str())
    {
        return (StatusCode::SEE_OTHER, [(LOCATION, elsewhere)]).into_response();
    }
    let page = asked.page(String::new(), Answers::new(), Trouble::None);
    html(StatusCode::OK, &asked.form, &page.thanks())
}

/// The form once more, with what was typed and what is wrong.
fn again(asked: &Asked, ticket: String, answers: Answers, trouble: Trouble) -> Response {
    let status = match trouble {
        Trouble::None | Trouble::Expired => StatusCode::OK,
        Trouble::Answers(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Trouble::Busy => StatusCode::TOO_MANY_REQUESTS,
        Trouble::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    let page = asked.page(ticket, answers, trouble);
    let mut response = html(status, &asked.form, &page.form());
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

fn html(status: StatusCode, form: &HostedForm, body: &str) -> Response {
    let content_type = HeaderValue::from_static("text/html; charset=utf-8");
    let mut response = (status, body.to_owned()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    if let Ok(policy) = HeaderValue::from_str(&policy(form)) {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Nothing is loaded, from here or elsewhere; the form is sent here, and goes on where the configuration says.
fn policy(form: &HostedForm) -> String {
    let ancestors = match &form.embed {
        Embed::Anywhere => "*".to_owned(),
        Embed::On(origins) if origins.is_empty() => "'none'".to_owned(),
        Embed::On(origins) => origins.join(" "),
    };
    let redirect = form.redirect.as_ref();
    let redirect = redirect.map_or_else(String::new, |it| {
        format!(" {}", it.origin().ascii_serialization())
    });
    format!(
        "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'self'{redirect}; frame-ancestors {ancestors}",
        page::style_digest()
    )
}

impl App {
    /// What tickets are signed with: the same at every replica, and after a restart.
    async fn form_key(&self) -> Result<Arc<str>, Error> {
        if let Some(key) = self.form_key.get() {
            return Ok(Arc::clone(key));
        }
        let clock = self.engine.clock();
        let now = clock.now();
        let fresh = [(); 2].map(|()| clock.chance(now).next_ulid()).concat();
        let kept = self
            .engine
            .db()
            .write(async |mut tx| keys::get_or_keep(&mut tx, "form", &fresh, now).await);
        let kept = kept.await.map_err(crate::engine::Error::Store)?;
        Ok(Arc::clone(self.form_key.get_or_init(|| kept.into())))
    }
}
