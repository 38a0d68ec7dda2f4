//! A loaded adapter: compiled, inspected, linked once per kind of operation.

use std::sync::Arc;

use entrepot_policy::Limits;
use wasmtime::component::{Component, InstancePre, Linker};

use crate::artifact::Artifact;
use crate::bindings::catalog_source::CatalogSourcePre;
use crate::bindings::connectable::ConnectablePre;
use crate::bindings::listing_target::ListingTargetPre;
use crate::bindings::stock_source::StockSourcePre;
use crate::bindings::webhook_receiver::WebhookReceiverPre;
use crate::inspect::{Surface, surface};
use crate::limits::CallLimits;
use crate::load_error::{LoadError, short};
use crate::sandbox::Sandbox;
use crate::state::HostState;
use crate::traps::trap_the_rest;

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
    stock: Option<StockSourcePre<HostState>>,
    subscribe: Option<WebhookReceiverPre<HostState>>,
    verify: Option<WebhookReceiverPre<HostState>>,
    push: Option<ListingTargetPre<HostState>>,
    check_list: Option<ListingTargetPre<HostState>>,
}

impl Sandbox {
    /// Compiles, or takes compiled code from the cache, and links.
    pub async fn load(&self, artifact: &Artifact, limits: &Limits) -> Result<Adapter, LoadError> {
        let component = self.compilation().component(artifact).await?;
        self.link(&component, limits)
    }

    fn link(&self, component: &Component, limits: &Limits) -> Result<Adapter, LoadError> {
        let surface = surface(self.engine(), component);
        let mismatch = |error: wasmtime::Error| LoadError::Mismatch(short(&error));
        let networked = self.networked().instantiate_pre(component).map_err(mismatch)?;
        let without = |linker: &Linker<HostState>, offered: &[&str]| {
            let mut linker = linker.clone();
            trap_the_rest(&mut linker, component, offered).map_err(mismatch)?;
            linker.instantiate_pre(component).map_err(mismatch)
        };
        let (log, keys) = ("entrepot:adapter/log", "entrepot:adapter/keys");
        let (pure, keyed) = (without(self.pure(), &[log])?, without(self.keyed(), &[log, keys])?);
        let has = |export: &str| surface.exports.iter().any(|name| name.starts_with(export));
        let connection = when(has("connection/"), || ConnectablePre::new(networked.clone())).map_err(mismatch)?;
        let catalog = |pre: &InstancePre<HostState>| when(has("catalog/"), || CatalogSourcePre::new(pre.clone()));
        let (fetch, map) = (catalog(&networked).map_err(mismatch)?, catalog(&pure).map_err(mismatch)?);
        let stock = when(has("stock/"), || StockSourcePre::new(networked.clone())).map_err(mismatch)?;
        let webhooks = |pre: &InstancePre<HostState>| when(has("webhooks/"), || WebhookReceiverPre::new(pre.clone()));
        let (subscribe, verify) = (webhooks(&networked).map_err(mismatch)?, webhooks(&keyed).map_err(mismatch)?);
        // Adapters of 0.1 may export another `listings`, which nothing calls.
        let listings =
            |pre: &InstancePre<HostState>| when(has("listings/push-listings"), || ListingTargetPre::new(pre.clone()));
        let (push, check_list) = (listings(&networked).map_err(mismatch)?, listings(&pure).map_err(mismatch)?);
        let (sandbox, limits) = (self.clone(), CallLimits::from_grant(limits).at_most(self.largest_answer()));
        Ok(Adapter(Arc::new(Inner {
            sandbox,
            surface,
            limits,
            connection,
            fetch,
            map,
            stock,
            subscribe,
            verify,
            push,
            check_list,
        })))
    }
}

fn when<T>(wanted: bool, make: impl FnOnce() -> wasmtime::Result<T>) -> wasmtime::Result<Option<T>> {
    if wanted { make().map(Some) } else { Ok(None) }
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

    /// Goods come in from it.
    pub fn fetches(&self) -> bool {
        self.fetch().is_some()
    }

    pub(crate) fn fetch(&self) -> Option<&CatalogSourcePre<HostState>> {
        self.0.fetch.as_ref()
    }

    pub(crate) fn stock(&self) -> Option<&StockSourcePre<HostState>> {
        self.0.stock.as_ref()
    }

    pub(crate) fn subscribe(&self) -> Option<&WebhookReceiverPre<HostState>> {
        self.0.subscribe.as_ref()
    }

    pub(crate) fn verify(&self) -> Option<&WebhookReceiverPre<HostState>> {
        self.0.verify.as_ref()
    }

    pub(crate) fn push(&self) -> Option<&ListingTargetPre<HostState>> {
        self.0.push.as_ref()
    }

    pub(crate) fn check_list(&self) -> Option<&ListingTargetPre<HostState>> {
        self.0.check_list.as_ref()
    }

    pub(crate) fn map(&self) -> Option<&CatalogSourcePre<HostState>> {
        self.0.map.as_ref()
    }
}
