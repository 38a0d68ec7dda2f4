//! Dead letters: what was given up, by reason, and trying it again.

mod list;
mod replay;
mod show;

use axum::Router;
use axum::routing::get;

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/dead-letters", get(list::handler))
        .route("/dead-letters/replay", get(replay::plan).post(replay::start))
        .route("/dead-letters/{id}", get(show::handler))
}
