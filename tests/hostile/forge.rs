//! Components made by hand, for what a compiler would not produce.

use std::borrow::Cow;
use std::path::Path;

use anyhow::Result;
use wasm_encoder::{
    ComponentExportKind, ComponentInstanceSection, ComponentSection, CustomSection, InstanceSection, ModuleArg,
    RawSection,
};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// A component with `connection.check` and whatever is wrong with it.
pub(crate) struct Forged {
    /// Declarations beside the usual ones.
    pub(crate) extra: String,
    /// Pages of memory at the start.
    pub(crate) pages: u32,
    pub(crate) realloc: &'static str,
    pub(crate) check: &'static str,
}

impl Default for Forged {
    fn default() -> Self {
        let realloc = "(local.set 1 (global.get $at))
            (global.set $at (i32.and (i32.add (i32.add (global.get $at) (local.get 3)) (i32.const 15)) (i32.const -16)))
            (local.get 1)";
        Self { extra: String::new(), pages: 1, realloc, check: "(i32.const 1024)" }
    }
}

impl Forged {
    /// What `check` returns lies at 1024: an account with a name at 2048 and nothing else.
    pub(crate) fn component(&self) -> Result<Vec<u8>> {
        let Self { extra, pages, realloc, check } = self;
        let mut module = wat::parse_str(format!(
            r#"(module
                (import "entrepot:adapter/log@0.1.0" "write" (func $log (param i32 i32 i32 i32 i32)))
                (memory (export "memory") {pages})
                (global $at (mut i32) (i32.const 4096))
                {extra}
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
                (func (export "entrepot:adapter/connection@0.1.0#check")
                    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {check})
            )"#
        ))?;
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/0.1.0"))?;
        let world = resolve.select_world(&[package], Some("connectable"))?;
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)?;
        ComponentEncoder::default().validate(true).module(&module)?.encode()
    }
}

/// A data segment: where `check` points, with a name that lies at `at` and is `length` bytes long.
pub(crate) fn account(at: u32, length: u32) -> String {
    let bytes = |number: u32| number.to_le_bytes().iter().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    format!("(data (i32.const 1024) \"\\00\\00\\00\\00\\00\\00\\00\\00{}{}\")", bytes(at), bytes(length))
}

/// Adds `count` core modules, each instantiated, to a finished component.
pub(crate) fn with_modules(mut component: Vec<u8>, count: u32, text: &str) -> Result<Vec<u8>> {
    let module = wat::parse_str(text)?;
    let (first, _) = inside(&component)?;
    for index in first..first + count {
        // Section 1 of a component is a core module, as it is.
        RawSection { id: 1, data: &module }.append_to_component(&mut component);
        let mut instances = InstanceSection::new();
        instances.instantiate(index, std::iter::empty::<(&str, ModuleArg)>());
        instances.append_to_component(&mut component);
    }
    Ok(component)
}

/// Adds a component, instantiated, to a finished one.
pub(crate) fn with_component(mut component: Vec<u8>, text: &str) -> Result<Vec<u8>> {
    let inner = wat::parse_str(text)?;
    let (_, index) = inside(&component)?;
    // Section 4 of a component is a component, as it is.
    RawSection { id: 4, data: &inner }.append_to_component(&mut component);
    let mut instances = ComponentInstanceSection::new();
    instances.instantiate(index, std::iter::empty::<(&str, ComponentExportKind, u32)>());
    instances.append_to_component(&mut component);
    Ok(component)
}

/// How many core modules and components lie directly in a component.
fn inside(component: &[u8]) -> Result<(u32, u32)> {
    let (mut depth, mut modules, mut components) = (0_u32, 0, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } => {
                modules += u32::from(depth == 0);
                depth += 1;
            }
            Payload::ComponentSection { .. } => {
                components += u32::from(depth == 0);
                depth += 1;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok((modules, components))
}

/// Adds a custom section to a finished component.
pub(crate) fn with_section(mut component: Vec<u8>, name: &str, data: &[u8]) -> Vec<u8> {
    CustomSection { name: Cow::Borrowed(name), data: Cow::Borrowed(data) }.append_to_component(&mut component);
    component
}
