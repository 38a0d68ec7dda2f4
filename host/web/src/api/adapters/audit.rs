use axum::Json;
use axum::extract::State;
use entrepot_store::audit::AuditRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::query::{self, Listing, Paging};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntryView {
    seq: i64,
    at: i64,
    /// Who did it
    actor: String,
    /// install, approve, upgrade, rollback, revoke, ...
    action: String,
    details: serde_json::Value,
    /// Authenticates this entry and all before it
    hash: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerificationView {
    /// Entries that hold, from the first on
    entries: i64,
    /// Hash of the last of them
    head: Option<String>,
    /// The first entry that does not hold; null: all do
    broken_at: Option<i64>,
    why: Option<String>,
    /// Where the log holds: the first thing in the database that is not as it says, in words; null: all is
    differs: Option<String>,
}

impl From<AuditRow> for AuditEntryView {
    fn from(row: AuditRow) -> Self {
        let details = serde_json::from_str(&row.details).unwrap_or_default();
        Self { seq: row.seq, at: row.at, actor: row.actor, action: row.action, details, hash: row.hash }
    }
}

/// What was done with an adapter, newest first
#[utoipa::path(get, path = "/adapters/{adapter}/audit", tag = "adapters", security(("scope" = ["audit:read"])), params(("adapter" = String, Path), Paging),
    responses((status = 200, body = Listing<AuditEntryView>), (status = 400, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<AuditEntryView>>, Problem> {
    let before = match paging.within(&adapter)? {
        "" => i64::MAX,
        place => place.parse().map_err(|_| Problem::no_cursor())?,
    };
    let rows = app.cases.services.db().audit_of_before(&adapter, before, paging.limit()).await?;
    let entries = rows.into_iter().map(AuditEntryView::from).collect();
    Ok(Json(Listing::new(entries, paging.limit(), |last: &AuditEntryView| query::of(&adapter, last.seq))))
}

/// Follow the whole audit log and name the first link that does not hold
#[utoipa::path(get, path = "/audit/verification", tag = "adapters", security(("scope" = ["audit:read"])), responses((status = 200, body = VerificationView)))]
pub(crate) async fn verification(State(app): State<AppState>) -> Result<Json<VerificationView>, Problem> {
    let verified = app.cases.channels.verify_audit().await?;
    let differs = verified.differs;
    let (broken_at, why) = verified.broken.map_or((None, None), |broken| (Some(broken.seq), Some(broken.why)));
    Ok(Json(VerificationView { entries: verified.entries, head: verified.head, broken_at, why, differs }))
}
