//! Adapters with another manifest than they were built with.

use std::borrow::Cow;

use entrepot_adapters::MANIFEST_SECTION;
use entrepot_artifact::Artifact;
use wasm_encoder::{ComponentSection, CustomSection};

use crate::adapters_folder;

/// The component of that id, its manifest edited.
pub fn edited(id: &str, edit: impl Fn(&str) -> String) -> Vec<u8> {
    let file = adapters_folder().join(format!("{id}.wasm"));
    let bytes =
        std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}: run `cargo xtask test`", file.display()));
    let manifest = Artifact::read(bytes.clone()).expect("an artifact").manifest_text().to_owned();
    let at = bytes.windows(manifest.len()).rposition(|window| window == manifest.as_bytes()).expect("its manifest");
    assert_eq!(at + manifest.len(), bytes.len(), "it is the last section");
    // id, size in two LEB128 bytes (the manifest has 127 to 16,383), length of the name, name
    let mut component = bytes[..at - MANIFEST_SECTION.len() - 4].to_vec();
    let text = edit(&manifest);
    CustomSection { name: Cow::Borrowed(MANIFEST_SECTION), data: Cow::Borrowed(text.as_bytes()) }
        .append_to_component(&mut component);
    component
}

/// The WooCommerce adapter under another version number.
pub fn version(number: &str) -> Vec<u8> {
    edited("woocommerce", |text| with_version(text, number))
}

pub fn with_version(manifest: &str, number: &str) -> String {
    manifest.replace("version = \"0.1.0\"", &format!("version = \"{number}\""))
}
