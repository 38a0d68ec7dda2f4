//! The manifest as far as an artifact needs it: who made what, in which version. What it asks for is the host's to read.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::ArtifactError;
use crate::names::is_adapter_id;

/// Name of the custom section that holds the manifest (`adapter.toml`, as it is).
pub const MANIFEST_SECTION: &str = "entrepot:manifest";

/// The keys of a manifest that say what the artifact is. Others are left to the host, which is strict about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestHead {
    /// 2 to 63 of a-z, 0-9 and `-`, beginning with a letter.
    pub id: String,
    pub publisher: String,
    #[serde(deserialize_with = "version")]
    pub version: semver::Version,
    /// The interface it was built against, e.g. `entrepot:adapter@0.1.0`.
    pub world: String,
}

impl ManifestHead {
    pub fn parse(text: &str) -> Result<Self, ArtifactError> {
        let head: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            let place = line.map(|line| format!("adapter.toml line {line}: ")).unwrap_or_default();
            ArtifactError::Manifest(format!("{place}{}", error.message()))
        })?;
        let wrong = |problem: &str| Err(ArtifactError::Manifest(problem.to_owned()));
        if !is_adapter_id(&head.id) {
            return wrong("id must be 2 to 63 of a-z, 0-9 and -, beginning with a letter");
        }
        for (key, value) in [("publisher", &head.publisher), ("world", &head.world)] {
            if value.trim().is_empty() || value.chars().any(char::is_control) {
                return wrong(&format!("{key} must not be empty or hold control characters"));
            }
        }
        Ok(head)
    }
}

fn version<'de, D: Deserializer<'de>>(given: D) -> Result<semver::Version, D::Error> {
    let text = String::deserialize(given)?;
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        D::Error::custom(format!("version {shown:?} is not MAJOR.MINOR.PATCH, as in 1.0.0"))
    })
}
