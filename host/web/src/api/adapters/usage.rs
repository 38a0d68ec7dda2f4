use axum::Json;
use axum::extract::State;
use entrepot_adapters::{Counted, Headroom, RuleUse, UsageReport};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::TermsView;
use crate::AppState;
use crate::extract::{Path, Query};
use crate::problem::Problem;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Window {
    /// Look back so many days, 1 to 400; 30 if nothing is said
    #[param(minimum = 1, maximum = 400)]
    days: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageView {
    adapter: String,
    /// In use; null: nothing is
    version: Option<String>,
    /// Tried on some channels
    canary: Option<String>,
    report_only: bool,
    /// Limits, pace and end of what is in use, the grant for most channels first
    granted: Vec<TermsView>,
    since: i64,
    calls: Vec<CountView>,
    rules: Vec<RuleView>,
    hosts: Vec<CountView>,
    credentials: Vec<CountView>,
    /// Requests that were refused
    denied: Vec<CountView>,
    /// Let through by a report-only grant
    reported: Vec<CountView>,
    /// Calls that the host ended, and why
    stopped: Vec<CountView>,
    headroom: Vec<HeadroomView>,
    /// Ids of channels in quarantine
    quarantined: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountView {
    what: String,
    count: i64,
    /// The hour it last happened in
    last: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleView {
    rule: String,
    in_words: String,
    /// 0: it could be taken away
    requests: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeadroomView {
    limit: &'static str,
    /// The most that a call took
    most: String,
    of: String,
    percent: i64,
}

impl From<UsageReport> for UsageView {
    fn from(report: UsageReport) -> Self {
        let counts = |all: Vec<Counted>| {
            all.into_iter().map(|Counted { what, count, last }| CountView { what, count, last }).collect()
        };
        let rule = |RuleUse { rule, in_words, requests }| RuleView { rule, in_words, requests };
        let room = |Headroom { limit, most, of, percent }| HeadroomView { limit, most, of, percent };
        Self {
            adapter: report.adapter,
            version: report.version,
            canary: report.canary,
            report_only: report.report_only,
            granted: report.granted.into_iter().map(TermsView::from).collect(),
            since: report.since,
            calls: counts(report.calls),
            rules: report.rules.into_iter().map(rule).collect(),
            hosts: counts(report.hosts),
            credentials: counts(report.credentials),
            denied: counts(report.denied),
            reported: counts(report.reported),
            stopped: counts(report.stopped),
            headroom: report.headroom.into_iter().map(room).collect(),
            quarantined: report.quarantined.into_iter().map(|channel| channel.channel_id).collect(),
        }
    }
}

/// What an adapter may do, beside what it did
#[utoipa::path(get, path = "/adapters/{adapter}/usage", tag = "adapters", security(("scope" = ["audit:read"])), params(("adapter" = String, Path), Window),
    responses((status = 200, body = UsageView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
    Query(window): Query<Window>,
) -> Result<Json<UsageView>, Problem> {
    let days = window.days.unwrap_or(30);
    if !(1..=400).contains(&days) {
        return Err(Problem::refused("days are 1 to 400"));
    }
    let since = app.cases.services.db().clock().now() - i64::from(days) * DAY_MS;
    Ok(Json(app.cases.services.admission().usage_report(&adapter, since).await?.into()))
}
