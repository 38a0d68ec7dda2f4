//! Accounts that are being connected by their sellers' browsers.

mod begin;
mod get;
mod reconnect;

use entrepot_channels::{Begun, ConnectionReport};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(begin::handler))
        .routes(routes!(get::handler))
        .routes(routes!(reconnect::handler))
}

// No Debug: the address is for one browser.
#[derive(Serialize, ToSchema)]
pub(crate) struct BegunConnection {
    id: String,
    /// Where the seller's browser has to go, and nobody else's: whoever agrees there has their account connected
    authorize_url: String,
    /// Where it comes back to; with OAuth to be registered with the marketplace, exactly like this
    redirect_uri: String,
    expires_at: i64,
}

impl From<Begun> for BegunConnection {
    fn from(begun: Begun) -> Self {
        let Begun { id, authorize_url, redirect_uri, expires_at } = begun;
        Self { id: id.to_string(), authorize_url: authorize_url.expose().to_owned(), redirect_uri, expires_at }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectionView {
    id: String,
    adapter: String,
    name: String,
    /// pending: the browser is on its way; working: it came back; done, failed, expired
    state: String,
    /// The channel that is connected anew, or the one that was made
    channel: Option<String>,
    /// Why it failed
    failure: Option<String>,
    expires_at: i64,
}

impl From<ConnectionReport> for ConnectionView {
    fn from(report: ConnectionReport) -> Self {
        let ConnectionReport { id, adapter, name, state, channel, failure, expires_at } = report;
        Self { id, adapter, name, state, channel, failure, expires_at }
    }
}
