//! What is due again and again: deliveries that nobody works on, old ones, and subscriptions that marketplaces switched off.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use entrepot_domain::clock::millis;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_queue::Job;

use crate::{Sync, SyncError};

/// A channel is given no more than one job in so long, if its deliveries stay where they are.
const NUDGE_AGAIN: Duration = Duration::from_secs(60);
/// How often subscriptions are looked after.
const MEND_EVERY: Duration = Duration::from_secs(60 * 60);

impl Sync {
    /// Makes a job for each channel with deliveries that nobody works on: their job died with its worker, or was lost. A job too
    /// many finds nothing to do. The number of jobs made.
    pub async fn nudge_inboxes(&self) -> Result<usize, SyncError> {
        let now = self.db().clock().now();
        let waiting = self.db().waiting_inboxes(now, now - millis(self.parts().options.lease)).await?;
        let due = {
            let mut nudged = self.parts().doors.nudged.lock().unwrap_or_else(PoisonError::into_inner);
            nudged.retain(|_, since| since.elapsed() < NUDGE_AGAIN);
            let fresh = waiting.into_iter().filter(|inbox| !nudged.contains_key(&inbox.channel_id));
            let fresh: Vec<_> = fresh.collect();
            nudged.extend(fresh.iter().map(|inbox| (inbox.channel_id.clone(), Instant::now())));
            fresh
        };
        for inbox in &due {
            let mut tx = self.db().tenant(&TenantId::from(inbox.tenant_id.as_str())).begin().await?;
            let job = Job::Inbox { tenant: inbox.tenant_id.clone(), channel: inbox.channel_id.clone() };
            self.parts().queue.enqueue(tx.raw(), job).await?;
            tx.commit().await?;
        }
        Ok(due.len())
    }

    /// Forgets deliveries that were kept for long enough. How many.
    pub async fn forget_deliveries(&self) -> Result<u64, SyncError> {
        let before = self.db().clock().now() - millis(self.parts().options.keep_deliveries);
        Ok(self.db().forget_deliveries(before).await?)
    }

    /// Writes down what adapters did while they verified deliveries, where nobody delivers any more.
    pub async fn account_for_deliveries(&self) {
        self.close_doors().await;
    }

    /// Mends the subscriptions that nobody looked after for an hour, one host each. How many channels were looked after.
    pub async fn mend_subscriptions(&self) -> Result<usize, SyncError> {
        let due = self.db().subscriptions_due(self.db().clock().now() - millis(MEND_EVERY)).await?;
        let mut mended = 0;
        for of in due {
            let tenant = TenantId::from(of.tenant_id.as_str());
            let scoped = self.db().tenant(&tenant);
            let mut tx = scoped.begin().await?;
            let claimed = tx.claim_subscriptions(&of).await?;
            tx.commit().await?;
            if !claimed {
                continue;
            }
            mended += 1;
            let mend = async {
                let id = ChannelId::from(of.channel_id.as_str());
                self.check_callback(&tenant, &id, &of.callback_url, of.mac.as_deref())?;
                let open = self.open_channel(&tenant, &of.channel_id).await?;
                self.make_subscriptions(&scoped, &open, &of.callback_url).await
            };
            if let Err(error) = mend.await {
                tracing::warn!(
                    channel = of.channel_id,
                    "webhooks could not be looked after; again in an hour: {error}"
                );
            }
        }
        Ok(mended)
    }
}
