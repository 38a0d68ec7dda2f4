use axum::Json;
use axum::extract::State;
use entrepot_domain::plan::Limit;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::PlanView;
use crate::AppState;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

/// What is left out stays as it is; null: no limit
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SetPlan {
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    channels: Option<Option<i64>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    skus: Option<Option<i64>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    requests_per_minute: Option<Option<i64>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    ai_tokens_per_month: Option<Option<i64>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    users: Option<Option<i64>>,
}

/// What is there, be it null.
fn given<'de, D: Deserializer<'de>>(given: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(given).map(Some)
}

/// Make a plan, or change the limits of one; what tenants have beyond a new limit stays
#[utoipa::path(put, path = "/plans/{plan}", tag = "plans", security(("scope" = ["tenants:write"])), params(("plan" = String, Path)), request_body = SetPlan,
    responses((status = 200, body = PlanView), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(plan): Path<String>,
    JsonBody(body): JsonBody<SetPlan>,
) -> Result<Json<PlanView>, Problem> {
    let SetPlan { channels, skus, requests_per_minute, ai_tokens_per_month, users } = body;
    let limits = [channels, skus, requests_per_minute, ai_tokens_per_month, users];
    let changes: Vec<_> = Limit::ALL.into_iter().zip(limits).filter_map(|(limit, most)| Some((limit, most?))).collect();
    Ok(Json(app.cases.plans.set(&plan, &changes).await?.into()))
}
