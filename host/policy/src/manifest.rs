//! `adapter.toml`: what an adapter is, what it needs to know, and what it asks to be allowed.

mod answers;
mod check;
mod line;
mod model;
mod parse;

pub use model::{Manifest, SUPPORTED_WORLDS};
pub use parse::ManifestError;
