//! One file for each target.

mod artifact;
mod grant;
mod manifest;
mod matcher;
mod names;
mod signed;
mod url;

use crate::Target;

pub const TARGETS: &[Target] =
    &[manifest::TARGET, grant::TARGET, url::TARGET, artifact::TARGET, signed::TARGET, names::TARGET];

pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// For seeds that are inputs as they are.
fn as_it_is(seed: Vec<u8>) -> Vec<Vec<u8>> {
    vec![seed]
}
