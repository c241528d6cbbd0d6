//! Form bodies: `a=1&b[c]=2&d[]=3`, nested the way PHP nests them.

use serde_json::{Map, Value};

use super::body::{MAX_DEPTH, MAX_VALUES, Unreadable, too_deep, too_many, windows_1252};

/// Reads a form. Keys nest by their brackets only, so `a.b` stays one key. A key that comes
/// again makes a list. Text that is not UTF-8 is read as ISO-8859-1, as is all of it when the
/// sender says so.
pub(super) fn read(body: &[u8], latin: bool) -> Result<Value, Unreadable> {
    let mut form = Map::new();
    let pairs = body.split(|byte| *byte == b'&').map(<[u8]>::trim_ascii);
    for (count, pair) in pairs.filter(|pair| !pair.is_empty()).enumerate() {
        if count >= MAX_VALUES {
            return Err(too_many());
        }
        let (key, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[][..]),
        };
        let key = decode(key, latin);
        insert(&mut form, &path(&key)?, Value::String(decode(value, latin)));
    }
    if form.is_empty() {
        return Err(Unreadable("the body is empty".into()));
    }
    Ok(Value::Object(form))
}

/// The body without the fields that are `named`, if it has any.
pub(super) fn without(body: &[u8], named: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
    let is_named = |pair: &&[u8]| {
        let key = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
        named(&decode(key.trim_ascii(), false))
    };
    let pairs: Vec<&[u8]> = body.split(|byte| *byte == b'&').collect();
    let kept: Vec<&[u8]> = pairs.iter().copied().filter(|it| !is_named(it)).collect();
    (kept.len() < pairs.len()).then(|| kept.join(&b'&'))
}

/// Undoes `+` and `%41`. A `%` that begins no such thing is itself.
fn decode(text: &[u8], latin: bool) -> String {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let escaped = if *byte == b'%' {
            digit(at + 1).zip(digit(at + 2))
        } else {
            None
        };
        match escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(byte) => {
                bytes.push(byte);
                at += 3;
            }
            None => {
                bytes.push(if *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    if latin {
        return windows_1252(&bytes);
    }
    String::from_utf8(bytes).unwrap_or_else(|error| windows_1252(error.as_bytes()))
}

/// The steps of a key: `a[b][]` is `a`, `b` and an empty one. Brackets that don't pair up, or
/// stand elsewhere, are part of the name.
pub(super) fn path(key: &str) -> Result<Vec<&str>, Unreadable> {
    let Some((first, rest)) = key.split_once('[').filter(|(first, _)| !first.is_empty()) else {
        return Ok(vec![key]);
    };
    let Some(inner) = rest.strip_suffix(']') else {
        return Ok(vec![key]);
    };
    let mut steps = vec![first];
    for step in inner.split("][") {
        if step.contains(['[', ']']) {
            return Ok(vec![key]);
        }
        steps.push(step);
        if steps.len() >= MAX_DEPTH {
            return Err(too_deep());
        }
    }
    Ok(steps)
}

/// Puts a value where its key says. What is there already is kept beside it.
pub(super) fn insert(into: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [last] | [last, ""] => add(into, last, value),
        [first, "", rest @ ..] => insert(into, &[&[*first], rest].concat(), value),
        [first, rest @ ..] => {
            let slot = into
                .entry(*first)
                .or_insert_with(|| Value::Object(Map::new()));
            match slot {
                Value::Object(inner) => insert(inner, rest, value),
                // `a=1&a[b]=2`: two things of one name; the second keeps its full name.
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_) => add(into, &path.join("."), value),
            }
        }
    }
}

/// Adds a value under a key, as a list with those that are there.
fn add(into: &mut Map<String, Value>, key: &str, value: Value) {
    match into.get_mut(key) {
        None => {
            into.insert(key.to_owned(), value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(Value::Object(inner)) => add(inner, "", value),
        Some(single) => *single = Value::Array(vec![single.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn form(body: &str) -> Value {
        read(body.as_bytes(), false).unwrap()
    }

    #[test]
    fn keys_nest_by_their_brackets() {
        for (body, tree) in [
            ("a=1", json!({"a": "1"})),
            ("a=1&&b", json!({"a": "1", "b": ""})),
            ("a=x+y%26%c3%bc", json!({"a": "x y&ü"})),
            ("a=100%&b=%zz", json!({"a": "100%", "b": "%zz"})),
            (
                "a[b]=1&a[c][d]=2",
                json!({"a": {"b": "1", "c": {"d": "2"}}}),
            ),
            ("a%5Bb%5D=1", json!({"a": {"b": "1"}})),
            ("a[]=1&a[]=2", json!({"a": ["1", "2"]})),
            ("a=1&a=2&a=3", json!({"a": ["1", "2", "3"]})),
            ("a[0]=x&a[1]=y", json!({"a": {"0": "x", "1": "y"}})),
            ("a.b=1", json!({"a.b": "1"})),
            ("a=1&a[b]=2", json!({"a": "1", "a.b": "2"})),
            ("a[b]=1&a=2", json!({"a": {"b": "1", "": "2"}})),
            (
                "a[b=1&[c]=2&d]e[=3",
                json!({"a[b": "1", "[c]": "2", "d]e[": "3"}),
            ),
            ("a[][b]=1&a[][b]=2", json!({"a": {"b": ["1", "2"]}})),
        ] {
            assert_eq!(form(body), tree, "{body}");
        }
    }

    #[test]
    fn old_encodings_are_understood() {
        assert_eq!(read(b"a=J%FCrgen", false), Ok(json!({"a": "Jürgen"})));
        assert_eq!(read(b"a=J\xFCrgen", false), Ok(json!({"a": "Jürgen"})));
        assert_eq!(
            read(b"a=J%FCrgen&b=%80", true),
            Ok(json!({"a": "Jürgen", "b": "€"}))
        );
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert!(read(b"", false).is_err());
        assert!(read(b"&&", false).is_err());
        assert_eq!(
            read(format!("a{}=1", "[b]".repeat(99)).as_bytes(), false),
            Err(too_deep())
        );
        assert_eq!(
            read("a=1&".repeat(MAX_VALUES + 1).as_bytes(), false),
            Err(too_many())
        );
    }

    proptest! {
        #[test]
        fn no_form_brings_it_down(body in "[a-c%=&\\[\\].+0-9]{0,200}") {
            let _ = read(body.as_bytes(), false);
        }
    }
}
