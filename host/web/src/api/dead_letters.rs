//! What was given up: items, deliveries, runs.

mod list;
mod replay;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) use replay::ReplayedView;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::handler)).routes(routes!(list::one)).routes(routes!(replay::handler))
}
