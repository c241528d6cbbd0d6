//! HubSpot's own vectors, and what else is believed and refused.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::intake::verify::Scheme;

const SECRET: &str = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
const URL: &str = "https://www.example.com/webhook_uri";
const SIGNED_AT: i64 = 1_693_657_560;
const V3: &str = "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=";

fn scheme() -> Scheme {
    Scheme::HubSpot(HubSpot::new(vec!["old".into(), SECRET.into()]).unwrap())
}

fn verify(
    method: Method,
    url: &str,
    headers: &[(&'static str, &str)],
    body: &str,
    now: i64,
) -> Result<(), Denied> {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap()));
    scheme().verify(&Request {
        method: &method,
        url,
        headers: &headers.collect(),
        query: "",
        body: body.as_bytes(),
        now: Timestamp::from_second(now).unwrap(),
    })
}

#[test]
fn the_first_two_versions_are_believed() {
    let events = r#"[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]"#;
    let first = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de";
    let posted = "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900";
    let got = "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e";
    let headers = |signature, version| {
        [
            ("x-hubspot-signature", signature),
            ("x-hubspot-signature-version", version),
        ]
    };
    let v1 = headers(first, "v1");
    assert_eq!(verify(Method::POST, "", &v1, events, 0), Ok(()));
    assert_eq!(verify(Method::POST, "", &v1[..1], events, 0), Ok(()));
    let v2 = headers(posted, "v2");
    let body = r#"{"example_field":"example_value"}"#;
    assert_eq!(verify(Method::POST, URL, &v2, body, 0), Ok(()));
    assert_eq!(verify(Method::GET, URL, &headers(got, "v2"), "", 0), Ok(()));

    let mismatch = || Err(Denied::Mismatch("x-hubspot-signature".into()));
    assert_eq!(verify(Method::PUT, URL, &v2, body, 0), mismatch());
    let elsewhere = "https://other.example/webhook_uri";
    assert_eq!(verify(Method::POST, elsewhere, &v2, body, 0), mismatch());
    assert_eq!(verify(Method::POST, URL, &v2, events, 0), mismatch());
    assert_eq!(
        verify(Method::POST, URL, &headers(posted, "v1"), body, 0),
        mismatch()
    );
    let unknown = Err(Denied::Version("x-hubspot-signature-version".into()));
    assert_eq!(
        verify(Method::POST, URL, &headers(posted, "v9"), body, 0),
        unknown
    );
}

#[test]
fn the_third_version_is_believed_for_five_minutes_both_ways() {
    let time = (SIGNED_AT * 1000).to_string();
    let headers = [
        ("x-hubspot-signature-v3", V3),
        ("x-hubspot-request-timestamp", &*time),
    ];
    let body = "{'example_field':'example_value'}";
    let at = |now| verify(Method::POST, URL, &headers, body, now);
    for offset in [-300, 0, 300] {
        assert_eq!(at(SIGNED_AT + offset), Ok(()), "{offset}");
    }
    let place = || "x-hubspot-request-timestamp".to_owned();
    assert_eq!(at(SIGNED_AT + 301), Err(Denied::TooOld(place())));
    assert_eq!(at(SIGNED_AT - 301), Err(Denied::TooNew(place())));
    let untimed = verify(Method::POST, URL, &headers[..1], body, SIGNED_AT);
    assert_eq!(untimed, Err(Denied::Missing(place())));
}

#[test]
fn an_older_signature_does_not_stand_in_for_a_wrong_newer_one() {
    let time = (SIGNED_AT * 1000).to_string();
    let v1 = hex::encode(Sha256::digest(format!("{SECRET}x")));
    let headers = [
        ("x-hubspot-signature", &*v1),
        ("x-hubspot-signature-v3", V3),
        ("x-hubspot-request-timestamp", &*time),
    ];
    assert_eq!(verify(Method::POST, URL, &headers[..1], "x", 0), Ok(()));
    let both = verify(Method::POST, URL, &headers, "x", SIGNED_AT);
    assert_eq!(both, Err(Denied::Mismatch("x-hubspot-signature-v3".into())));
}

#[test]
fn an_address_counts_as_it_was_called_or_as_hubspot_decodes_it() {
    let called = "https://a.example/webhooks/hubspot?to=a%40b.de%3a&x=%C3%BC?";
    let decoded = "https://a.example/webhooks/hubspot?to=a@b.de:&x=%C3%BC?";
    assert_eq!(spellings(called), [called.to_owned(), decoded.to_owned()]);
    let now = Timestamp::from_second(SIGNED_AT).unwrap();
    let sending = |url| Sending {
        url,
        body: b"[]",
        now,
        id: "",
    };
    for signed in [called, decoded] {
        let proof = Scheme::HubSpot(HubSpot::new(vec![SECRET.into()]).unwrap());
        let proof = proof.prove(&sending(signed)).unwrap();
        let request = Request {
            method: &Method::POST,
            url: called,
            headers: &proof.headers,
            query: "",
            body: b"[]",
            now,
        };
        assert_eq!(scheme().verify(&request), Ok(()), "{signed}");
    }
}

proptest! {
    #[test]
    fn no_headers_bring_it_down_or_get_in(
        signature in "[ -~]{0,70}",
        version in "v[0-9]|[ -~]{0,4}",
        time in "[0-9]{0,25}",
        third in any::<bool>(),
    ) {
        let name = if third { "x-hubspot-signature-v3" } else { "x-hubspot-signature" };
        let headers = [
            (name, &*signature),
            ("x-hubspot-signature-version", &*version),
            ("x-hubspot-request-timestamp", &*time),
        ];
        prop_assert!(verify(Method::POST, URL, &headers, "x", SIGNED_AT).is_err());
    }
}
