//! Products: search, look.

mod list;
mod show;

use axum::Router;
use axum::routing::get;

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/products", get(list::handler)).route("/products/{product}", get(show::handler))
}
