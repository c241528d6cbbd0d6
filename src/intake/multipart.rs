//! Multipart bodies, `multipart/form-data`: a form whose fields may be files. Of those the name, type and size are
//! known; nobody reads what is in them.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use multer::{Constraints, Multipart, SizeLimit};
use serde_json::{Map, Value, json};

use super::{
    body::{MAX_VALUES, Unreadable, too_many, windows_1252},
    form,
};

/// How much one file's name or type may say.
const LONGEST_NAME: usize = 300;

/// The longest boundary that there is.
const LONGEST_BOUNDARY: usize = 70;

/// A part of such a body.
struct Part {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    content: Bytes,
}

/// Reads the parts as a form: keys nest by brackets, and make a list where they come again.
pub(super) fn read(content_type: Option<&str>, body: &[u8]) -> Result<Value, Unreadable> {
    let (_, parts) = parts(content_type, body)?;
    let mut tree = Map::new();
    for part in parts {
        let value = part.value();
        form::insert(&mut tree, &form::path(&part.name)?, value);
    }
    if tree.is_empty() {
        return Err(Unreadable("the body has no parts".into()));
    }
    Ok(Value::Object(tree))
}

/// The body without the parts of these names, if it has any.
pub(super) fn without(
    content_type: Option<&str>,
    body: &[u8],
    named: impl Fn(&str) -> bool,
) -> Result<Option<Vec<u8>>, Unreadable> {
    let (boundary, parts) = parts(content_type, body)?;
    if !parts.iter().any(|part| named(&part.name)) {
        return Ok(None);
    }
    let mut kept = Vec::new();
    for part in parts.iter().filter(|part| !named(&part.name)) {
        part.write(&boundary, &mut kept);
    }
    kept.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(Some(kept))
}

/// Whether bytes are parts, whatever their sender calls them.
pub(super) fn looks_like(body: &[u8]) -> bool {
    let is_header = |window: &[u8]| window.eq_ignore_ascii_case(b"\r\nContent-Disposition:");
    first_boundary(body).is_some() && body.windows(22).take(2_000).any(is_header)
}

impl Part {
    fn value(&self) -> Value {
        match &self.file_name {
            Some(name) => json!({
                "name": shortened(name),
                "type": self.content_type.as_deref().map(shortened),
                "size": self.content.len(),
            }),
            None => {
                let text = std::str::from_utf8(&self.content).map(str::to_owned);
                Value::String(text.unwrap_or_else(|_| windows_1252(&self.content)))
            }
        }
    }

