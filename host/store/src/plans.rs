//! Plans, who has which, and what is used of it.

use entrepot_domain::TenantId;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::plan::{DEFAULT_PLAN, PlanLimits};
use serde::Serialize;

use crate::{Db, Scoped, ScopedTx, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct PlanRow {
    pub id: String,
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub limits: Columns,
    pub created_at: Timestamp,
}

/// Null: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Columns {
    pub channels: Option<i64>,
    pub skus: Option<i64>,
    pub requests_per_minute: Option<i64>,
    pub ai_tokens_per_month: Option<i64>,
    pub users: Option<i64>,
}

impl From<Columns> for PlanLimits {
    fn from(columns: Columns) -> Self {
        let Columns { channels, skus, requests_per_minute, ai_tokens_per_month, users } = columns;
        Self { channels, skus, requests_per_minute, ai_tokens_per_month, users }
    }
}

/// What the billing system knows of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Billed {
    pub id: String,
    pub billing_subscription: Option<String>,
    pub billing_at: Option<Timestamp>,
    /// When the subscription that counts was made.
    pub billing_began: Option<Timestamp>,
}

/// What an event of the billing system makes of a tenant.
#[derive(Clone, Copy, Debug)]
pub struct NewBilling<'a> {
    pub plan: &'a str,
    pub customer: &'a str,
    /// `None`: it ended.
    pub subscription: Option<&'a str>,
    /// When it was made, where that is known.
    pub began: Option<Timestamp>,
    pub at: Timestamp,
}

macro_rules! plans {
    ($tail:literal) => {
        concat!(
            "SELECT p.id, p.channels, p.skus, p.requests_per_minute, p.ai_tokens_per_month, p.users, CAST(p.created_at AS BIGINT) AS created_at FROM plans p ",
            $tail
        )
    };
}

const LIST: &str = plans!("ORDER BY p.id");
const FIND: &str = plans!("WHERE p.id = $1");
const OF_TENANT: &str = plans!("WHERE p.id = COALESCE((SELECT t.plan_id FROM tenants t WHERE t.id = $1), $2)");
const PUT: &str = "INSERT INTO plans (id, channels, skus, requests_per_minute, ai_tokens_per_month, users, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET channels = excluded.channels, skus = excluded.skus, \
    requests_per_minute = excluded.requests_per_minute, ai_tokens_per_month = excluded.ai_tokens_per_month, users = excluded.users";
const ASSIGN: &str = "UPDATE tenants SET plan_id = $2 WHERE id = $1";
const CHANNELS: &str = "SELECT COUNT(*) FROM channels WHERE tenant_id = $1 AND removed_at IS NULL";
const SKUS: &str = "SELECT COUNT(*) FROM variants v JOIN products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id \
    WHERE v.tenant_id = $1 AND p.deleted_at IS NULL";
const LEFT_OUT: &str =
    "SELECT COUNT(*) FROM dead_letters WHERE tenant_id = $1 AND channel_id = $2 AND run_id = $3 AND code = $4";
const NOTE_EVENT: &str =
    "INSERT INTO billing_events (id, kind, outcome, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
const OUTCOME: &str = "UPDATE billing_events SET outcome = $2 WHERE id = $1";
/// By its id, or by who pays. Nobody else bills it until the transaction ends.
const BILLED: &str = "UPDATE tenants SET billing_at = billing_at WHERE id = $1 OR ($1 = '' AND billing_customer = $2) \
    RETURNING id, billing_subscription, billing_at, billing_began";
const BILL: &str = "UPDATE tenants SET plan_id = $2, billing_customer = $3, billing_subscription = $4, billing_at = $5, \
    billing_began = $6 WHERE id = $1";
const FORGET_EVENTS: &str = "DELETE FROM billing_events WHERE received_at < $1";

impl Db {
    pub async fn plans(&self) -> Result<Vec<PlanRow>, StoreError> {
        Ok(read_sound!(self, PlanRow, "plans", LIST)?)
    }

    pub async fn plan(&self, id: &str) -> Result<Option<PlanRow>, StoreError> {
        Ok(read_optional!(self, PlanRow, FIND, id)?)
    }

    /// Events that were received before then are not known any more. How many.
    pub async fn forget_billing_events(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET_EVENTS, before)?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Tx {
    pub async fn plan(&mut self, id: &str) -> Result<Option<PlanRow>, StoreError> {
        Ok(tx_optional!(self, PlanRow, FIND, id)?)
    }

    pub async fn put_plan(&mut self, id: &str, limits: &PlanLimits, now: Timestamp) -> Result<(), StoreError> {
        let PlanLimits { channels, skus, requests_per_minute, ai_tokens_per_month, users } = *limits;
        execute!(self, PUT, id, channels, skus, requests_per_minute, ai_tokens_per_month, users, now)?;
        Ok(())
    }

    /// False: there is no such tenant. The plan has to be there.
    pub async fn assign_plan(&mut self, tenant: &TenantId, plan: &str) -> Result<bool, StoreError> {
        Ok(execute!(self, ASSIGN, tenant.as_str(), plan)? == 1)
    }

    /// False: it was taken before.
    pub async fn note_billing_event(&mut self, id: &str, kind: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(execute!(self, NOTE_EVENT, id, kind, "ignored", now)? == 1)
    }

    pub async fn end_billing_event(&mut self, id: &str, outcome: &str) -> Result<(), StoreError> {
        execute!(self, OUTCOME, id, outcome)?;
        Ok(())
    }

    /// By its id; where that is "", by who pays.
    pub async fn billed_tenant(&mut self, tenant: &str, customer: &str) -> Result<Option<Billed>, StoreError> {
        Ok(tx_optional!(self, Billed, BILLED, tenant, customer)?)
    }

    pub async fn bill(&mut self, tenant: &str, billing: &NewBilling<'_>) -> Result<(), StoreError> {
        let NewBilling { plan, customer, subscription, began, at } = *billing;
        execute!(self, BILL, tenant, plan, customer, subscription, at, began)?;
        Ok(())
    }
}

impl Scoped {
    /// Of this tenant.
    pub async fn plan(&self) -> Result<Option<PlanRow>, StoreError> {
        Ok(read_optional!(self, PlanRow, OF_TENANT, self.tenant().as_str(), DEFAULT_PLAN)?)
    }

    pub async fn count_channels(&self) -> Result<i64, StoreError> {
        Ok(read_optional!(self, (i64,), CHANNELS, self.tenant().as_str())?.map_or(0, |(count,)| count))
    }

    /// Variants of products that are not deleted.
    pub async fn count_skus(&self) -> Result<i64, StoreError> {
        Ok(read_optional!(self, (i64,), SKUS, self.tenant().as_str())?.map_or(0, |(count,)| count))
    }

    /// Items that a run gave up with that code, and nobody since.
    pub async fn count_given_up(&self, channel: &str, run: &str, code: &str) -> Result<i64, StoreError> {
        let found = read_optional!(self, (i64,), LEFT_OUT, self.tenant().as_str(), channel, run, code)?;
        Ok(found.map_or(0, |(count,)| count))
    }
}

impl ScopedTx {
    pub async fn plan(&mut self) -> Result<Option<PlanRow>, StoreError> {
        Ok(tx_optional!(&mut self.tx, PlanRow, OF_TENANT, self.tenant.as_str(), DEFAULT_PLAN)?)
    }

    pub async fn count_channels(&mut self) -> Result<i64, StoreError> {
        Ok(tx_optional!(&mut self.tx, (i64,), CHANNELS, self.tenant.as_str())?.map_or(0, |(count,)| count))
    }
}
