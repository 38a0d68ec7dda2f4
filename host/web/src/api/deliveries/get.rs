use axum::Json;
use axum::extract::State;
use entrepot_core::AppError;
use serde::Serialize;
use utoipa::ToSchema;

use super::DeliveryView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WholeDelivery {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// As received, without those that could hold credentials: pairs of a name and a value
    #[schema(value_type = Vec<Vec<String>>)]
    headers: Vec<(String, String)>,
    /// As received; what is no UTF-8 is replaced
    body: String,
    /// What the adapter made of it
    #[schema(value_type = Vec<Object>)]
    events: serde_json::Value,
}

/// One webhook delivery with what it said
#[utoipa::path(get, path = "/deliveries/{id}", tag = "deliveries", security(("scope" = ["catalog:read"])), params(("id" = String, Path)),
    responses((status = 200, body = WholeDelivery), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(id): Path<String>,
) -> Result<Json<WholeDelivery>, Problem> {
    let scoped = app.cases.services.db().tenant(&context.tenant);
    let (row, content) = (scoped.delivery(&id).await?, scoped.delivery_content(&id).await?);
    let (row, content) = row.zip(content).ok_or(AppError::NoDelivery(id))?;
    let body = String::from_utf8_lossy(&content.body).into_owned();
    Ok(Json(WholeDelivery { delivery: row.into(), headers: content.headers, body, events: content.events }))
}
