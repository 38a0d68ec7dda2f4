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

/// Bytes of a form with an artifact in it.
const LARGEST_UPLOAD: usize = 65 << 20;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/adapters", get(list::handler))
        .route("/adapters/install", post(install::handler).layer(DefaultBodyLimit::max(LARGEST_UPLOAD)))
        .route("/adapters/{adapter}", get(show::handler))
        .route("/adapters/{adapter}/approve", get(approve::review).post(approve::approve))
        .route("/adapters/{adapter}/promote", post(approve::promote))
        .route("/adapters/{adapter}/rollback", post(approve::rollback))
        .route("/adapters/{adapter}/revoke", post(approve::revoke))
        .route("/audit", get(audit::handler))
        .route("/audit/export", get(audit::export))
}
