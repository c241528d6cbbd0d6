//! Slack's request signature, version 0: that a request is Slack's, by the raw bytes of its body.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// How far a request's time may be from ours, in seconds.
const TOLERANCE: i64 = 300;

/// The request is not Slack's, or not of now. What was wrong is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request is not signed by Slack")]
pub struct Forged;

/// Checks the signature with each secret. Without a secret nothing is Slack's.
pub fn verify(
    secrets: &[SecretString],
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Forged> {
    let sent: i64 = timestamp.parse().map_err(|_| Forged)?;
    let apart = now.as_second().checked_sub(sent).ok_or(Forged)?;
    if apart.unsigned_abs() > TOLERANCE.unsigned_abs() {
        return Err(Forged);
    }
    let claimed = signature
        .strip_prefix("v0=")
        .and_then(|digits| hex::decode(digits).ok())
        .ok_or(Forged)?;
    let signed = |secret: &SecretString| {
        mac(secret, timestamp, body)?
            .verify_slice(&claimed)
            .map_err(|_| Forged)
    };
    secrets
        .iter()
        .map(signed)
        .find(Result::is_ok)
        .unwrap_or(Err(Forged))
}

fn mac(secret: &SecretString, timestamp: &str, body: &[u8]) -> Result<Hmac<Sha256>, Forged> {
    let key = secret.expose_secret().as_bytes();
    if key.is_empty() {
        return Err(Forged);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Forged)?;
    for part in [b"v0:", timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const TIMESTAMP: &str = "1531420618";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&\
        channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&\
        text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&\
        trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn check(
        secrets: &[&str],
        timestamp: &str,
        signature: &str,
        body: &[u8],
        now: i64,
    ) -> Result<(), Forged> {
        let secrets: Vec<SecretString> = secrets
            .iter()
            .map(|secret| SecretString::from(*secret))
            .collect();
        verify(&secrets, timestamp, signature, body, at(now))
    }

    #[test]
    fn slacks_own_example_holds() {
        assert_eq!(
            check(&[SECRET], TIMESTAMP, SIGNATURE, BODY, 1_531_420_618),
            Ok(())
        );
    }

    #[test]
    fn either_secret_will_do_while_one_is_being_changed() {
        assert_eq!(
            check(&["new", SECRET], TIMESTAMP, SIGNATURE, BODY, 1_531_420_618),
            Ok(())
        );
    }

    #[test]
    fn five_minutes_either_way_and_not_a_second_more() {
        for (apart, expected) in [
            (300, Ok(())),
            (301, Err(Forged)),
            (-300, Ok(())),
            (-301, Err(Forged)),
        ] {
            assert_eq!(
                check(&[SECRET], TIMESTAMP, SIGNATURE, BODY, 1_531_420_618 + apart),
                expected,
                "{apart}"
            );
        }
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        mac.update(format!("v0:{TIMESTAMP}:").as_bytes());
        mac.update(BODY);
        let signature = format!("v0={}", hex::encode(mac.finalize().into_bytes()));
        let checked = check(&[""], TIMESTAMP, &signature, BODY, 1_531_420_618);
        assert_eq!(checked, Err(Forged));
    }

    #[test]
    fn whatever_is_not_quite_right_is_forged() {
        let longer = [BODY, b"x"].concat();
        let other_version = SIGNATURE.replace("v0=", "v1=");
        let cases: [(&[&str], &str, &str, &[u8]); 12] = [
            (&[], TIMESTAMP, SIGNATURE, BODY),
            (&[""], TIMESTAMP, SIGNATURE, BODY),
            (&["other"], TIMESTAMP, SIGNATURE, BODY),
            (&[SECRET], "", SIGNATURE, BODY),
            (&[SECRET], "soon", SIGNATURE, BODY),
            (&[SECRET], "1531420619", SIGNATURE, BODY),
            (&[SECRET], "-9223372036854775808", SIGNATURE, BODY),
            (&[SECRET], TIMESTAMP, "", BODY),
            (&[SECRET], TIMESTAMP, "v0=", BODY),
            (&[SECRET], TIMESTAMP, &other_version, BODY),
            (&[SECRET], TIMESTAMP, &SIGNATURE[..66], BODY),
            (&[SECRET], TIMESTAMP, SIGNATURE, &longer),
        ];
        for (secrets, timestamp, signature, body) in cases {
            assert_eq!(
                check(secrets, timestamp, signature, body, 1_531_420_618),
                Err(Forged),
                "{timestamp} {signature}"
            );
        }
    }
}
