use axum::extract::State;

use crate::AppState;
use crate::accepted::{Accepted, AcceptedOperation, accepted};
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// Ask the account what there is to choose from for a setting of its channel
///
/// The result of the operation is an `AskedChoicesView`.
#[utoipa::path(post, path = "/channels/{channel}/choices/{setting}", tag = "channels", security(("scope" = ["channels:write"])),
    params(("channel" = String, Path), ("setting" = String, Path)),
    responses((status = 202, body = AcceptedOperation, headers(("Location" = String, description = "The operation"))), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path((channel, setting)): Path<(String, String)>,
) -> Result<Accepted, Problem> {
    Ok(accepted(app.cases.listings.start_asking_choices(&context, &channel, &setting).await?))
}
