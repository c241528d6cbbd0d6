//! What a column holds: how our types are written to both databases and read back.

use crate::domain::{
    event::{FactKind, MeasureKind},
    id::{CalendarId, LeadId, OfferId, RepId, RouteId, SlaId, SourceId, SubmissionId, TeamId},
    policy::Platform,
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};
use sqlx::{Decode, Encode, Postgres, Type, error::BoxDynError};

use super::lite::Lite;

/// A JSON column or parameter: text on SQLite; `jsonb` on PostgreSQL, or `json`, which keeps the text as it was written.
pub use sqlx::types::Json;

/// What both drivers can write and read by themselves.
pub trait Plain:
    for<'q> Encode<'q, Postgres> + for<'r> Decode<'r, Postgres> + Type<Postgres> + Lite + Send + 'static
{
}

impl<T> Plain for T where
    T: for<'q> Encode<'q, Postgres>
        + for<'r> Decode<'r, Postgres>
        + Type<Postgres>
        + Lite
        + Send
        + 'static
{
}

/// A type that can be read from one column.
pub trait Column: Sized {
    /// What the database holds.
    type Stored: Plain;

    /// Reads what the database holds.
    ///
    /// # Errors
    /// If it is not one of ours, for instance an unknown word for a state.
    fn read(stored: Self::Stored) -> Result<Self, BoxDynError>;
}

/// A value that can be bound to a parameter.
pub trait Bind {
    /// What the database gets.
    type Stored: Plain;

    /// Turns the value into what the database gets.
    ///
    /// # Errors
    /// If it has no such form, for instance a map without text keys in JSON.
    fn stored(self) -> Result<Self::Stored, BoxDynError>;
}

macro_rules! plain {
    ($($type:ty),*) => { $(
        impl Column for $type {
            type Stored = Self;
            fn read(stored: Self) -> Result<Self, BoxDynError> {
                Ok(stored)
            }
        }
        impl Bind for $type {
            type Stored = Self;
            fn stored(self) -> Result<Self, BoxDynError> {
                Ok(self)
            }
        }
    )* };
}

plain!(bool, i64, f64, String, Vec<u8>, Vec<String>);

impl Bind for &str {
    type Stored = String;

    fn stored(self) -> Result<String, BoxDynError> {
        Ok(self.to_owned())
    }
}

impl<T: Bind + Clone> Bind for &T {
    type Stored = T::Stored;

    fn stored(self) -> Result<T::Stored, BoxDynError> {
        self.clone().stored()
    }
}

impl<T: Bind> Bind for Option<T>
where
    Option<T::Stored>: Plain,
{
    type Stored = Option<T::Stored>;

    fn stored(self) -> Result<Self::Stored, BoxDynError> {
        self.map(T::stored).transpose()
    }
}

impl<T: Column> Column for Option<T>
where
    Option<T::Stored>: Plain,
{
    type Stored = Option<T::Stored>;

    fn read(stored: Self::Stored) -> Result<Self, BoxDynError> {
        stored.map(T::read).transpose()
    }
}

impl<T: Serialize> Bind for Json<T> {
    type Stored = Json<Box<RawValue>>;

    fn stored(self) -> Result<Self::Stored, BoxDynError> {
        Ok(Json(to_raw_value(&self.0)?))
    }
}

impl<T: DeserializeOwned + Serialize + Send + 'static> Column for Json<T> {
    type Stored = Self;

    fn read(stored: Self) -> Result<Self, BoxDynError> {
        Ok(stored)
    }
}

/// A point in time is stored as microseconds since 1970, UTC, in a `bigint`: it sorts and compares as a
/// number, alike on both databases. What is finer than a microsecond is cut off.
impl Bind for Timestamp {
    type Stored = i64;

    fn stored(self) -> Result<i64, BoxDynError> {
        Ok(self.as_microsecond())
    }
}

impl Column for Timestamp {
    type Stored = i64;

    fn read(stored: i64) -> Result<Self, BoxDynError> {
        Ok(Self::from_microsecond(stored)?)
    }
}

macro_rules! ids {
    ($($id:ident),*) => { $(
        impl Bind for $id {
            type Stored = String;
            fn stored(self) -> Result<String, BoxDynError> {
                Ok(self.to_string())
            }
        }
        impl Column for $id {
            type Stored = String;
            fn read(stored: String) -> Result<Self, BoxDynError> {
                Ok(stored.into())
            }
        }
    )* };
}

ids!(
    LeadId,
    SubmissionId,
    OfferId,
    RepId,
    TeamId,
    SourceId,
    RouteId,
    SlaId,
    CalendarId
);

macro_rules! words {
    ($($type:ident),*) => { $(
        impl Bind for $type {
            type Stored = String;
            fn stored(self) -> Result<String, BoxDynError> {
                Ok(self.word().to_owned())
            }
        }
        impl Column for $type {
            type Stored = String;
            fn read(stored: String) -> Result<Self, BoxDynError> {
                Self::by_word(&stored).ok_or_else(|| format!("there is no {} {stored}", stringify!($type)).into())
            }
        }
    )* };
}

words!(FactKind, MeasureKind, Platform);
