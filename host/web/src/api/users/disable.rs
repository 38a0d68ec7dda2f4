use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Asker;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedUser {
    /// False: it was so already
    changed: bool,
}

/// Disable an account, named by id or e-mail address: it is signed out everywhere at once, and its keys open nothing
#[utoipa::path(post, path = "/users/{user}/disable", tag = "users", security(("scope" = ["users:write"])),
    params(("user" = String, Path)),
    responses((status = 200, body = ChangedUser), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn disable(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path(user): Path<String>,
) -> Result<Json<ChangedUser>, Problem> {
    Ok(Json(ChangedUser { changed: app.cases.accounts.disable_user(&user, &principal.actor).await? }))
}

/// Take it back
#[utoipa::path(post, path = "/users/{user}/enable", tag = "users", security(("scope" = ["users:write"])),
    params(("user" = String, Path)), responses((status = 200, body = ChangedUser), (status = 404, body = Problem)))]
pub(crate) async fn enable(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path(user): Path<String>,
) -> Result<Json<ChangedUser>, Problem> {
    Ok(Json(ChangedUser { changed: app.cases.accounts.enable_user(&user, &principal.actor).await? }))
}
