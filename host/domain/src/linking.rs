//! Finding out which variants of two channels are the same goods, and keeping together what was found. Pure: goods go in, matches
//! come out, in an order that does not depend on the order of what went in, and the same from either side.

mod assign;
mod candidates;
mod facts;
mod groups;
mod score;
mod side;
#[cfg(test)]
mod tests;
mod words;

pub use assign::{Alternative, Match, Place, match_goods};
pub use facts::{Article, Facts, Goods};
pub use groups::{Groups, Refusal, VariantKey, parts, same_variants};
pub use score::Method;
pub use words::{gtin14, normal_sku};
