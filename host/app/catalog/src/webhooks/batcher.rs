//! Deliveries that arrive together are stored together: what comes while a transaction is being committed waits for the next one. Under
//! load a commit serves many, without load nobody waits.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::deliveries::NewDelivery;
use tokio::sync::oneshot;
use tracing::Span;

use super::received::Received;
use crate::{Deliveries, ProcessInbox};
use entrepot_core::AppError;

/// In one transaction.
const MOST: usize = 256;
/// Of bodies in one transaction, which is sent whole: large ones gather in fewer numbers.
const MOST_BYTES: usize = 8 << 20;
/// From a commit that served several to the next one: more of them gather, and each costs less.
const GATHERING: Duration = Duration::from_millis(8);

/// A delivery that was verified and is not stored yet.
#[derive(Clone)]
pub(super) struct VerifiedDelivery {
    pub(super) tenant: TenantId,
    pub(super) channel: ChannelId,
    pub(super) delivery_id: String,
    pub(super) topic: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) events: String,
    pub(super) occurred_at: Option<Timestamp>,
    pub(super) received_at: Timestamp,
    pub(super) generation: i64,
    pub(super) traceparent: Option<String>,
    /// Of the request: it says which delivery this became.
    pub(super) span: Span,
}

impl VerifiedDelivery {
    fn as_new(&self) -> NewDelivery<'_> {
        NewDelivery {
            channel: &self.channel,
            delivery_id: &self.delivery_id,
            topic: &self.topic,
            headers: &self.headers,
            body: &self.body,
            events: &self.events,
            occurred_at: self.occurred_at,
            received_at: self.received_at,
            generation: self.generation,
            traceparent: self.traceparent.clone(),
        }
    }
}

#[derive(Default)]
pub(crate) struct DeliveryBatcher(Mutex<Line>);

#[derive(Default)]
struct Line {
    waiting: Vec<Waiting>,
    /// Somebody writes, and looks again before going.
    writing: bool,
}

struct Waiting {
    arrived: VerifiedDelivery,
    stored: oneshot::Sender<Received>,
}

/// Whoever writes goes, whatever happens.
struct Turn<'a>(&'a DeliveryBatcher);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut line = self.0.line();
        line.writing = false;
        // After a panic alone: their senders see it and store for themselves.
        line.waiting.clear();
    }
}

impl DeliveryBatcher {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: nobody waits, and the turn is over.
    fn next(&self) -> Option<Vec<Waiting>> {
        let mut line = self.line();
        if line.waiting.is_empty() {
            line.writing = false;
            return None;
        }
        let mut bytes = 0;
        let fits = line.waiting.iter().take(MOST).take_while(|waiting| {
            bytes += waiting.arrived.body.len();
            bytes <= MOST_BYTES
        });
        let count = fits.count().max(1);
        Some(line.waiting.drain(..count).collect())
    }
}

impl Deliveries {
    /// Stores a delivery with its job; answers when that is committed.
    pub(super) async fn take_in(&self, arrived: VerifiedDelivery) -> Result<Received, AppError> {
        let (stored, answer) = oneshot::channel();
        let lead = {
            let mut line = self.state.batcher.line();
            line.waiting.push(Waiting { arrived: arrived.clone(), stored });
            !std::mem::replace(&mut line.writing, true)
        };
        if lead {
            // A task of its own: a sender that hangs up takes nobody's delivery along.
            let deliveries = self.clone();
            tokio::spawn(async move { deliveries.write_arrived().await });
        }
        match answer.await {
            Ok(received) => Ok(received),
            // Together it did not go. Alone it goes, or says why not.
            Err(_) => Ok(self.store(&[&arrived]).await?.pop().unwrap_or(Received::Known)),
        }
    }

    async fn write_arrived(&self) {
        let turn = Turn(&self.state.batcher);
        while let Some(batch) = self.state.batcher.next() {
            let (began, several) = (Instant::now(), batch.len() > 1);
            let arrived: Vec<&VerifiedDelivery> = batch.iter().map(|waiting| &waiting.arrived).collect();
            match self.store(&arrived).await {
                Ok(received) => {
                    for (waiting, received) in batch.into_iter().zip(received) {
                        let _ = waiting.stored.send(received);
                    }
                }
                Err(error) => tracing::debug!(deliveries = batch.len(), "they are stored one by one: {error}"),
            }
            if several {
                tokio::time::sleep_until((began + GATHERING).into()).await;
            }
        }
        // The turn was given back by `next`, in the moment in which nobody waited.
        std::mem::forget(turn);
    }

    /// All of them in one transaction for each tenant, with a job for each channel.
    async fn store(&self, arrived: &[&VerifiedDelivery]) -> Result<Vec<Received>, AppError> {
        let mut received = vec![Received::Known; arrived.len()];
        let tenants: BTreeSet<&TenantId> = arrived.iter().map(|arrived| &arrived.tenant).collect();
        for tenant in tenants {
            let theirs: Vec<usize> = (0..arrived.len()).filter(|index| arrived[*index].tenant == *tenant).collect();
            let new: Vec<NewDelivery<'_>> = theirs.iter().map(|index| arrived[*index].as_new()).collect();
            let mut tx = self.services.db().tenant(tenant).begin().await?;
            let stored = tx.insert_deliveries(&new).await?;
            let mut channels = BTreeSet::new();
            for (index, id) in theirs.into_iter().zip(stored) {
                if let Some(id) = id {
                    arrived[index].span.record("delivery", id.as_str());
                    received[index] = Received::Stored;
                    channels.insert(&arrived[index].channel);
                }
            }
            for channel in channels {
                let job = ProcessInbox::new(tenant, channel);
                self.services.queue().enqueue(tx.raw(), job).await?;
            }
            tx.commit().await?;
        }
        Ok(received)
    }
}
