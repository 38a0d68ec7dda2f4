//! JSON that somebody may have changed by hand.

use std::ops::Deref;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::error::BoxDynError;
use sqlx::types::Json;
use sqlx::{Database, Decode, Type};

/// What cannot be read is empty instead of an error: one such row must not keep all others of its list from being read. Whoever uses it
/// holds it against the row's MAC, which it then does not fit.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Lenient<T>(pub T);

impl<T> Deref for Lenient<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<DB: Database, T> Type<DB> for Lenient<T>
where
    Json<T>: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <Json<T> as Type<DB>>::type_info()
    }

    fn compatible(_: &DB::TypeInfo) -> bool {
        true
    }
}

impl<'r, DB: Database, T: Default + DeserializeOwned + 'r> Decode<'r, DB> for Lenient<T>
where
    Json<T>: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(<Json<T> as Decode<'r, DB>>::decode(value).map_or_else(|_| Self::default(), |Json(read)| Self(read)))
    }
}
