//! Calling an adapter: a fresh store, a task of its own, a clock beside it.

use std::future::Future;
use std::pin::Pin;

use entrepot_domain::catalog::Product;
use entrepot_egress::Session;
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument;
use wasmtime::Store;

use crate::adapter::Adapter;
use crate::bindings::catalog_source::CatalogSource;
use crate::convert::{self, Account, ChannelView, Page, PageRequest, RawItem};
use crate::error::{AdapterError, CallError};
use crate::state::{Call, HostState, store};
use crate::tally::{Tally, note};

impl Adapter {
    /// `connection.check`
    pub async fn check(&self, channel: &ChannelView, session: Session) -> Result<Account, CallError> {
        let pre = self.connection().ok_or(CallError::NotExported("connection/check"))?.clone();
        let channel = channel.clone();
        self.alone("check", channel, session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let answer = bindings.entrepot_adapter_connection().call_check(&mut *store, &channel.to_wit()).await?;
                Ok(answer.map(convert::account).map_err(convert::error))
            })
        })
        .await
    }

    /// `catalog.fetch-page`
    pub async fn fetch_page(
        &self,
        channel: &ChannelView,
        session: Session,
        request: PageRequest,
    ) -> Result<Page, CallError> {
        let pre = self.fetch().ok_or(CallError::NotExported("catalog/fetch-page"))?.clone();
        let adapter = channel.adapter.clone();
        self.alone("fetch-page", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_catalog();
                let answer = guest.call_fetch_page(&mut *store, &channel.to_wit(), &request.to_wit()).await?;
                Ok(answer.map_err(convert::error).and_then(|page| convert::page(page).bounded(&adapter)))
            })
        })
        .await
    }

    /// `catalog.fetch-items`: of what was asked for, what there is.
    pub async fn fetch_items(
        &self,
        channel: &ChannelView,
        session: Session,
        context: Option<String>,
        ids: Vec<String>,
    ) -> Result<Vec<RawItem>, CallError> {
        let pre = self.fetch().ok_or(CallError::NotExported("catalog/fetch-items"))?.clone();
        let adapter = channel.adapter.clone();
        self.alone("fetch-items", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_catalog();
                let answer = guest.call_fetch_items(&mut *store, &channel.to_wit(), context.as_ref(), &ids).await?;
                let items = answer.map_err(convert::error);
                let items = items.map(|items| items.into_iter().map(convert::raw_item).collect());
                Ok(items.map(|items| convert::asked_for(&adapter, &ids, items)))
            })
        })
        .await
    }

    /// For mapping many items one after the other in the same store.
    pub fn mapper(&self, channel: &ChannelView) -> Mapper {
        Mapper { adapter: self.clone(), channel: channel.clone(), live: None, turn: None }
    }

    /// A call in a store and a task of its own; what `session` may do is the linker's and the grant's business.
    pub(crate) async fn alone<T, F>(
        &self,
        operation: &'static str,
        channel: ChannelView,
        session: Session,
        call: F,
    ) -> Result<T, CallError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Store<HostState>, &'a ChannelView) -> Answer<'a, T> + Send + 'static,
    {
        let limits = self.limits().of(operation);
        let Ok(_turn) = self.sandbox().line_of(operation).clone().acquire_owned().await else {
            return Err(CallError::Stopped { operation, why: "the host is shutting down".into(), panic: None });
        };
        let call_info = Call {
            operation,
            adapter: &channel.adapter,
            channel: &channel.id,
            session: Some(session),
            files: channel.files.clone(),
            limits,
        };
        let mut store = store(self.sandbox(), call_info);
        let view = channel.clone();
        let tally = Tally::new(self.sandbox(), &view, operation);
        // An error's span is there whatever level is logged: lines keep their fields.
        let span = tracing::error_span!(
            "call",
            otel.name = operation,
            adapter = view.adapter,
            channel = view.id,
            operation,
            outcome = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
        );
        // A task of its own: a panic in a host function is this call's error and nobody else's.
        let work = tokio::time::timeout(limits.wall_clock, async move {
            let outcome = call(&mut store, &channel).await;
            (outcome, store)
        });
        let work = tokio::spawn(work.instrument(span.clone()));
        let outcome = match Abort(work).await {
            Ok(Ok((outcome, store))) => {
                span.in_scope(|| report(&store));
                tally.measure(store.data());
                match outcome {
                    Ok(answer) => answer.map_err(CallError::from),
                    Err(trap) => Err(tally.trapped(&trap, store.data())),
                }
            }
            Ok(Err(_)) => Err(tally.late(&limits)),
            Err(_) => Err(tally.stopped("host", "the call failed inside the host".into())),
        };
        tally.end(outcome.as_ref().err());
        note(&span, outcome.as_ref().err());
        outcome
    }
}

