use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::approve::ApprovedView;
use crate::AppState;
use crate::context::Asker;
use crate::extract::{JsonOrNothing, Path};
use crate::problem::Problem;

/// All of it may be left out
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RollBack {
    /// Go back even to a grant that allows more than the one in force
    accept_wider: bool,
}

/// End what is tried on some channels, or go back to the grant and version before the one in use
///
/// Never to what a rollback left before. Where the earlier grant allows more than the one in force, the answer says what, and nothing is
/// changed without `accept_wider`.
#[utoipa::path(post, path = "/adapters/{adapter}/rollback", tag = "adapters", security(("scope" = ["adapters:write"])), params(("adapter" = String, Path)),
    request_body = Option<RollBack>,
    responses((status = 200, body = ApprovedView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path(adapter): Path<String>,
    JsonOrNothing(body): JsonOrNothing<RollBack>,
) -> Result<Json<ApprovedView>, Problem> {
    let RollBack { accept_wider } = body.unwrap_or_default();
    let grant = app.cases.services.admission().rollback_with(&adapter, accept_wider, &principal.actor).await?;
    Ok(Json(ApprovedView::of(&app, &principal, grant.into()).await?))
}
