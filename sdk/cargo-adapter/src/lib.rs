#![doc = include_str!("../README.md")]

pub mod build;
pub mod component;
pub mod manifest;
mod npm;
pub mod toolchain;

pub use build::{Built, build};
pub use manifest::strictly;
pub use toolchain::Toolchain;
