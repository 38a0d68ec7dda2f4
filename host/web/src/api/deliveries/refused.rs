use axum::Json;
use axum::extract::State;
use entrepot_domain::ChannelId;
use entrepot_store::refused::RefusedRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedView {
    /// rejected (the adapter said no), not_verified (it could not say), too_large, rate_limited, later (to be delivered again)
    kind: String,
    /// Why; the adapter's words, where it was the adapter
    reason: String,
    /// Deliveries that were refused for it
    count: i64,
    first_at: i64,
    last_at: i64,
}

impl From<RefusedRow> for RefusedView {
    fn from(row: RefusedRow) -> Self {
        let RefusedRow { kind, reason, number: count, first_at, last_at } = row;
        Self { kind, reason, count, first_at, last_at }
    }
}

/// Deliveries that were refused, by reason, the latest first; at most 100 reasons are kept, and nothing of what was sent
#[utoipa::path(get, path = "/channels/{channel}/deliveries/refused", tag = "deliveries", security(("scope" = ["catalog:read"])),
    params(("channel" = String, Path)),
    responses((status = 200, body = Vec<RefusedView>), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<Vec<RefusedView>>, Problem> {
    let channel = ChannelId::from(app.cases.channels.channel(&context.tenant, &channel).await?.id);
    let rows = app.cases.services.db().tenant(&context.tenant).refused(&channel).await?;
    Ok(Json(rows.into_iter().map(RefusedView::from).collect()))
}
