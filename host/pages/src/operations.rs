//! Operations: long work that a button started, how far it is, and what came of it.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use entrepot_core::OperationReport;
use entrepot_domain::TenantId;
use serde_json::Value;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Mark, Moment, Status, grouped, segment};
use crate::live::Fragment;
use crate::visitor::Visitor;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/operations/{operation}", get(show)).route("/live/operations/{operation}", get(live))
}

#[derive(Template)]
#[template(path = "operations/progress.html")]
pub(crate) struct Progress {
    id: String,
    status: Status,
    why: Option<String>,
    /// "120 of 700"
    steps: String,
    percent: Option<i64>,
    /// What came of it: a name and a number each.
    result: Vec<(String, String)>,
    /// Where it shows.
    on: Option<(String, &'static str)>,
    over: bool,
}

impl HtmlSafe for Progress {}

impl Progress {
    pub(crate) fn new(report: &OperationReport) -> Self {
        let (mark, over) = match report.state.as_str() {
            "done" => (Mark::Good, true),
            "failed" => (Mark::Act, true),
            "running" => (Mark::Busy, false),
            _ => (Mark::Waiting, false),
        };
        let (done, total) = (report.progress.done, report.progress.total);
        let numbers = |result: &Value| {
            let all = result.as_object().into_iter().flatten();
            let counts = all.filter(|(name, _)| !name.ends_with("_at"));
            counts.filter_map(|(name, value)| Some((name.replace('_', " "), grouped(value.as_i64()?)))).collect()
        };
        Self {
            id: report.operation.clone(),
            status: Status::new(mark, report.state.as_str()),
            why: report.error.as_ref().map(|error| sentence(&error.detail)),
            steps: match total {
                Some(total) => format!("{} of {}", grouped(done), grouped(total)),
                None => grouped(done),
            },
            percent: total.filter(|total| *total > 0).map(|total| (done * 100 / total).clamp(0, 100)),
            result: report.result.as_ref().map_or_else(Vec::new, numbers),
            on: on(report),
            over,
        }
    }

    fn fragment(&self) -> Fragment {
        Fragment { html: self.to_string(), over: self.over }
    }
}

/// Where its effect shows.
fn on(report: &OperationReport) -> Option<(String, &'static str)> {
    let batch = || report.result.as_ref().and_then(|result| result["batch"].as_str()).map(segment);
    match report.kind.as_str() {
        "propose_links" => batch().map(|batch| (format!("/links/{batch}"), "Review what was found")),
        "replay_dead_letters" => Some(("/dead-letters".to_owned(), "What is left")),
        "change_listings" | "draft_listings" => {
            Some((format!("/listings/jobs/{}", segment(&report.operation)), "What became of each"))
        }
        "ask_category_fields" => {
            let listing = report.result.as_ref().and_then(|result| result["listing"].as_str()).map(segment);
            listing.map(|listing| (format!("/listings/{listing}/edit"), "Fill in what it asks for"))
        }
        "ask_choices" => {
            let channel = report.result.as_ref().and_then(|result| result["channel"].as_str()).map(segment);
            channel.map(|channel| {
                (format!("/channels/{channel}/settings?choices={}", segment(&report.operation)), "Choose")
            })
        }
        "adopt_listings" => Some(("/listings".to_owned(), "Listings")),
        "apply_links" | "undo_links" => Some(("/links".to_owned(), "Batches of links")),
        _ => None,
    }
}

fn title(kind: &str) -> &'static str {
    match kind {
        "propose_links" => "Finding matches",
        "apply_links" => "Linking",
        "undo_links" => "Undoing links",
        "replay_dead_letters" => "Trying dead letters again",
        "change_listings" => "Changing listings",
        "draft_listings" => "Making drafts",
        "adopt_listings" => "Looking for what stands there already",
        "find_categories" => "Looking for a category",
        "ask_category_fields" => "Asking what the category needs",
        "ask_choices" => "Asking what the account offers",
        _ => "Operation",
    }
}

#[derive(Template)]
#[template(path = "operations/show.html")]
struct Page {
    frame: Frame,
    title: &'static str,
    progress: Progress,
    actor: String,
    created: Moment,
    finished: Option<Moment>,
}

async fn show(State(app): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let report = app.cases.operations.operation(visitor.tenant(), &id).await?;
    let now = app.cases.services.db().clock().now();
    Ok(page(&Page {
        frame: visitor.frame(Section::Other, title(&report.kind)),
        title: title(&report.kind),
        progress: Progress::new(&report),
        created: Moment { at: report.created_at, now },
        finished: report.finished_at.map(|at| Moment { at, now }),
        actor: visitor.known_as(&report.actor),
    }))
}

async fn fragment(app: &AppState, tenant: &TenantId, id: &str) -> Result<Fragment, Failure> {
    Ok(Progress::new(&app.cases.operations.operation(tenant, id).await?).fragment())
}

/// The progress each time it changes.
async fn live(State(app): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let tenant = visitor.tenant().clone();
    let first = fragment(&app, &tenant, &id).await?;
    let what = format!("operation {} {id}", tenant.as_str());
    let hub = app.hub.clone();
    let watcher = visitor.watcher(&app.cases.accounts);
    Ok(hub.watch(watcher, what, first, move || {
        let (app, tenant, id) = (app.clone(), tenant.clone(), id.clone());
        async move { fragment(&app, &tenant, &id).await.ok() }
    }))
}
