//! Adapters: what each may do and did, installing, approving, taking out of use, and the audit log.

mod approve;
mod audit;
mod install;
mod list;
mod show;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/adapters", get(list::handler))
        // Bounded where it is received, in bytes and in time.
        .route("/adapters/install", post(install::handler).layer(DefaultBodyLimit::disable()))
        .route("/adapters/{adapter}", get(show::handler))
        .route("/adapters/{adapter}/approve", get(approve::review).post(approve::approve))
        .route("/adapters/{adapter}/promote", post(approve::promote))
        .route("/adapters/{adapter}/rollback", post(approve::rollback))
        .route("/adapters/{adapter}/revoke", post(approve::revoke))
        .route("/audit", get(audit::handler))
        .route("/audit/export", get(audit::export))
}
