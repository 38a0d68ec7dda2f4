//! Stock that is counted here: which goods, how many, why so many, and every movement.

mod item;
mod list;

pub(crate) use list::href;

use axum::Router;
use axum::routing::{get, post};

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/stock", get(list::handler))
        .route("/stock/locations", post(list::add_location))
        .route("/stock/item", get(item::handler))
        .route("/stock/count", post(item::count))
        .route("/stock/adjust", post(item::adjust))
}
