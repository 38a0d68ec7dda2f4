//! Deliveries that were refused, counted by their reason: so many lines for each channel, whoever sends however much.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;

use crate::{Db, Scoped, ScopedTx, StoreError};

/// Reasons that are kept of a channel, the latest.
pub const MOST: i64 = 100;

/// Deliveries that were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RefusedRow {
    /// rejected, not_verified, too_large, rate_limited, later
    pub kind: String,
    pub reason: String,
    pub number: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// A channel to which deliveries were refused lately.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RefusedOf {
    /// The channel's.
    pub name: String,
    pub reason: String,
    pub number: i64,
    pub last_at: Timestamp,
}

const ADD: &str = "INSERT INTO refused_deliveries (tenant_id, channel_id, kind, reason, number, first_at, last_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, channel_id, kind, reason) DO UPDATE SET \
    number = refused_deliveries.number + excluded.number, last_at = excluded.last_at";
const TRIM: &str = "DELETE FROM refused_deliveries WHERE tenant_id = $1 AND channel_id = $2 AND (kind, reason) NOT IN (\
    SELECT kind, reason FROM refused_deliveries WHERE tenant_id = $1 AND channel_id = $2 ORDER BY last_at DESC, kind, reason LIMIT $3)";
const LIST: &str = "SELECT kind, reason, number, first_at, last_at FROM refused_deliveries \
    WHERE tenant_id = $1 AND channel_id = $2 ORDER BY last_at DESC, kind, reason";
const LATELY: &str = "SELECT c.name, r.reason, r.number, r.last_at FROM refused_deliveries r \
    JOIN channels c ON c.tenant_id = r.tenant_id AND c.id = r.channel_id \
    WHERE r.tenant_id = $1 AND r.last_at >= $2 AND c.removed_at IS NULL ORDER BY c.name, r.last_at DESC";
const FORGET: &str = "DELETE FROM refused_deliveries WHERE last_at < $1";

impl Db {
    /// Forgets what was refused before and not since.
    pub async fn forget_refused(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET, before)?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Scoped {
    /// Those of a channel, the latest first.
    pub async fn refused(&self, channel: &ChannelId) -> Result<Vec<RefusedRow>, StoreError> {
        Ok(read_all!(self, RefusedRow, LIST, self.tenant().as_str(), channel.as_str())?)
    }

    /// What was refused since then, by channel, the latest first.
    pub async fn refused_since(&self, since: Timestamp) -> Result<Vec<RefusedOf>, StoreError> {
        Ok(read_all!(self, RefusedOf, LATELY, self.tenant().as_str(), since)?)
    }
}

impl ScopedTx {
    /// Adds to what was refused, and forgets the oldest reasons beyond [`MOST`].
    pub async fn add_refused(&mut self, channel: &ChannelId, refused: &[RefusedRow]) -> Result<(), StoreError> {
        let (tenant, channel) = (self.tenant.clone(), channel.as_str());
        for RefusedRow { kind, reason, number, first_at, last_at } in refused {
            execute!(&mut self.tx, ADD, tenant.as_str(), channel, kind, reason, *number, *first_at, *last_at)?;
        }
        execute!(&mut self.tx, TRIM, tenant.as_str(), channel, MOST)?;
        Ok(())
    }
}
