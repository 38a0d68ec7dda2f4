//! Marks that a listing has at Etsy, which has no place for ids of others: materials, and the SKU of goods without one.
//!
//! Two of them stand among the materials from the beginning until the host knows the listing's number: whose answer was lost, whatever
//! was changed since, is found again by them. The first change after that takes them away.

use entrepot_guest::listing::Listing;
use serde_json::Value;

use super::content::{self, texts};
use super::text::MOST_MATERIALS;

/// The first word of the material that says which listing it is: after it the listing's id.
const MARK: &str = "entrepot";
/// The material of a listing that was taken off for want of stock. It tells it from one that the seller took off.
pub(crate) const HIDDEN: &str = "entrepot out of stock";
/// The first words of the material that says which pictures it was begun with: see [`pictures_mark`].
const PICTURES: &str = "entrepot pictures";

/// Materials hold letters, digits and spaces alone.
pub(super) fn mark(listing: &Listing) -> String {
    let id: String = listing.listing_id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    format!("{MARK} {id}")
}

/// Which pictures a listing is being given, in short: pictures that are there are only those if nothing else is wanted by now.
fn pictures_mark(listing: &Listing) -> String {
    let addresses: Vec<&str> = content::pictures(&listing.product).map(|(_, media)| media.url.as_str()).collect();
    // FNV-1a: told apart, not protected.
    let hash = addresses
        .join("\n")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{PICTURES} {hash:016x}")
}

/// Those of a listing whose number the host does not know.
pub(super) fn of(listing: &Listing) -> Vec<String> {
    match listing.external_id {
        Some(_) => Vec::new(),
        None => vec![mark(listing), pictures_mark(listing)],
    }
}

/// Whether a listing that was begun from here has the pictures of then, while others are wanted by now.
pub(super) fn has_other_pictures(listing: &Listing, there: &Value) -> bool {
    let materials = texts(&there["materials"]);
    materials.contains(&mark(listing)) && !materials.contains(&pictures_mark(listing))
}

/// Whether it has marks that are to go once its number is known.
pub(super) fn is_begun(there: &Value) -> bool {
    texts(&there["materials"]).iter().any(|material| is_mark(material) && material != HIDDEN)
}

/// The goods' own materials and the marks behind them, for which there has to be room. `hides`: with that of what is taken off for want
/// of stock.
pub(super) fn materials(own: &[String], marks: Vec<String>, hides: bool) -> Vec<String> {
    let marks: Vec<String> = marks.into_iter().chain(hides.then(|| HIDDEN.to_owned())).collect();
    let own = own.iter().filter(|material| !is_mark(material)).take(MOST_MATERIALS - marks.len());
    own.cloned().chain(marks.iter().cloned()).collect()
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
