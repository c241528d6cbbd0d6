//! How a source proves who it is: its scheme with the keys that belong to it.

use std::ops::Range;

use jiff::SignedDuration;
use secrecy::SecretString;
use toml::Spanned;

use super::{
    super::raw::{self, Encoding, Form, TimestampUnit, Verify},
    Compiler,
};
use crate::{
    domain::suggest,
    intake::{
        Format, Keys, Preset, Scheme,
        verify::{
            self, Basic, BodyField, Hmac, HmacSettings, SetupError, Standard, Token, TokenPlace,
            vendors,
        },
    },
};

/// A scheme, the keys it can have, and those it must have (a key and its plural are one).
struct Known {
    name: &'static str,
    keys: &'static [&'static str],
    needs: &'static [&'static str],
}

const HMAC: &[&str] = &[
    "header",
    "prefix",
    "encoding",
    "secret",
    "secrets",
    "timestamp_header",
    "timestamp_unit",
    "id_header",
    "base",
    "tolerance",
];
const TIMED: &[&str] = &["secret", "secrets", "tolerance"];
const SECRET: &[&str] = &["secret", "secrets"];

const SCHEMES: [Known; 9] = [
    scheme("hmac-sha256", HMAC, &["header", "secret"]),
    scheme("hmac-sha1", HMAC, &["header", "secret"]),
    scheme("token", &["token", "tokens", "header", "query"], &["token"]),
    scheme("standard-webhooks", TIMED, &["secret"]),
    scheme("github", SECRET, &["secret"]),
    scheme("stripe", TIMED, &["secret"]),
    scheme("slack", TIMED, &["secret"]),
    scheme("basic", &["user", "password"], &["user", "password"]),
    scheme(
        "body-field",
        &["field", "secret", "secrets"],
        &["field", "secret"],
    ),
];

const fn scheme(
    name: &'static str,
    keys: &'static [&'static str],
    needs: &'static [&'static str],
) -> Known {
    Known { name, keys, needs }
}

/// The keys of a `verify`, filled in.
struct Given<'a> {
    raw: &'a Verify,
    secrets: Vec<SecretString>,
    tokens: Vec<SecretString>,
    password: Option<SecretString>,
    tolerance: Option<SignedDuration>,
}

impl Given<'_> {
    /// The scheme of that name.
    fn scheme(self, name: &str) -> Result<Scheme, SetupError> {
        let sha256 = |settings| Hmac::new(settings).map(Scheme::HmacSha256);
        let secrets = self.secrets.clone();
        match name {
            "hmac-sha1" => Hmac::new(self.hmac()).map(Scheme::HmacSha1),
            "github" => sha256(vendors::github(secrets)),
            "stripe" => sha256(self.timed(vendors::stripe(secrets))),
            "slack" => sha256(self.timed(vendors::slack(secrets))),
            "standard-webhooks" => {
                Standard::new(&self.secrets, self.tolerance).map(Scheme::Standard)
            }
            "token" => {
                let place = token_place(self.raw)?;
                Token::new(self.tokens, place).map(Scheme::Token)
            }
            "basic" => {
                let user = text(self.raw.user.as_ref()).unwrap_or_default();
                let password = self.password.unwrap_or_default();
                Basic::of(&user, &password).map(Scheme::Basic)
            }
            "body-field" => {
                let field = text(self.raw.field.as_ref()).unwrap_or_default();
                BodyField::new(field, self.secrets).map(Scheme::BodyField)
            }
            _ => sha256(self.hmac()),
        }
    }

    fn timed(&self, settings: HmacSettings) -> HmacSettings {
        HmacSettings {
            tolerance: self.tolerance.unwrap_or(settings.tolerance),
            ..settings
        }
    }

    fn hmac(&self) -> HmacSettings {
        let raw = self.raw;
        let header = text(raw.header.as_ref()).unwrap_or_default();
        let mut settings = HmacSettings::new(header, self.secrets.clone());
        settings.prefix = text(raw.prefix.as_ref()).unwrap_or_default();
        settings.timestamp_header = text(raw.timestamp_header.as_ref());
        settings.id_header = text(raw.id_header.as_ref());
        if let Some(encoding) = &raw.encoding {
            settings.encoding = match encoding.get_ref() {
                Encoding::Hex => verify::Encoding::Hex,
                Encoding::Base64 => verify::Encoding::Base64,
            };
        }
        if let Some(unit) = &raw.timestamp_unit {
            settings.timestamp_unit = match unit.get_ref() {
                TimestampUnit::Seconds => verify::TimestampUnit::Seconds,
                TimestampUnit::Milliseconds => verify::TimestampUnit::Millis,
            };
        }
        settings.base = text(raw.base.as_ref()).unwrap_or(settings.base);
        self.timed(settings)
    }
}

fn text(raw: Option<&raw::Text>) -> Option<String> {
    raw.map(|it| it.get_ref().clone())
}

