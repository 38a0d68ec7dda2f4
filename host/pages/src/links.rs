//! Linking: which goods are the same in several channels. Find, look, accept, apply, undo.

mod list;
mod review;

use axum::Router;
use axum::routing::{get, post};

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/links", get(list::handler).post(list::propose))
        .route("/links/{batch}", get(review::handler))
        .route("/links/{batch}/decide", post(review::decide))
        .route("/links/{batch}/apply", post(review::apply))
        .route("/links/{batch}/undo", post(review::undo))
}
