//! A loaded adapter: compiled, inspected, linked once per kind of operation.

use std::sync::Arc;

use entrepot_domain::grants::Limits;
use thiserror::Error;
use wasmtime::Engine;
use wasmtime::component::{Component, InstancePre};

use crate::bindings::catalog_source::CatalogSourcePre;
use crate::bindings::connectable::ConnectablePre;
use crate::engine::Sandbox;
use crate::inspect::{Surface, surface};
use crate::limits::CallLimits;
use crate::state::HostState;

/// A larger upload is refused unread.
const LARGEST_ARTIFACT: usize = 32 << 20;
/// The interfaces a guest may import. Types-only ones grant nothing.
const KNOWN_IMPORTS: &[&str] = &[
    "entrepot:adapter/types@0.1.0",
    "entrepot:adapter/exchange@0.1.0",
    "entrepot:adapter/model@0.1.0",
    "entrepot:adapter/items@0.1.0",
    "entrepot:adapter/log@0.1.0",
    "entrepot:adapter/http@0.1.0",
];

#[derive(Debug, Error)]
pub enum LoadError {
    #[error("the artifact has {0} bytes; at most {LARGEST_ARTIFACT} are read")]
    TooLarge(usize),
    #[error("this is precompiled machine code, which is never accepted; upload the component itself")]
    Precompiled,
    #[error("this is a core Wasm module, not a component; build it with `cargo adapter build`")]
    CoreModule,
    #[error("this is no WebAssembly component: {0}")]
    NotAComponent(String),
    #[error("the component imports {0}, which this host does not offer")]
    UnknownImport(String),
    #[error("the component does not fit entrepot:adapter@0.1.0: {0}")]
    Mismatch(String),
}

/// Ready to be called. Cheap to clone; a call keeps the code it began with.
#[derive(Clone)]
pub struct Adapter(Arc<Inner>);

struct Inner {
    sandbox: Sandbox,
    surface: Surface,
    limits: CallLimits,
    connection: Option<ConnectablePre<HostState>>,
    fetch: Option<CatalogSourcePre<HostState>>,
    map: Option<CatalogSourcePre<HostState>>,
}

impl Sandbox {
    /// Checks, compiles and links. Takes as long as compiling takes: call it where blocking is fine.
    pub fn load(&self, artifact: &[u8], limits: &Limits) -> Result<Adapter, LoadError> {
        check_bytes(artifact)?;
        let engine = self.engine();
        let component = Component::new(engine, artifact).map_err(|error| LoadError::NotAComponent(short(&error)))?;
        let surface = surface(engine, &component);
        if let Some(unknown) = surface.interfaces.iter().find(|name| !KNOWN_IMPORTS.contains(&name.as_str())) {
            return Err(LoadError::UnknownImport(unknown.clone()));
        }
        let mismatch = |error: wasmtime::Error| LoadError::Mismatch(short(&error));
        let networked = self.networked().instantiate_pre(&component).map_err(mismatch)?;
        // Whatever a pure operation's linker does not offer is there as a trap: importing is not calling.
        let mut pure = self.pure().clone();
        pure.define_unknown_imports_as_traps(&component).map_err(mismatch)?;
        let pure = pure.instantiate_pre(&component).map_err(mismatch)?;
        let has = |export: &str| surface.exports.iter().any(|name| name.starts_with(export));
        let connection = when(has("connection/"), || ConnectablePre::new(networked.clone())).map_err(mismatch)?;
        let catalog = |pre: &InstancePre<HostState>| when(has("catalog/"), || CatalogSourcePre::new(pre.clone()));
        let (fetch, map) = (catalog(&networked).map_err(mismatch)?, catalog(&pure).map_err(mismatch)?);
        let limits = CallLimits::from_grant(limits);
        Ok(Adapter(Arc::new(Inner { sandbox: self.clone(), surface, limits, connection, fetch, map })))
    }
}

fn when<T>(wanted: bool, make: impl FnOnce() -> wasmtime::Result<T>) -> wasmtime::Result<Option<T>> {
    if wanted { make().map(Some) } else { Ok(None) }
}

/// What can be told before anything is compiled.
fn check_bytes(artifact: &[u8]) -> Result<(), LoadError> {
    if artifact.len() > LARGEST_ARTIFACT {
        return Err(LoadError::TooLarge(artifact.len()));
    }
    if Engine::detect_precompiled(artifact).is_some() {
        return Err(LoadError::Precompiled);
    }
    if wasmparser::Parser::is_core_wasm(artifact) {
        return Err(LoadError::CoreModule);
    }
    if !wasmparser::Parser::is_component(artifact) {
        return Err(LoadError::NotAComponent("it does not begin like one".into()));
    }
    Ok(())
}

/// wasmtime's messages carry backtraces and offsets; the first lines say what is wrong.
fn short(error: &wasmtime::Error) -> String {
    format!("{error:#}").lines().next().unwrap_or_default().chars().take(300).collect()
}

impl Adapter {
    /// Functions it imports, e.g. `http/send`.
    pub fn imports(&self) -> &[String] {
        &self.0.surface.imports
    }

    /// Functions it exports, e.g. `catalog/map-product`.
    pub fn exports(&self) -> &[String] {
        &self.0.surface.exports
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.0.sandbox
    }

    pub(crate) fn limits(&self) -> CallLimits {
        self.0.limits
    }

    pub(crate) fn connection(&self) -> Option<&ConnectablePre<HostState>> {
        self.0.connection.as_ref()
    }

    pub(crate) fn fetch(&self) -> Option<&CatalogSourcePre<HostState>> {
        self.0.fetch.as_ref()
    }

    pub(crate) fn map(&self) -> Option<&CatalogSourcePre<HostState>> {
        self.0.map.as_ref()
    }
}
