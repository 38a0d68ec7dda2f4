//! A raw item as a product of the canonical model. Pure, and total: any JSON gives a product or says what is wrong with it.

mod attributes;
mod media;
mod notes;
mod options;
mod price;
mod product;
mod stock;
mod variant;

use entrepot_guest::lenient::Fields;

pub use product::map_product;

/// What a variant is named after, behind its listing's id; empty: the listing has one.
pub(crate) fn variant_key(product: &Fields<'_>) -> String {
    options::key(&options::choices(product))
}
