//! What is kept with a listing between two calls: what of it is ours, so that what the seller made of it is left alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// SKU to offer, both as eBay knows them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) offers: BTreeMap<String, String>,
    /// Names of facts that were sent: what is no longer said is taken off, and nothing else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) aspects: Vec<String>,
    /// It is to be on sale as soon as there is stock.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
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
