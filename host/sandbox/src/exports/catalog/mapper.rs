//! `catalog.map-product`, for many items one after the other: instantiating for each would cost more than mapping does.

use std::sync::Arc;

use entrepot_domain::catalog::Product;
use entrepot_domain::delivery::RawItem;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::Store;

use crate::adapter::Adapter;
use crate::bindings::catalog_source::CatalogSource;
use crate::call_metrics::CallMetrics;
use crate::convert::{self, ChannelView};
use crate::error::{AdapterError, CallError};
use crate::instance::store;
use crate::state::{Call, HostState};

const OPERATION: &str = "map-product";

/// What became of one item.
pub type Mapped = Result<Product, CallError>;

/// Maps items in one store; after a trap the store is replaced and the next item goes on.
pub struct Mapper {
    adapter: Adapter,
    channel: ChannelView,
    live: Option<(Store<HostState>, CatalogSource)>,
    /// Held from the first item on.
    turn: Option<OwnedSemaphorePermit>,
}

impl Mapper {
    pub(super) fn new(adapter: Adapter, channel: ChannelView) -> Self {
        Self { adapter, channel, live: None, turn: None }
    }

    /// `catalog.map-product`. Pure: no network whatever the grant says.
    pub async fn map(&mut self, item: &RawItem) -> Mapped {
        let limits = self.adapter.limits().of(OPERATION);
        let (mut store, bindings) = match self.live.take() {
            Some(live) => live,
            None => match self.open().await {
                Ok(live) => live,
                Err(error) => {
                    let metrics = CallMetrics::new(self.adapter.sandbox(), &self.channel, OPERATION);
                    let stopped = metrics.stopped("trap", error.root_cause().to_string());
                    metrics.end(Some(&stopped));
                    return Err(stopped);
                }
            },
        };
        store.data_mut().refill();
        let metrics = CallMetrics::new(self.adapter.sandbox(), &self.channel, OPERATION);
        let (channel, raw) = (self.channel.to_wit(), convert::to_wit(item));
        let call = bindings.entrepot_adapter_catalog().call_map_product(&mut store, &channel, &raw);
        let outcome = match tokio::time::timeout(limits.wall_clock, call).await {
            Ok(Ok(answer)) => {
                metrics.measure(store.data());
                self.live = Some((store, bindings));
                answer.map_err(convert::error).map_err(CallError::from).and_then(|product| {
                    convert::product(product).map_err(|issue| AdapterError::Invalid(vec![issue]).into())
                })
            }
            Ok(Err(trap)) => {
                metrics.measure(store.data());
                Err(metrics.trapped(&trap, store.data()))
            }
            Err(_) => Err(metrics.late(&limits)),
        };
        metrics.end(outcome.as_ref().err());
        outcome
    }

    /// Log lines of the current store that were over the limit.
    pub fn log_dropped(&self) -> u64 {
        self.live.as_ref().map_or(0, |(store, _)| store.data().log_dropped)
    }

    async fn open(&mut self) -> wasmtime::Result<(Store<HostState>, CatalogSource)> {
        if self.turn.is_none() {
            let queue = self.adapter.sandbox().mappers().clone();
            self.turn = Some(queue.acquire_owned().await?);
        }
        let Some(pre) = self.adapter.map() else {
            return Err(wasmtime::format_err!("the adapter has no catalog/map-product"));
        };
        let (adapter, channel) = (&self.channel.adapter, &self.channel.id);
        let limits = self.adapter.limits().of(OPERATION);
        let call =
            Call { operation: OPERATION, adapter, channel, session: None, files: None, media: Arc::default(), limits };
        let mut store = store(self.adapter.sandbox(), call);
        let bindings = pre.instantiate_async(&mut store).await?;
        Ok((store, bindings))
    }
}
