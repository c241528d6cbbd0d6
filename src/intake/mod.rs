//! What vendors send, made into canonical leads: who sent it, what it says, whom it describes.

pub mod verify;
