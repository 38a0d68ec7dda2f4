//! The one way into a guest: a fresh store, a task of its own, a clock beside it.

use std::future::Future;
use std::pin::Pin;

use entrepot_egress::Session;
use tracing::Instrument;
use wasmtime::Store;

use crate::adapter::Adapter;
use crate::bindings::catalog_source::{CatalogSource, CatalogSourcePre};
use crate::bindings::connectable::{Connectable, ConnectablePre};
use crate::bindings::listing_target::{ListingTarget, ListingTargetPre};
use crate::bindings::stock_source::{StockSource, StockSourcePre};
use crate::bindings::types;
use crate::bindings::webhook_receiver::{WebhookReceiver, WebhookReceiverPre};
use crate::call_metrics::{CallMetrics, note};
use crate::convert::ChannelView;
use crate::error::{AdapterError, CallError};
use crate::instance::store;
use crate::state::{Call, HostState};

/// A linked component that is still to be instantiated, for one world of the interface.
pub(crate) trait World: Clone + Send + Sync + 'static {
    type Guest: Send + Sync;

    fn instantiate(&self, store: &mut Store<HostState>) -> impl Future<Output = wasmtime::Result<Self::Guest>> + Send;
}

macro_rules! worlds {
    ($($pre:ty => $guest:ty),*) => {$(
        impl World for $pre {
            type Guest = $guest;

            async fn instantiate(&self, store: &mut Store<HostState>) -> wasmtime::Result<$guest> {
                self.instantiate_async(store).await
            }
        }
    )*};
}

worlds!(
    ConnectablePre<HostState> => Connectable,
    CatalogSourcePre<HostState> => CatalogSource,
    StockSourcePre<HostState> => StockSource,
    WebhookReceiverPre<HostState> => WebhookReceiver,
    ListingTargetPre<HostState> => ListingTarget
);

/// The guest's answer, or the trap it ended with.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<Result<T, AdapterError>>> + Send + 'a>>;

impl Adapter {
    /// Calls one function of a guest, named `interface/function`, in a store and a task of its own. What `session` may do is
    /// the linker's and the grant's business.
    pub(crate) async fn invoke<W, T, F>(
        &self,
        export: &'static str,
        world: Option<&W>,
        channel: &ChannelView,
        session: Session,
        call: F,
    ) -> Result<T, CallError>
    where
        W: World,
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Store<HostState>, &'a W::Guest, &'a types::Channel) -> Answer<'a, T> + Send + 'static,
    {
        let world = world.ok_or(CallError::NotExported(export))?.clone();
        let operation = export.split_once('/').map_or(export, |(_, function)| function);
        let limits = self.limits().of(operation);
        let Ok(_turn) = self.sandbox().queue_of(operation).clone().acquire_owned().await else {
            return Err(CallError::Stopped { operation, why: "the host is shutting down".into(), panic: None });
        };
        let context = Call {
            operation,
            adapter: &channel.adapter,
            channel: &channel.id,
            session: Some(session),
            files: channel.files.clone(),
            media: channel.media.clone(),
            limits,
        };
        let mut store = store(self.sandbox(), context);
        let metrics = CallMetrics::new(self.sandbox(), channel, operation);
        // An error's span is there whatever level is logged: lines keep their fields.
        let span = tracing::error_span!(
            "call",
            otel.name = operation,
            adapter = channel.adapter,
            channel = channel.id,
            operation,
            outcome = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
        );
        let view = channel.clone();
        // A task of its own: a panic in a host function is this call's error and nobody else's.
        let work = tokio::time::timeout(limits.wall_clock, async move {
            let answer = async {
                let guest = world.instantiate(&mut store).await?;
                call(&mut store, &guest, &view.to_wit()).await
            };
            let outcome = answer.await;
            (outcome, store)
        });
        let work = tokio::spawn(work.instrument(span.clone()));
        let outcome = match Abort(work).await {
            Ok(Ok((outcome, store))) => {
                span.in_scope(|| report(&store));
                metrics.measure(store.data());
                match outcome {
                    Ok(answer) => answer.map_err(CallError::from),
                    Err(trap) => Err(metrics.trapped(&trap, store.data())),
                }
            }
            Ok(Err(_)) => Err(metrics.late(&limits)),
            Err(_) => Err(metrics.stopped("host", "the call failed inside the host".into())),
        };
        metrics.end(outcome.as_ref().err());
        note(&span, outcome.as_ref().err());
        outcome
    }
}

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
