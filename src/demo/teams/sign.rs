//! Signing what comes from the Agents Playground as Microsoft signs what comes from Teams, so that Baton checks it as
//! it always does. The key is published with the source and opens nothing but a demo on this machine.

use anyhow::Context;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::RSA_PKCS1_SHA256,
};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};

use super::APP_ID;

/// Made for this stand-in alone, and known to everybody.
const KEY: &[u8] = include_bytes!("stand_in_key.pem");
const KEY_NAME: &str = "key-of-the-stand-in";
const ISSUER: &str = "https://api.botframework.com";
/// How long a token is good, in seconds.
const LIFE: i64 = 3_600;

/// Signs in the place of Microsoft.
pub(super) struct Signer {
    pair: KeyPair,
    random: SystemRandom,
}

impl Signer {
    pub(super) fn new() -> anyhow::Result<Self> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(KEY).context("the stand-in's key")?;
        let pair = KeyPair::from_pkcs8(der.secret_pkcs8_der());
        let pair = pair.map_err(|why| anyhow::anyhow!("the stand-in's key: {why}"))?;
        Ok(Self {
            pair,
            random: SystemRandom::new(),
        })
    }

    /// A token for an activity that says to come from `service_url`.
    pub(super) fn token(&self, service_url: &str, now: Timestamp) -> anyhow::Result<String> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = json!({"typ": "JWT", "alg": "RS256", "kid": KEY_NAME});
        let claims = json!({
            "iss": ISSUER,
            "aud": APP_ID,
            "nbf": now.as_second(),
            "exp": now.as_second() + LIFE,
            "serviceurl": service_url,
        });
        let signed = format!("{}.{}", part(&head), part(&claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &self.random,
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|why| anyhow::anyhow!("signing: {why}"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The public half, as Microsoft publishes its keys.
    pub(super) fn published(&self) -> Value {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.pair.public());
        json!({"keys": [{
            "kty": "RSA",
            "use": "sig",
            "kid": KEY_NAME,
            "n": URL_SAFE_NO_PAD.encode(public.n),
            "e": URL_SAFE_NO_PAD.encode(public.e),
            "endorsements": ["msteams"],
        }]})
    }
}
