#![doc = include_str!("../README.md")]

pub mod bigcommerce;
mod dice;
pub mod etsy;
mod post;
pub mod seed;
pub mod server;
pub mod shopify;
pub mod woocommerce;
