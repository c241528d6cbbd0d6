//! Webhooks by Zapier, and Make's HTTP module: whatever keys the author of the automation typed.

use crate::intake::{
    Body,
    preset::{Get, Preset},
};

pub(super) const ZAPIER: Preset = Preset {
    word: "zapier",
    title: "Webhooks by Zapier",
    bodies: &[Body::Json, Body::Form, Body::Xml, Body::Multipart],
    get: Get::Lead,
    ..Preset::PLAIN
};

pub(super) const MAKE: Preset = Preset {
    word: "make",
    title: "Make",
    ..ZAPIER
};
