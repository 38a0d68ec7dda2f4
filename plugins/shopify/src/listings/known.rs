//! What is kept with a listing, and how a variant is told from the others.

use std::collections::BTreeMap;

use entrepot_guest::listing::Listing;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is kept with a listing.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// Pictures that Shopify took, by their address: sent again they would be loaded again.
    pub(super) files: BTreeMap<String, String>,
}

impl State {
    pub(super) fn of(listing: &Listing) -> Self {
        serde_json::from_str(&listing.state).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// What makes a variant what it is: no two of a product have the same values.
pub(super) fn of_values<S: AsRef<str>>(values: &[S]) -> String {
    values.iter().map(|value| value.as_ref().trim()).collect::<Vec<_>>().join("\u{1f}")
}

/// The same of a variant of Shopify's, by the names of the options; "" for a product without options.
pub(super) fn of_selected(variant: &Value, options: &[String]) -> String {
    let selected = variant.get("selectedOptions").and_then(Value::as_array);
    let value = |name: &String| {
        let named = |option: &&Value| option.get("name").and_then(Value::as_str) == Some(name);
        let option = selected.into_iter().flatten().find(named);
        option.and_then(|option| option.get("value")?.as_str()).unwrap_or_default()
    };
    of_values(&options.iter().map(value).collect::<Vec<_>>())
}

/// `available` of an inventory level; none: the item does not lie there.
pub(super) fn available(item: &Value) -> Option<i64> {
    let quantities = item.get("inventoryLevel")?.get("quantities")?.as_array()?;
    quantities.iter().find(|quantity| quantity["name"] == "available")?.get("quantity")?.as_i64()
}

/// FNV-1a, for keys by which Shopify knows a change again that it is sent twice.
pub(super) fn fingerprint(text: &str) -> String {
    const BASE: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = text.bytes().fold(BASE, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}
