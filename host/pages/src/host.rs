//! The host itself, for its operators: how it does, who has an account, which plans tenants have.

mod chart;
mod health;
mod plans;
mod tenants;
mod users;

use axum::Router;
use axum::routing::{get, post};

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/host", get(health::handler))
        .route("/host/plans", get(plans::list).post(plans::set))
        .route("/host/tenants", get(tenants::list).post(tenants::add))
        .route("/host/tenants/{tenant}", get(tenants::show))
        .route("/host/tenants/{tenant}/plan", post(tenants::assign))
        .route("/host/users", get(users::list).post(users::add))
        .route("/host/users/{user}/{action}", post(users::act))
        .route("/plan", get(tenants::own))
}
