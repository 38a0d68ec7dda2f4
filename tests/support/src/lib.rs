#![doc = include_str!("../README.md")]

mod dice;
pub mod seed;
pub mod server;
pub mod shopify;
pub mod woocommerce;
