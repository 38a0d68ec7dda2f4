//! What is kept with a listing, and the marks that stand at Etsy while buyers do not see them.

use std::collections::BTreeMap;

use entrepot_guest::listing::Listing;
use serde::{Deserialize, Serialize};

use super::content;

/// The first word of the one material that a draft has until it is finished: after it the listing's id. By it a draft is found again whose
/// answer was lost; Etsy has no place for ids of others, and materials of drafts are seen by nobody.
const MARK: &str = "entrepot";
/// The material of a listing that was taken off for want of stock. It tells it from one that the seller took off.
pub(crate) const HIDDEN: &str = "entrepot out of stock";

/// The first words of another material of a draft: see [`pictures_mark`].
const PICTURES: &str = "entrepot pictures";

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

/// Materials hold letters, digits and spaces alone.
pub(super) fn mark(listing: &Listing) -> String {
    let id: String = listing.listing_id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    format!("{MARK} {id}")
}

/// Which pictures a draft is being given, in short: pictures that are there are only those if nothing else is wanted by now.
pub(super) fn pictures_mark(listing: &Listing) -> String {
    let addresses: Vec<&str> = content::pictures(&listing.product).map(|(_, media)| media.url.as_str()).collect();
    // FNV-1a: told apart, not protected.
    let hash = addresses
        .join("\n")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{PICTURES} {hash:016x}")
}

/// A SKU that is a listing's id, given to goods without one.
pub(crate) fn is_mark_sku(sku: &str) -> bool {
    let id = sku.strip_prefix("lst_");
    id.is_some_and(|id| id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// A material that is one of these marks, and says nothing of the goods.
pub(crate) fn is_mark(material: &str) -> bool {
    let id = material.strip_prefix(MARK).and_then(|rest| rest.strip_prefix(' '));
    material == HIDDEN || material.starts_with(PICTURES) || id.is_some_and(|id| id.starts_with("lst "))
}
