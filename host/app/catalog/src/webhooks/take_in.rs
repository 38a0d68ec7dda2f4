//! Storing what has arrived, many in one transaction, each with its job.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use entrepot_core::AppError;
use entrepot_domain::TenantId;
use entrepot_store::deliveries::NewDelivery;
use tokio::sync::oneshot;

use super::batcher::{Turn, VerifiedDelivery, Waiting};
use super::received::Received;
use crate::{Deliveries, ProcessInbox};

/// From a commit that served several to the next one: more of them gather, and each costs less.
const GATHERING: Duration = Duration::from_millis(8);

impl Deliveries {
    /// Stores a delivery with its job; answers when that is committed.
    pub(super) async fn take_in(&self, arrived: VerifiedDelivery) -> Result<Received, AppError> {
        let (stored, answer) = oneshot::channel();
        if self.state.batcher.join(Waiting { arrived: arrived.clone(), stored }) {
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
