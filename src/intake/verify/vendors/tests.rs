//! The vendors' own vectors, and what their shapes believe and refuse.

use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::intake::verify::{Denied, Hmac, Request, Scheme, Sending, mac::Hash};

const KEY: &str = "a key of ours";
const NOW: i64 = 1_800_000_000;

fn sha256(settings: HmacSettings) -> Scheme {
    Scheme::HmacSha256(Hmac::new(settings).unwrap())
}

fn sha1(settings: HmacSettings) -> Scheme {
    Scheme::HmacSha1(Hmac::new(settings).unwrap())
}

fn key(secret: &str) -> Vec<SecretString> {
    vec![secret.into()]
}

fn verify(
    scheme: &Scheme,
    now: i64,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Result<(), Denied> {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap()));
    scheme.verify(&Request {
        method: &Method::POST,
        url: "",
        headers: &HeaderMap::from_iter(headers),
        query: "",
        body: body.as_bytes(),
        now: Timestamp::from_second(now).unwrap(),
    })
}

fn signed(hash: Hash, key: &str, text: &str) -> String {
    hex::encode(hash.code(key.as_bytes(), [text.as_bytes()]))
}

#[test]
fn what_the_vendors_print_is_believed() {
    let github_sig = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let octokit_sig = "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3";
    let slack_sig = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    let slack_body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&\
                      channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&\
                      response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F\
                      96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let time = ("x-slack-request-timestamp", "1531420618");
    let slack = sha256(slack(key("8f742231b10e8888abcd99yyyzzz85a5")));
    let headers = [time, ("x-slack-signature", slack_sig)];
    assert_eq!(verify(&slack, 1_531_420_618, &headers, slack_body), Ok(()));
    assert!(verify(&slack, 1_531_420_919, &headers, slack_body).is_err());

    let hub = "x-hub-signature-256";
    let doc = sha256(github(key("It's a Secret to Everybody")));
    assert_eq!(
        verify(&doc, NOW, &[(hub, github_sig)], "Hello, World!"),
        Ok(())
    );
    let octokit = sha256(github(key("mysecret")));
    let body = r#"{"foo":"bar"}"#;
    assert_eq!(verify(&octokit, NOW, &[(hub, octokit_sig)], body), Ok(()));
    assert!(verify(&octokit, NOW, &[(hub, github_sig)], body).is_err());
}

#[test]
fn one_header_may_hold_time_and_several_signatures() {
    let scheme = sha256(stripe(key(KEY)));
    let good = signed(Hash::Sha256, KEY, &format!("{NOW}.x"));
    let other = signed(Hash::Sha256, "another", &format!("{NOW}.x"));
    let old = NOW - 301;
    let late = signed(Hash::Sha256, KEY, &format!("{old}.x"));
    let name = || "stripe-signature".to_owned();
    let missing = |part| Denied::Part {
        header: name(),
        part,
    };
    for (header, verdict) in [
        (format!("t={NOW},v1={good}"), Ok(())),
        (format!("v1={good}, t={NOW}"), Ok(())),
        (format!("t={NOW},v1={other},v1={good},v0=00"), Ok(())),
        (format!("t={NOW},v1={other}"), Err(Denied::Mismatch(name()))),
        (format!("t={NOW},v0={good}"), Err(missing("v1"))),
        (format!("v1={good}"), Err(missing("t"))),
        (String::new(), Err(missing("t"))),
        (
            format!("t={NOW},t={NOW},v1={good}"),
            Err(Denied::Several(name())),
        ),
        (format!("t={NOW},v1=no hex"), Err(Denied::Encoding(name()))),
        (
            format!("t={},v1={good}", NOW + 1),
            Err(Denied::Mismatch(name())),
        ),
        (format!("t={old},v1={late}"), Err(Denied::TooOld(name()))),
        (
            format!("t=now,v1={good}"),
            Err(Denied::TimestampNotANumber(name())),
        ),
        // Parts beyond those that anybody sends are not looked at.
        (
            format!("{}t={NOW},v1={good}", "v1=00,".repeat(40)),
            Err(missing("t")),
        ),
    ] {
        let got = verify(&scheme, NOW, &[("stripe-signature", &header)], "x");
        assert_eq!(got, verdict, "{header}");
    }
}

