//! A raw item as a product of the canonical model. Pure, and total: any JSON gives a product or says what is wrong with it.

mod address;
mod attributes;
mod extras;
mod html;
mod media;
mod notes;
mod options;
mod price;
mod product;
mod stock;
mod variant;
mod wire;

pub use product::map_product;
