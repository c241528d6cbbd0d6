//! The standard's own vectors, and what else is believed and refused.

use http::Method;
use jiff::Timestamp;
use proptest::prelude::*;
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::*;
use crate::intake::verify::Scheme;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT: i64 = 1_614_265_330;
const BODY: &str = r#"{"test": 2432232314}"#;
const GOOD: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn scheme(secrets: &[&str]) -> Scheme {
    let secrets: Vec<SecretString> = secrets.iter().map(|secret| (*secret).into()).collect();
    Scheme::Standard(Standard::new(&secrets, None).unwrap())
}

fn verify(scheme: &Scheme, family: &Family, signature: &str, now: i64) -> Result<(), Denied> {
    let time = AT.to_string();
    let values = [ID, &time, signature];
    let headers = family.iter().zip(values);
    let headers = headers.map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        )
    });
    scheme.verify(&Request {
        method: &Method::POST,
        url: "",
        headers: &headers.collect(),
        query: "",
        body: BODY.as_bytes(),
        now: Timestamp::from_second(now).unwrap(),
    })
}

#[test]
fn the_standard_s_vectors_are_judged_rightly() {
    let scheme = scheme(&[SECRET]);
    for family in [&STANDARD, &SVIX] {
        assert_eq!(verify(&scheme, family, GOOD, AT), Ok(()));
        let list = format!("v1,bm90LXRoZS1zaWc= {GOOD} v1a,bm90LXRoZS1zaWc=");
        assert_eq!(verify(&scheme, family, &list, AT), Ok(()));
        let mismatch = || Err(Denied::Mismatch(family[2].to_owned()));
        let wrong = GOOD.replace("OE=", "OA=");
        assert_eq!(verify(&scheme, family, &wrong, AT), mismatch());
        for bad in [
            "",
            "v1",
            "v1,",
            "v2,x",
            &GOOD[3..],
            &GOOD.replace("v1", "v1a"),
        ] {
            assert_eq!(verify(&scheme, family, bad, AT), mismatch(), "{bad}");
        }
        assert_eq!(verify(&scheme, family, GOOD, AT + 300), Ok(()));
        let place = || family[1].to_owned();
        assert_eq!(
            verify(&scheme, family, GOOD, AT + 301),
            Err(Denied::TooOld(place()))
        );
        assert_eq!(
            verify(&scheme, family, GOOD, AT - 301),
            Err(Denied::TooNew(place()))
        );
    }
}

#[test]
fn a_header_of_each_is_needed() {
    for missing in 0..3 {
        let mut family = STANDARD;
        family[missing] = "x-other";
        let denied = verify(&scheme(&[SECRET]), &family, GOOD, AT);
        assert_eq!(denied, Err(Denied::Missing(STANDARD[missing].to_owned())));
    }
}

#[test]
fn a_public_key_believes_its_private_one_only() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = format!(
        "whpk_{}",
        Encoding::Base64.encode(pair.public_key().as_ref())
    );
    let text = format!("{ID}.{AT}.{BODY}");
    let signature = Encoding::Base64.encode(pair.sign(text.as_bytes()).as_ref());
    let both = scheme(&[SECRET, &public]);
    let asymmetric = format!("v1a,{signature}");
    assert_eq!(verify(&both, &STANDARD, &asymmetric, AT), Ok(()));
    assert_eq!(verify(&both, &STANDARD, GOOD, AT), Ok(()));
    assert!(verify(&scheme(&[&public]), &STANDARD, GOOD, AT).is_err());
    assert!(verify(&scheme(&[SECRET]), &STANDARD, &asymmetric, AT).is_err());
    let symmetric = format!("v1,{signature}");
    assert!(verify(&both, &STANDARD, &symmetric, AT).is_err());
}

#[test]
fn what_is_proved_is_believed() {
    let now = Timestamp::from_second(AT).unwrap();
    let sending = Sending {
        url: "",
        body: BODY.as_bytes(),
        now,
        id: ID,
    };
    let public = "whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let proof = scheme(&[public, SECRET]).prove(&sending).unwrap();
    assert_eq!(proof.headers["webhook-signature"], GOOD);
    let error = scheme(&[public]).prove(&sending).err();
    assert_eq!(error, Some(SetupError::OnlyTheSenderSigns));
}

#[test]
fn keys_that_are_none_are_refused() {
    let error = |secret: &str| Standard::new(&[secret.into()], None).err();
    assert_eq!(error(""), Some(SetupError::EmptySecret));
    assert_eq!(error("whsec_"), Some(SetupError::KeyNotBase64));
    assert_eq!(error("whsec_!"), Some(SetupError::KeyNotBase64));
    assert_eq!(error("whpk_AAAA"), Some(SetupError::KeyNotBase64));
    assert_eq!(error("whsk_AAAA"), Some(SetupError::PrivateKey));
    assert_eq!(error("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), None);
    let debug = format!("{:?}", scheme(&[SECRET]));
    assert!(!debug.contains("MfKQ"), "{debug}");
}

proptest! {
    #[test]
    fn no_signature_brings_it_down_or_gets_in(signature in "(v1,|v1a,| |,|[A-Za-z0-9+/=_-]{0,12}){0,20}") {
        let public = "whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let both = scheme(&[SECRET, public]);
        prop_assert!(verify(&both, &SVIX, &signature, AT).is_err());
    }
}
