//! What adapters really did, by the hour. It belongs to the host: an adapter is audited over all tenants.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::usage::{Amount, Use};
use entrepot_domain::{ChannelId, TenantId};

use crate::bulk::{self, Column};
use crate::{Db, StoreError, Tx};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// On whose behalf it happened.
#[derive(Clone, Copy, Debug)]
pub struct UsedBy<'a> {
    pub adapter: &'a str,
    pub generation: i64,
    pub tenant: &'a TenantId,
    pub channel: &'a ChannelId,
}

/// Summed over channels and grants.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Usage {
    pub kind: String,
    pub operation: String,
    pub rule: String,
    pub name: String,
    pub count: i64,
    pub most: i64,
    /// The hour it last happened in.
    pub last: Timestamp,
}

/// Calls of one operation under one grant.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Health {
    pub operation: String,
    pub calls: i64,
    pub stopped: i64,
    pub requests: i64,
    pub denied: i64,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenHour {
    pub adapter_id: String,
    pub hour: Timestamp,
}

const INSERT: &str = "INSERT INTO adapter_usage \
    (adapter_id, hour, generation, tenant_id, channel_id, kind, operation, rule, name, sealed, count, most)";
const ADD: &str = "ON CONFLICT (adapter_id, hour, generation, tenant_id, channel_id, kind, operation, rule, name, sealed) \
    DO UPDATE SET count = adapter_usage.count + excluded.count, \
    most = CASE WHEN excluded.most > adapter_usage.most THEN excluded.most ELSE adapter_usage.most END";
macro_rules! summed {
    ($condition:literal) => {
        concat!(
            "SELECT kind, operation, rule, name, CAST(SUM(count) AS BIGINT) AS count, MAX(most) AS most, MAX(hour) AS last \
             FROM adapter_usage WHERE ",
            $condition,
            " GROUP BY kind, operation, rule, name ORDER BY kind, operation, rule, name"
        )
    };
}
const SINCE: &str = summed!("adapter_id = $1 AND hour >= $2");
const SEALED_AS: &str = summed!("sealed = $1");
const OPEN_HOURS: &str =
    "SELECT DISTINCT adapter_id, hour FROM adapter_usage WHERE sealed = 0 AND hour < $1 ORDER BY hour, adapter_id";
const SEAL: &str = "UPDATE adapter_usage SET sealed = $3 WHERE sealed = 0 AND adapter_id = $1 AND hour = $2";
const FORGET: &str = "DELETE FROM adapter_usage WHERE sealed > 0 AND hour < $1";
const HEALTH: &str = "SELECT operation, \
    CAST(SUM(CASE WHEN kind = 'call' THEN count ELSE 0 END) AS BIGINT) AS calls, \
    CAST(SUM(CASE WHEN kind = 'stopped' THEN count ELSE 0 END) AS BIGINT) AS stopped, \
    CAST(SUM(CASE WHEN kind = 'request' THEN count ELSE 0 END) AS BIGINT) AS requests, \
    CAST(SUM(CASE WHEN kind = 'denied' THEN count ELSE 0 END) AS BIGINT) AS denied \
    FROM adapter_usage WHERE adapter_id = $1 AND generation = $2 AND hour >= $3 GROUP BY operation";

impl Db {
    /// From that moment's hour on.
    pub async fn usage_since(&self, adapter: &str, since: Timestamp) -> Result<Vec<Usage>, StoreError> {
        Ok(read_all!(self, Usage, SINCE, adapter, hour(since))?)
    }

    /// What an entry of the audit log sealed. Empty: it is no longer kept.
    pub async fn usage_sealed_as(&self, entry: i64) -> Result<Vec<Usage>, StoreError> {
        Ok(read_all!(self, Usage, SEALED_AS, entry)?)
    }

    /// Hours before `before` that no entry of the audit log holds yet.
    pub async fn open_usage_hours(&self, before: Timestamp) -> Result<Vec<OpenHour>, StoreError> {
        Ok(read_all!(self, OpenHour, OPEN_HOURS, hour(before))?)
    }

    /// How the calls under one grant went since then.
    pub async fn health(&self, adapter: &str, generation: i64, since: Timestamp) -> Result<Vec<Health>, StoreError> {
        Ok(read_all!(self, Health, HEALTH, adapter, generation, hour(since))?)
    }
}

impl Tx {
    pub async fn add_usage(
        &mut self,
        by: UsedBy<'_>,
        entries: &[(Use, Amount)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows = entries.len();
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let columns = [
            Column::Text(vec![Some(by.adapter); rows]),
            Column::Int(vec![Some(hour(now)); rows]),
            Column::Int(vec![Some(by.generation); rows]),
            Column::Text(vec![Some(by.tenant.as_str()); rows]),
            Column::Text(vec![Some(by.channel.as_str()); rows]),
            Column::Text(entries.iter().map(|(of, _)| Some(of.kind.as_str())).collect()),
            Column::Text(entries.iter().map(|(of, _)| Some(of.operation.as_ref())).collect()),
            Column::Text(entries.iter().map(|(of, _)| Some(of.rule.as_str())).collect()),
            Column::Text(entries.iter().map(|(of, _)| Some(of.name.as_str())).collect()),
            Column::Int(vec![Some(0); rows]),
            Column::Int(entries.iter().map(|(_, amount)| Some(number(amount.count))).collect()),
            Column::Int(entries.iter().map(|(_, amount)| Some(number(amount.most))).collect()),
        ];
        bulk::insert(self, INSERT, ADD, &columns).await
    }

    /// Puts what an adapter did in one hour under an entry of the audit log, and gives it.
    pub async fn seal_usage(&mut self, of: &OpenHour, entry: i64) -> Result<Vec<Usage>, StoreError> {
        execute!(self, SEAL, of.adapter_id.as_str(), of.hour, entry)?;
        Ok(tx_all!(self, Usage, SEALED_AS, entry)?)
    }

    /// Forgets what is older; the audit log keeps its sums.
    pub async fn forget_usage(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        Ok(execute!(self, FORGET, before)?)
    }
}

fn hour(at: Timestamp) -> Timestamp {
    at - at.rem_euclid(HOUR_MS)
}
