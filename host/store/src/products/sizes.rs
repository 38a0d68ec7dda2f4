//! How many products there are, and how many are read at a time: large ones come in smaller numbers.

use entrepot_domain::ChannelId;

use crate::{Scoped, StoreError};

/// Bytes of the products that are read at a time.
const AT_ONCE: i64 = 16 << 20;
/// What a product counts that was written before anybody counted.
const UNCOUNTED: i64 = 64 << 10;

const SIZES_BY_CHANNEL: &str = "SELECT size FROM products \
    WHERE tenant_id = $1 AND channel_id = $2 AND source_id > $3 AND deleted_at IS NULL ORDER BY source_id LIMIT $4";
const SIZES_BY_TENANT: &str =
    "SELECT size FROM products WHERE tenant_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3";

const COUNT: &str = "SELECT COUNT(*) FROM products WHERE tenant_id = $1 AND channel_id = $2 AND deleted_at IS NULL";

impl Scoped {
    pub async fn count_products(&self, channel: &ChannelId) -> Result<i64, StoreError> {
        let row = read_optional!(self, (i64,), COUNT, self.tenant().as_str(), channel.as_str())?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// How many of the next `limit` products of a channel, by source id, are read at a time.
    pub(crate) async fn products_that_fit(
        &self,
        channel: &ChannelId,
        after: &str,
        limit: i64,
    ) -> Result<i64, StoreError> {
        let tenant = self.tenant().as_str();
        Ok(fitting(&read_all!(self, (i64,), SIZES_BY_CHANNEL, tenant, channel.as_str(), after, limit)?))
    }

    /// Likewise of all channels, by id.
    pub(super) async fn any_products_that_fit(&self, after: &str, limit: i64) -> Result<i64, StoreError> {
        Ok(fitting(&read_all!(self, (i64,), SIZES_BY_TENANT, self.tenant().as_str(), after, limit)?))
    }

    /// By source id of a channel, or by id of all.
    pub async fn has_products_after(&self, channel: Option<&ChannelId>, after: &str) -> Result<bool, StoreError> {
        let tenant = self.tenant().as_str();
        let next = match channel {
            Some(channel) => read_optional!(self, (i64,), SIZES_BY_CHANNEL, tenant, channel.as_str(), after, 1_i64)?,
            None => read_optional!(self, (i64,), SIZES_BY_TENANT, tenant, after, 1_i64)?,
        };
        Ok(next.is_some())
    }
}

/// How many of them are read at a time: what fits, and one at least.
fn fitting(sizes: &[(i64,)]) -> i64 {
    let mut held = 0_i64;
    let fit = sizes.iter().take_while(|(size,)| {
        held = held.saturating_add(if *size == 0 { UNCOUNTED } else { *size });
        held <= AT_ONCE
    });
    i64::try_from(fit.count().max(1)).unwrap_or(1)
}
