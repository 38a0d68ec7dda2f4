#![doc = include_str!("../README.md")]

mod dice;
pub mod etsy;
pub mod seed;
pub mod server;
pub mod woocommerce;
