//! What is kept with a listing between two calls: what of the product is ours, so that what others made of it is left alone.

use std::collections::BTreeMap;

use entrepot_guest::listing::Listing;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// Fingerprint of a picture's address, as it was sent, to the store's id of it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) pictures: BTreeMap<String, u64>,
    /// Variants that were made or taken over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) variants: Vec<u64>,
    /// Variant to the fingerprint of the picture that was sent for it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) shown: BTreeMap<u64, String>,
    /// The category that the product was put into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) category: Option<u64>,
    /// The storefront that it was put on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) storefront: Option<u64>,
    /// What was added to the title: another product has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<Ending>,
    /// What was added to the address likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<Ending>,
}

/// What was added to a text that another product has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ending {
    /// The fingerprint of the text: to another one nothing has to be added.
    of: String,
    ends: String,
}

impl Ending {
    pub(super) fn new(text: &str, ends: String) -> Self {
        Self { of: fingerprint(text), ends }
    }

    /// What belongs to the end of this text.
    pub(super) fn of<'e>(known: Option<&'e Self>, text: &str) -> &'e str {
        known.filter(|known| known.of == fingerprint(text)).map_or("", |known| known.ends.as_str())
    }
}

impl State {
    pub(super) fn of(listing: &Listing) -> Self {
        Self::read(&listing.state)
    }

    pub(super) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// FNV-1a: addresses themselves would be more than the host keeps.
pub(super) fn fingerprint(text: &str) -> String {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
}
