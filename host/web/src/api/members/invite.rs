use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_accounts::Invitation;
use serde::Deserialize;
use utoipa::ToSchema;

use super::MemberView;
use crate::AppState;
use crate::context::{Context, Signed};
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invite {
    email: String,
    /// owner, seller, viewer
    #[schema(value_type = String)]
    role: entrepot_domain::account::TenantRole,
}

/// Ask somebody into the tenant; a mail says how to accept. Asking again sends another
#[utoipa::path(post, path = "/members", tag = "members", security(("scope" = ["members:write"])), request_body = Invite,
    responses((status = 201, body = MemberView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Signed(_principal, person): Signed,
    JsonBody(given): JsonBody<Invite>,
) -> Result<(StatusCode, Json<MemberView>), Problem> {
    let invitation = Invitation { email: &given.email, role: given.role, by: &context.actor, by_name: &person.name };
    let row = app.cases.accounts.invite(&context.tenant, invitation).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}
