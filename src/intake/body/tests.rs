//! How bodies are told apart and read, and what of them is refused.

use serde_json::json;

use super::*;

#[test]
fn content_types_are_taken_by_what_senders_really_write() {
    for (format, content_type, taken) in [
        (Format::Json, None, true),
        (Format::Json, Some("application/json"), true),
        (Format::Json, Some("Application/JSON; charset=UTF-8"), true),
        (Format::Json, Some("application/vnd.api+json"), true),
        (Format::Json, Some("text/plain;charset=utf-8"), true),
        (
            Format::Json,
            Some("application/x-www-form-urlencoded"),
            false,
        ),
        (Format::Json, Some("image/svg+json"), false),
        (Format::Json, Some("text/html"), false),
        (Format::Form, None, true),
        (
            Format::Form,
            Some("application/x-www-form-urlencoded; charset=UTF-8"),
            true,
        ),
        (Format::Form, Some("multipart/form-data; boundary=x"), false),
        (Format::Form, Some("application/json"), false),
        (Format::Form, Some("text/plain"), true),
        (
            Format::Multipart,
            Some("Multipart/Form-Data; boundary=x"),
            true,
        ),
        (
            Format::Multipart,
            Some("multipart/mixed; boundary=x"),
            false,
        ),
        (Format::Xml, Some("text/xml; charset=utf-8"), true),
        (Format::Xml, Some("application/soap+xml"), true),
        (Format::Xml, Some("application/json"), false),
        (Format::Email, Some("message/rfc822"), true),
        (Format::Email, Some("application/octet-stream"), true),
        (
            Format::Email,
            Some("multipart/form-data; boundary=x"),
            false,
        ),
    ] {
        assert_eq!(
            format.accepts(content_type),
            taken,
            "{format:?} {content_type:?}"
        );
    }
}

#[test]
fn a_lying_content_type_is_overruled_by_the_bytes() {
    let parts = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n";
    let form = "application/x-www-form-urlencoded";
    for (content_type, body, expected) in [
        ("text/plain", &b"{\"a\": 1}"[..], Body::Json),
        (form, b" [1]", Body::Json),
        ("application/json", b"<a/>", Body::Xml),
        ("application/json", b"a=1&b=2", Body::Form),
        (
            "text/plain",
            b"\xEF\xBB\xBF<?xml version='1.0'?><a/>",
            Body::Xml,
        ),
        (form, parts, Body::Multipart),
        ("application/json", parts, Body::Multipart),
        (
            "text/plain",
            b"Return-Path: <a@b.de>\nFrom: a@b.de",
            Body::Email,
        ),
        ("multipart/form-data; boundary=x", b"a=1", Body::Form),
        (form, b"ab: 1=2", Body::Form),
        ("message/rfc822", b"ab: 1=2", Body::Email),
        (form, b"", Body::Form),
    ] {
        let way = way(&ALL, Some(content_type), body);
        assert_eq!(way, Some(expected), "{content_type} {body:?}");
    }
    // What a source can only write in one way is read so.
    assert_eq!(Format::Json.way(None, b"a=1"), Some(Body::Json));
}

#[test]
fn json_is_read_with_a_mark_in_front_and_in_old_encodings() {
    let read = |content_type, body: &[u8]| Format::Json.read(content_type, body);
    assert_eq!(read(None, b"\xEF\xBB\xBF{\"a\":1}"), Ok(json!({"a": 1})));
    assert_eq!(read(None, br#"{"a":1,"a":2}"#), Ok(json!({"a": 2})));
    let latin = Some("application/json; charset=\"ISO-8859-1\"");
    assert_eq!(
        read(latin, b"{\"a\":\"J\xFCrgen \x80\"}"),
        Ok(json!({"a": "Jürgen €"}))
    );
    assert_eq!(
        read(latin, "{\"a\":\"Jürgen\"}".as_bytes()),
        Ok(json!({"a": "Jürgen"}))
    );
}

#[test]
fn what_cannot_be_read_says_where_and_quotes_nothing() {
    let why = |body: &[u8]| Format::Json.read(None, body).unwrap_err().to_string();
    assert_eq!(why(b""), "the body is empty");
    assert_eq!(why(b" \n"), "the body is empty");
    assert_eq!(why(b"{\"name\":\"\xFF\"}"), "the body is not UTF-8");
    assert_eq!(
        why(b"{\"name\":\"A\",\n\"email\":\"a@ex"),
        "not JSON at line 2, column 13"
    );
    assert_eq!(why(b"{} {}"), "not JSON at line 1, column 4");
}

#[test]
fn depth_and_size_have_limits() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(
        Format::Json
            .read(None, nested(MAX_DEPTH).as_bytes())
            .is_ok()
    );
    assert_eq!(
        Format::Json.read(None, nested(MAX_DEPTH + 1).as_bytes()),
        Err(too_deep())
    );
    let wide = format!("[{}0]", "0,".repeat(MAX_VALUES));
    assert_eq!(Format::Json.read(None, wide.as_bytes()), Err(too_many()));
    let quoted = format!("[\"{}\"]", "[\\\"{".repeat(200));
    assert!(Format::Json.read(None, quoted.as_bytes()).is_ok());
}
