//! What vendors send, made into canonical leads: who sent it, what it says, whom it describes.

pub mod body;
mod form;
pub mod number;
pub mod place;
pub mod text;
pub mod verify;
