//! `token`: the sender shows a shared secret, in the address or in a header.

use http::{HeaderMap, HeaderName, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Denied, Request, SetupError, header_name, header_value, is_one_of, none_empty, single,
};

/// Where the token stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    /// `?token=…` or `Authorization: Bearer …`.
    QueryOrBearer,
    /// The whole of a header.
    Header(HeaderName),
    /// A parameter of the query.
    Query(String),
}

impl TokenPlace {
    /// A header of this name.
    ///
    /// # Errors
    /// When headers can't be called so.
    pub fn header(name: &str) -> Result<Self, SetupError> {
        header_name(name).map(TokenPlace::Header)
    }

    /// A query parameter of this name.
    ///
    /// # Errors
    /// When the name is empty.
    pub fn query(name: &str) -> Result<Self, SetupError> {
        if name.is_empty() {
            return Err(SetupError::QueryName);
        }
        Ok(TokenPlace::Query(name.to_owned()))
    }
}

/// A checked `token`.
#[derive(Clone, Debug)]
pub struct Token {
    tokens: Vec<SecretString>,
    place: TokenPlace,
}

impl Token {
    /// Takes the tokens, several while one is being changed, and where to look for them.
    ///
    /// # Errors
    /// When there is no token or an empty one.
    pub fn new(tokens: Vec<SecretString>, place: TokenPlace) -> Result<Self, SetupError> {
        none_empty(&tokens)?;
        Ok(Self { tokens, place })
    }

    pub(super) fn query_parameter(&self) -> Option<&str> {
        match &self.place {
            TokenPlace::QueryOrBearer => Some("token"),
            TokenPlace::Header(_) => None,
            TokenPlace::Query(name) => Some(name),
        }
    }

    pub(super) fn verify(&self, request: &Request<'_>) -> Result<(), Denied> {
        let (given, place) = self.given(request)?;
        if is_one_of(&self.tokens, &given) {
            Ok(())
        } else {
            Err(Denied::WrongToken(place))
        }
    }

    /// The headers and the query by which the sender shows the first token.
    pub(super) fn show(&self) -> Result<(HeaderMap, String), SetupError> {
        let token = self.tokens.first().ok_or(SetupError::EmptySecret)?;
        let token = token.expose_secret();
        let mut headers = HeaderMap::new();
        let mut query = String::new();
        match &self.place {
            TokenPlace::QueryOrBearer => {
                headers.insert(AUTHORIZATION, header_value(&format!("Bearer {token}"))?);
            }
            TokenPlace::Header(name) => {
                headers.insert(name.clone(), header_value(token)?);
            }
            TokenPlace::Query(name) => {
                let mut pairs = form_urlencoded::Serializer::new(&mut query);
                pairs.append_pair(name, token);
            }
        }
        Ok((headers, query))
    }

    /// The token in the request, and where it stood.
    fn given(&self, request: &Request<'_>) -> Result<(Vec<u8>, String), Denied> {
        match &self.place {
            TokenPlace::QueryOrBearer => match bearer(request.headers)? {
                Some(token) => Ok((token, AUTHORIZATION.to_string())),
                None => in_query(request.query, "token"),
            },
            TokenPlace::Header(name) => Ok((
                single(request.headers, name)?.as_bytes().to_vec(),
                name.to_string(),
            )),
            TokenPlace::Query(name) => in_query(request.query, name),
        }
    }
}

/// The bearer token; none when the header is missing or speaks of another scheme.
fn bearer(headers: &HeaderMap) -> Result<Option<Vec<u8>>, Denied> {
    if !headers.contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    let value = single(headers, &AUTHORIZATION)?.as_bytes();
    let token = value.split_at_checked(7).and_then(|(scheme, token)| {
        scheme
            .eq_ignore_ascii_case(b"bearer ")
            .then(|| token.trim_ascii().to_vec())
    });
    Ok(token)
}

fn in_query(query: &str, name: &str) -> Result<(Vec<u8>, String), Denied> {
    let place = format!("?{name}=");
    let mut all = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    match (all.next(), all.next()) {
        (Some((_, token)), None) => Ok((token.into_owned().into_bytes(), place)),
        (None, _) => Err(Denied::NoToken(place)),
        (Some(_), Some(_)) => Err(Denied::SeveralTokens(place)),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn verify(
        place: TokenPlace,
        header: Option<(&'static str, &str)>,
        query: &str,
    ) -> Result<(), Denied> {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        let request = Request {
            method: &Method::POST,
            url: "",
            headers: &headers,
            query,
            body: b"",
            now: Timestamp::UNIX_EPOCH,
        };
        Token::new(vec!["s3cret".into(), "n3xt".into()], place)
            .unwrap()
            .verify(&request)
    }

    #[test]
    fn the_token_counts_where_it_belongs() {
        let anywhere = || TokenPlace::QueryOrBearer;
        let key = || TokenPlace::header("X-Api-Key").unwrap();
        let cases = [
            (anywhere(), None, "token=s3cret"),
            (anywhere(), None, "a=b&token=n3xt"),
            (anywhere(), None, "token=s%33cret"),
            (anywhere(), Some(("authorization", "Bearer s3cret")), ""),
            (anywhere(), Some(("authorization", "bearer n3xt")), ""),
            (
                anywhere(),
                Some(("authorization", "Basic Zm9v")),
                "token=s3cret",
            ),
            (key(), Some(("x-api-key", "s3cret")), ""),
            (TokenPlace::query("key").unwrap(), None, "key=s3cret"),
        ];
        for (place, header, query) in cases {
            assert_eq!(verify(place, header, query), Ok(()), "{header:?} {query}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let anywhere = || TokenPlace::QueryOrBearer;
        let query = || "?token=".to_owned();
        let cases = [
            (anywhere(), None, "", Denied::NoToken(query())),
            (anywhere(), None, "token=", Denied::WrongToken(query())),
            (anywhere(), None, "token=s3cre", Denied::WrongToken(query())),
            (
                anywhere(),
                None,
                "token=s3cret&token=n3xt",
                Denied::SeveralTokens(query()),
            ),
            (
                anywhere(),
                Some(("authorization", "Bearer wrong")),
                "token=s3cret",
                Denied::WrongToken("authorization".into()),
            ),
            (
                TokenPlace::header("x-api-key").unwrap(),
                None,
                "token=s3cret",
                Denied::Missing("x-api-key".into()),
            ),
            (
                TokenPlace::query("key").unwrap(),
                None,
                "token=s3cret",
                Denied::NoToken("?key=".into()),
            ),
        ];
        for (place, header, query, denied) in cases {
            assert_eq!(
                verify(place, header, query),
                Err(denied),
                "{header:?} {query}"
            );
        }
    }

    #[test]
    fn a_token_that_proves_nothing_is_refused() {
        for tokens in [vec![], vec!["".into()], vec!["good".into(), "".into()]] {
            let token = Token::new(tokens, TokenPlace::QueryOrBearer);
            assert_eq!(token.err(), Some(SetupError::EmptySecret));
        }
        assert_eq!(TokenPlace::query("").err(), Some(SetupError::QueryName));
        assert_eq!(
            TokenPlace::header("ä").err(),
            Some(SetupError::HeaderName("ä".into()))
        );
    }

    proptest! {
        #[test]
        fn no_query_brings_it_down(query in "\\PC{0,60}", header in "[ -~]{0,40}") {
            let given = Some(("authorization", &*header));
            prop_assert!(verify(TokenPlace::QueryOrBearer, given, &query).is_err());
        }
    }
}
