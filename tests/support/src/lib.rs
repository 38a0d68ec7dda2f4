#![doc = include_str!("../README.md")]

pub mod bigcommerce;
mod dice;
pub mod etsy;
pub mod seed;
pub mod server;
pub mod woocommerce;
