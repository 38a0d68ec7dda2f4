//! `GET /metrics`, for Prometheus.

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use entrepot_metrics::Metrics;
use entrepot_sync::Sync;

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/metrics", get(|State(app): State<AppState>| shown(app.sync)))
}

/// `/metrics` and nothing else, for a port of its own. Whoever reaches the port is answered.
pub fn router(sync: Sync) -> Router {
    Router::new().route("/metrics", get(|State(sync): State<Sync>| shown(sync))).with_state(sync)
}

async fn shown(sync: Sync) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, Metrics::CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")], sync.scrape().await)
}
