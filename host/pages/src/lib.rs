#![doc = include_str!("../README.md")]

mod access;
mod account;
mod adapters;
mod assets;
mod channels;
mod dead_letters;
mod deliveries;
mod failure;
mod forms;
mod frame;
mod host;
mod kept_form;
mod kit;
mod links;
mod listings;
mod live;
mod lost_password;
mod mail_links;
mod operations;
mod products;
mod register;
mod runs;
mod sign_in;
mod start;
mod stock;
mod team;
mod tenants;
mod theme;
mod visitor;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use entrepot_web::{UseCases, Visitors};

use live::Hub;

/// Bytes of a form; an artifact may be larger.
const LARGEST_FORM: usize = 64 << 10;

/// What every page works with.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) cases: UseCases,
    /// Watches what pages show live, once for all who look.
    pub(crate) hub: Hub,
    /// Lets browsers in and out.
    pub(crate) visitors: Visitors,
    /// Where browsers reach this host.
    pub(crate) public_url: Arc<str>,
}

/// Every page, for [`entrepot_web::router`]. `public_url`: where browsers reach this host.
pub fn router(cases: UseCases, visitors: Visitors, public_url: &str) -> Router {
    let state = AppState { hub: Hub::default(), cases, visitors, public_url: public_url.into() };
    Router::new()
        .merge(sign_in::routes())
        .merge(account::routes())
        .merge(mail_links::routes())
        .merge(lost_password::routes())
        .merge(register::routes())
        .merge(team::routes())
        .merge(tenants::routes())
        .merge(start::routes())
        .merge(channels::routes())
        .merge(products::routes())
        .merge(runs::routes())
        .merge(dead_letters::routes())
        .merge(deliveries::routes())
        .merge(links::routes())
        .merge(listings::routes())
        .merge(stock::routes())
        .merge(operations::routes())
        .merge(adapters::routes())
        .merge(host::routes())
        .merge(theme::routes())
        .merge(failure::routes())
        .merge(assets::routes())
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(axum::middleware::from_fn(kept_form::keep))
        .layer(axum::middleware::from_fn(visitor::framed))
        .layer(axum::middleware::from_fn(failure::refuse_limited))
        .with_state(state)
}
