//! Plans: what tenants may have.

mod assign;
mod get;
mod list;
mod set;

use entrepot_domain::plan::PlanLimits;
use entrepot_store::plans::PlanRow;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get::handler))
        .routes(routes!(list::handler))
        .routes(routes!(set::handler))
        .routes(routes!(assign::handler))
}

/// Null: no limit
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LimitsView {
    /// In use at the same time
    channels: Option<i64>,
    /// Variants in the catalogue
    skus: Option<i64>,
    /// Of the API
    requests_per_minute: Option<i64>,
    /// In and out together
    ai_tokens_per_month: Option<i64>,
    /// Members of the tenant
    users: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanView {
    plan: String,
    limits: LimitsView,
}

impl From<PlanLimits> for LimitsView {
    fn from(limits: PlanLimits) -> Self {
        let PlanLimits { channels, skus, requests_per_minute, ai_tokens_per_month, users } = limits;
        Self { channels, skus, requests_per_minute, ai_tokens_per_month, users }
    }
}

impl From<PlanRow> for PlanView {
    fn from(row: PlanRow) -> Self {
        Self { plan: row.id, limits: PlanLimits::from(row.limits).into() }
    }
}
