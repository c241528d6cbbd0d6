//! Credentials that vendors put among the fields of a lead: taken out of what is read, and of what is stored.

use serde_json::Value;

use super::{
    Format, Source,
    body::{self, Body},
    form, multipart, xml,
};

/// What stands where a credential stood in a body that can't be read.
const MASK: &[u8] = b"***";

/// Between a name and its value stand at most so many quotes, colons and spaces.
const LONGEST_GAP: usize = 12;

/// Parameters of a query that carry credentials, besides those that a source names.
const CREDENTIALS: [&str; 12] = [
    "token",
    "key",
    "api_key",
    "apikey",
    "secret",
    "access_token",
    "auth",
    "password",
    "pass",
    "signature",
    "sig",
    "verify_token",
];

impl Source {
    /// The fields of a body that carry credentials: its preset's, and the one by which it proves itself.
    #[must_use]
    pub fn credentials(&self) -> Vec<&str> {
        let of_preset = match self.format {
            Format::Preset(preset) => preset.credentials,
            Format::Json | Format::Form | Format::Multipart | Format::Xml | Format::Email => &[],
        };
        let of_scheme = self.scheme.written_into().map(|(field, _)| field);
        of_preset.iter().copied().chain(of_scheme).collect()
    }

    /// The body as it may be stored; none if that is as it came.
    #[must_use]
    pub fn stored_body(&self, content_type: Option<&str>, body: &[u8]) -> Option<Vec<u8>> {
        let names = self.credentials();
        if names.is_empty() {
            return None;
        }
        match self.format.way(content_type, body) {
            Some(way) => without(way, content_type, body, &names),
            None => Some(masked(body, &names)),
        }
    }

    /// The query as it may be stored.
    #[must_use]
    pub fn stored_query(&self, query: &str) -> String {
        let mut named = self.credentials();
        named.extend(self.scheme.query_parameter());
        let secret = |pair: &&str| {
            let name = form_urlencoded::parse(pair.as_bytes()).next();
            let name = name.map(|(name, _)| name.into_owned()).unwrap_or_default();
            named.contains(&&*name) || CREDENTIALS.contains(&name.to_ascii_lowercase().as_str())
        };
        let kept: Vec<&str> = query.split('&').filter(|pair| !secret(pair)).collect();
        kept.join("&")
    }
}

