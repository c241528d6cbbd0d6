//! `basic`: the sender shows a user and a password, as browsers do.

use http::{
    HeaderMap,
    header::{AUTHORIZATION, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};

use super::{Denied, Encoding, Request, SetupError, header_value, is_one_of, none_empty, single};

/// A checked `basic`.
#[derive(Clone, Debug)]
pub struct Basic {
    /// Each `user:password`.
    credentials: Vec<SecretString>,
}

impl Basic {
    /// Takes credentials as `user:password`, several while one is being changed.
    ///
    /// # Errors
    /// When there is none, or one has no colon in it or nothing after it.
    pub fn new(credentials: Vec<SecretString>) -> Result<Self, SetupError> {
        none_empty(&credentials)?;
        let is_whole = |one: &SecretString| {
            let pair = one.expose_secret().split_once(':');
            pair.is_some_and(|(_, password)| !password.is_empty())
        };
        if credentials.iter().all(is_whole) {
            Ok(Self { credentials })
        } else {
            Err(SetupError::NoPassword)
        }
    }

    /// Takes one user with the password.
    ///
    /// # Errors
    /// When the user has a colon, which ends it, or the password is empty.
    pub fn of(user: &str, password: &SecretString) -> Result<Self, SetupError> {
        if user.contains(':') {
            return Err(SetupError::ColonInUser);
        }
        if password.expose_secret().is_empty() {
            return Err(SetupError::EmptySecret);
        }
        Self::new(vec![format!("{user}:{}", password.expose_secret()).into()])
    }

    pub(super) fn verify(&self, request: &Request<'_>) -> Result<(), Denied> {
        let value = single(request.headers, &AUTHORIZATION)?;
        let given = given(value)?;
        if is_one_of(&self.credentials, &given) {
            Ok(())
        } else {
            Err(Denied::WrongPassword(AUTHORIZATION.to_string()))
        }
    }

    /// The header by which the sender shows the first of them.
    pub(super) fn show(&self) -> Result<HeaderMap, SetupError> {
        let first = self.credentials.first().ok_or(SetupError::EmptySecret)?;
        let encoded = Encoding::Base64.encode(first.expose_secret().as_bytes());
        let value = header_value(&format!("Basic {encoded}"))?;
        Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
    }
}

/// The `user:password` of a header.
fn given(value: &HeaderValue) -> Result<Vec<u8>, Denied> {
    let place = || AUTHORIZATION.to_string();
    let encoded = value.as_bytes().split_at_checked(6);
    let encoded = encoded.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"basic "));
    let (_, encoded) = encoded.ok_or_else(|| Denied::NotBasic(place()))?;
    let decoded = Encoding::Base64.decode(encoded.trim_ascii());
    decoded.ok_or_else(|| Denied::Encoding(place()))
}

#[cfg(test)]
mod tests {
    use http::Method;
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn verify(header: Option<&str>) -> Result<(), Denied> {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        let basic = Basic::new(vec!["hook:pa55".into(), "hook:n:xt".into()]).unwrap();
        basic.verify(&Request {
            method: &Method::POST,
            url: "",
            headers: &headers,
            query: "",
            body: b"",
            now: Timestamp::UNIX_EPOCH,
        })
    }

    #[test]
    fn user_and_password_are_believed_together_only() {
        assert_eq!(verify(Some("Basic aG9vazpwYTU1")), Ok(()));
        assert_eq!(verify(Some("basic  aG9vazpuOnh0")), Ok(()));
        let wrong = || Err(Denied::WrongPassword("authorization".into()));
        for pair in ["hook:pa5", "hook:", "Hook:pa55", "hook", ":pa55", ""] {
            let header = format!("Basic {}", Encoding::Base64.encode(pair.as_bytes()));
            assert_eq!(verify(Some(&header)), wrong(), "{pair}");
        }
        let place = || "authorization".to_owned();
        assert_eq!(verify(None), Err(Denied::Missing(place())));
        let bearer = Some("Bearer aG9vazpwYTU1");
        assert_eq!(verify(bearer), Err(Denied::NotBasic(place())));
        assert_eq!(verify(Some("Basic ?")), Err(Denied::Encoding(place())));
    }

    #[test]
    fn credentials_that_prove_nothing_are_refused() {
        let error = |pair: &str| Basic::new(vec![pair.into()]).err();
        assert_eq!(error(""), Some(SetupError::EmptySecret));
        assert_eq!(error("hook"), Some(SetupError::NoPassword));
        assert_eq!(error("hook:"), Some(SetupError::NoPassword));
        let of = |user, password: &str| Basic::of(user, &password.into()).err();
        assert_eq!(of("a:b", "c"), Some(SetupError::ColonInUser));
        assert_eq!(of("a", ""), Some(SetupError::EmptySecret));
        assert_eq!(of("a", "b:c"), None);
    }

    proptest! {
        #[test]
        fn no_header_brings_it_down(header in "(Basic )?[ -~]{0,60}") {
            prop_assert!(verify(Some(&header)).is_err());
        }
    }
}
