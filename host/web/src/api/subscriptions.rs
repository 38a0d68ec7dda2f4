//! What a marketplace delivers to a channel here.

mod list;
mod subscribe;
mod unsubscribe;

use entrepot_catalog::SubscriptionReport;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::handler))
        .routes(routes!(subscribe::handler))
        .routes(routes!(unsubscribe::handler))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubscriptionView {
    /// The marketplace's own
    id: String,
    topic: String,
    callback_url: String,
    active: bool,
    /// It delivers to this channel here
    ours: bool,
}

impl From<SubscriptionReport> for SubscriptionView {
    fn from(report: SubscriptionReport) -> Self {
        let SubscriptionReport { id, topic, callback_url, active, ours } = report;
        Self { id, topic, callback_url, active, ours }
    }
}

fn views(reports: Vec<SubscriptionReport>) -> Vec<SubscriptionView> {
    reports.into_iter().map(SubscriptionView::from).collect()
}
