//! `adapter.toml`, read as strictly as the host will: what it refuses should not be built, signed or published.

use std::path::Path;

use anyhow::{Context, Result};
use entrepot_policy as policy;

/// The manifest's text, and what building needs to know of it.
pub struct Manifest {
    pub id: String,
    pub world: String,
    pub text: String,
}

impl Manifest {
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read; an adapter crate has its manifest there", path.display()))?;
        Self::parse(text).with_context(|| path.display().to_string())
    }

    /// Any key that nobody knows is an error. The id is one that may be the name of a file.
    pub fn parse(text: String) -> Result<Self> {
        let policy::Manifest { id, world, .. } = strictly(&text)?;
        Ok(Self { id, world, text })
    }
}

/// A manifest that a host takes; one for development takes others, too.
pub fn strictly(text: &str) -> Result<policy::Manifest> {
    let manifest = policy::Manifest::parse(text)?;
    let development =
        std::env::var("ENTREPOT_EGRESS_ALLOW_LOOPBACK").is_ok_and(|on| matches!(on.as_str(), "1" | "true"));
    match manifest.nowhere().filter(|_| !development) {
        Some(nowhere) => Err(nowhere.into()),
        None => Ok(manifest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "id = \"woocommerce\"\nname = \"x\"\npublisher = \"x\"\nversion = \"1.0.0\"\nworld = \"entrepot:adapter@0.1.1\"\n";

    #[test]
    fn the_id_is_safe_as_a_file_name_and_nothing_is_misspelt() {
        assert_eq!(Manifest::parse(LEAST.into()).map(|m| m.id).ok().as_deref(), Some("woocommerce"));
        for id in ["", "../x", "a/b", "Woo", "1a", "a b", "ä"] {
            assert!(Manifest::parse(LEAST.replace("woocommerce", id)).is_err(), "{id}");
        }
        let error =
            Manifest::parse(format!("{LEAST}[rate_limits]\nconcurrency = 2\n")).map(drop).expect_err("misspelt");
        assert!(error.to_string().contains("line 6, rate_limits: unknown field"), "{error}");
        for origin in ["https://localhost", "http://shop.example", "https://x.default.svc", "https://10.0.0.1.nip.io"] {
            let rule =
                "[[egress]]\nname = \"all\"\noperations = [\"fetch-page\"]\nmethods = [\"GET\"]\npaths = [\"/**\"]\n";
            let error = Manifest::parse(format!("{LEAST}{rule}origin = \"{origin}\"\n")).map(drop).expect_err(origin);
            assert!(
                error.to_string().contains("egress[0].origin") && error.to_string().contains("no marketplace"),
                "{error}"
            );
        }
    }
}
