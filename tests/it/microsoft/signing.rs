//! Signing as Microsoft does, and as somebody does who only pretends.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{self, RsaEncoding},
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Whose key, and how.
#[derive(Clone, Copy, Debug)]
pub enum SignsWith {
    /// Microsoft's key, by RS256.
    Microsoft,
    /// Somebody else's key, by RS256.
    Stranger,
    /// Microsoft's key, by RS512.
    Sha512,
    /// Microsoft's public key as a shared secret, by HS256.
    PublicKey,
    /// Nothing.
    Nobody,
}

const MICROSOFT: &[u8] = include_bytes!("../fixtures/teams/microsoft.pem");
const STRANGER: &[u8] = include_bytes!("../fixtures/teams/stranger.pem");

fn pair(pem: &[u8]) -> KeyPair {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).unwrap();
    KeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap()
}

/// A token with this head and these claims.
pub fn sign(head: &Value, claims: &Value, with: SignsWith) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    let signature = match with {
        SignsWith::Microsoft => rsa(MICROSOFT, &signature::RSA_PKCS1_SHA256, &signed),
        SignsWith::Stranger => rsa(STRANGER, &signature::RSA_PKCS1_SHA256, &signed),
        SignsWith::Sha512 => rsa(MICROSOFT, &signature::RSA_PKCS1_SHA512, &signed),
        SignsWith::PublicKey => by_public_key(&signed),
        SignsWith::Nobody => Vec::new(),
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn rsa(pem: &[u8], how: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
    let pair = pair(pem);
    let mut signature = vec![0; pair.public().modulus_len()];
    let random = SystemRandom::new();
    pair.sign(how, &random, message.as_bytes(), &mut signature)
        .unwrap();
    signature
}

fn by_public_key(message: &str) -> Vec<u8> {
    let public = PublicKeyComponents::<Vec<u8>>::from(pair(MICROSOFT).public());
    let mut mac = Hmac::<Sha256>::new_from_slice(&public.n).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Microsoft's key as it is published under a name, with the channels it may sign for.
pub fn published(kid: &str, endorsements: &[&str]) -> Value {
    let public = PublicKeyComponents::<Vec<u8>>::from(pair(MICROSOFT).public());
    json!({
        "kty": "RSA",
        "use": "sig",
        "kid": kid,
        "n": URL_SAFE_NO_PAD.encode(public.n),
        "e": URL_SAFE_NO_PAD.encode(public.e),
        "endorsements": endorsements,
    })
}

const BATON: &[u8] = include_bytes!("../fixtures/teams/baton.pem");

/// Whether an assertion is signed with Baton's key, by PS256, and says what it must.
pub fn is_batons(assertion: &str, audience: &str) -> bool {
    let Some((signed, signature)) = assertion.rsplit_once('.') else {
        return false;
    };
    let part = |nth: usize| -> Value {
        let part = signed.split('.').nth(nth).unwrap_or_default();
        let part = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
        serde_json::from_slice(&part).unwrap_or_default()
    };
    let certificate = CertificateDer::from_pem_slice(BATON).unwrap();
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate));
    let public = PublicKeyComponents::<Vec<u8>>::from(pair(BATON).public());
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    let how = &signature::RSA_PSS_2048_8192_SHA256;
    public.verify(how, signed.as_bytes(), &signature).is_ok()
        && part(0)["x5t#S256"] == thumbprint
        && part(1)["aud"] == audience
        && part(1)["iss"] == super::APP_ID
        && part(1)["sub"] == super::APP_ID
}
