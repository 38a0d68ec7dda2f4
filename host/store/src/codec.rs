//! Raw items are many and alike: LZ4 takes two thirds off for a few microseconds each.

use serde::{Serialize, Serializer};
use sqlx::types::Json;

use crate::StoreError;

/// JSON columns as what they hold.
pub(crate) fn plain<T: Serialize, S: Serializer>(json: &Json<T>, serializer: S) -> Result<S::Ok, S::Error> {
    json.0.serialize(serializer)
}

pub fn pack(text: &str) -> Vec<u8> {
    lz4_flex::compress_prepend_size(text.as_bytes())
}

pub fn unpack(packed: &[u8]) -> Result<String, StoreError> {
    let bytes = lz4_flex::decompress_size_prepended(packed)
        .map_err(|error| StoreError::Corrupt(format!("a raw item does not unpack: {error}")))?;
    String::from_utf8(bytes).map_err(|_| StoreError::Corrupt("a raw item is not UTF-8".into()))
}
