//! Who is believed to be Microsoft Teams: one token, and everything that only looks like it.

use baton::chat::teams::{
    hosts::{ServiceHost, ServiceHosts},
    verify::{Expected, NotBelieved, Verifier},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;

use crate::microsoft::{APP_ID, ISSUER, Microsoft, SignsWith, TENANT, published, sign};

const NOW: i64 = 1_795_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn verifier(microsoft: &Microsoft) -> Verifier {
    let address: Url = microsoft.address.parse().unwrap();
    let hosts = vec![
        ServiceHost::of(&address).unwrap(),
        "smba.trafficmanager.net".parse().unwrap(),
    ];
    Verifier::new(Expected {
        app_id: APP_ID.to_owned(),
        tenant_id: TENANT.to_owned(),
        issuer: ISSUER.to_owned(),
        metadata_url: microsoft.metadata_url().parse().unwrap(),
        hosts: ServiceHosts::new(hosts),
    })
    .unwrap()
}

fn head() -> Value {
    json!({"typ": "JWT", "alg": "RS256", "kid": "key-of-teams", "x5t": "key-of-teams"})
}

fn with(mut value: Value, changes: &Value) -> Value {
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => drop(value.as_object_mut().unwrap().shift_remove(name)),
            change => value[name] = change.clone(),
        }
    }
    value
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// The header for an activity that is right, as far as `head` and `claims` don't change it.
fn header(microsoft: &Microsoft, head_: &Value, claims: &Value, by: SignsWith) -> String {
    let claims = with(microsoft.claims(NOW), claims);
    bearer(&sign(&with(head(), head_), &claims, by))
}

async fn check(verifier: &Verifier, header: &str, activity: &Value) -> Result<(), NotBelieved> {
    verifier.check(header, activity, now()).await
}

#[tokio::test]
async fn teams_own_activities_are_believed() {
    let microsoft = Microsoft::start().await;
    let verifier = verifier(&microsoft);
    let activity = microsoft.typed("leads");
    let right = |claims: Value| header(&microsoft, &json!({}), &claims, SignsWith::Microsoft);
    let slash = microsoft.service_url().trim_end_matches('/').to_uppercase();
    for claims in [
        json!({}),
        json!({"serviceurl": slash}),
        json!({"aud": APP_ID.to_uppercase()}),
        json!({"exp": NOW - 300}),
        json!({"nbf": NOW + 300}),
    ] {
        let said = check(&verifier, &right(claims.clone()), &activity).await;
        assert_eq!(said, Ok(()), "{claims}");
    }
    let shouted = right(json!({})).replacen("Bearer", "bearer", 1);
    assert_eq!(check(&verifier, &shouted, &activity).await, Ok(()));
    assert_eq!(microsoft.times_asked("/keys"), 1);
}

