//! What is kept with a listing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// Addresses of pictures, and Etsy's ids of them.
    pub(super) images: BTreeMap<String, u64>,
    /// Attributes of the category that were set: id, and value.
    pub(super) properties: BTreeMap<String, String>,
    /// As they are when it is on sale.
    pub(super) materials: Vec<String>,
    /// It is to be on sale as soon as there is stock.
    pub(super) active: bool,
    /// It was not published for want of stock: what the draft's inventory says is made up.
    pub(super) held: bool,
}

impl State {
    pub(super) fn of(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}
