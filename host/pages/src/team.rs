//! A tenant's members and keys.

mod keys;
mod members;

use axum::Router;
use axum::routing::{get, post};

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/members", get(members::list).post(members::invite))
        .route("/members/{user}/remove", post(members::remove))
        .route("/api-keys", get(keys::list).post(keys::make))
        .route("/api-keys/{key}/revoke", post(keys::revoke))
}
