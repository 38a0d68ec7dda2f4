#![doc = include_str!("../README.md")]

pub mod bigcommerce;
pub mod dice;
pub mod ebay;
pub mod etsy;
pub mod pictures;
pub mod post;
pub mod seed;
pub mod server;
pub mod shopify;
pub mod woocommerce;
