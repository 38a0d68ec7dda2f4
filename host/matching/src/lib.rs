#![doc = include_str!("../README.md")]

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
