//! Plans: what a tenant may have, and what is used of it.
// See docs/decisions/0068-plans.md

mod billing;
mod signature;

use entrepot_domain::TenantId;
use entrepot_domain::plan::{DEFAULT_PLAN, Limit, PlanLimits};
use entrepot_store::plans::PlanRow;
use entrepot_store::{Scoped, ScopedTx, StoreError};
use serde::Serialize;

use crate::{AppError, Services};

pub use billing::{BillingOutcome, BillingRefusal};

/// Characters of a plan's name.
const LONGEST: usize = 64;

/// Looks after plans. Cheap to clone.
#[derive(Clone)]
pub struct Plans {
    services: Services,
}

/// A tenant's plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanReport {
    pub plan: String,
    pub limits: PlanLimits,
    pub used: Used,
}

/// What a tenant has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Used {
    pub channels: i64,
    pub skus: i64,
    /// Members, and those who are invited.
    pub users: i64,
}

impl Plans {
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    /// All there are, by name.
    pub async fn plans(&self) -> Result<Vec<PlanRow>, AppError> {
        Ok(self.services.db().plans().await?)
    }

    pub async fn plan_of(&self, tenant: &TenantId) -> Result<PlanReport, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let row = scoped.plan().await?;
        let (plan, limits) =
            row.map_or((DEFAULT_PLAN.to_owned(), PlanLimits::default()), |row| (row.id, row.limits.into()));
        let (channels, skus) = (scoped.count_channels().await?, scoped.count_skus().await?);
        let used = Used { channels, skus, users: scoped.count_members().await? };
        Ok(PlanReport { plan, limits, used })
    }

    /// Makes the plan if there is none of that name; limits that are not named stay. What tenants have beyond a new limit stays, too.
    pub async fn set(&self, plan: &str, changes: &[(Limit, Option<i64>)]) -> Result<PlanRow, AppError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if plan.is_empty() || plan.len() > LONGEST || !plan.chars().all(fits) {
            return Err(AppError::Plan(format!(
                "{plan:?} is no name for a plan; use up to {LONGEST} letters, digits, hyphens, underscores and full stops"
            )));
        }
        if let Some((limit, most)) = changes.iter().find(|(_, most)| most.is_some_and(|most| most < 0)) {
            let most = most.unwrap_or_default();
            return Err(AppError::Plan(format!("{} is {most}; use a number from 0 on, or none", limit.as_str())));
        }
        let mut tx = self.services.db().begin().await?;
        let mut limits: PlanLimits = tx.plan(plan).await?.map(|row| row.limits.into()).unwrap_or_default();
        for (limit, most) in changes {
            limits.set(*limit, *most);
        }
        tx.put_plan(plan, &limits, self.services.db().clock().now()).await?;
        let row = tx.plan(plan).await?;
        tx.commit().await?;
        tracing::info!(plan, "the plan was set");
        row.ok_or_else(|| no_plan(plan))
    }

    /// Gives a tenant a plan.
    pub async fn assign(&self, tenant: &TenantId, plan: &str) -> Result<(), AppError> {
        let mut tx = self.services.db().begin().await?;
        if tx.plan(plan).await?.is_none() {
            return Err(no_plan(plan));
        }
        if !tx.assign_plan(tenant, plan).await? {
            return Err(AppError::NoTenant(tenant.to_string()));
        }
        tx.commit().await?;
        tracing::info!(tenant = tenant.as_str(), plan, "the tenant has another plan");
        Ok(())
    }

    /// Events of the billing system that are older than it delivers again are forgotten. How many.
    pub async fn forget_old_events(&self) -> Result<u64, AppError> {
        const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1_000;
        let db = self.services.db();
        Ok(db.forget_billing_events(db.clock().now() - KEPT_MS).await?)
    }
}

/// Whether there is room for another channel, before anything is asked of a marketplace.
pub async fn room_for_channel(scoped: &Scoped) -> Result<(), AppError> {
    let Some((plan, most)) = limited(scoped.plan().await?, Limit::Channels) else { return Ok(()) };
    let used = scoped.count_channels().await?;
    if used < most { Ok(()) } else { Err(AppError::PlanLimit { plan, limit: Limit::Channels, most, used }) }
}

/// The same in the transaction that makes it. Channels are made one after the other.
pub async fn room_for_channel_in(tx: &mut ScopedTx) -> Result<(), AppError> {
    let Some((plan, most)) = limited(tx.plan().await?, Limit::Channels) else { return Ok(()) };
    let used = tx.count_channels().await?;
    if used < most { Ok(()) } else { Err(AppError::PlanLimit { plan, limit: Limit::Channels, most, used }) }
}

/// Whether there is room for another member, in the transaction that makes one; `used` are there. Members are made one after the other.
pub async fn room_for_member_in(tx: &mut ScopedTx, used: i64) -> Result<(), AppError> {
    let Some((plan, most)) = limited(tx.plan().await?, Limit::Users) else { return Ok(()) };
    if used < most { Ok(()) } else { Err(AppError::PlanLimit { plan, limit: Limit::Users, most, used }) }
}

/// SKUs for which there is room, with the plan's name and its limit. `None`: there is no limit.
pub async fn room_for_skus(scoped: &Scoped) -> Result<Option<(String, i64, i64)>, StoreError> {
    let Some((plan, most)) = limited(scoped.plan().await?, Limit::Skus) else { return Ok(None) };
    let used = scoped.count_skus().await?;
    Ok(Some((plan, most, (most - used).max(0))))
}

fn limited(plan: Option<PlanRow>, limit: Limit) -> Option<(String, i64)> {
    let plan = plan?;
    let most = PlanLimits::from(plan.limits).get(limit)?;
    Some((plan.id, most))
}

fn no_plan(plan: &str) -> AppError {
    AppError::NoPlan(plan.to_owned())
}
