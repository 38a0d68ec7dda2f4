use axum::Json;
use axum::extract::State;
use entrepot_accounts::Handing;

use super::add::AddedUserView;
use crate::AppState;
use crate::context::Asker;
use crate::extract::Path;
use crate::problem::Problem;

/// For whoever lost password and second factor: a mail has a link to choose a new password with. Sessions and second factor end
#[utoipa::path(post, path = "/users/{user}/reset", tag = "users", security(("scope" = ["users:write"])),
    params(("user" = String, Path)), responses((status = 200, body = AddedUserView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path(user): Path<String>,
) -> Result<Json<AddedUserView>, Problem> {
    Ok(Json(app.cases.accounts.reset_user(&user, Handing::Mail, &principal.actor).await?.into()))
}