#[tokio::test]
async fn whatever_is_forged_stale_or_foreign_is_refused() {
    use SignsWith::{Microsoft as Right, Nobody, PublicKey, Sha512, Stranger};
    let microsoft = Microsoft::start().await;
    let verifier = verifier(&microsoft);
    let activity = microsoft.typed("leads");
    let same = json!({});
    let entra = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/";
    let cases: [(&str, Value, Value, SignsWith); 27] = [
        ("none", json!({"alg": "none"}), same.clone(), Nobody),
        (
            "none, in capitals",
            json!({"alg": "NONE"}),
            same.clone(),
            Nobody,
        ),
        ("no signature", same.clone(), same.clone(), Nobody),
        (
            "shared secret",
            json!({"alg": "HS256"}),
            same.clone(),
            PublicKey,
        ),
        (
            "RS256 said, HS256 done",
            same.clone(),
            same.clone(),
            PublicKey,
        ),
        ("RS512", json!({"alg": "RS512"}), same.clone(), Sha512),
        ("RS256 said, RS512 done", same.clone(), same.clone(), Sha512),
        ("another key", same.clone(), same.clone(), Stranger),
        ("no algorithm", json!({"alg": null}), same.clone(), Right),
        ("no key named", json!({"kid": null}), same.clone(), Right),
        (
            "unknown key",
            json!({"kid": "of-tomorrow"}),
            same.clone(),
            Right,
        ),
        (
            "a curve's key",
            json!({"kid": "curve"}),
            same.clone(),
            Right,
        ),
        (
            "not endorsed",
            json!({"kid": "key-of-nobody"}),
            same.clone(),
            Right,
        ),
        (
            "another channel's key",
            json!({"kid": "key-of-others"}),
            same.clone(),
            Right,
        ),
        (
            "critical unknown",
            json!({"crit": ["b64"], "b64": false}),
            same.clone(),
            Right,
        ),
        ("other app", same.clone(), json!({"aud": TENANT}), Right),
        (
            "several apps",
            same.clone(),
            json!({"aud": [APP_ID]}),
            Right,
        ),
        ("no app", same.clone(), json!({"aud": null}), Right),
        (
            "the emulator's issuer",
            same.clone(),
            json!({"iss": entra}),
            Right,
        ),
        (
            "an agentic issuer",
            same.clone(),
            json!({"iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "serviceurl": null}),
            Right,
        ),
        ("no issuer", same.clone(), json!({"iss": null}), Right),
        ("expired", same.clone(), json!({"exp": NOW - 301}), Right),
        ("never expires", same.clone(), json!({"exp": null}), Right),
        ("not yet", same.clone(), json!({"nbf": NOW + 301}), Right),
        ("no beginning", same.clone(), json!({"nbf": null}), Right),
        (
            "times as text",
            same.clone(),
            json!({"exp": (NOW + 60).to_string()}),
            Right,
        ),
        (
            "no serviceurl",
            same.clone(),
            json!({"serviceurl": null}),
            Right,
        ),
    ];
    let mut refused = String::new();
    for (what, head, claims, by) in cases {
        let header = header(&microsoft, &head, &claims, by);
        let why = check(&verifier, &header, &activity).await.unwrap_err();
        refused += &format!("{what}: {why}\n");
    }
    insta::assert_snapshot!(refused, @"
    none: the token's head is unreadable
    none, in capitals: the token's head is unreadable
    no signature: the signature is wrong or a claim is missing
    shared secret: not signed by RS256
    RS256 said, HS256 done: the signature is wrong or a claim is missing
    RS512: not signed by RS256
    RS256 said, RS512 done: the signature is wrong or a claim is missing
    another key: the signature is wrong or a claim is missing
    no algorithm: the token's head is unreadable
    no key named: the token names no key
    unknown key: signed with a key that nobody knows
    a curve's key: signed with a key that nobody knows
    not endorsed: signed with a key that is not Teams'
    another channel's key: signed with a key that is not Teams'
    critical unknown: the token demands more than is understood
    other app: for another app
    several apps: the signature is wrong or a claim is missing
    no app: the signature is wrong or a claim is missing
    the emulator's issuer: issued by somebody else
    an agentic issuer: the signature is wrong or a claim is missing
    no issuer: the signature is wrong or a claim is missing
    expired: expired
    never expires: the signature is wrong or a claim is missing
    not yet: not valid yet
    no beginning: the signature is wrong or a claim is missing
    times as text: the signature is wrong or a claim is missing
    no serviceurl: the signature is wrong or a claim is missing
    ");
    assert_eq!(microsoft.times_asked("oauth2"), 0);
    assert_eq!(microsoft.times_asked("/keys"), 1);
}

#[tokio::test]
async fn a_header_that_is_no_token_is_refused() {
    let microsoft = Microsoft::start().await;
    let verifier = verifier(&microsoft);
    let activity = microsoft.typed("leads");
    let right = header(&microsoft, &json!({}), &json!({}), SignsWith::Microsoft);
    let token = right.strip_prefix("Bearer ").unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let padded = format!("{}.{}=.{}", parts[0], parts[1], parts[2]);
    let cases = [
        String::new(),
        "Bearer".to_owned(),
        bearer(""),
        token.to_owned(),
        format!("Basic {token}"),
        format!("Bearer  {token}"),
        format!("Bearer {token} {token}"),
        bearer(".."),
        bearer("...."),
        bearer("not.a.token"),
        bearer(&format!("{token}..")),
        bearer(&format!("{token}.e30.e30")),
        bearer(&parts[..2].join(".")),
        bearer(&format!("{}.{}.", parts[0], parts[1])),
        bearer(&padded),
        bearer(&format!("{}.e30.{}", parts[0], parts[2])),
        bearer(&format!("%%%.{}.{}", parts[1], parts[2])),
        bearer(&token[..token.len() - 2]),
        bearer(&"x.".repeat(100_000)),
        bearer(&format!("{token}{}", "A".repeat(20_000))),
    ];
    for header in cases {
        let said = check(&verifier, &header, &activity).await;
        assert!(
            matches!(said, Err(NotBelieved::Forged(_))),
            "{header:.80}: {said:?}"
        );
    }
    assert_eq!(microsoft.times_asked("oauth2"), 0);
}

#[tokio::test]
async fn an_activity_that_is_not_the_signed_one_is_refused() {
    let microsoft = Microsoft::start().await;
    let verifier = verifier(&microsoft);
    let right = header(&microsoft, &json!({}), &json!({}), SignsWith::Microsoft);
    let activity = microsoft.typed("leads");
    let elsewhere = microsoft.service_url().replace("emea", "amer");
    let stranger = "00000000-0000-4000-8000-000000000000";
    let cases = [
        ("another path", json!({"serviceUrl": elsewhere})),
        ("no address", json!({"serviceUrl": null})),
        ("an empty address", json!({"serviceUrl": ""})),
        ("another channel", json!({"channelId": "emulator"})),
        ("no channel", json!({"channelId": null})),
        (
            "another tenant in one place",
            json!({"conversation": {"id": "a:ayse", "tenantId": stranger}}),
        ),
        (
            "another tenant in the other",
            json!({"channelData": {"tenant": {"id": stranger}}}),
        ),
        (
            "no tenant",
            json!({"conversation": {"id": "a:ayse"}, "channelData": {}}),
        ),
    ];
    for (what, changes) in cases {
        let said = check(&verifier, &right, &with(activity.clone(), &changes)).await;
        assert!(
            matches!(said, Err(NotBelieved::Forged(_))),
            "{what}: {said:?}"
        );
    }
    assert_eq!(check(&verifier, &right, &activity).await, Ok(()));
    for nothing in [json!(null), json!([]), json!("x"), json!({})] {
        assert!(
            check(&verifier, &right, &nothing).await.is_err(),
            "{nothing}"
        );
    }
    assert_eq!(microsoft.times_asked("oauth2"), 0);
}

#[tokio::test]
async fn an_address_that_only_looks_like_teams_is_refused_though_it_is_signed() {
    let microsoft = Microsoft::start().await;
    let verifier = verifier(&microsoft);
    let port = microsoft.address.rsplit_once(':').unwrap().1;
    for address in [
        "https://smba.trafficmanager.net@evil.example/emea/".to_owned(),
        "https://evil.example\\@smba.trafficmanager.net/emea/".to_owned(),
        "https://smba.trafficmanager.net.evil.example/emea/".to_owned(),
        "https://smba.trafficmanager.net:8443/emea/".to_owned(),
        "http://smba.trafficmanager.net/emea/".to_owned(),
        "https://smba.trafficmanager.net./emea/".to_owned(),
        "https://smba.trafficmanag\u{435}r.net/emea/".to_owned(),
        "https://smba.trafficmanager.net/emea/?x=evil.example".to_owned(),
        format!("http://127.0.0.1.nip.io:{port}/emea/"),
        "http://127.0.0.1:1/emea/".to_owned(),
    ] {
        let claims = json!({"serviceurl": address});
        let header = header(&microsoft, &json!({}), &claims, SignsWith::Microsoft);
        let activity = with(microsoft.typed("leads"), &json!({"serviceUrl": address}));
        let said = check(&verifier, &header, &activity).await;
        assert!(
            matches!(said, Err(NotBelieved::Forged(_))),
            "{address}: {said:?}"
        );
    }
    assert_eq!(microsoft.times_asked("oauth2"), 0);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_an_hour_and_a_known_one_once_a_day() {
    let microsoft = Microsoft::start().await;
    let verifier = verifier(&microsoft);
    let activity = microsoft.typed("leads");
    let signed = |kid: &str, minutes: i64| {
        let claims = microsoft.claims(NOW + minutes * 60);
        bearer(&sign(
            &with(head(), &json!({"kid": kid})),
            &claims,
            SignsWith::Microsoft,
        ))
    };
    let believed = async |kid: &str, minutes: i64| {
        let now = now() + SignedDuration::from_mins(minutes);
        verifier
            .check(&signed(kid, minutes), &activity, now)
            .await
            .is_ok()
    };
    assert!(believed("key-of-teams", 0).await);
    for minute in 1..60 {
        assert!(!believed("key-of-tomorrow", minute).await);
    }
    assert_eq!(microsoft.times_asked("/keys"), 1);
    microsoft.publish(json!({"keys": [published("key-of-tomorrow", &["msteams"])]}));
    assert!(believed("key-of-tomorrow", 60).await);
    assert!(
        !believed("key-of-teams", 61).await,
        "taken back by Microsoft"
    );
    assert_eq!(microsoft.times_asked("/keys"), 2);
    assert!(believed("key-of-tomorrow", 60 + 24 * 60 - 1).await);
    assert_eq!(microsoft.times_asked("/keys"), 2);
    assert!(believed("key-of-tomorrow", 60 + 24 * 60).await);
    assert_eq!(microsoft.times_asked("/keys"), 3);
}

#[tokio::test]
async fn keys_are_fetched_once_however_many_ask_and_old_ones_outlast_a_failure() {
    let microsoft = Microsoft::start().await;
    let verifier = verifier(&microsoft);
    let activity = microsoft.typed("leads");
    let at = |minutes: i64| now() + SignedDuration::from_mins(minutes);
    let signed = |minutes: i64| {
        bearer(&sign(
            &head(),
            &microsoft.claims(NOW + minutes * 60),
            SignsWith::Microsoft,
        ))
    };
    microsoft.set_down(true);
    let said = verifier.check(&signed(0), &activity, at(0)).await;
    assert_eq!(said, Err(NotBelieved::NoKeys));
    microsoft.set_down(false);
    let said = verifier.check(&signed(0), &activity, at(0)).await;
    assert_eq!(
        said,
        Err(NotBelieved::NoKeys),
        "not again within the minute"
    );
    let (header, minute) = (signed(1), at(1));
    let all = (0..20).map(|_| verifier.check(&header, &activity, minute));
    assert!(
        futures_util::future::join_all(all)
            .await
            .iter()
            .all(Result::is_ok)
    );
    assert_eq!(microsoft.times_asked("/keys"), 1);
    microsoft.set_down(true);
    let day = 26 * 60;
    for minutes in [day, day, day + 1] {
        assert_eq!(
            verifier
                .check(&signed(minutes), &activity, at(minutes))
                .await,
            Ok(())
        );
    }
    assert_eq!(microsoft.times_asked("/openidconfiguration"), 4);
}

#[tokio::test]
async fn keys_on_another_host_than_the_metadata_are_not_looked_at() {
    let (microsoft, evil) = (Microsoft::start().await, Microsoft::start().await);
    let verifier = verifier(&microsoft);
    microsoft.point_to_keys_at(&format!("{}/v1/.well-known/keys", evil.address));
    let right = header(&microsoft, &json!({}), &json!({}), SignsWith::Microsoft);
    let said = check(&verifier, &right, &microsoft.typed("leads")).await;
    assert_eq!(said, Err(NotBelieved::NoKeys));
    assert_eq!(evil.asked(), Vec::<String>::new());
}
