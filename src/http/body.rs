//! A request's body: whole, in time, and no larger than allowed. What can be known to be too large or
//! unreadable by the headers is refused before a byte of it is read.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

use super::{App, Error, Kind};

/// The body as it was sent.
#[derive(Debug)]
pub(super) struct Whole(pub(super) Bytes);

impl FromRequest<Arc<App>> for Whole {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Error> {
        let limits = app.limits;
        check_length(request.headers(), limits.body)?;
        check_encoding(request.headers())?;
        let read = Bytes::from_request(request, app);
        match tokio::time::timeout(limits.body_time, read).await {
            Ok(body) => Ok(Self(body?)),
            Err(_) => Err(Error::new(
                Kind::TooSlow,
                "the body took too long to arrive",
            )),
        }
    }
}

fn check_length(headers: &HeaderMap, most: usize) -> Result<(), Error> {
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if usize::try_from(length).map_or(true, |length| length > most) => {
            Err(Error::too_large())
        }
        Some(_) | None => Ok(()),
    }
}

fn check_encoding(headers: &HeaderMap) -> Result<(), Error> {
    let is_plain = |value: &http::HeaderValue| {
        let value = value.as_bytes().trim_ascii();
        value.is_empty() || value.eq_ignore_ascii_case(b"identity")
    };
    if headers.get_all(CONTENT_ENCODING).iter().all(is_plain) {
        return Ok(());
    }
    let detail =
        "the header Content-Encoding must be absent or `identity`: bodies are taken uncompressed";
    Err(Error::new(Kind::UnsupportedType, detail))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn header(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_body_is_refused_by_its_length() {
        for (length, fits) in [
            ("0", true),
            ("10", true),
            ("11", false),
            ("99999999999999999", false),
        ] {
            let checked = check_length(&header(CONTENT_LENGTH, length), 10);
            assert_eq!(checked.is_ok(), fits, "{length}");
        }
        assert!(check_length(&HeaderMap::new(), 10).is_ok());
    }

    #[test]
    fn a_body_is_taken_uncompressed() {
        for (encoding, taken) in [
            ("identity", true),
            ("Identity", true),
            ("", true),
            ("gzip", false),
            ("identity, br", false),
        ] {
            let checked = check_encoding(&header(CONTENT_ENCODING, encoding));
            assert_eq!(checked.is_ok(), taken, "{encoding}");
        }
        assert!(check_encoding(&HeaderMap::new()).is_ok());
    }
}
