use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct RemoveChannel {
    /// What is on sale there stays as it is, with nobody to keep it true
    leave_listings: bool,
}

/// Take a channel out of use and forget its secrets
///
/// Refused while listings stand there: end them first.
#[utoipa::path(delete, path = "/channels/{channel}", tag = "channels", security(("scope" = ["channels:write"])), params(("channel" = String, Path), RemoveChannel),
    responses((status = 204, description = "removed"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    Query(RemoveChannel { leave_listings }): Query<RemoveChannel>,
) -> Result<StatusCode, Problem> {
    match leave_listings {
        true => app.cases.subscriptions.remove_channel_and_leave_listings(&context.tenant, &channel).await?,
        false => app.cases.subscriptions.remove_channel(&context.tenant, &channel).await?,
    };
    Ok(StatusCode::NO_CONTENT)
}
