//! A raw item as a product of the canonical model. Pure, and total: any JSON gives a product or says what is wrong with it.

mod extras;
mod media;
mod notes;
mod options;
mod price;
mod product;
mod stock;
mod units;
mod variant;

pub use product::map_product;
pub(crate) use stock::alone as stock_alone;
