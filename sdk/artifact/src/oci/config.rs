//! The config of a Wasm artifact, which registries and other tools show: what the component imports and exports.

use std::time::SystemTime;

use serde::Serialize;
use wasmparser::{Parser, Payload};

use crate::ArtifactError;

pub(super) const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
pub(super) const LAYER_TYPE: &str = "application/wasm";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    created: jiff::Timestamp,
    author: String,
    architecture: &'static str,
    os: &'static str,
    layer_digests: [String; 1],
    component: Surface,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Surface {
    pub(super) exports: Vec<String>,
    pub(super) imports: Vec<String>,
}

/// `digest` with its `sha256:`.
pub(super) fn config(
    component: &[u8],
    publisher: &str,
    digest: String,
    now: SystemTime,
) -> Result<Vec<u8>, ArtifactError> {
    let config = Config {
        created: jiff::Timestamp::try_from(now).unwrap_or_default(),
        author: publisher.to_owned(),
        architecture: "wasm",
        // The layout knows no other word for a component, WASI or not.
        os: "wasip2",
        layer_digests: [digest],
        component: surface(component)?,
    };
    Ok(serde_json::to_vec(&config).unwrap_or_default())
}

/// Interfaces and functions of the outermost component, sorted.
fn surface(component: &[u8]) -> Result<Surface, ArtifactError> {
    let unreadable = || ArtifactError::NotAComponent("its imports and exports cannot be read");
    let mut surface = Surface::default();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|_| unreadable())? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    surface.imports.push(import.map_err(|_| unreadable())?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    surface.exports.push(export.map_err(|_| unreadable())?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    surface.exports.sort();
    surface.imports.sort();
    Ok(surface)
}