impl Compiler<'_> {
    /// The source's scheme, none if it is wrong or not in effect yet; and what its handshake is answered with.
    pub fn proof(
        &mut self,
        source: &raw::Source,
        format: Option<Format>,
    ) -> (Option<Scheme>, Keys) {
        let keys = self.own_secrets(source);
        (self.scheme(source, format, &keys), keys)
    }

    fn scheme(
        &mut self,
        source: &raw::Source,
        format: Option<Format>,
        keys: &Keys,
    ) -> Option<Scheme> {
        match source.verify.as_ref().map(|it| (it.get_ref(), it.span())) {
            None => match format {
                Some(Format::Preset(preset)) if !keys.secrets.is_empty() => {
                    self.of_preset(source, preset, keys)
                }
                Some(_) if source.form.is_some() && keys.secrets.is_empty() => {
                    Some(Scheme::FormOnly)
                }
                Some(_) | None => {
                    self.unverified(source);
                    None
                }
            },
            Some((Form::Text(word), _)) if word == "none" => Some(Scheme::None),
            Some((Form::Text(word), span)) => {
                let message = format!("`{word}` is no way to verify a source");
                let help = "write `\"none\"`, or a scheme with its keys: \
                            `{ scheme = \"token\", token = \"${NAME}\" }`";
                self.mistake(span, message, help);
                None
            }
            Some((Form::Long(verify), span)) => self.long_scheme(verify, span),
        }
    }

    /// The preset's own scheme, with the source's secrets.
    fn of_preset(&mut self, source: &raw::Source, preset: &Preset, keys: &Keys) -> Option<Scheme> {
        let made = (preset.scheme)(keys.secrets.clone());
        let span = [
            source.secret.as_ref().map(Spanned::span),
            source.secrets.as_ref().map(Spanned::span),
        ];
        let span = span.into_iter().flatten().next();
        made.map_err(|error| {
            let help = match &error {
                SetupError::EmptySecret => {
                    "give `secret` what the vendor shows, at least one character"
                }
                other => help_with(other),
            };
            self.mistake(span.unwrap_or(source.id.span()), error.to_string(), help);
        })
        .ok()
    }

    /// A source that does not say how it proves who it is.
    fn unverified(&mut self, source: &raw::Source) {
        if source.secret.is_some() || source.secrets.is_some() {
            return;
        }
        let message = format!("anybody could send leads to `{}`", source.id.get_ref());
        let help = "give `verify` a scheme, or say `verify = \"none\"` if anybody may post";
        self.mistake(source.id.span(), message, help);
    }

    /// The secrets that stand at the source itself, for a preset's own scheme.
    fn own_secrets(&mut self, source: &raw::Source) -> Keys {
        let keys = Keys {
            secrets: self.secrets(source.secret.as_ref(), source.secrets.as_ref(), "secret"),
            verify_token: source.verify_token.as_ref().map(|it| self.secret(it)),
        };
        let preset = super::sources::is_preset(source.format.get_ref());
        let given = [
            ("secret", source.secret.as_ref().map(Spanned::span)),
            ("secrets", source.secrets.as_ref().map(Spanned::span)),
            (
                "verify_token",
                source.verify_token.as_ref().map(Spanned::span),
            ),
        ];
        for (key, span) in given.into_iter().filter(|_| !preset) {
            if let Some(span) = span {
                let message = format!("`{key}` belongs to a preset, and this source has none");
                let help = "write it into `verify`, with its scheme";
                self.mistake(span, message, help);
            }
        }
        keys
    }

    fn long_scheme(&mut self, raw: &Verify, span: Range<usize>) -> Option<Scheme> {
        let name = self.filled(&raw.scheme)?;
        let Some(known) = SCHEMES.iter().find(|it| it.name == name) else {
            let help = suggest::help(name, SCHEMES.iter().map(|it| it.name)).unwrap_or_default();
            self.mistake(
                raw.scheme.span(),
                format!("no scheme called `{name}`"),
                help,
            );
            return None;
        };
        let before = self.complaints.len();
        self.check_keys(raw, known, &span);
        let secrets = self.secrets(raw.secret.as_ref(), raw.secrets.as_ref(), "secret");
        let tokens = self.secrets(raw.token.as_ref(), raw.tokens.as_ref(), "token");
        let password = raw.password.as_ref().map(|it| self.secret(it));
        let tolerance = raw.tolerance.as_ref().and_then(|it| self.some_time(it));
        if self.complaints.len() > before {
            return None;
        }
        let given = Given {
            raw,
            secrets,
            tokens,
            password,
            tolerance,
        };
        self.set_up(given.scheme(known.name), raw, span)
    }

    fn set_up(
        &mut self,
        made: Result<Scheme, SetupError>,
        raw: &Verify,
        span: Range<usize>,
    ) -> Option<Scheme> {
        let error = match made {
            Ok(scheme) => return Some(scheme),
            Err(error) => error,
        };
        let place = match &error {
            SetupError::HeaderName(name) => Some(self.part(&span, name)),
            SetupError::QueryName => raw.query.as_ref().map(Spanned::span),
            SetupError::UnknownPart(_)
            | SetupError::BodyNotSigned
            | SetupError::PartWithoutHeader { .. } => raw.base.as_ref().map(Spanned::span),
            SetupError::Tolerance => raw.tolerance.as_ref().map(Spanned::span),
            SetupError::ColonInUser => raw.user.as_ref().map(Spanned::span),
            SetupError::FieldName => raw.field.as_ref().map(Spanned::span),
            SetupError::KeyNotBase64 | SetupError::PrivateKey => {
                let one = raw.secret.as_ref().map(Spanned::span);
                one.or(raw.secrets.as_ref().map(Spanned::span))
            }
            SetupError::EmptySecret
            | SetupError::FormOnly
            | SetupError::HeaderValue
            | SetupError::OnlyTheSenderSigns
            | SetupError::NoPassword => None,
        };
        self.mistake(place.unwrap_or(span), error.to_string(), help_with(&error));
        None
    }

    fn check_keys(&mut self, raw: &Verify, known: &Known, span: &Range<usize>) {
        let given = keys(raw);
        for (key, place) in &given {
            if !known.keys.contains(key) {
                let message = format!("`{key}` means nothing to the scheme `{}`", known.name);
                let help = format!("it knows {}", known.keys.join(", "));
                self.mistake(place.clone(), message, help);
            }
        }
        for needed in known.needs {
            let plural = format!("{needed}s");
            if !given.iter().any(|(key, _)| key == needed || *key == plural) {
                let message = format!("the scheme `{}` needs `{needed}`", known.name);
                let help = format!("add `{needed} = \"…\"` to this `verify`");
                self.mistake(span.clone(), message, help);
            }
        }
        if let (Some(_), Some(query), "token") = (&raw.header, &raw.query, known.name) {
            let message = "the token stands either in a header or in the query";
            self.mistake(query.span(), message, "take one of them out");
        }
    }
}

