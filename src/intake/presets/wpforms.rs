//! WPForms' Webhooks addon: whatever keys the form's author chose, in JSON or as a form.

use crate::intake::{Body, preset::Preset};

pub(super) const PRESET: Preset = Preset {
    word: "wpforms",
    title: "WPForms",
    bodies: &[Body::Json, Body::Form, Body::Multipart],
    ..Preset::PLAIN
};
