//! Stock levels that came without their products.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use entrepot_sandbox::StockChange;
use entrepot_store::{ScopedTx, StoreError};

/// Levels to be set, and of which moment they are.
#[derive(Default)]
pub(super) struct Levels {
    pub(super) changes: Vec<StockChange>,
    pub(super) as_of: Timestamp,
}

impl Levels {
    /// What a webhook told after the page was asked for stays.
    pub(super) async fn write(&self, tx: &mut ScopedTx, channel: &ChannelId) -> Result<(), StoreError> {
        for StockChange { item_id, location_id, available } in &self.changes {
            tx.set_stock_as_of(channel, item_id, location_id, *available, self.as_of).await?;
        }
        Ok(())
    }
}
