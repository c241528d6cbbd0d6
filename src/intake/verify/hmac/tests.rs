//! What `hmac-sha256` believes and what it refuses.

use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;

use super::*;
use crate::intake::verify::{Scheme, Sending};

const KEY: &str = "a key of ours";
const NOW: i64 = 1_800_000_000;

fn settings() -> HmacSettings {
    HmacSettings {
        prefix: "sha256=".into(),
        ..HmacSettings::new("X-Signature", vec![KEY.into()])
    }
}

fn timed() -> HmacSettings {
    HmacSettings {
        timestamp_header: Some("X-Time".into()),
        base: "v0:{timestamp}:{body}".into(),
        ..settings()
    }
}

fn sign(key: &str, text: &str) -> Vec<u8> {
    Hash::Sha256.code(key.as_bytes(), [text.as_bytes()])
}

fn verify(
    settings: HmacSettings,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Result<(), Denied> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::from_str(value).unwrap());
    }
    let now = Timestamp::from_second(NOW).unwrap();
    let request = Request {
        method: &Method::POST,
        url: "",
        headers: &map,
        query: "",
        body: body.as_bytes(),
        now,
    };
    Hmac::new(settings).unwrap().verify(Hash::Sha256, &request)
}

#[test]
fn the_right_signature_in_any_spelling_is_believed() {
    let mac = sign(KEY, "hello");
    let hex = format!("sha256={}", hex::encode(&mac));
    let upper = format!("sha256={}", hex::encode_upper(&mac));
    assert_eq!(
        verify(settings(), &[("x-signature", &hex)], "hello"),
        Ok(())
    );
    assert_eq!(
        verify(settings(), &[("x-signature", &upper)], "hello"),
        Ok(())
    );

    use base64::prelude::*;
    for text in [
        BASE64_STANDARD.encode(&mac),
        BASE64_STANDARD_NO_PAD.encode(&mac),
        BASE64_URL_SAFE.encode(&mac),
        BASE64_URL_SAFE_NO_PAD.encode(&mac),
    ] {
        let settings = HmacSettings {
            encoding: Encoding::Base64,
            prefix: String::new(),
            ..settings()
        };
        assert_eq!(
            verify(settings, &[("x-signature", &text)], "hello"),
            Ok(()),
            "{text}"
        );
    }
}

