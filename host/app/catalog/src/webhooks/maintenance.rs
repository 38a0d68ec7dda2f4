//! What is due again and again: deliveries that nobody works on, and old ones.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use entrepot_domain::TenantId;
use entrepot_domain::clock::millis;

use crate::{Deliveries, ProcessInbox};
use entrepot_core::AppError;

/// A channel is given no more than one job in so long, if its deliveries stay where they are.
const NUDGE_AGAIN: Duration = Duration::from_secs(60);

impl Deliveries {
    /// Makes a job for each channel with deliveries that nobody works on: their job died with its worker, or was lost. A job too
    /// many finds nothing to do. The number of jobs made.
    pub async fn requeue_waiting_deliveries(&self) -> Result<usize, AppError> {
        let now = self.services.db().clock().now();
        let waiting = self.services.db().waiting_inboxes(now, now - millis(self.services.options().lease)).await?;
        let due = {
            let mut requeued = self.state.receivers.requeued.lock().unwrap_or_else(PoisonError::into_inner);
            requeued.retain(|_, since| since.elapsed() < NUDGE_AGAIN);
            let fresh = waiting.into_iter().filter(|inbox| !requeued.contains_key(&inbox.channel_id));
            let fresh: Vec<_> = fresh.collect();
            requeued.extend(fresh.iter().map(|inbox| (inbox.channel_id.clone(), Instant::now())));
            fresh
        };
        for inbox in &due {
            let mut tx = self.services.db().tenant(&TenantId::from(inbox.tenant_id.as_str())).begin().await?;
            let job = ProcessInbox { tenant: inbox.tenant_id.clone(), channel: inbox.channel_id.clone() };
            self.services.queue().enqueue(tx.raw(), job).await?;
            tx.commit().await?;
        }
        Ok(due.len())
    }

    /// Forgets deliveries that were kept for long enough. How many.
    pub async fn forget_deliveries(&self) -> Result<u64, AppError> {
        let before = self.services.db().clock().now() - millis(self.services.options().keep_deliveries);
        self.services.db().forget_refused(before).await?;
        Ok(self.services.db().forget_deliveries(before).await?)
    }

    /// Writes down what adapters did while they verified deliveries, where nobody delivers any more.
    pub async fn flush_usage(&self) {
        self.flush_receivers().await;
    }

    /// Ends the quarantine of a channel and the pause of its webhooks; other hosts learn of it within seconds. False: it was in
    /// neither.
    pub async fn release_channel(&self, tenant: &TenantId, channel: &str, by: &str) -> Result<bool, AppError> {
        let row = self.channels.channel(tenant, channel).await?;
        let scoped = self.services.db().tenant(tenant);
        let channel = row.id.into();
        let released = self.services.admission().release(&scoped, &channel, &row.adapter_id, by).await?;
        self.state.receivers.resume(&channel);
        Ok(released)
    }
}