/// What to do about a scheme that can't be set up.
fn help_with(error: &SetupError) -> &'static str {
    match error {
        SetupError::EmptySecret => "give `secret` (or `token`, `password`) at least one character",
        SetupError::HeaderName(_) => "write the header's name alone: `x-signature-256`",
        SetupError::QueryName => "write the parameter's name: `query = \"key\"`",
        SetupError::UnknownPart(_) => "take it out, or write one of the three",
        SetupError::BodyNotSigned => "write for instance `{timestamp}.{body}`",
        SetupError::PartWithoutHeader { .. } => "add the one, or take out the other",
        SetupError::HeaderValue => "write the key on one line",
        SetupError::Tolerance => "write for instance `5m`, or take it out",
        SetupError::KeyNotBase64 => "copy the whole of it: `whsec_…`, or `whpk_…`",
        SetupError::PrivateKey => "give the key beside it, which begins with `whpk_`",
        SetupError::FormOnly => "give the source a `verify` of its own",
        SetupError::OnlyTheSenderSigns => "add a `whsec_` key to `secrets`",
        SetupError::NoPassword => "write user and password with a colon between: `user:password`",
        SetupError::ColonInUser => "write the password into `password`",
        SetupError::FieldName => "write the field's name: `field = \"google_key\"`",
    }
}

/// The keys that were given, with their places.
fn keys(raw: &Verify) -> Vec<(&'static str, Range<usize>)> {
    fn at<T>(value: &Option<Spanned<T>>) -> Option<Range<usize>> {
        value.as_ref().map(Spanned::span)
    }
    let all = [
        ("header", at(&raw.header)),
        ("prefix", at(&raw.prefix)),
        ("encoding", at(&raw.encoding)),
        ("secret", at(&raw.secret)),
        ("secrets", at(&raw.secrets)),
        ("timestamp_header", at(&raw.timestamp_header)),
        ("timestamp_unit", at(&raw.timestamp_unit)),
        ("id_header", at(&raw.id_header)),
        ("base", at(&raw.base)),
        ("tolerance", at(&raw.tolerance)),
        ("token", at(&raw.token)),
        ("tokens", at(&raw.tokens)),
        ("query", at(&raw.query)),
        ("user", at(&raw.user)),
        ("password", at(&raw.password)),
        ("field", at(&raw.field)),
    ];
    let given = all.into_iter().filter_map(|(key, at)| Some((key, at?)));
    given.collect()
}

fn token_place(raw: &Verify) -> Result<TokenPlace, SetupError> {
    match (&raw.header, &raw.query) {
        (Some(header), _) => TokenPlace::header(header.get_ref()),
        (None, Some(query)) => TokenPlace::query(query.get_ref()),
        (None, None) => Ok(TokenPlace::QueryOrBearer),
    }
}
