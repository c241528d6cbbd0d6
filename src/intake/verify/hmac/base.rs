//! The text that is signed, as the configuration writes it: `{timestamp}.{body}`.

use http::HeaderName;

use super::super::{SetupError, header_name};

/// One piece of the text that is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    Body,
    Timestamp,
    Id,
}

/// Cuts the base into its parts.
pub(super) fn parts(base: &str) -> Result<Vec<Part>, SetupError> {
    let mut parts = Vec::new();
    let mut rest = base;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, tail) = after
            .split_once('}')
            .ok_or_else(|| SetupError::UnknownPart(format!("{{{after}")))?;
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        parts.push(match name {
            "body" => Part::Body,
            "timestamp" => Part::Timestamp,
            "id" => Part::Id,
            other => return Err(SetupError::UnknownPart(format!("{{{other}}}"))),
        });
        rest = tail;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    if parts.iter().filter(|part| **part == Part::Body).count() == 1 {
        Ok(parts)
    } else {
        Err(SetupError::BodyNotSigned)
    }
}

/// The header a part comes from. An unsigned timestamp would prove nothing, so one without the
/// other is refused.
pub(super) fn signed_header(
    base: &[Part],
    part: &Part,
    header: Option<&str>,
) -> Result<Option<HeaderName>, SetupError> {
    match (base.contains(part), header) {
        (true, Some(header)) => header_name(header).map(Some),
        (false, None) => Ok(None),
        (true, None) | (false, Some(_)) => Err(match part {
            Part::Id => SetupError::PartWithoutHeader {
                part: "id",
                header: "id_header",
            },
            Part::Timestamp | Part::Body | Part::Literal(_) => SetupError::PartWithoutHeader {
                part: "timestamp",
                header: "timestamp_header",
            },
        }),
    }
}
