//! Items that were mapped with other settings than those of now: what is kept of them is mapped again.

use entrepot_domain::ChannelId;
use sqlx::types::Json;

use super::{NO_HASH, StoredItem};
use crate::{Scoped, ScopedTx, StoreError, unpack};

/// What is packed says first how large it is. What has no hash was not read, or its stock was told since: it comes anew by itself.
const STALE: &str = "SELECT source_id, SUBSTR(body, 1, 4) FROM source_items WHERE tenant_id = $1 AND channel_id = $2 \
    AND deleted_at IS NULL AND mapped_with <> $3 AND content_hash <> $4 AND source_id > $5 ORDER BY source_id LIMIT $6";
const BODIES: [&str; 2] = select_by_ids!(
    "source_id, product_id, body, source_updated_at",
    "source_items",
    "tenant_id = $1 AND channel_id = $2",
    "source_id",
    ""
);
/// What nobody noted was mapped with the settings that were there before.
const BEFORE: &str =
    "UPDATE source_items SET mapped_with = '' WHERE tenant_id = $1 AND channel_id = $2 AND mapped_with IS NULL";

impl Scoped {
    /// From after `after`, by id: at most `limit`, and fewer where they are more than so many bytes.
    pub async fn stale_items(
        &self,
        channel: &ChannelId,
        settings: &str,
        after: &str,
        limit: i64,
        bytes: usize,
    ) -> Result<Vec<StoredItem>, StoreError> {
        type Row = (String, Option<String>, Vec<u8>, Option<i64>);
        let (tenant, channel) = (self.tenant().as_str(), channel.as_str());
        let found =
            read_all!(self, (String, Vec<u8>), STALE, tenant, channel, settings, NO_HASH.as_slice(), after, limit)?;
        let mut held = 0_usize;
        let fitting = found.iter().take_while(|(_, size)| {
            let before = held;
            held = held.saturating_add(size.first_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize));
            before == 0 || held <= bytes
        });
        let ids: Vec<&str> = fitting.map(|(id, _)| id.as_str()).collect();
        let rows = read_all_forked!(self, Row, BODIES, tenant, channel, Json(ids))?;
        let stored = |(source_id, product_id, body, source_updated_at): Row| StoredItem {
            source_id,
            product_id,
            body: unpack(&body).ok(),
            source_updated_at,
        };
        Ok(rows.into_iter().map(stored).collect())
    }
}

impl ScopedTx {
    /// The settings are changed in this transaction.
    pub async fn note_earlier_settings(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        execute!(&mut self.tx, BEFORE, self.tenant.as_str(), channel.as_str())?;
        Ok(())
    }
}
