use axum::Json;
use axum::extract::State;

use super::{SubscriptionView, views};
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// What the marketplace delivers, and where to; it is asked
#[utoipa::path(get, path = "/channels/{channel}/subscriptions", tag = "deliveries", security(("scope" = ["channels:read"])), params(("channel" = String, Path)),
    responses((status = 200, body = Vec<SubscriptionView>), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<Vec<SubscriptionView>>, Problem> {
    Ok(Json(views(app.cases.subscriptions.subscriptions(&context.tenant, &channel, &app.public_url).await?)))
}
