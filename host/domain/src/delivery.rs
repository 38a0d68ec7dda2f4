//! What a delivery says, as it is kept until it is worked on. It is kept as JSON: the names of fields and variants stay.

use serde::{Deserialize, Serialize};

use crate::catalog::Issue;
use crate::clock::Timestamp;

/// An item as the marketplace sent it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawItem {
    /// The marketplace's id, unique within the channel.
    pub source_id: String,
    /// When the marketplace last changed it, if it says so.
    pub updated_at: Option<Timestamp>,
    /// As the adapter wrote it down for its own `map-product`; JSON by custom.
    pub body: String,
    /// It is gone from the marketplace; the body is empty.
    pub deleted: bool,
    /// Why it cannot be mapped. An item that has any becomes a dead letter.
    pub problems: Vec<Issue>,
}

/// One thing that a delivery says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The item is complete.
    Upserted(RawItem),
    /// The id of an item that is to be fetched.
    Changed(String),
    /// The id of an item that is gone.
    Deleted(String),
    /// Stock alone; the items stay as they are.
    Stock(Vec<StockChange>),
    /// The id of an order.
    OrderChanged(String),
    /// The seller took away the access.
    Disconnected,
    /// What a run waits for at the marketplace is ready; the adapter's JSON.
    RunReady(String),
    /// Nothing is to be done, and why.
    Ignored(String),
}

/// How much of an item there is at a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockChange {
    /// The marketplace's id of the stock item, as the product's levels name it.
    pub item_id: String,
    /// The marketplace's id of the location.
    pub location_id: String,
    /// Pieces; negative where the shop sold what it has not.
    pub available: i64,
}
