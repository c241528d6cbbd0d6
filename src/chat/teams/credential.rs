//! By what Baton shows Microsoft that it is the app: a client secret, or a certificate with its key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ring::digest::{SHA256, digest};
use ring::rsa::PublicKeyComponents;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;
use serde_json::json;

use super::jwt;

/// How long an assertion is good for, in seconds.
const ASSERTED: i64 = 600;

/// A secret or a certificate.
#[derive(Clone, Debug)]
pub enum Credential {
    /// What the app registration calls a client secret: its value.
    Secret(SecretString),
    /// A certificate that the app registration knows.
    Certificate(Certificate),
}

/// A certificate with its key.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// By which Microsoft knows it.
    thumbprint: String,
    key: EncodingKey,
}

/// Why a file is of no use as a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// There is none in it.
    #[error("there is no certificate in it")]
    NoCertificate,
    /// There is no key in it.
    #[error("there is no private key in it")]
    NoKey,
    /// The key is of a kind that Microsoft does not take.
    #[error("its key is no RSA key of 2048 to 4096 bits, or has a pass phrase")]
    NotRsa,
    /// The two are strangers.
    #[error("its certificate and its key do not belong together")]
    Apart,
}

impl Certificate {
    /// Reads certificate and key from one file in PEM.
    ///
    /// # Errors
    /// When one of them is missing, or they are of no use together.
    pub fn from_pem(pem: &str) -> Result<Self, BadCertificate> {
        jwt::use_ring();
        let pem = pem.as_bytes();
        let certificate =
            CertificateDer::from_pem_slice(pem).map_err(|_| BadCertificate::NoCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| BadCertificate::NoKey)?;
        let pair = jwt::rsa_key(key.secret_der()).ok_or(BadCertificate::NotRsa)?;
        let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
        // The public key stands in the certificate as it is.
        if !certificate.windows(public.n.len()).any(|it| it == public.n) {
            return Err(BadCertificate::Apart);
        }
        Ok(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate)),
            key: EncodingKey::from_rsa_der(key.secret_der()),
        })
    }

    /// Says to `audience` that whoever holds the key is the app. `None` if it can't be signed.
    pub(super) fn assertion(&self, app: &str, audience: &str, now: Timestamp) -> Option<String> {
        let head = Header {
            x5t_s256: Some(self.thumbprint.clone()),
            ..Header::new(Algorithm::PS256)
        };
        let second = now.as_second();
        let claims = json!({
            "iss": app,
            "sub": app,
            "aud": audience,
            "jti": format!("{app}-{}", now.as_microsecond()),
            "nbf": second - 60,
            "exp": second + ASSERTED,
        });
        encode(&head, &claims, &self.key).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATON: &str = include_str!("../../../tests/it/fixtures/teams/baton.pem");
    const STRANGER: &str = include_str!("../../../tests/it/fixtures/teams/stranger.pem");

    #[test]
    fn a_file_needs_a_certificate_and_the_key_that_belongs_to_it() {
        let certificate = BATON.split_inclusive("-----END CERTIFICATE-----").next();
        let certificate = certificate.unwrap();
        let read = |pem: &str| Certificate::from_pem(pem).err();
        assert_eq!(read(BATON), None);
        assert_eq!(read(""), Some(BadCertificate::NoCertificate));
        assert_eq!(read(STRANGER), Some(BadCertificate::NoCertificate));
        assert_eq!(read(certificate), Some(BadCertificate::NoKey));
        let curve = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let wrong = format!("{certificate}\n{curve}");
        assert_eq!(read(&wrong), Some(BadCertificate::NotRsa));
        let apart = format!("{certificate}\n{STRANGER}");
        assert_eq!(read(&apart), Some(BadCertificate::Apart));
    }

    #[test]
    fn an_assertion_says_who_to_whom_and_for_how_long() {
        let certificate = Certificate::from_pem(BATON).unwrap();
        let now = Timestamp::from_second(1_795_000_000).unwrap();
        let token = certificate.assertion("app", "https://login.example/token", now);
        let token = token.unwrap();
        let part = |nth: usize| {
            let part = URL_SAFE_NO_PAD.decode(token.split('.').nth(nth).unwrap());
            String::from_utf8(part.unwrap()).unwrap()
        };
        insta::assert_snapshot!(part(0), @r#"{"typ":"JWT","alg":"PS256","x5t#S256":"RFFdNgij-1YnrGKUPhjSAlL87YihrAPcKn4XuteXS_8"}"#);
        insta::assert_snapshot!(part(1), @r#"{"iss":"app","sub":"app","aud":"https://login.example/token","jti":"app-1795000000000000","nbf":1794999940,"exp":1795000600}"#);
        assert!(!format!("{certificate:?}").contains("MII"));
    }
}
