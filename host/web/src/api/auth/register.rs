use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::clients::Trying;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    email: String,
    /// What others know you by
    name: String,
    /// 10 to 1,024 bytes
    password: String,
}

/// Ask for an account; a mail says how to go on. The answer is the same whether there is an account of that address or not
#[utoipa::path(post, path = "/auth/register", tag = "auth", security(()), request_body = Register,
    responses((status = 202, description = "a mail is on its way"), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    JsonBody(given): JsonBody<Register>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.register(&given.email, &given.name, &given.password).await?;
    Ok(StatusCode::ACCEPTED)
}
