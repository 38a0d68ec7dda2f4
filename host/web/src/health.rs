//! Is it alive, and can it work?

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

/// Whoever asks gives up sooner than a database that is away is noticed.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "alive")))]
async fn healthz() -> &'static str {
    "ok"
}

/// The database answers, is as this version knows it, and has its job queue.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, description = "ready"), (status = 503, description = "not ready; the answer says why")))]
async fn readyz(State(app): State<AppState>) -> (StatusCode, &'static str) {
    let why = match tokio::time::timeout(PATIENCE, app.sync.readiness()).await {
        Ok(Ok(())) => return (StatusCode::OK, "ready"),
        Ok(Err(why)) => why,
        Err(_) => "the database does not answer",
    };
    (StatusCode::SERVICE_UNAVAILABLE, why)
}
