//! Is it alive, and can it work?

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

/// Whoever asks gives up sooner than a database that is away is noticed.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is asked by whoever keeps the host running.
pub(crate) const PROBES: [&str; 2] = ["/healthz", "/readyz"];

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "health",
    responses((status = 200, description = "alive", body = String, content_type = "text/plain")))]
async fn healthz() -> &'static str {
    "ok"
}

/// The database answers, is as this version knows it, has its job queue, and can be written, and so can the data folder.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, description = "ready", body = String, content_type = "text/plain"),
        (status = 503, description = "not ready; the answer says why", body = String, content_type = "text/plain")))]
async fn readyz(State(app): State<AppState>) -> (StatusCode, &'static str) {
    let why = match tokio::time::timeout(PATIENCE, app.cases.monitor.readiness()).await {
        Ok(Ok(())) => return (StatusCode::OK, "ready"),
        Ok(Err(why)) => why,
        Err(_) => "the database does not answer",
    };
    (StatusCode::SERVICE_UNAVAILABLE, why)
}
