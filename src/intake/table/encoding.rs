//! In which encoding a file is written: by its mark, by its looks, or as somebody says.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::intake::Unreadable;

/// So much of a file tells whether it has two bytes for each letter.
const LOOKED_AT: usize = 4_096;

/// The text of a file, and the name of its encoding. What its encoding has no letter for becomes `�`.
pub(super) fn decode<'b>(
    bytes: &'b [u8],
    named: Option<&str>,
) -> Result<(Cow<'b, str>, &'static str), Unreadable> {
    let encoding = match named {
        Some(name) => Encoding::for_label(name.trim().as_bytes())
            .ok_or_else(|| Unreadable(format!("there is no encoding called `{name}`")))?,
        None => looks_like(bytes),
    };
    // A mark at the beginning goes before everything else, here too.
    let (text, encoding, _) = encoding.decode(bytes);
    Ok((text, encoding.name()))
}

fn looks_like(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if let Some(encoding) = two_bytes_each(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Latin letters in UTF-16 have a zero in every other byte, and nothing else that people write has.
fn two_bytes_each(bytes: &[u8]) -> Option<&'static Encoding> {
    let looked = &bytes[..bytes.len().min(LOOKED_AT)];
    let pairs = looked.len() / 2;
    let zeros = |at: usize| {
        looked
            .iter()
            .skip(at)
            .step_by(2)
            .filter(|it| **it == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 2 > pairs && even * 10 < pairs {
        return Some(UTF_16LE);
    }
    (even * 2 > pairs && odd * 10 < pairs).then_some(UTF_16BE)
}
