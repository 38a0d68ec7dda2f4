//! Deliveries that arrive together are stored together: what comes while a transaction is being committed waits for the next one. Under
//! load a commit serves many, without load nobody waits.

use std::sync::{Mutex, MutexGuard, PoisonError};

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::deliveries::NewDelivery;
use tokio::sync::oneshot;
use tracing::Span;

use super::received::Received;

/// In one transaction.
const MOST: usize = 256;
/// Of bodies in one transaction, which is sent whole: large ones gather in fewer numbers.
const MOST_BYTES: usize = 8 << 20;

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
    pub(super) fn as_new(&self) -> NewDelivery<'_> {
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

pub(super) struct Waiting {
    pub(super) arrived: VerifiedDelivery,
    pub(super) stored: oneshot::Sender<Received>,
}

/// Whoever writes goes, whatever happens.
pub(super) struct Turn<'a>(pub(super) &'a DeliveryBatcher);

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

    /// True: nobody writes yet, and whoever came does.
    pub(super) fn join(&self, waiting: Waiting) -> bool {
        let mut line = self.line();
        line.waiting.push(waiting);
        !std::mem::replace(&mut line.writing, true)
    }

    /// `None`: nobody waits, and the turn is over.
    pub(super) fn next(&self) -> Option<Vec<Waiting>> {
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
