//! By what a delivery is known when it comes again: its sender's id of it, else what it says.

use http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Call, DeliveryId, Format, Source, kept_headers, tree};

/// An id longer than this, or with control characters in it, is kept as its digest.
const LONGEST_DELIVERY_ID: usize = 200;

/// The sender's own id of this delivery: `Idempotency-Key`, else where the source says, else its preset's.
#[must_use]
pub fn delivery_id(
    source: &Source,
    headers: &HeaderMap,
    payload: Option<&Value>,
) -> Option<String> {
    let in_header = |name: &str| {
        let text = String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned();
        usable_id(&text)
    };
    let said = || match (source.delivery_id.as_ref(), source.format) {
        (Some(DeliveryId::Header(name)), _) => in_header(name.as_str()),
        (Some(DeliveryId::Field(path)), _) => usable_id(&tree::text(path.query(payload?).first()?)),
        (None, Format::Preset(preset)) => {
            let kept = kept_headers(source, headers);
            let call = Call {
                headers: &kept,
                payload: payload?,
            };
            usable_id(&(preset.delivery)(&call)?)
        }
        (None, Format::Email) => usable_id(payload?.get("message_id")?.as_str()?),
        (None, Format::Json | Format::Form | Format::Multipart | Format::Xml) => None,
    };
    in_header("idempotency-key").or_else(said)
}

fn usable_id(text: &str) -> Option<String> {
    let id = text.trim();
    if id.is_empty() {
        return None;
    }
    // A digest, and not what is left without them: two ids must not become one.
    if id.len() > LONGEST_DELIVERY_ID || id.contains(char::is_control) {
        return Some(format!("sha256:{}", body_hash(id.as_bytes())));
    }
    Some(id.to_owned())
}

/// The digest by which a delivery is known when it comes again: of its body, or of what it says where the boundary
/// of its parts is a new one each time, or of its id alone where the vendor counts its attempts in the body.
#[must_use]
pub fn delivery_hash(
    source: &Source,
    id: Option<&str>,
    content_type: Option<&str>,
    body: &[u8],
    payload: Option<&Value>,
) -> String {
    let preset = source.format.preset();
    let counts = preset.is_some_and(|preset| preset.counts_retries);
    let in_parts = content_type
        .and_then(|it| it.get(..10))
        .is_some_and(|it| it.eq_ignore_ascii_case("multipart/"));
    match (id, payload) {
        (Some(id), _) if counts => body_hash(id.as_bytes()),
        (_, Some(payload)) if in_parts => body_hash(payload.to_string().as_bytes()),
        _ => body_hash(body),
    }
}

/// The SHA-256 of a body in hexadecimal, by which it is known when it comes again.
#[must_use]
pub fn body_hash(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use serde_json::json;

    use super::*;
    use crate::intake::path;

    fn source(format: Format) -> Source {
        Source::new("website".into(), format)
    }

    fn header(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        )])
    }

    #[test]
    fn a_delivery_is_known_by_the_sender_s_id() {
        let mut source = source(Format::Json);
        let payload = json!({"meta": {"id": 9_007_199_254_740_993_u64}});
        let none = HeaderMap::new();
        assert_eq!(delivery_id(&source, &none, Some(&payload)), None);

        source.delivery_id = Some(DeliveryId::Field(path::json_path("$.meta.id").unwrap()));
        let of_field = Some("9007199254740993".to_owned());
        assert_eq!(delivery_id(&source, &none, Some(&payload)), of_field);
        assert_eq!(delivery_id(&source, &none, None), None);
        let hidden = delivery_id(&source, &none, Some(&json!({"meta": {"id": "a\u{0}b"}})));
        let hidden = hidden.unwrap();
        assert!(hidden.starts_with("sha256:"), "{hidden}");
        assert_eq!(
            delivery_id(&source, &header("idempotency-key", " "), Some(&payload)),
            of_field
        );
        let key = header("idempotency-key", "k-1");
        assert_eq!(
            delivery_id(&source, &key, Some(&payload)).as_deref(),
            Some("k-1")
        );

        source.delivery_id = Some(DeliveryId::Header(HeaderName::from_static("x-delivery")));
        let long = delivery_id(&source, &header("x-delivery", &"a".repeat(500)), None).unwrap();
        assert!(long.starts_with("sha256:") && long.len() < 100, "{long}");
    }

    #[test]
    fn a_body_is_known_by_its_bytes() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(body_hash(b""), empty);
        assert_ne!(body_hash(b"a"), body_hash(b"a "));
    }

    #[test]
    fn parts_between_other_boundaries_are_the_same_delivery() {
        let hash = |content_type, body: &[u8], payload| {
            let source = source(Format::Json);
            delivery_hash(&source, None, Some(content_type), body, Some(payload))
        };
        let parts = "Multipart/form-data; boundary=x";
        let (said, other) = (json!({"a": "1"}), json!({"a": "2"}));
        assert_eq!(hash(parts, b"--x", &said), hash(parts, b"--y", &said));
        assert_ne!(hash(parts, b"--x", &said), hash(parts, b"--x", &other));
        let json = "application/json";
        assert_ne!(hash(json, b"{}", &said), hash(json, b"{ }", &said));
    }
}
