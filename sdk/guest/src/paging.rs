//! Cursors and contexts: serde types that travel as JSON text, opaque to the host.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::items::Page;
use crate::bindings::stock::StockPage;
use crate::bindings::types::Error;

/// What the host handed back, or the default where it had nothing (the first page). A cursor this version cannot read
/// is the adapter's fault, and starting over silently would hide it.
pub fn decode<T: DeserializeOwned + Default>(text: Option<&str>) -> Result<T, Error> {
    match text {
        None => Ok(T::default()),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| Error::Other(format!("the cursor or context is not one of this version: {error}"))),
    }
}

/// The text of a cursor or context.
pub fn encode<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|error| Error::Other(format!("the cursor or context cannot be written: {error}")))
}

/// A page with nothing in it, to be filled.
pub fn empty_page() -> Page {
    Page { items: Vec::new(), listed: Vec::new(), next: None, context: None, total: None, wait: None }
}

/// A page of stock with nothing in it, to be filled.
pub fn empty_stock_page() -> StockPage {
    StockPage { levels: Vec::new(), next: None, context: None, total: None, wait: None }
}
