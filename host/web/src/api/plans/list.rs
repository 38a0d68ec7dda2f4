use axum::Json;
use axum::extract::State;

use super::PlanView;
use crate::AppState;
use crate::problem::Problem;

/// All plans, by name
#[utoipa::path(get, path = "/plans", tag = "plans", security(("scope" = ["tenants:read"])), responses((status = 200, body = Vec<PlanView>)))]
pub(crate) async fn handler(State(app): State<AppState>) -> Result<Json<Vec<PlanView>>, Problem> {
    Ok(Json(app.cases.plans.plans().await?.into_iter().map(PlanView::from).collect()))
}
