//! Up to which moment a channel is known: what a delta or a stock run asks for begins there.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::RunScope;
use entrepot_store::{Scoped, StoreError};

use crate::Imports;

const FULL: &str = "full";
/// What changed while the last run began was perhaps not in it: marketplaces save slowly, and clocks differ.
const OVERLAP_MS: i64 = 10 * 60_000;

impl Imports {
    /// What changed in the shop before that moment is known here, as far as deltas can tell. `None`: there was no full run yet.
    pub async fn import_watermark(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.watermark_of(scoped, channel, "changed_since").await
    }

    /// Since the last run that was completed and brought all stock began; all of it on a channel that never had one.
    pub async fn stock_since(&self, scoped: &Scoped, channel: &ChannelId) -> Result<RunScope, StoreError> {
        Ok(RunScope::Stock(self.watermark_of(scoped, channel, "stock").await?))
    }

    /// When the last run that brought all stock began; 0: there was none.
    pub(crate) async fn stock_read_at(&self, scoped: &Scoped, channel: &ChannelId) -> Result<Timestamp, StoreError> {
        let full = scoped.last_completed(channel, FULL).await?;
        Ok(full.max(scoped.last_completed(channel, "stock").await?).unwrap_or(0))
    }

    /// By full runs, and by those of this scope.
    async fn watermark_of(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        scope: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        if scoped.last_completed(channel, FULL).await?.is_none() {
            return Ok(None);
        }
        let row = scoped.channel(channel.as_str()).await?;
        // The shop compares with dates of its own clock. What is asked for once more does no harm; what is left out is missed.
        let behind = self.channels.clock_ahead(channel, row.and_then(|row| row.clock_ahead)).min(0);
        Ok(scoped
            .last_completed(channel, scope)
            .await?
            .map(|last| last.saturating_sub(OVERLAP_MS).saturating_add(behind)))
    }
}
