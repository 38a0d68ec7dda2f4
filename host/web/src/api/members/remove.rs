use axum::extract::State;
use axum::http::StatusCode;

use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// Remove a member, or take an invitation back. A tenant keeps an owner
#[utoipa::path(delete, path = "/members/{user}", tag = "members", security(("scope" = ["members:write"])),
    params(("user" = String, Path)),
    responses((status = 204, description = "removed"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(user): Path<String>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.remove_member(&context.tenant, &user, &context.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
