//! One thing that programs can ask for: its place, who may, what goes in and what comes out. The router
//! and the description are made from the same value, so that neither knows more than the other.

use std::sync::Arc;

use axum::{
    extract::{
        FromRequest, RawPathParams, RawQuery, Request, State, rejection::RawPathParamsRejection,
    },
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, on},
};
use http::{
    HeaderMap, Method,
    header::{ACCEPT, CONTENT_TYPE},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};

use super::input;
use crate::http::{ApiToken, App, Error, Kind, body::Whole, guard};

/// Who may ask for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Every token.
    Readers,
    /// Tokens that may change something.
    Writers,
}

/// One thing that programs can ask for.
pub(super) struct Operation {
    /// Its name in the description, for programs that make clients of it.
    pub id: &'static str,
    /// GET or POST.
    pub method: Method,
    /// As the router writes it.
    pub path: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Who may.
    pub who: Who,
    /// What may stand behind the `?`.
    pub query: fn(&mut SchemaGenerator) -> Schema,
    /// What is sent.
    pub body: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// What is answered.
    pub answer: fn(&mut SchemaGenerator) -> Schema,
    /// Does it.
    pub route: MethodRouter<Arc<App>>,
}

/// Where an operation is, and what it is for.
pub(super) struct At {
    pub id: &'static str,
    pub path: &'static str,
    pub summary: &'static str,
}

/// Who asks, and for what of many.
pub(super) struct Call {
    pub app: Arc<App>,
    pub token: ApiToken,
    pub headers: HeaderMap,
    /// The part of the path that names something; `""` where no such part is.
    pub name: String,
}

impl Operation {
    /// Something to read.
    pub fn get<Q, A, F>(at: At, ask: fn(Call, Q) -> F) -> Self
    where
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        A: Serialize + JsonSchema + 'static,
        F: Future<Output = Result<A, Error>> + Send + 'static,
    {
        let who = Who::Readers;
        let handler = move |State(app): State<Arc<App>>,
                            params: Result<RawPathParams, RawPathParamsRejection>,
                            RawQuery(query): RawQuery,
                            headers: HeaderMap| async move {
            let call = Call::admit(app, who, params, headers)?;
            let query = input::query(query.as_deref().unwrap_or_default())?;
            ask(call, query).await.map(|answer| json(&answer))
        };
        Self {
            id: at.id,
            method: Method::GET,
            path: at.path,
            summary: at.summary,
            who,
            query: Q::json_schema,
            body: None,
            answer: SchemaGenerator::subschema_for::<A>,
            route: on(MethodFilter::GET, handler),
        }
    }

    /// Something to do.
    pub fn post<Q, B, A, F>(at: At, act: fn(Call, Q, B) -> F) -> Self
    where
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        B: DeserializeOwned + JsonSchema + Send + 'static,
        A: Serialize + JsonSchema + 'static,
        F: Future<Output = Result<A, Error>> + Send + 'static,
    {
        let who = Who::Writers;
        let handler = move |State(app): State<Arc<App>>,
                            params: Result<RawPathParams, RawPathParamsRejection>,
                            RawQuery(query): RawQuery,
                            headers: HeaderMap,
                            request: Request| async move {
            let call = Call::admit(app, who, params, headers)?;
            let query = input::query(query.as_deref().unwrap_or_default())?;
            takes_json(&call.headers)?;
            let Whole(body) = Whole::from_request(request, &call.app).await?;
            let body = input::body(&body)?;
            act(call, query, body).await.map(|answer| json(&answer))
        };
        Self {
            id: at.id,
            method: Method::POST,
            path: at.path,
            summary: at.summary,
            who,
            query: Q::json_schema,
            body: Some(SchemaGenerator::subschema_for::<B>),
            answer: SchemaGenerator::subschema_for::<A>,
            route: on(MethodFilter::POST, handler),
        }
    }
}

impl Call {
    /// Lets in who may ask; before a byte of the body is read.
    fn admit(
        app: Arc<App>,
        who: Who,
        params: Result<RawPathParams, RawPathParamsRejection>,
        headers: HeaderMap,
    ) -> Result<Self, Error> {
        let token = guard::token_of(&app, &headers)?;
        if who == Who::Writers && !token.role.writes() {
            let detail = "the `role` of this token is `reader`: it changes nothing";
            return Err(Error::new(Kind::Forbidden, detail));
        }
        wants_json(&headers)?;
        // A name that is no text is nothing's name.
        let params = params.map_err(|_| Error::new(Kind::NotFound, "there is no such thing"))?;
        let name = params.iter().next().map(|(_, name)| name.to_owned());
        Ok(Self {
            app,
            token,
            headers,
            name: name.unwrap_or_default(),
        })
    }

    /// Whether the token reads who a lead is.
    pub fn sees_contacts(&self) -> bool {
        self.token.role.sees_contacts()
    }
}

/// Refuses who could not read the answer.
fn wants_json(headers: &HeaderMap) -> Result<(), Error> {
    let accepts = |value: &http::HeaderValue| {
        let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        value.split(',').any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            matches!(kind, "" | "*/*" | "application/*" | "application/json") && !refused
        })
    };
    let mut all = headers.get_all(ACCEPT).iter().peekable();
    if all.peek().is_none() || all.any(accepts) {
        return Ok(());
    }
    let detail = "the header Accept must allow application/json: nothing else is answered here";
    Err(Error::new(Kind::NotAcceptable, detail))
}

/// Refuses what is not sent as JSON.
fn takes_json(headers: &HeaderMap) -> Result<(), Error> {
    let kind = headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = "the header Content-Type must be application/json";
    Err(Error::new(Kind::UnsupportedType, detail))
}

fn json(body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => Error::internal(error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn who_could_not_read_the_answer_is_refused() {
        for (accept, fine) in [
            ("application/json", true),
            ("text/html, */*;q=0.1", true),
            ("APPLICATION/JSON; charset=utf-8", true),
            ("application/*", true),
            ("", true),
            ("text/html", false),
            ("application/json;q=0, text/html", false),
            ("application/jsonp", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(wants_json(&headers).is_ok(), fine, "{accept}");
        }
        assert!(wants_json(&HeaderMap::new()).is_ok());
    }

    #[test]
    fn a_body_is_taken_as_json_only() {
        for (kind, fine) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
            assert_eq!(takes_json(&headers).is_ok(), fine, "{kind}");
        }
    }
}
