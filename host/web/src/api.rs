//! `/api/v1`, a module a resource.

mod adapters;
mod api_keys;
mod auth;
mod channels;
mod connections;
mod dead_letters;
mod deliveries;
mod links;
mod listings;
pub(crate) mod me;
mod members;
mod operations;
mod plans;
mod products;
mod runs;
mod schedules;
mod stock;
mod subscriptions;
mod tenants;
mod trusted_keys;
mod users;

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(adapters::routes())
        .merge(channels::routes())
        .merge(connections::routes())
        .merge(runs::routes())
        .merge(schedules::routes())
        .merge(products::routes())
        .merge(dead_letters::routes())
        .merge(deliveries::routes())
        .merge(links::routes())
        .merge(listings::routes())
        .merge(operations::routes())
        .merge(stock::routes())
        .merge(plans::routes())
        .merge(subscriptions::routes())
        .merge(trusted_keys::routes())
        .merge(auth::routes())
        .merge(me::routes())
        .merge(users::routes())
        .merge(tenants::routes())
        .merge(members::routes())
        .merge(api_keys::routes())
}
