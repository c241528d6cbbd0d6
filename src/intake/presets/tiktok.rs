//! TikTok's developer platform: a ping when the webhook is set up. What its lead ads send is not public, so all else is
//! kept as it came, for somebody to map.

use secrecy::SecretString;

use crate::intake::{
    preset::{Call, Preset, Seen},
    verify::{Hmac, Scheme, SetupError, vendors},
};

pub(super) const PRESET: Preset = Preset {
    word: "tiktok",
    title: "TikTok",
    scheme,
    read,
    ..Preset::PLAIN
};

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    Hmac::new(vendors::tiktok(secrets)).map(Scheme::HmacSha256)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    match &*call.text("/event") {
        "tiktok.ping" => Seen::nothing("tiktok.ping"),
        _ => Seen::Strange("how TikTok writes leads is not known yet: kept as it came".into()),
    }
}
