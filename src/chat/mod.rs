//! Chat: the platforms that say a card, and what people do there, in words that no platform owns.

pub mod slack;
mod text;
