//! What was counted while an adapter worked, handed over to be written down.

use entrepot_store::Scoped;
use entrepot_store::usage::UsedBy;

use crate::channels::OpenChannel;
use entrepot_core::AppError;
use entrepot_core::retry_transient;

use crate::Channels;

impl Channels {
    /// Writes down what was counted since the last time. True: it went so badly that the version before is in use again.
    pub async fn account(&self, scoped: &Scoped, channel: &OpenChannel) -> bool {
        let entries = channel.view.ledger.take();
        let by = UsedBy {
            adapter: &channel.view.adapter,
            generation: channel.generation.number,
            tenant: scoped.tenant(),
            channel: &channel.id,
        };
        self.record_clock(scoped, channel).await;
        let account = async || self.services.admission().account(by, &entries).await.map_err(AppError::from);
        match retry_transient(self.services.options().database_patience, account).await {
            Ok(withdrawn) => withdrawn,
            Err(error) => {
                // The work itself is done and committed.
                tracing::error!(
                    channel = channel.id.as_str(),
                    "what the adapter did could not be written down: {error}"
                );
                false
            }
        }
    }

    /// What was learned of the shop's clock, for other hosts and for after a restart. If it cannot be kept, it is learned again.
    async fn record_clock(&self, scoped: &Scoped, channel: &OpenChannel) {
        let learned = self.services.egress().clock_ahead(channel.id.as_str());
        let Some(ahead) = learned.filter(|ahead| *ahead != channel.clock_ahead) else { return };
        if ahead != 0 {
            tracing::warn!(
                channel = channel.id.as_str(),
                ahead_seconds = ahead / 1000,
                "the shop's clock is another than ours"
            );
        }
        let kept = async {
            let mut tx = scoped.begin().await?;
            tx.note_clock(&channel.id, ahead).await?;
            tx.commit().await
        };
        if let Err(error) = kept.await {
            tracing::debug!(channel = channel.id.as_str(), "the shop's clock is known to this process alone: {error}");
        }
    }
}
