use axum::Json;
use axum::extract::State;

use super::AccountView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// Ask the marketplace whether the account is usable
#[utoipa::path(post, path = "/channels/{channel}/test", tag = "channels", security(("scope" = ["channels:write"])), params(("channel" = String, Path)),
    responses((status = 200, body = AccountView), (status = 404, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<AccountView>, Problem> {
    Ok(Json(app.cases.channels.test_channel(&context.tenant, &channel).await?.into()))
}