#[test]
fn calendly_is_believed_for_three_minutes_and_tiktok_by_its_own_letter() {
    let good = |at: i64| {
        format!(
            "t={at},v1={}",
            signed(Hash::Sha256, KEY, &format!("{at}.x"))
        )
    };
    let calendly = sha256(calendly(key(KEY)));
    let header = "calendly-webhook-signature";
    for (at, believed) in [
        (NOW, true),
        (NOW - 180, true),
        (NOW - 181, false),
        (NOW + 181, false),
    ] {
        let got = verify(&calendly, NOW, &[(header, &good(at))], "x");
        assert_eq!(got.is_ok(), believed, "{at}");
    }
    let tiktok = sha256(tiktok(key(KEY)));
    let header = good(NOW).replace("v1", "s");
    assert_eq!(
        verify(&tiktok, NOW, &[("tiktok-signature", &header)], "x"),
        Ok(())
    );
}

#[test]
fn of_a_batch_the_first_event_is_signed() {
    let first = r#"{"a": [1.0, "x \" y"], "b":"\u00e9"}"#;
    let compact = r#"{"a":[1.0,"x \" y"],"b":"\u00e9"}"#;
    let segment = sha1(segment(key(KEY)));
    let signature = signed(Hash::Sha1, KEY, compact);
    let judge = |body: &str| verify(&segment, NOW, &[("x-signature", &signature)], body);
    let denied = || Err(Denied::Mismatch("x-signature".into()));
    assert_eq!(judge(compact), Ok(()));
    assert_eq!(judge(first), denied());
    for body in [
        format!("[{first}, {{\"c\": 2}}]"),
        format!("{{\"sentAt\": 1, \"batch\": [ {first} ]}}"),
    ] {
        assert_eq!(judge(&body), Ok(()), "{body}");
        assert_eq!(judge(&body.replace("1.0", "1.1")), denied());
        let of_newer = verify(
            &sha256(super::segment(key(KEY))),
            NOW,
            &[("x-signature", &signature)],
            &body,
        );
        assert_eq!(of_newer, denied());
    }
    for body in ["", "{}", "[]", "{\"batch\": []}", "[", "1"] {
        assert_eq!(judge(body), denied(), "{body}");
    }
}

#[test]
fn what_a_source_proves_is_believed_and_nothing_else() {
    let now = Timestamp::from_second(NOW).unwrap();
    for scheme in [
        sha256(github(key(KEY))),
        sha1(hub_sha1(key(KEY))),
        sha256(stripe(key(KEY))),
        sha256(calendly(key(KEY))),
        sha256(tiktok(key(KEY))),
        sha256(slack(key(KEY))),
        sha256(linkedin(key(KEY))),
        sha1(segment(key(KEY))),
    ] {
        let sending = Sending {
            url: "",
            body: b"[{\"a\": 1}]",
            now,
            id: "1",
        };
        let proof = scheme.prove(&sending).unwrap();
        let judge = |body| {
            scheme.verify(&Request {
                method: &Method::POST,
                url: "",
                headers: &proof.headers,
                query: &proof.query,
                body,
                now,
            })
        };
        assert_eq!(judge(b"[{\"a\": 1}]"), Ok(()), "{scheme:?}");
        assert!(judge(b"[{\"a\": 2}]").is_err(), "{scheme:?}");
    }
}

proptest! {
    #[test]
    fn no_parts_bring_it_down(
        header in "(t=|v1=|,|=|[0-9a-f]{0,8}| ){0,30}",
        body in "[\\[\\]{}\"a:, 1]{0,40}",
    ) {
        let given = [("stripe-signature", &*header), ("x-signature", &*header)];
        prop_assert!(verify(&sha256(stripe(key(KEY))), NOW, &given, &body).is_err());
        prop_assert!(verify(&sha1(segment(key(KEY))), NOW, &given, &body).is_err());
    }
}
