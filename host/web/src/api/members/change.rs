use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::MemberView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeMember {
    /// owner, seller, viewer
    #[schema(value_type = String)]
    role: entrepot_domain::account::TenantRole,
}

/// Give a member another role. A tenant keeps an owner
#[utoipa::path(patch, path = "/members/{user}", tag = "members", security(("scope" = ["members:write"])),
    params(("user" = String, Path)), request_body = ChangeMember,
    responses((status = 200, body = MemberView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(user): Path<String>,
    JsonBody(given): JsonBody<ChangeMember>,
) -> Result<Json<MemberView>, Problem> {
    let row = app.cases.accounts.change_role(&context.tenant, &user, given.role, &context.actor).await?;
    Ok(Json(row.into()))
}
