use axum::Json;
use axum::extract::State;
use entrepot_core::plans::{PlanReport, Used};
use serde::Serialize;
use utoipa::ToSchema;

use super::LimitsView;
use crate::AppState;
use crate::context::Context;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsedView {
    channels: i64,
    skus: i64,
    /// Members, and those who are invited
    users: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TenantPlanView {
    plan: String,
    limits: LimitsView,
    used: UsedView,
}

/// The tenant's plan, and what is used of it
#[utoipa::path(get, path = "/plan", tag = "plans", security(("scope" = ["channels:read"])), responses((status = 200, body = TenantPlanView)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
) -> Result<Json<TenantPlanView>, Problem> {
    let PlanReport { plan, limits, used: Used { channels, skus, users } } =
        app.cases.plans.plan_of(&context.tenant).await?;
    Ok(Json(TenantPlanView { plan, limits: limits.into(), used: UsedView { channels, skus, users } }))
}
