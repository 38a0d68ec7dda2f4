//! Our own count in the place of the shop's.

use entrepot_domain::catalog::{Inventory, Level, Product};
use entrepot_store::own_stock::OwnStock;

/// Where our own stock lies, as a product tells of it.
const OWN: &str = "own";

/// What is counted here counts as if the shop told it.
pub(crate) fn with_own_stock(product: &mut Product, own: &[&OwnStock]) {
    for variant in &mut product.variants {
        let Some(own) = own.iter().find(|own| own.variant_id == variant.source_id) else { continue };
        variant.inventory = match own.available {
            None => Inventory::Untracked(true),
            Some(available) => Inventory::Tracked(vec![Level {
                location_id: OWN.to_owned(),
                location_name: None,
                available,
                item_id: None,
                backorder: false,
            }]),
        };
    }
}
