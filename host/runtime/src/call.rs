//! Calling an adapter: a fresh store, a task of its own, a clock beside it.

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use entrepot_domain::catalog::Product;
use entrepot_domain::usage::{Ledger, UseKind};
use entrepot_egress::Session;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::Store;

use crate::adapter::Adapter;
use crate::bindings::catalog_source::CatalogSource;
use crate::convert::{self, Account, ChannelView, Page, PageRequest, RawItem};
use crate::error::{AdapterError, CallError};
use crate::limits::{CallLimits, TICK};
use crate::state::{Call, HostState, store};

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
        self.alone("fetch-page", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_catalog();
                let answer = guest.call_fetch_page(&mut *store, &channel.to_wit(), &request.to_wit()).await?;
                Ok(answer.map(convert::page).map_err(convert::error))
            })
        })
        .await
    }

    /// `catalog.fetch-items`
    pub async fn fetch_items(
        &self,
        channel: &ChannelView,
        session: Session,
        context: Option<String>,
        ids: Vec<String>,
    ) -> Result<Vec<RawItem>, CallError> {
        let pre = self.fetch().ok_or(CallError::NotExported("catalog/fetch-items"))?.clone();
        self.alone("fetch-items", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_catalog();
                let answer = guest.call_fetch_items(&mut *store, &channel.to_wit(), context.as_ref(), &ids).await?;
                Ok(answer.map(|items| items.into_iter().map(convert::raw_item).collect()).map_err(convert::error))
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
        let limits = self.limits();
        let Ok(_turn) = self.sandbox().calls().clone().acquire_owned().await else {
            return Err(CallError::Stopped { operation, why: "the host is shutting down".into() });
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
        let (ledger, began) = (channel.ledger.clone(), Instant::now());
        // A task of its own: a panic in a host function is this call's error and nobody else's.
        let work = tokio::spawn(tokio::time::timeout(limits.wall_clock, async move {
            let outcome = call(&mut store, &channel).await;
            (outcome, store)
        }));
        let outcome = match Abort(work).await {
            Ok(Ok((outcome, store))) => {
                report(&store);
                measure(&ledger, store.data());
                match outcome {
                    Ok(answer) => answer.map_err(CallError::from),
                    Err(trap) => Err(stopped(operation, &trap, store.data())),
                }
            }
            Ok(Err(_)) => Err(late(operation, &limits)),
            Err(_) => Err(CallError::Stopped { operation, why: "the call failed inside the host".into() }),
        };
        count(&ledger, operation, began, outcome.as_ref().err());
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
        const OPERATION: &str = "map-product";
        let limits = self.adapter.limits();
        let (mut store, bindings) = match self.live.take() {
            Some(live) => live,
            None => match self.open().await {
                Ok(live) => live,
                Err(error) => {
                    let stopped = CallError::Stopped { operation: OPERATION, why: error.root_cause().to_string() };
                    count(&self.channel.ledger, OPERATION, Instant::now(), Some(&stopped));
                    return Err(stopped);
                }
            },
        };
        store.data_mut().refill();
        let began = Instant::now();
        let (channel, raw) = (self.channel.to_wit(), item.to_wit());
        let call = bindings.entrepot_adapter_catalog().call_map_product(&mut store, &channel, &raw);
        let outcome = match tokio::time::timeout(limits.wall_clock, call).await {
            Ok(Ok(answer)) => {
                measure(&self.channel.ledger, store.data());
                self.live = Some((store, bindings));
                answer.map_err(convert::error).map_err(CallError::from).and_then(|product| {
                    convert::product(product).map_err(|issue| AdapterError::Invalid(vec![issue]).into())
                })
            }
            Ok(Err(trap)) => {
                measure(&self.channel.ledger, store.data());
                Err(stopped(OPERATION, &trap, store.data()))
            }
            Err(_) => Err(late(OPERATION, &limits)),
        };
        count(&self.channel.ledger, OPERATION, began, outcome.as_ref().err());
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
        let limits = self.adapter.limits();
        let call = Call { operation: "map-product", adapter, channel, session: None, files: None, limits };
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

/// What the call took of what is limited.
fn measure(ledger: &Ledger, state: &HostState) {
    let ticks = state.limits.ticks().saturating_sub(state.ticks_left);
    ledger.peak(UseKind::Memory, state.operation, state.aggregate.memory_used as u64);
    ledger.peak(UseKind::Cpu, state.operation, ticks * TICK.as_millis() as u64);
}

fn count(ledger: &Ledger, operation: &'static str, began: Instant, error: Option<&CallError>) {
    ledger.count(UseKind::Call, operation, "", "");
    ledger.peak(UseKind::WallClock, operation, u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    if let Some(CallError::Stopped { why, .. }) = error {
        ledger.count(UseKind::Stopped, operation, "", why);
    }
}

fn late(operation: &'static str, limits: &CallLimits) -> CallError {
    CallError::Stopped { operation, why: format!("it took longer than {:?}", limits.wall_clock) }
}

/// Names the limit that was broken, where one was.
fn stopped(operation: &'static str, trap: &wasmtime::Error, state: &HostState) -> CallError {
    let why = if state.out_of_cpu {
        format!("it computed for longer than {:?}", state.limits.cpu)
    } else if let Some(resource) = state.aggregate.refused {
        format!("it asked for more {resource} than it may have (memory: {} MiB)", state.limits.memory >> 20)
    } else {
        // The cause comes last: before it there is only where in the guest it happened.
        trap.root_cause().to_string().lines().next().unwrap_or_default().chars().take(300).collect()
    };
    CallError::Stopped { operation, why }
}
