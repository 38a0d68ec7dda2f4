#![doc = include_str!("../README.md")]

pub mod build;
pub mod component;
pub mod manifest;
mod npm;
mod output;
pub mod toolchain;

pub use build::build;
pub use manifest::strictly;
pub use output::{Built, Order};
pub use toolchain::Toolchain;
