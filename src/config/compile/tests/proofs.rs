//! How sources prove who they are: every scheme with its keys, and what is wrong with some.

use super::*;
use crate::intake::Scheme;

/// A configuration with one source of this `verify`.
fn source(verify: &str) -> String {
    format!("[[source]]\nid = \"website\"\nformat = \"json\"\nverify = {verify}\n")
}

/// The scheme that a `verify` means.
fn scheme(verify: &str) -> Scheme {
    let loaded = loaded(&source(verify));
    let said = plain(&loaded.complaints, &loaded.sources);
    let Some(compiled) = loaded.compiled else {
        panic!("{verify}: {said}")
    };
    let mut sources = compiled.sources.into_iter();
    sources
        .next()
        .unwrap_or_else(|| panic!("{verify}: {said}"))
        .scheme
}

#[test]
fn every_scheme_can_be_set_up() {
    for (verify, fits) in [
        (
            r#"{ scheme = "hmac-sha256", header = "x-s", secret = "s", tolerance = "1m" }"#,
            (|it| matches!(it, Scheme::HmacSha256(_))) as fn(&Scheme) -> bool,
        ),
        (
            r#"{ scheme = "hmac-sha1", header = "x-s", secrets = ["s", "t"], prefix = "sha1=" }"#,
            |it| matches!(it, Scheme::HmacSha1(_)),
        ),
        (
            r#"{ scheme = "standard-webhooks", secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }"#,
            |it| matches!(it, Scheme::Standard(_)),
        ),
        (r#"{ scheme = "github", secret = "s" }"#, |it| {
            matches!(it, Scheme::HmacSha256(_))
        }),
        (
            r#"{ scheme = "stripe", secret = "s", tolerance = "10m" }"#,
            |it| matches!(it, Scheme::HmacSha256(hmac) if hmac.is_timed()),
        ),
        (
            r#"{ scheme = "slack", secret = "s" }"#,
            |it| matches!(it, Scheme::HmacSha256(hmac) if hmac.is_timed()),
        ),
        (
            r#"{ scheme = "basic", user = "forms", password = "s" }"#,
            |it| matches!(it, Scheme::Basic(_)),
        ),
        (
            r#"{ scheme = "body-field", field = "google_key", secret = "s" }"#,
            |it| matches!(it, Scheme::BodyField(field) if field.field() == "google_key"),
        ),
        (r#"{ scheme = "token", token = "s" }"#, |it| {
            matches!(it, Scheme::Token(_))
        }),
        (r#""none""#, |it| matches!(it, Scheme::None)),
    ] {
        let scheme = scheme(verify);
        assert!(fits(&scheme), "{verify}: {scheme:?}");
    }
}

#[test]
fn what_is_wrong_with_a_scheme_is_said_with_its_place() {
    let said = |verify: &str| {
        let loaded = loaded(&source(verify));
        plain(&loaded.complaints, &loaded.sources)
    };
    let all = [
        r#"{ scheme = "standard-webhooks", secret = "whsec_!" }"#,
        r#"{ scheme = "standard-webhooks", secret = "whsk_AAAA" }"#,
        r#"{ scheme = "github", secret = "s", tolerance = "5m" }"#,
        r#"{ scheme = "stripe" }"#,
        r#"{ scheme = "basic", user = "a:b", password = "c" }"#,
        r#"{ scheme = "basic", user = "a", password = "" }"#,
        r#"{ scheme = "basic", user = "a" }"#,
        r#"{ scheme = "body-field", field = " ", secret = "s" }"#,
        r#"{ scheme = "hmac-sha1", header = "x-s", secret = "s", base = "fixed" }"#,
        r#"{ scheme = "hmac-sha512", header = "x-s", secret = "s" }"#,
    ];
    let all: Vec<String> = all.iter().map(|verify| said(verify)).collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    baton.toml:4:51: mistake: a key is not base64 as Standard Webhooks has it (copy the whole of it: `whsec_…`, or `whpk_…`)

    baton.toml:4:51: mistake: a key that begins with `whsk_` is the sender's own (give the key beside it, which begins with `whpk_`)

    baton.toml:4:57: mistake: `tolerance` means nothing to the scheme `github` (it knows secret, secrets)

    baton.toml:4:10: mistake: the scheme `stripe` needs `secret` (add `secret = "…"` to this `verify`)

    baton.toml:4:37: mistake: `user` has a colon in it, which ends a user's name (write the password into `password`)

    baton.toml:4:53: mistake: this secret is empty (with an empty secret everybody could get in)

    baton.toml:4:10: mistake: the scheme `basic` needs `password` (add `password = "…"` to this `verify`)

    baton.toml:4:43: mistake: the name of the field is empty (write the field's name: `field = "google_key"`)

    baton.toml:4:71: mistake: `base` must have {body} in it exactly once (write for instance `{timestamp}.{body}`)

    baton.toml:4:21: mistake: no scheme called `hmac-sha512` (did you mean `hmac-sha1`?)
    "#);
}
