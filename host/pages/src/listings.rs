//! Listings: goods on their way out. Which there are and how they stand, one by one and many at once.

mod act;
mod category;
mod conflicts;
mod draft;
mod edit;
mod form;
mod history;
mod job;
mod list;
mod plan;
mod posted;
mod show;
mod standing;
mod values;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::AppState;

pub(crate) use list::stuck;
pub(crate) use standing::Stand;

/// Bytes of the form of one listing: descriptions are long.
const LARGEST_TEXT: usize = 512 << 10;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/listings", get(list::handler))
        .route("/listings/new", get(draft::plan).post(draft::make))
        .route("/listings/plan", get(plan::handler).post(plan::start))
        .route("/listings/jobs/{operation}", get(job::show))
        .route("/live/listings/jobs/{operation}", get(job::live))
        .route("/listings/{listing}", get(show::handler))
        .route("/listings/{listing}/edit", get(edit::form).post(edit::save))
        .route("/listings/{listing}/category", get(category::show).post(category::choose))
        .route("/listings/{listing}/category/find", post(category::find))
        .route("/listings/{listing}/category/ask", post(category::ask))
        .route("/listings/{listing}/revert", post(act::revert))
        .route("/listings/{listing}/conflicts", post(conflicts::decide))
        .route("/listings/{listing}/push", post(act::push))
        .route("/listings/{listing}/end", post(act::end))
        .route("/listings/{listing}/remove", post(act::remove))
        .layer(DefaultBodyLimit::max(LARGEST_TEXT))
}
