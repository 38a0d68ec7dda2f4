//! Goods that are counted here: where they lie, how many, and every movement.

mod items;
mod levels;
mod locations;
mod reconcile;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(locations::list, locations::add))
        .routes(routes!(locations::change))
        .routes(routes!(items::list))
        .routes(routes!(items::show, items::change))
        .routes(routes!(levels::count))
        .routes(routes!(levels::adjust))
        .routes(routes!(levels::ledger))
        .routes(routes!(reconcile::look, reconcile::mend))
}
