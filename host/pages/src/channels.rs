//! Channels: connect one, see how it is, import it, change what it was given.

mod act;
mod adoption;
mod connect;
mod connection;
mod fields;
mod list;
mod rule;
mod settings;
mod show;

use axum::Router;
use axum::routing::{get, post};

use crate::AppState;

pub(crate) use list::{Line, lines};

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/channels", get(list::handler))
        .route("/channels/new", get(connect::choose))
        .route("/channels/new/{adapter}", get(connect::form).post(connect::connect))
        .route("/channels/{channel}", get(show::handler))
        .route("/connections/{connection}", get(connection::handler))
        .route("/channels/{channel}/import", post(act::import))
        .route("/channels/{channel}/test", post(act::test))
        .route("/channels/{channel}/schedules/{kind}", post(act::schedule))
        .route("/channels/{channel}/reconnect", post(act::reconnect))
        .route("/channels/{channel}/settings", get(settings::form).post(settings::change))
        .route("/channels/{channel}/rule", get(rule::form).post(rule::save))
        .route("/channels/{channel}/rule/plan", post(rule::plan))
        .route("/channels/{channel}/rule/ends", post(rule::allow_ends))
        .route("/channels/{channel}/adoption", get(adoption::show).post(adoption::start))
        .route("/channels/{channel}/remove", get(act::confirm_removal).post(act::remove))
}