    fn write(&self, boundary: &str, to: &mut Vec<u8>) {
        let quoted = |text: &str| {
            let text = text.replace('"', "%22").replace('\r', "%0D");
            text.replace('\n', "%0A")
        };
        let mut head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            quoted(&self.name)
        );
        if let Some(name) = &self.file_name {
            head.push_str(&format!("; filename=\"{}\"", quoted(name)));
        }
        if let Some(content_type) = &self.content_type {
            head.push_str(&format!("\r\nContent-Type: {content_type}"));
        }
        to.extend_from_slice(head.as_bytes());
        to.extend_from_slice(b"\r\n\r\n");
        to.extend_from_slice(&self.content);
        to.extend_from_slice(b"\r\n");
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

/// The boundary, and the parts between.
fn parts(content_type: Option<&str>, body: &[u8]) -> Result<(String, Vec<Part>), Unreadable> {
    if body.trim_ascii().is_empty() {
        return Err(Unreadable("the body is empty".into()));
    }
    let said = content_type.and_then(|it| multer::parse_boundary(it).ok());
    let boundary = said.or_else(|| first_boundary(body));
    let boundary = boundary.ok_or_else(|| Unreadable("the parts have no boundary".into()))?;
    // All of the body is here, so nothing is ever waited for.
    let parts = all_parts(Bytes::copy_from_slice(body), &boundary).now_or_never();
    let parts = parts.unwrap_or_else(|| Err(Unreadable("the parts do not end".into())))?;
    Ok((boundary, parts))
}

/// The boundary that the body begins with.
fn first_boundary(body: &[u8]) -> Option<String> {
    let line = body.trim_ascii_start().strip_prefix(b"--")?;
    let end = line
        .windows(2)
        .take(LONGEST_BOUNDARY + 1)
        .position(|at| at == b"\r\n")?;
    let boundary = std::str::from_utf8(&line[..end]).ok()?.trim_end();
    let plain = boundary
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    (plain && !boundary.is_empty()).then(|| boundary.to_owned())
}

async fn all_parts(body: Bytes, boundary: &str) -> Result<Vec<Part>, Unreadable> {
    let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
    let limit = SizeLimit::new().whole_stream(size).per_field(size);
    let constraints = Constraints::new().size_limit(limit);
    let whole = stream::iter([Ok::<Bytes, Infallible>(body)]);
    let mut multipart = Multipart::with_constraints(whole, boundary, constraints);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(|it| broken(&it))? {
        if parts.len() >= MAX_VALUES {
            return Err(too_many());
        }
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(ToString::to_string);
        let content = field.bytes().await.map_err(|it| broken(&it))?;
        parts.push(Part {
            name,
            file_name,
            content_type,
            content,
        });
    }
    Ok(parts)
}

/// What is wrong, without quoting it: errors name fields as the sender does.
fn broken(error: &multer::Error) -> Unreadable {
    let why = match error {
        multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteStream => "the parts end too early",
        multer::Error::ReadHeaderFailed(_) | multer::Error::DecodeHeaderName { .. } => {
            "the header of a part can't be read"
        }
        _ => "the parts can't be read",
    };
    Unreadable(why.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: Option<&str> = Some("multipart/form-data; boundary=\"x-y\"");

    /// Parts, each a head and a content.
    fn body(parts: &[(&str, &str)]) -> String {
        let part = |(head, content): &(&str, &str)| {
            format!("--x-y\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        let parts: String = parts.iter().map(part).collect();
        format!("{parts}--x-y--\r\n")
    }

    fn tree(parts: &[(&str, &str)]) -> Value {
        read(TYPE, body(parts).as_bytes()).unwrap()
    }

    #[test]
    fn parts_become_a_form() {
        assert_eq!(
            tree(&[
                ("name=\"email\"", "a@b.de"),
                ("name=\"q[first]\"", "Zoë"),
                ("name=\"q[last]\"", ""),
                ("name=\"t[]\"", "1\r\n--x\r\n"),
                ("name=\"t[]\"", "2"),
            ]),
            json!({"email": "a@b.de", "q": {"first": "Zoë", "last": ""}, "t": ["1\r\n--x\r\n", "2"]})
        );
        let file = "name=\"cv\"; filename=\"a b.pdf\"\r\nContent-Type: application/pdf";
        assert_eq!(
            tree(&[(file, "%PDF-1.7")]),
            json!({"cv": {"name": "a b.pdf", "type": "application/pdf", "size": 8}})
        );
        let old =
            b"--x-y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nJ\xFCrgen\r\n--x-y--\r\n";
        assert_eq!(read(TYPE, old), Ok(json!({"a": "Jürgen"})));
    }

    #[test]
    fn the_bytes_say_where_they_are_cut_when_nobody_else_does() {
        let body = body(&[("name=\"a\"", "1")]);
        for content_type in [None, Some("text/plain"), Some("multipart/form-data")] {
            assert!(looks_like(body.as_bytes()));
            assert_eq!(read(content_type, body.as_bytes()), Ok(json!({"a": "1"})));
        }
        assert!(!looks_like(b"--x\r\nname=a"));
        assert!(!looks_like(b"a=1&b=2"));
    }

    #[test]
    fn what_is_cut_off_is_refused_and_not_quoted() {
        let whole = body(&[("name=\"secret\"", "secret")]);
        for end in 0..whole.len() - 4 {
            let why = read(TYPE, &whole.as_bytes()[..end])
                .unwrap_err()
                .to_string();
            assert!(!why.contains("secret"), "{why}");
        }
        assert!(read(TYPE, b"--x-y--\r\n").is_err());
        assert!(read(None, b"no parts").is_err());
    }

    #[test]
    fn credentials_are_cut_out() {
        let parts = body(&[
            ("name=\"email\"", "a@b.de"),
            ("name=\"ApiToken\"", "s3cret"),
            (
                "name=\"cv\"; filename=\"a\\\"b\"\r\nContent-Type: text/plain",
                "x",
            ),
        ]);
        let named = |name: &str| name == "ApiToken";
        let kept = without(TYPE, parts.as_bytes(), named).unwrap().unwrap();
        assert!(!String::from_utf8_lossy(&kept).contains("s3cret"));
        let before = read(TYPE, parts.as_bytes()).unwrap();
        let after = read(TYPE, &kept).unwrap();
        assert_eq!(after["email"], before["email"]);
        assert_eq!(after["cv"]["size"], before["cv"]["size"]);
        assert!(after.get("ApiToken").is_none());
        let other = without(TYPE, parts.as_bytes(), |name| name == "other");
        assert_eq!(other, Ok(None));
    }

    proptest! {
        #[test]
        fn no_parts_bring_it_down(
            body in "(--x-y|--|\r\n|\n|Content-Disposition: |form-data; |name=|filename=|\"|a|\\[|\\]|;|: ){0,40}",
            with_type in any::<bool>(),
        ) {
            let content_type = TYPE.filter(|_| with_type);
            let _ = read(content_type, body.as_bytes());
            let _ = without(content_type, body.as_bytes(), |name| name == "a");
            let _ = looks_like(body.as_bytes());
        }

        #[test]
        fn no_bytes_bring_it_down(bytes in proptest::collection::vec(any::<u8>(), 0..200), boundary in "[ -~]{0,20}") {
            let _ = read(Some(&format!("multipart/form-data; boundary={boundary}")), &bytes);
            let _ = read(None, &[b"--x\r\n", &*bytes].concat());
        }
    }
}
