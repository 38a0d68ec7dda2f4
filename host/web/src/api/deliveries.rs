//! What marketplaces delivered by webhook, and what came of it.

mod get;
mod list;
mod refused;
mod replay;

use entrepot_store::deliveries::DeliveryRow;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::handler))
        .routes(routes!(get::handler))
        .routes(routes!(refused::handler))
        .routes(routes!(replay::handler))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    id: String,
    channel: String,
    /// What makes two deliveries the same one, in the adapter's words
    delivery_id: String,
    /// The marketplace's word for what it is about
    topic: String,
    /// pending, done, dead
    state: String,
    /// Failed tries
    attempts: i64,
    /// Why the last try failed; null: it did not
    failure: Option<String>,
    /// What came of it
    note: Option<String>,
    /// By the marketplace
    occurred_at: Option<i64>,
    received_at: i64,
    processed_at: Option<i64>,
    /// The grant under which it was verified
    generation: i64,
}

impl From<DeliveryRow> for DeliveryView {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            channel: row.channel_id,
            delivery_id: row.delivery_id,
            topic: row.topic,
            state: row.state,
            attempts: row.attempts,
            failure: row.failure,
            note: row.note,
            occurred_at: row.occurred_at,
            received_at: row.received_at,
            processed_at: row.processed_at,
            generation: row.generation,
        }
    }
}
