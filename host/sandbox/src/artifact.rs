//! An artifact that was looked at before anything is compiled: cheaply, in one pass, and never deeper than so many levels.

mod depth;

use bytes::Bytes;
use entrepot_policy::SUPPORTED_WORLDS;
use sha2::{Digest, Sha256};
use wasmparser::{Encoding, Parser, Payload};
use wasmtime::Engine;

use crate::limits::MAX_ARTIFACT_LEN;
use crate::load_error::LoadError;
use depth::Depths;

/// The interfaces a guest may import. Types-only ones grant nothing.
const KNOWN_IMPORTS: &[&str] =
    &["types", "exchange", "model", "items", "listing-types", "log", "http", "files", "media", "keys"];

/// By name and version.
fn is_known(import: &str) -> bool {
    let known = import.strip_prefix("entrepot:adapter/").and_then(|rest| rest.split_once('@'));
    known.is_some_and(|(interface, version)| {
        let offered = |world: &&str| world.strip_prefix("entrepot:adapter@") == Some(version);
        KNOWN_IMPORTS.contains(&interface) && SUPPORTED_WORLDS.iter().any(offered)
    })
}

// Far beyond what toolchains make of an adapter, and far below what keeps a compiler busy for minutes.
const IMPORTS: u64 = 100;
const EXPORTS: u64 = 100;
const INNER_NAMES: u64 = 20_000;
const DEFINITIONS: u64 = 50_000;
const TYPE_BYTES: u64 = 1 << 20;
const TYPE_LEVELS: u64 = 64;
const MODULES: u64 = 32;
const COMPONENTS: u64 = 200;
const COMPONENT_LEVELS: u64 = 8;
const FUNCTIONS: u64 = 100_000;
const FUNCTION_BYTES: u64 = 1 << 20;

/// Bytes of a component that may be compiled. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Artifact {
    bytes: Bytes,
    digest: [u8; 32],
}

impl Artifact {
    /// Refuses what needs no compiler to be refused. Takes milliseconds, and for the largest artifact a moment.
    pub fn check(bytes: impl Into<Bytes>) -> Result<Self, LoadError> {
        let bytes = bytes.into();
        check_beginning(&bytes)?;
        check_contents(&bytes)?;
        let digest = Sha256::digest(&bytes).into();
        Ok(Self { bytes, digest })
    }

    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// SHA-256.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

fn check_beginning(artifact: &[u8]) -> Result<(), LoadError> {
    if artifact.len() > MAX_ARTIFACT_LEN {
        return Err(LoadError::TooLarge(artifact.len()));
    }
    if Engine::detect_precompiled(artifact).is_some() {
        return Err(LoadError::Precompiled);
    }
    if Parser::is_core_wasm(artifact) {
        return Err(LoadError::CoreModule);
    }
    if !Parser::is_component(artifact) {
        return Err(LoadError::NotAComponent("it does not begin like one".into()));
    }
    Ok(())
}

/// Walks over all sections, inner ones too. The parser keeps a stack of its own and reads types no deeper than it allows;
/// nothing here calls itself without that bound.
fn check_contents(artifact: &[u8]) -> Result<(), LoadError> {
    let mut count = Counts::default();
    let mut depths = Depths::new(TYPE_LEVELS);
    for payload in Parser::new(0).parse_all(artifact) {
        match payload? {
            Payload::Version { encoding, .. } => {
                count.level += u64::from(encoding == Encoding::Component);
                // The outermost one is not nested in anything.
                below("levels of nested components", count.level.saturating_sub(1), COMPONENT_LEVELS)?;
                count.open.push(encoding);
                depths.open();
            }
            Payload::End(_) => {
                count.level -= u64::from(count.open.pop() == Some(Encoding::Component));
                depths.close();
            }
            Payload::ModuleSection { .. } => add(&mut count.modules, 1, "core modules", MODULES)?,
            Payload::ComponentSection { .. } => add(&mut count.components, 1, "inner components", COMPONENTS)?,
            Payload::TypeSection(section) => count.types(section.range())?,
            Payload::CoreTypeSection(section) => count.types(section.range())?,
            Payload::ComponentTypeSection(section) => {
                count.types(section.range())?;
                for ty in section {
                    depths.define(&ty?)?;
                }
            }
            Payload::ComponentAliasSection(section) => {
                count.definitions(section.count())?;
                for alias in section {
                    depths.alias(&alias?);
                }
            }
            Payload::ComponentImportSection(section) => {
                count.imports(section.count())?;
                for import in section {
                    let import = import?;
                    if count.is_outermost() && !is_known(import.name.name) {
                        return Err(LoadError::UnknownImport(shown(import.name.name)));
                    }
                    depths.import(import.ty);
                }
            }
            Payload::ComponentExportSection(section) => {
                count.exports(section.count())?;
                for export in section {
                    depths.export(&export?);
                }
            }
            Payload::ComponentInstanceSection(section) => count.definitions(section.count())?,
            Payload::InstanceSection(section) => count.definitions(section.count())?,
            Payload::ComponentCanonicalSection(section) => count.definitions(section.count())?,
            Payload::ImportSection(section) => count.imports(section.count())?,
            Payload::ExportSection(section) => count.exports(section.count())?,
            Payload::FunctionSection(section) => {
                add(&mut count.functions, section.count().into(), "functions", FUNCTIONS)?;
            }
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                below("bytes in one function", range.end.saturating_sub(range.start), FUNCTION_BYTES)?;
            }
            _ => {}
        }
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    /// What the walk is inside of, the innermost last.
    open: Vec<Encoding>,
    level: u64,
    imports: u64,
    exports: u64,
    inner_names: u64,
    definitions: u64,
    type_bytes: u64,
    modules: u64,
    components: u64,
    functions: u64,
}

impl Counts {
    fn is_outermost(&self) -> bool {
        self.open.len() == 1
    }

    fn types(&mut self, range: std::ops::Range<u64>) -> Result<(), LoadError> {
        add(&mut self.type_bytes, range.end.saturating_sub(range.start), "bytes of types", TYPE_BYTES)
    }

    fn definitions(&mut self, count: u32) -> Result<(), LoadError> {
        add(&mut self.definitions, count.into(), "instances, aliases and adapted functions", DEFINITIONS)
    }

    fn imports(&mut self, count: u32) -> Result<(), LoadError> {
        if self.is_outermost() { add(&mut self.imports, count.into(), "imports", IMPORTS) } else { self.inner(count) }
    }

    fn exports(&mut self, count: u32) -> Result<(), LoadError> {
        if self.is_outermost() { add(&mut self.exports, count.into(), "exports", EXPORTS) } else { self.inner(count) }
    }

    fn inner(&mut self, count: u32) -> Result<(), LoadError> {
        add(&mut self.inner_names, count.into(), "imports and exports of its parts", INNER_NAMES)
    }
}

fn add(sum: &mut u64, more: u64, what: &'static str, most: u64) -> Result<(), LoadError> {
    *sum = sum.saturating_add(more);
    below(what, *sum, most)
}

fn below(what: &'static str, found: u64, most: u64) -> Result<(), LoadError> {
    if found > most { Err(LoadError::TooMuch { what, found, most }) } else { Ok(()) }
}

/// Names come from whoever made the file: no control characters, and an end.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}

impl From<wasmparser::BinaryReaderError> for LoadError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        // The reader itself goes 100 levels into declarations of types within types, and says so only in words.
        if error.message() == "component type nesting is too deep" {
            return Self::TooMuch { what: "levels of nested types", found: 101, most: TYPE_LEVELS };
        }
        Self::NotAComponent(error.to_string())
    }
}
