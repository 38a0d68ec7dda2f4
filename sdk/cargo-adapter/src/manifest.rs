//! `adapter.toml`, as far as building needs it. The host reads the rest, and is strict about it.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

#[derive(Deserialize)]
struct Named {
    id: String,
    #[serde(default)]
    world: String,
}

/// The manifest's text and the adapter's id.
pub struct Manifest {
    pub id: String,
    /// Empty: it names none, and the host will refuse it.
    pub world: String,
    pub text: String,
}

impl Manifest {
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read; an adapter crate has its manifest there", path.display()))?;
        Self::parse(text).with_context(|| path.display().to_string())
    }

    pub fn parse(text: String) -> Result<Self> {
        let Named { id, world } = toml::from_str(&text)?;
        // The id becomes a file name.
        let first = id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        let rest = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        ensure!(
            first && rest && id.len() <= 64,
            "id {id:?}: lower-case letters, digits and hyphens, a letter first, at most 64"
        );
        Ok(Self { id, world, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_safe_as_a_file_name() {
        assert_eq!(
            Manifest::parse("id = \"woocommerce\"\nname = \"x\"".into()).map(|m| m.id).ok().as_deref(),
            Some("woocommerce")
        );
        for id in ["", "../x", "a/b", "Woo", "1a", "a b", "ä"] {
            assert!(Manifest::parse(format!("id = {id:?}")).is_err(), "{id}");
        }
        assert!(Manifest::parse("name = \"no id\"".into()).is_err());
    }
}