#[test]
fn what_is_wrong_is_said() {
    let name = || "x-signature".to_owned();
    let good = format!("sha256={}", hex::encode(sign(KEY, "hello")));
    let other_key = format!("sha256={}", hex::encode(sign("another", "hello")));
    let short = &good[..good.len() - 2];
    let cases: [(&[(&'static str, &str)], Denied); 7] = [
        (&[], Denied::Missing(name())),
        (
            &[("x-signature", &good), ("x-signature", &good)],
            Denied::Several(name()),
        ),
        (&[("x-signature", &good[7..])], Denied::Prefix(name())),
        (
            &[("x-signature", &good.replace("sha256", "SHA256"))],
            Denied::Prefix(name()),
        ),
        (
            &[("x-signature", "sha256=no hex")],
            Denied::Encoding(name()),
        ),
        (&[("x-signature", &other_key)], Denied::Mismatch(name())),
        (&[("x-signature", short)], Denied::Mismatch(name())),
    ];
    for (headers, denied) in cases {
        assert_eq!(verify(settings(), headers, "hello"), Err(denied));
    }
    let changed = verify(settings(), &[("x-signature", &good)], "hello ");
    assert_eq!(changed, Err(Denied::Mismatch(name())));
}

#[test]
fn both_keys_hold_while_one_is_being_changed() {
    for key in ["old", "new"] {
        let settings = HmacSettings {
            secrets: vec!["old".into(), "new".into()],
            ..settings()
        };
        let signature = format!("sha256={}", hex::encode(sign(key, "x")));
        assert_eq!(
            verify(settings, &[("x-signature", &signature)], "x"),
            Ok(()),
            "{key}"
        );
    }
}

#[test]
fn a_signature_holds_for_minutes_before_and_after() {
    let at = |time: &str, settings: HmacSettings| {
        let signature = format!("sha256={}", hex::encode(sign(KEY, &format!("v0:{time}:x"))));
        verify(
            settings,
            &[("x-signature", &signature), ("x-time", time)],
            "x",
        )
    };
    let header = || "x-time".to_owned();
    for offset in [-300, 0, 300] {
        assert_eq!(at(&(NOW + offset).to_string(), timed()), Ok(()), "{offset}");
    }
    assert_eq!(
        at(&(NOW - 301).to_string(), timed()),
        Err(Denied::TooOld(header()))
    );
    assert_eq!(
        at(&(NOW + 301).to_string(), timed()),
        Err(Denied::TooNew(header()))
    );
    for bad in ["yesterday", "", "1e9", "99999999999999999999"] {
        let denied = Err(Denied::TimestampNotANumber(header()));
        assert_eq!(at(bad, timed()), denied, "{bad}");
    }
    let millis = HmacSettings {
        timestamp_unit: TimestampUnit::Millis,
        ..timed()
    };
    assert_eq!(at(&(NOW * 1000 + 4).to_string(), millis), Ok(()));
}

#[test]
fn a_moved_timestamp_breaks_the_signature() {
    let signature = format!("sha256={}", hex::encode(sign(KEY, &format!("v0:{NOW}:x"))));
    let later = (NOW + 1).to_string();
    let answer = verify(
        timed(),
        &[("x-signature", &signature), ("x-time", &later)],
        "x",
    );
    assert_eq!(answer, Err(Denied::Mismatch("x-signature".into())));
}

#[test]
fn an_id_can_be_signed_too() {
    let settings = HmacSettings {
        id_header: Some("webhook-id".into()),
        base: "{id}.{timestamp}.{body}".into(),
        ..timed()
    };
    let signature = format!(
        "sha256={}",
        hex::encode(sign(KEY, &format!("msg_1.{NOW}.x")))
    );
    let now = NOW.to_string();
    let headers = [
        ("x-signature", &*signature),
        ("x-time", &*now),
        ("webhook-id", "msg_1"),
    ];
    assert_eq!(verify(settings, &headers, "x"), Ok(()));
}

#[test]
fn settings_that_would_prove_nothing_are_refused() {
    let timestamp = SetupError::PartWithoutHeader {
        part: "timestamp",
        header: "timestamp_header",
    };
    let cases = [
        (
            HmacSettings {
                secrets: vec![],
                ..settings()
            },
            SetupError::EmptySecret,
        ),
        (
            HmacSettings {
                secrets: vec!["".into()],
                ..settings()
            },
            SetupError::EmptySecret,
        ),
        (
            HmacSettings {
                header: "a b".into(),
                ..settings()
            },
            SetupError::HeaderName("a b".into()),
        ),
        (
            HmacSettings {
                base: "fixed".into(),
                ..settings()
            },
            SetupError::BodyNotSigned,
        ),
        (
            HmacSettings {
                base: "{url}{body}".into(),
                ..settings()
            },
            SetupError::UnknownPart("{url}".into()),
        ),
        (
            HmacSettings {
                base: "{body".into(),
                ..settings()
            },
            SetupError::UnknownPart("{body".into()),
        ),
        (
            HmacSettings {
                base: "{body}".into(),
                ..timed()
            },
            timestamp.clone(),
        ),
        (
            HmacSettings {
                timestamp_header: None,
                ..timed()
            },
            timestamp,
        ),
        (
            HmacSettings {
                tolerance: SignedDuration::ZERO,
                ..settings()
            },
            SetupError::Tolerance,
        ),
    ];
    for (settings, mistake) in cases {
        assert_eq!(Hmac::new(settings).err(), Some(mistake));
    }
}

#[test]
fn neither_mistakes_nor_debug_output_show_the_key() {
    let debug = format!("{:?}", Hmac::new(settings()).unwrap());
    assert!(!debug.contains(KEY), "{debug}");
}

proptest! {
    #[test]
    fn no_header_brings_it_down_or_gets_in(
        signature in proptest::collection::vec(any::<u8>(), 0..80),
        time in proptest::collection::vec(any::<u8>(), 0..30),
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-signature", signature), ("x-time", time)] {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(name, value);
            }
        }
        let now = Timestamp::from_second(NOW).unwrap();
        let request = Request {
            method: &Method::POST, url: "", headers: &headers, query: "", body: b"x", now,
        };
        for encoding in [Encoding::Hex, Encoding::Base64] {
            let open = HmacSettings { encoding, prefix: String::new(), ..timed() };
            prop_assert!(Hmac::new(open).unwrap().verify(Hash::Sha256, &request).is_err());
            let bare = HmacSettings { encoding, prefix: String::new(), ..settings() };
            prop_assert!(Hmac::new(bare).unwrap().verify(Hash::Sha256, &request).is_err());
        }
    }
}

#[test]
fn what_a_source_proves_is_believed() {
    let now = Timestamp::from_second(NOW).unwrap();
    for encoding in [Encoding::Hex, Encoding::Base64] {
        for settings in [settings(), timed()] {
            let scheme = Scheme::HmacSha256(
                Hmac::new(HmacSettings {
                    encoding,
                    ..settings
                })
                .unwrap(),
            );
            let sending = Sending {
                url: "",
                body: b"{}",
                now,
                id: "id",
            };
            let proof = scheme.prove(&sending).unwrap();
            let request = |body| Request {
                method: &Method::POST,
                url: "",
                headers: &proof.headers,
                query: &proof.query,
                body,
                now,
            };
            assert_eq!(scheme.verify(&request(b"{}")), Ok(()));
            assert!(scheme.verify(&request(b"{} ")).is_err());
        }
    }
}
