//! From a core module to a component that carries its manifest, and what can be read back from one.

use std::borrow::Cow;

use anyhow::{Context, Result, bail};
use entrepot_artifact::MANIFEST_SECTION;
use wasm_encoder::{ComponentSection, CustomSection};
use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::{Resolve, WorldItem, WorldKey};

/// The component of a core module built with the guest SDK, validated, with the manifest embedded.
pub fn encode(module: &[u8], manifest: &str) -> Result<Vec<u8>> {
    let mut component = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .context("the module does not say which capabilities it has: is there an `entrepot_guest::export!` line?")?
        .encode()
        .context("the module cannot be made a component")?;
    let section = CustomSection { name: Cow::Borrowed(MANIFEST_SECTION), data: Cow::Borrowed(manifest.as_bytes()) };
    section.append_to_component(&mut component);
    Ok(component)
}

/// What a component exports and imports, function by function: `entrepot:adapter/http@0.1.1: send`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Surface {
    pub exports: Vec<String>,
    pub imports: Vec<String>,
}

impl Surface {
    pub fn of(component: &[u8]) -> Result<Self> {
        let DecodedWasm::Component(resolve, world) = wit_component::decode(component).context("not a component")?
        else {
            bail!("this is a WIT package, not a component");
        };
        let world = &resolve.worlds[world];
        let list = |items: &mut dyn Iterator<Item = (&WorldKey, &WorldItem)>| {
            let mut lines: Vec<_> = items.flat_map(|(key, item)| functions(&resolve, key, item)).collect();
            lines.sort();
            lines
        };
        Ok(Self { exports: list(&mut world.exports.iter()), imports: list(&mut world.imports.iter()) })
    }
}

fn functions(resolve: &Resolve, key: &WorldKey, item: &WorldItem) -> Vec<String> {
    let name = resolve.name_world_key(key);
    match item {
        WorldItem::Interface { id, .. } => {
            resolve.interfaces[*id].functions.keys().map(|function| format!("{name}: {function}")).collect()
        }
        WorldItem::Function(_) => vec![name],
        WorldItem::Type { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_capabilities_is_no_adapter() {
        let module = wat::parse_str("(module (import \"env\" \"x\" (func)))").unwrap_or_default();
        assert!(encode(&module, "id = \"x\"").is_err());
        assert!(encode(b"not wasm", "").is_err());
        assert!(Surface::of(b"not wasm").is_err());
    }

    #[test]
    fn the_manifest_travels_with_the_component() -> Result<()> {
        let module = wat::parse_str("(module)")?;
        let component = encode(&module, "id = \"empty\"")?;
        let found = wasmparser::Parser::new(0).parse_all(&component).any(|payload| {
            matches!(payload, Ok(wasmparser::Payload::CustomSection(section))
                if section.name() == MANIFEST_SECTION && section.data() == b"id = \"empty\"")
        });
        assert!(found);
        assert_eq!(Surface::of(&component)?, Surface::default());
        Ok(())
    }
}
