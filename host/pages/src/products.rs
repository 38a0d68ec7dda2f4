//! Products: search, look, put on sale, and filters that somebody gave a name.

mod list;
mod listed;
mod show;
mod views;

use axum::Router;
use axum::routing::{get, post};

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/products", get(list::handler))
        .route("/products/views", post(views::save))
        .route("/products/views/remove", post(views::forget))
        .route("/products/{product}", get(show::handler))
        .route("/products/{product}/list", post(listed::list))
}
