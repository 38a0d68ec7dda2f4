//! Operations: what a request started and did not wait for.

mod get;
mod list;

use entrepot_core::OperationReport;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dead_letters::ReplayedView;
use super::links::{AppliedLinks, LinkBatchView, UndoneLinks};
use super::listings::{
    AdoptedListings, AskedChoicesView, AskedFieldsView, ChangedListingsView, DraftedListingsView, FoundCategoriesView,
};
use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::handler)).routes(routes!(get::handler))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationView {
    operation: String,
    /// replay_dead_letters, propose_links, apply_links, undo_links, adopt_listings, change_listings, draft_listings, find_categories,
    /// ask_category_fields, ask_choices, rotate_key
    kind: String,
    /// queued, running, done, failed
    state: String,
    progress: ProgressView,
    /// Of one that is done: what came of it
    #[schema(value_type = Option<OperationResult>)]
    result: Option<serde_json::Value>,
    /// Of one that failed
    error: Option<OperationError>,
    /// Who asked for it first
    actor: String,
    created_at: i64,
    /// When it was taken up first; null: it waits for a worker
    started_at: Option<i64>,
    finished_at: Option<i64>,
}

/// Dead letters, other channels, proposals or links, as its kind works on
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressView {
    done: i64,
    /// Null: nobody knows
    total: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationError {
    /// Stable name of the reason
    code: String,
    /// What is wrong and what to do
    detail: String,
}

/// By kind: replay_dead_letters, propose_links, apply_links, undo_links, adopt_listings, change_listings, draft_listings, find_categories,
/// ask_category_fields, ask_choices
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is only documented here; each context writes its own")]
pub(crate) enum OperationResult {
    Replayed(ReplayedView),
    Proposed(LinkBatchView),
    Applied(AppliedLinks),
    Undone(UndoneLinks),
    Adopted(AdoptedListings),
    Changed(ChangedListingsView),
    Drafted(DraftedListingsView),
    Categories(FoundCategoriesView),
    Choices(AskedChoicesView),
    Fields(AskedFieldsView),
}

impl From<OperationReport> for OperationView {
    fn from(report: OperationReport) -> Self {
        Self {
            operation: report.operation,
            kind: report.kind,
            state: report.state,
            progress: ProgressView { done: report.progress.done, total: report.progress.total },
            result: report.result,
            error: report.error.map(|error| OperationError { code: error.code, detail: error.detail }),
            actor: report.actor,
            created_at: report.created_at,
            started_at: report.started_at,
            finished_at: report.finished_at,
        }
    }
}
