//! What a person changes of a listing.

use entrepot_domain::listing::Status;
use serde_json::Value;

/// What a person changes of a listing. What is `None` stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListingChange {
    pub status: Option<Status>,
    /// A JSON object that is merged into what is set (RFC 7396): null takes a value back to the product's.
    pub set: Option<Value>,
    /// `Some(None)`: none any more.
    pub category: Option<Option<String>>,
    /// Likewise merged into what the category asks for.
    pub fields: Option<Value>,
    /// Refused where the listing has another version by now.
    pub version: Option<i64>,
}
