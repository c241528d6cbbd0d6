//! The page at `/` and the stream of news that keeps it fresh.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt};
use tokio::sync::broadcast::error::RecvError;

use super::core::Core;

/// Nothing from elsewhere but pictures, which blocks may point at; no inline script.
const POLICY: &str = "default-src 'self'; img-src 'self' data: https: http:; frame-ancestors 'none'; base-uri 'none'";

/// The page's files: name, kind, content.
const FILES: [(&str, &str, &str); 7] = [
    (
        "/",
        "text/html; charset=utf-8",
        include_str!("page/index.html"),
    ),
    (
        "/page/style.css",
        "text/css; charset=utf-8",
        include_str!("page/style.css"),
    ),
    (
        "/page/app.js",
        "text/javascript; charset=utf-8",
        include_str!("page/app.js"),
    ),
    (
        "/page/blocks.js",
        "text/javascript; charset=utf-8",
        include_str!("page/blocks.js"),
    ),
    (
        "/page/dialog.js",
        "text/javascript; charset=utf-8",
        include_str!("page/dialog.js"),
    ),
    (
        "/page/mrkdwn.js",
        "text/javascript; charset=utf-8",
        include_str!("page/mrkdwn.js"),
    ),
    (
        "/page/demo.js",
        "text/javascript; charset=utf-8",
        include_str!("page/demo.js"),
    ),
];

/// Routes for the page's files.
pub(super) fn routes() -> Router<Arc<Core>> {
    FILES
        .iter()
        .fold(Router::new(), |router, (path, kind, content)| {
            router.route(path, get(move || async move { file(kind, content) }))
        })
}

fn file(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content).into_response()
}

/// News as server-sent events; a page that fell behind is told to load everything again.
pub(super) async fn live(
    State(core): State<Arc<Core>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stream = unfold(core.news(), |mut news| async move {
        let event = match news.recv().await {
            Ok(told) => Event::default().data(&*told),
            Err(RecvError::Lagged(_)) => Event::default().data(r#"{"kind":"reload"}"#),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), news))
    });
    let stream = stream.take_until(core.closing.clone().cancelled_owned());
    Sse::new(stream).keep_alive(KeepAlive::default())
}

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn the_page_loads_nothing_from_elsewhere_and_parses_no_html() {
        for (path, _, content) in FILES {
            for word in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
            ] {
                assert!(!content.contains(word), "{word} in {path}");
            }
            for address in [
                "src=\"http",
                "href=\"http",
                "url(http",
                "@import",
                "from \"http",
            ] {
                assert!(!content.contains(address), "{address} in {path}");
            }
        }
    }
}
