//! How JSON Web Tokens are signed and checked: with ring, which TLS needs anyway. Believed is RS256 alone, and
//! signed is PS256 alone: for any other algorithm there is nobody who could say that a token is right.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error as Wrong, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_SHA256, RsaPublicKeyComponents};

static RING: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes ring the judge of tokens in this process.
pub fn use_ring() {
    // Whoever came before has said the same.
    let _ = RING.install_default();
}

/// An RSA key from its DER, PKCS #8 or the older PKCS #1.
pub fn rsa_key(der: &[u8]) -> Option<KeyPair> {
    let key = KeyPair::from_pkcs8(der);
    key.or_else(|_| KeyPair::from_der(der)).ok()
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    match (algorithm, key.kind()) {
        (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => Ok(Box::new(Rs256 {
            n: n.clone(),
            e: e.clone(),
        })),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

/// RSA with PKCS #1 1.5 and SHA-256, by a key of 2048 bits or more.
struct Rs256 {
    n: Vec<u8>,
    e: Vec<u8>,
}

impl Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Wrong> {
        let key = RsaPublicKeyComponents {
            n: &self.n,
            e: &self.e,
        };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .map_err(|_| Wrong::new())
    }
}

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    match (algorithm, rsa_key(key.as_bytes())) {
        (Algorithm::PS256, Some(pair)) => Ok(Box::new(Ps256(pair))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

/// RSA with PSS and SHA-256.
struct Ps256(KeyPair);

impl Signer<Vec<u8>> for Ps256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Wrong> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = SystemRandom::new();
        self.0
            .sign(&RSA_PSS_SHA256, &random, message, &mut signature)
            .map_err(|_| Wrong::new())?;
        Ok(signature)
    }
}

impl JwtSigner for Ps256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::PS256
    }
}