/// The guest's answer, or the trap it ended with.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<Result<T, AdapterError>>> + Send + 'a>>;

/// Dropping the caller ends the call.
struct Abort<T>(tokio::task::JoinHandle<T>);

impl<T> Future for Abort<T> {
    type Output = Result<T, tokio::task::JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Abort<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

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
    /// `catalog.map-product`. Pure: no network whatever the grant says.
    pub async fn map(&mut self, item: &RawItem) -> Mapped {
        let limits = self.adapter.limits().of(OPERATION);
        let (mut store, bindings) = match self.live.take() {
            Some(live) => live,
            None => match self.open().await {
                Ok(live) => live,
                Err(error) => {
                    let tally = Tally::new(self.adapter.sandbox(), &self.channel, OPERATION);
                    let stopped = tally.stopped("trap", error.root_cause().to_string());
                    tally.end(Some(&stopped));
                    return Err(stopped);
                }
            },
        };
        store.data_mut().refill();
        let tally = Tally::new(self.adapter.sandbox(), &self.channel, OPERATION);
        let (channel, raw) = (self.channel.to_wit(), item.to_wit());
        let call = bindings.entrepot_adapter_catalog().call_map_product(&mut store, &channel, &raw);
        let outcome = match tokio::time::timeout(limits.wall_clock, call).await {
            Ok(Ok(answer)) => {
                tally.measure(store.data());
                self.live = Some((store, bindings));
                answer.map_err(convert::error).map_err(CallError::from).and_then(|product| {
                    convert::product(product).map_err(|issue| AdapterError::Invalid(vec![issue]).into())
                })
            }
            Ok(Err(trap)) => {
                tally.measure(store.data());
                Err(tally.trapped(&trap, store.data()))
            }
            Err(_) => Err(tally.late(&limits)),
        };
        tally.end(outcome.as_ref().err());
        outcome
    }

    /// Log lines of the current store that were over the limit.
    pub fn log_dropped(&self) -> u64 {
        self.live.as_ref().map_or(0, |(store, _)| store.data().log_dropped)
    }

    async fn open(&mut self) -> wasmtime::Result<(Store<HostState>, CatalogSource)> {
        if self.turn.is_none() {
            let line = self.adapter.sandbox().mappers().clone();
            self.turn = Some(line.acquire_owned().await?);
        }
        let Some(pre) = self.adapter.map() else {
            return Err(wasmtime::format_err!("the adapter has no catalog/map-product"));
        };
        let (adapter, channel) = (&self.channel.adapter, &self.channel.id);
        let limits = self.adapter.limits().of(OPERATION);
        let call = Call { operation: OPERATION, adapter, channel, session: None, files: None, limits };
        let mut store = store(self.adapter.sandbox(), call);
        let bindings = pre.instantiate_async(&mut store).await?;
        Ok((store, bindings))
    }
}

fn report(store: &Store<HostState>) {
    let state = store.data();
    if state.log_dropped > 0 {
        tracing::warn!(
            adapter = state.adapter,
            channel = state.channel,
            operation = state.operation,
            dropped = state.log_dropped,
            "the adapter logged more than it may; lines were dropped"
        );
    }
}
