use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Signed;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeMe {
    /// What others know you by
    name: String,
}

/// Change your name
#[utoipa::path(patch, path = "/me", tag = "me", security(("scope" = ["me"])), request_body = ChangeMe,
    responses((status = 204, description = "changed")))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Signed(_principal, person): Signed,
    JsonBody(given): JsonBody<ChangeMe>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.rename(&person.user, &given.name).await?;
    Ok(StatusCode::NO_CONTENT)
}
