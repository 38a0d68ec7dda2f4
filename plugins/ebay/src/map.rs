//! A raw item as a product of the canonical model. Pure, and total: any JSON gives a product or says what is wrong with it.

mod attributes;
mod media;
mod notes;
mod price;
mod product;
mod variant;

pub use product::map_product;
