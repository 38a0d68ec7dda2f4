//! What Etsy says of a listing's stock and prices.

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;

/// What is known of a listing's inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inventory {
    Found(String),
    /// The listing exists and has no record: never edited with the inventory tools.
    Without,
    Unreadable(String),
    /// The listing does not exist any more.
    Gone,
}

impl Inventory {
    pub(crate) fn json(&self) -> &str {
        match self {
            Self::Found(json) => json,
            _ => "null",
        }
    }

    pub(crate) fn problem(&self) -> Option<Issue> {
        let why = match self {
            Self::Unreadable(why) => why.as_str(),
            // A listing has one product at least, and the record's own fields name no price.
            Self::Found(json) if Raw::of(json).fields().get("products").records().is_empty() => {
                "its record comes without products"
            }
            _ => return None,
        };
        let message = format!("Etsy does not deliver the inventory of this listing, so it cannot be imported: {why}");
        Some(issue("/inventory", "inventory-unreadable", message))
    }

    /// The processing profiles that its offerings name.
    pub(crate) fn profiles(&self) -> Vec<u64> {
        let products = Raw::of(self.json()).fields().get("products").records();
        let offerings = products.iter().flat_map(|product| product.get("offerings").records());
        offerings.filter_map(|offering| offering.get("readiness_state_id").id()).collect()
    }
}
