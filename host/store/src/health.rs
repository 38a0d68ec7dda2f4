//! How the whole host did: a sample every quarter of an hour, kept for two weeks, for charts that people look at.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError};

/// Milliseconds between two samples.
pub const SAMPLE_MS: i64 = 15 * 60_000;
const KEPT_MS: i64 = 14 * 24 * 60 * 60_000;

/// Over all tenants, at one moment.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct HealthSample {
    pub at: Timestamp,
    /// Items that runs fetched since the first one.
    pub fetched: i64,
    /// Runs that failed since the first one.
    pub failed: i64,
    /// Answers that said "slow down" since the first run.
    pub rate_limited: i64,
    /// The longest that a delivery of the quarter before waited until it was worked on; `None`: none came.
    pub latency_ms: Option<i64>,
    /// Deliveries and runs that wait to be begun.
    pub waiting: i64,
    /// How long the oldest of them has waited.
    pub oldest_ms: i64,
}

const IS_THERE: &str = "SELECT at FROM health_samples WHERE at = $1";
const SAMPLE: &str = "INSERT INTO health_samples (at, fetched, failed, rate_limited, latency_ms, waiting, oldest_ms) \
    SELECT CAST($1 AS BIGINT), CAST(COALESCE(SUM(fetched), 0) AS BIGINT), COUNT(CASE WHEN state = 'failed' THEN 1 END), \
    CAST(COALESCE(SUM(rate_limited), 0) AS BIGINT), \
    (SELECT MAX(processed_at - received_at) FROM webhook_deliveries WHERE received_at >= $2), \
    COUNT(CASE WHEN state = 'queued' THEN 1 END) + (SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'pending'), \
    (SELECT CAST(COALESCE($3 - MIN(w.since), 0) AS BIGINT) FROM (SELECT MIN(received_at) AS since FROM webhook_deliveries \
    WHERE state = 'pending' UNION ALL SELECT MIN(created_at) FROM runs WHERE state = 'queued') w) FROM runs WHERE 1 = 1 \
    ON CONFLICT (at) DO NOTHING";
const SINCE: &str = "SELECT at, fetched, failed, rate_limited, latency_ms, waiting, oldest_ms FROM health_samples \
    WHERE at >= $1 ORDER BY at";
const FORGET: &str = "DELETE FROM health_samples WHERE at < $1";

impl Db {
    /// Takes the sample of this quarter of an hour, unless a host has taken it. Whether it did.
    pub async fn sample_health(&self) -> Result<bool, StoreError> {
        let now = self.clock().now();
        let at = now - now.rem_euclid(SAMPLE_MS);
        if read_optional!(self, (i64,), IS_THERE, at)?.is_some() {
            return Ok(false);
        }
        let sure = self.clock_trouble().await?.is_none();
        let mut tx = self.begin().await?;
        let taken = execute!(&mut tx, SAMPLE, at, now - SAMPLE_MS, now)?;
        if sure {
            execute!(&mut tx, FORGET, now - KEPT_MS)?;
        }
        tx.commit().await?;
        Ok(taken > 0)
    }

    /// Oldest first.
    pub async fn health_samples(&self, since: Timestamp) -> Result<Vec<HealthSample>, StoreError> {
        Ok(read_all!(self, HealthSample, SINCE, since)?)
    }
}
