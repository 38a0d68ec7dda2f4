#![doc = include_str!("../README.md")]

mod artifact;
mod error;
mod generations;
mod install;

pub use artifact::MANIFEST_SECTION;
pub use error::AdmissionError;
pub use generations::{Admission, Generation};
pub use install::Installed;
