use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Signed;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    id: String,
    /// browser, api
    kind: String,
    /// From where it was begun
    address: String,
    /// What the client called itself
    agent: String,
    /// This very one
    current: bool,
    created_at: i64,
    seen_at: i64,
    expires_at: i64,
}

/// Where you are signed in, newest first
#[utoipa::path(get, path = "/me/sessions", tag = "me", security(("scope" = ["me"])), responses((status = 200, body = Vec<SessionView>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    Signed(_principal, person): Signed,
) -> Result<Json<Vec<SessionView>>, Problem> {
    let rows = app.cases.accounts.sessions(&person.user).await?;
    let view = |row: entrepot_store::people::sessions::SessionRow| SessionView {
        current: row.id == person.session.as_str(),
        id: row.id,
        kind: row.kind,
        address: row.address,
        agent: row.agent,
        created_at: row.created_at,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

/// Sign out on one device
#[utoipa::path(delete, path = "/me/sessions/{session}", tag = "me", security(("scope" = ["me"])), params(("session" = String, Path)),
    responses((status = 204, description = "ended"), (status = 404, body = Problem)))]
pub(crate) async fn end(
    State(app): State<AppState>,
    Signed(_principal, person): Signed,
    Path(session): Path<String>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.end_session(&person.user, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
