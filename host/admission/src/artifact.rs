//! An artifact: a component with its manifest in a custom section, so that the file alone is enough.

use entrepot_domain::grants::Manifest;
use sha2::{Digest, Sha256};
use wasmparser::{Parser, Payload};

use crate::AdmissionError;

/// Name of the custom section that holds the manifest (`adapter.toml`, as it is).
pub const MANIFEST_SECTION: &str = "entrepot:manifest";
/// A longer manifest is none.
const LONGEST_MANIFEST: usize = 256 << 10;

/// SHA-256, hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn manifest(artifact: &[u8]) -> Result<Manifest, AdmissionError> {
    let mut found = Vec::new();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(artifact) {
        let payload = payload.map_err(|error| entrepot_runtime::LoadError::NotAComponent(error.to_string()))?;
        match payload {
            // Only the outermost component's section counts: an inner module could carry anything.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == MANIFEST_SECTION => {
                found.push(section.data());
            }
            _ => {}
        }
    }
    if found.len() > 1 {
        return Err(AdmissionError::TwoManifests);
    }
    let text = found
        .pop()
        .filter(|data| data.len() <= LONGEST_MANIFEST)
        .and_then(|data| std::str::from_utf8(data).ok())
        .ok_or(AdmissionError::NoManifest)?;
    Ok(Manifest::parse(text)?)
}
