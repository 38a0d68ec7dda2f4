//! Products of several channels that are the same goods: proposed, reviewed, applied, undone; or linked by hand.

mod apply;
mod batches;
mod by_hand;
mod decide;
mod of_product;
mod proposals;
mod propose;
mod undo;

use std::collections::BTreeMap;

use entrepot_linking::LinkBatchReport;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) use apply::AppliedLinks;
pub(crate) use undo::UndoneLinks;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(batches::list, propose::handler))
        .routes(routes!(batches::get))
        .routes(routes!(proposals::handler))
        .routes(routes!(decide::accept))
        .routes(routes!(decide::reject))
        .routes(routes!(apply::handler))
        .routes(routes!(undo::handler))
        .routes(routes!(by_hand::link))
        .routes(routes!(by_hand::unlink))
        .routes(routes!(of_product::handler))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkBatchView {
    batch: String,
    /// Whose products were compared
    channel: String,
    /// With those of these channels
    others: Vec<String>,
    /// proposing, open, undone
    state: String,
    /// Variants of the channel that were not linked yet, counted once for each other channel
    compared: i64,
    proposals: i64,
    /// With a confidence of 95 or above
    certain: i64,
    /// From 80 to 94
    likely: i64,
    /// Below 80
    doubtful: i64,
    /// Proposals by state: proposed, accepted, rejected, applied, left_out, undone
    states: BTreeMap<String, i64>,
    made_by: String,
    made_at: i64,
    applied_by: Option<String>,
    applied_at: Option<i64>,
    undone_by: Option<String>,
    undone_at: Option<i64>,
}

impl From<LinkBatchReport> for LinkBatchView {
    fn from(report: LinkBatchReport) -> Self {
        Self {
            batch: report.batch,
            channel: report.channel,
            others: report.others,
            state: report.state,
            compared: report.compared,
            proposals: report.proposals,
            certain: report.certain,
            likely: report.likely,
            doubtful: report.doubtful,
            states: report.states,
            made_by: report.made_by,
            made_at: report.made_at,
            applied_by: report.applied_by,
            applied_at: report.applied_at,
            undone_by: report.undone_by,
            undone_at: report.undone_at,
        }
    }
}
