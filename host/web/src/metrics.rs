//! `GET /metrics`, for Prometheus.

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use entrepot_core::Monitor;
use entrepot_metrics::Metrics;

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/metrics", get(|State(app): State<AppState>| shown(app.cases.monitor)))
}

/// `/metrics` and nothing else, for a port of its own. Whoever reaches the port is answered.
pub fn router(monitor: Monitor) -> Router {
    Router::new().route("/metrics", get(|State(monitor): State<Monitor>| shown(monitor))).with_state(monitor)
}

async fn shown(monitor: Monitor) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, Metrics::CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")], monitor.scrape().await)
}
