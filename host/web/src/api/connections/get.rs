use axum::Json;
use axum::extract::State;

use super::ConnectionView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// How far a connection is; kept for a day after its end
#[utoipa::path(get, path = "/connections/{connection}", tag = "connections", security(("scope" = ["channels:read"])), params(("connection" = String, Path)),
    responses((status = 200, body = ConnectionView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(connection): Path<String>,
) -> Result<Json<ConnectionView>, Problem> {
    Ok(Json(app.cases.connections.connection(&context.tenant, &connection).await?.into()))
}