/// Takes values out of a tree, wherever they stand.
pub(super) fn strip(value: &mut Value, names: &[&str]) -> bool {
    match value {
        Value::Object(object) => {
            let before = object.len();
            object.retain(|key, _| !names.contains(&key.as_str()));
            let mut any = object.len() < before;
            for value in object.values_mut() {
                any |= strip(value, names);
            }
            any
        }
        Value::Array(list) => {
            let mut any = false;
            for item in list {
                any |= strip(item, names);
            }
            any
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The body without these fields; none where it has none.
fn without(way: Body, content_type: Option<&str>, body: &[u8], names: &[&str]) -> Option<Vec<u8>> {
    let cut = match way {
        Body::Json => way.read(content_type, body).map(|mut tree| {
            let any = strip(&mut tree, names);
            any.then(|| tree.to_string().into_bytes())
        }),
        Body::Form => Ok(form::without(body, |key| is_named(key, names))),
        Body::Multipart => multipart::without(content_type, body, |key| is_named(key, names)),
        Body::Xml => xml::without(body, body::latin(content_type), names),
        Body::Email => Ok(None),
    };
    // What can't be read is kept too, and may carry them all the same.
    cut.unwrap_or_else(|_| Some(masked(body, names)))
}

/// Whether a field of a form is one of them: `key`, or `auth[key]`.
fn is_named(key: &str, names: &[&str]) -> bool {
    let within = |path: Vec<&str>| path.iter().any(|step| names.contains(step));
    names.contains(&key) || form::path(key).is_ok_and(within)
}

/// Bytes in which what follows each of the names is made unreadable.
fn masked(body: &[u8], names: &[&str]) -> Vec<u8> {
    let mut masked = body.to_vec();
    for name in names {
        masked = masked_after(&masked, name.as_bytes());
    }
    masked
}

fn masked_after(body: &[u8], name: &[u8]) -> Vec<u8> {
    let (mut masked, mut at) = (Vec::with_capacity(body.len()), 0);
    let is_gap = |byte: &u8| b"\"':=> \t\r\n\\".contains(byte);
    let is_end = |byte: &u8| b"\"'&,}<\r\n\\".contains(byte);
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        if name.is_empty() || !rest.starts_with(name) {
            masked.push(rest[0]);
            at += 1;
            continue;
        }
        let after = &rest[name.len()..];
        let gap = after
            .iter()
            .take(LONGEST_GAP)
            .take_while(|it| is_gap(it))
            .count();
        let value = after[gap..].iter().take_while(|it| !is_end(it)).count();
        masked.extend_from_slice(&rest[..name.len() + gap]);
        masked.extend_from_slice(MASK);
        at += name.len() + gap + value;
    }
    masked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::intake::verify::{BodyField, Scheme, Token, TokenPlace};

    fn source(format: Format) -> Source {
        let field = BodyField::new("api_key", vec!["s3cret".into()]).unwrap();
        Source {
            scheme: Scheme::BodyField(field),
            ..Source::new("x".into(), format)
        }
    }

    const PARTS: &str = "--x\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\ns3cret\r\n\
        --x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na@b.de\r\n--x--\r\n";

    #[test]
    fn what_is_stored_has_no_credentials_and_reads_as_before() {
        let form = "application/x-www-form-urlencoded";
        for (format, content_type, body) in [
            (
                Format::Json,
                "application/json",
                r#"{"email": "a@b.de", "api_key": "s3cret"}"#,
            ),
            (
                Format::Json,
                "application/json",
                r#"{"email": "a@b.de", "api\u005fkey": "s3cret"}"#,
            ),
            (Format::Form, form, "email=a@b.de&api_key=s3cret"),
            (
                Format::Form,
                form,
                "email=a@b.de&%61pi_key=s3cret&x[api_key]=s3cret",
            ),
            (Format::Multipart, "multipart/form-data; boundary=x", PARTS),
            (
                Format::Xml,
                "text/xml",
                "<l><api_key>s3cret</api_key><email>a@b.de</email></l>",
            ),
        ] {
            let source = source(format);
            let stored = source.stored_body(Some(content_type), body.as_bytes());
            let stored = stored.unwrap();
            assert!(
                !String::from_utf8_lossy(&stored).contains("s3cret"),
                "{body}"
            );
            let mut before = format.read(Some(content_type), body.as_bytes()).unwrap();
            strip(&mut before, &["api_key", "x"]);
            let after = format.read(Some(content_type), &stored).unwrap();
            assert_eq!(after, before, "{body}");
        }
    }

    #[test]
    fn what_has_none_is_stored_as_it_came() {
        let body = br#"{ "email" : "a@b.de" , "n" : 1.10 }"#;
        assert_eq!(source(Format::Json).stored_body(None, body), None);
        let open = Source::new("x".into(), Format::Json);
        let body = br#"{"api_key": "s3cret"}"#;
        assert_eq!(open.stored_body(None, body), None);
    }

    #[test]
    fn what_can_t_be_read_has_none_either() {
        for (format, body) in [
            (Format::Json, r#"{"email": "a@b.de", "api_key": "s3cret", "#),
            (Format::Json, r#"{"api_key":s3cret,"api_key" : 's3cret'"#),
            (Format::Xml, "<l><api_key>s3cret</api_key><email>"),
            (Format::Xml, "<l api_key = 's3cret'>"),
            (Format::Multipart, &PARTS[..PARTS.len() - 20]),
        ] {
            let stored = source(format).stored_body(None, body.as_bytes());
            let stored = String::from_utf8(stored.unwrap()).unwrap();
            assert!(!stored.contains("s3cret"), "{stored}");
            assert!(stored.contains("***"), "{stored}");
        }
    }

    #[test]
    fn a_query_has_none_however_they_are_spelled() {
        for (query, kept) in [
            ("", ""),
            ("utm_source=x&token=s3cret&a=b", "utm_source=x&a=b"),
            ("TOKEN=s3cret&a=b", "a=b"),
            ("t%6Fken=s3cret", ""),
            ("k=s3cret&a=b", "a=b"),
            ("a=token&tokens=2", "a=token&tokens=2"),
        ] {
            let place = TokenPlace::query("k").unwrap();
            let token = Token::new(vec!["s3cret".into()], place).unwrap();
            let source = Source {
                scheme: Scheme::Token(token),
                ..Source::new("x".into(), Format::Json)
            };
            assert_eq!(source.stored_query(query), kept, "{query}");
        }
    }

    #[test]
    fn they_are_taken_out_wherever_they_stand() {
        let mut tree = json!({"a": [{"key": 1, "b": {"key": {"c": 2}}}], "key": []});
        assert!(strip(&mut tree, &["key"]));
        assert_eq!(tree, json!({"a": [{"b": {}}]}));
        assert!(!strip(&mut tree, &["key"]));
    }

    proptest! {
        #[test]
        fn no_body_brings_it_down(body in "(api_key|s3cret|\"|:|=|&|<|>|\\{|\\}|,|--x|\r\n|\\PC){0,40}") {
            for format in [Format::Json, Format::Form, Format::Multipart, Format::Xml, Format::Email] {
                let _ = source(format).stored_body(None, body.as_bytes());
            }
        }
    }
}
