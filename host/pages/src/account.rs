//! One's own account: address, password, second factor and sessions.

mod change;
mod second_factor;
mod show;

use axum::Router;
use axum::routing::{get, post};

use crate::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/me", get(show::handler))
        .route("/me/password", post(change::password))
        .route("/me/email", post(change::email))
        .route("/me/second-factor", post(second_factor::begin))
        .route("/me/second-factor/confirm", post(second_factor::confirm))
        .route("/me/second-factor/remove", post(second_factor::remove))
        .route("/me/sessions/{session}/end", post(change::end_session))
}
