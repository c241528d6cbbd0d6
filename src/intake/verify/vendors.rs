//! Signatures that a vendor made up and others took over: the same codes over other texts, in other headers.

use jiff::SignedDuration;
use secrecy::SecretString;

use super::{Covers, HmacSettings, Parts};

/// GitHub, and many since: `X-Hub-Signature-256: sha256=…` over the body.
#[must_use]
pub fn github(secrets: Vec<SecretString>) -> HmacSettings {
    HmacSettings {
        prefix: "sha256=".into(),
        ..HmacSettings::new("x-hub-signature-256", secrets)
    }
}

/// The same before SHA-256, for [`super::Scheme::HmacSha1`]: `X-Hub-Signature: sha1=…`, as Intercom has it.
#[must_use]
pub fn hub_sha1(secrets: Vec<SecretString>) -> HmacSettings {
    HmacSettings {
        prefix: "sha1=".into(),
        ..HmacSettings::new("x-hub-signature", secrets)
    }
}

/// Stripe: `t=…,v1=…,v1=…`. The key is the whole `whsec_…`, prefix and all.
#[must_use]
pub fn stripe(secrets: Vec<SecretString>) -> HmacSettings {
    in_parts("stripe-signature", "v1", secrets)
}

/// Calendly: `t=…,v1=…`, for three minutes.
#[must_use]
pub fn calendly(secrets: Vec<SecretString>) -> HmacSettings {
    HmacSettings {
        tolerance: SignedDuration::from_mins(3),
        ..in_parts("calendly-webhook-signature", "v1", secrets)
    }
}

/// TikTok's developer platform: `t=…,s=…`.
#[must_use]
pub fn tiktok(secrets: Vec<SecretString>) -> HmacSettings {
    in_parts("tiktok-signature", "s", secrets)
}

fn in_parts(header: &str, signature: &'static str, secrets: Vec<SecretString>) -> HmacSettings {
    HmacSettings {
        parts: Some(Parts {
            timestamp: "t",
            signature,
        }),
        base: "{timestamp}.{body}".into(),
        ..HmacSettings::new(header, secrets)
    }
}

/// Slack: `v0=…` over `v0:{timestamp}:{body}`.
#[must_use]
pub fn slack(secrets: Vec<SecretString>) -> HmacSettings {
    HmacSettings {
        prefix: "v0=".into(),
        timestamp_header: Some("x-slack-request-timestamp".into()),
        base: "v0:{timestamp}:{body}".into(),
        ..HmacSettings::new("x-slack-signature", secrets)
    }
}

/// LinkedIn: the body with a word before it.
#[must_use]
pub fn linkedin(secrets: Vec<SecretString>) -> HmacSettings {
    HmacSettings {
        base: "hmacsha256={body}".into(),
        ..HmacSettings::new("x-li-signature", secrets)
    }
}

/// Segment, for [`super::Scheme::HmacSha1`]. Of a batch it signs the first event only: the others are as sure as
/// the address is secret.
#[must_use]
pub fn segment(secrets: Vec<SecretString>) -> HmacSettings {
    HmacSettings {
        covers: Covers::FirstOfBatch,
        ..HmacSettings::new("x-signature", secrets)
    }
}

#[cfg(test)]
mod tests;
