use axum::Json;
use axum::extract::State;

use super::{SubscriptionView, views};
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// Ask the marketplace to deliver here, and repair what it switched off; from then on it is looked after
#[utoipa::path(post, path = "/channels/{channel}/subscribe", tag = "deliveries", security(("scope" = ["channels:write"])), params(("channel" = String, Path)),
    responses((status = 200, body = Vec<SubscriptionView>), (status = 404, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<Vec<SubscriptionView>>, Problem> {
    Ok(Json(views(app.cases.subscriptions.subscribe(&context.tenant, &channel, &app.public_url).await?)))
}
