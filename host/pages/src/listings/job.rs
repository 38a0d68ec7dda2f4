//! What many listings came to: how far the operation is, and how each stands.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, State};
use axum::response::Response;
use entrepot_core::OperationReport;
use entrepot_domain::TenantId;
use entrepot_listings::{BulkAction, ChangedListings, DraftedListings, ListingReport};
use entrepot_web::Problem;

use super::standing::Stand;
use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Mark, Moment, Status, address, grouped, segment};
use crate::live::Fragment;
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

/// Lines that are shown, those that were left out first.
const SHOWN: usize = 100;

struct Line {
    href: Option<String>,
    title: String,
    channel: String,
    status: Status,
    why: Option<String>,
    again: Option<Moment>,
}

#[derive(Template)]
#[template(path = "listings/job_progress.html")]
struct Progress {
    id: String,
    status: Status,
    why: Option<String>,
    steps: String,
    percent: Option<i64>,
    numbers: Vec<(&'static str, String)>,
    lines: Vec<Line>,
    more: usize,
    /// What takes it back, and the plan of that.
    undo: Option<(&'static str, String)>,
    over: bool,
}

impl HtmlSafe for Progress {}

/// What each came to, as the operation told it.
struct Told {
    listing: Option<String>,
    /// Of what has no listing.
    title: String,
    why: Option<String>,
    /// It stood at the marketplace before.
    stood: bool,
}

fn told(report: &OperationReport) -> Result<Vec<Told>, Problem> {
    let Some(result) = report.result.clone() else { return Ok(Vec::new()) };
    let unreadable = |_| Problem::internal();
    match report.kind.as_str() {
        "draft_listings" => {
            let drafted: DraftedListings = serde_json::from_value(result).map_err(unreadable)?;
            let told = |line: entrepot_listings::DraftLine| Told {
                listing: line.listing,
                title: line.title,
                why: line.why,
                stood: false,
            };
            Ok(drafted.lines.into_iter().map(told).collect())
        }
        _ => {
            let changed: ChangedListings = serde_json::from_value(result).map_err(unreadable)?;
            let told = |line: entrepot_listings::ChangedLine| Told {
                title: line.listing.clone(),
                listing: Some(line.listing),
                why: line.why,
                stood: line.stood,
            };
            Ok(changed.lines.into_iter().map(told).collect())
        }
    }
}

/// For as many as an address has room for.
fn undo(report: &OperationReport, all: &[Told]) -> Option<(&'static str, String)> {
    let action = report.result.as_ref().and_then(|result| BulkAction::parse(result["action"].as_str()?));
    let (label, back) = match (report.kind.as_str(), action) {
        ("draft_listings", _) => ("Remove these drafts", BulkAction::Remove),
        (_, Some(BulkAction::Publish)) => ("End what was published", BulkAction::End),
        (_, Some(BulkAction::End)) => ("Publish what was ended", BulkAction::Publish),
        _ => return None,
    };
    let taken_back = |told: &&Told| told.why.is_none() && !(told.stood && back == BulkAction::End);
    let done: Vec<&str> = all.iter().filter(taken_back).filter_map(|told| told.listing.as_deref()).collect();
    let ids: Vec<(&str, &str)> = done.iter().map(|id| ("id", *id)).collect();
    let query = [&[("action", back.as_str())], ids.as_slice()].concat();
    (!done.is_empty() && done.len() <= SHOWN).then(|| (label, address("/listings/plan", &query)))
}

fn line(told: &Told, report: Option<&ListingReport>, names: &ChannelNames, now: i64) -> Line {
    let stand = report.map(Stand::from);
    let left_out = told.why.is_some();
    Line {
        href: told.listing.as_ref().map(|id| format!("/listings/{}", segment(id))),
        title: report.and_then(|report| report.title.clone()).unwrap_or_else(|| told.title.clone()),
        channel: report.map_or_else(String::new, |report| names.name(&report.channel).to_owned()),
        status: match &stand {
            Some(stand) if !left_out => stand.status(),
            None if !left_out => Status::new(Mark::Over, "removed"),
            _ => Status::new(Mark::Over, "left as it is"),
        },
        why: told.why.as_deref().map(sentence).or_else(|| stand.as_ref().and_then(Stand::why)),
        again: stand.as_ref().filter(|_| !left_out).and_then(|stand| stand.again(now)),
    }
}

async fn progress(app: &AppState, tenant: &TenantId, id: &str) -> Result<(OperationReport, Progress), Failure> {
    let report = app.cases.operations.operation(tenant, id).await?;
    if !["change_listings", "draft_listings"].contains(&report.kind.as_str()) {
        return Err(Problem::not_found(format!("{id} is no operation on listings")).into());
    }
    let db = app.cases.services.db();
    let (scoped, now) = (db.tenant(tenant), db.clock().now());
    let mut all = told(&report)?;
    all.sort_by_key(|told| told.why.is_none());
    let ids: Vec<&str> = all.iter().filter_map(|told| told.listing.as_deref()).collect();
    let reports = app.cases.listings.list_these(tenant, &ids).await?;
    let names = ChannelNames::stored(&scoped).await?;
    let of = |told: &Told| reports.iter().find(|report| Some(&report.id) == told.listing.as_ref());
    let under_way =
        all.iter().filter(|told| told.why.is_none() && of(told).is_some_and(|one| !Stand::from(one).rests())).count();
    let number = |number: usize| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    let count = |word: &str| {
        let is =
            |told: &&Told| told.why.is_none() && of(told).is_some_and(|one| Stand::from(one).status().word == word);
        all.iter().filter(is).count()
    };
    let left_out = all.iter().filter(|told| told.why.is_some()).count();
    let (refused, failed) = (count("refused") + count("refused there"), count("failed") + count("in doubt"));
    let changed = count("changed there");
    let settled = all.len() - left_out - under_way - refused - failed - changed;
    let over = report.state == "failed" || (report.state == "done" && under_way == 0);
    let status = match report.state.as_str() {
        "failed" => Status::new(Mark::Act, "failed"),
        "done" if under_way > 0 => Status::new(Mark::Busy, "on their way"),
        "done" => Status::new(Mark::Good, "done"),
        "running" => Status::new(Mark::Busy, "running"),
        _ => Status::new(Mark::Waiting, "queued"),
    };
    let (done, total) = match report.result {
        Some(_) => ((all.len() - under_way) as i64, all.len() as i64),
        None => (report.progress.done, report.progress.total.unwrap_or(0)),
    };
    let drafts = report.kind == "draft_listings";
    let what = if drafts { "products" } else { "listings" };
    let progress = Progress {
        id: id.to_owned(),
        why: report.error.as_ref().map(|error| sentence(&error.detail)),
        steps: if total > 0 { format!("{} of {} {what} done", grouped(done), grouped(total)) } else { String::new() },
        percent: (total > 0).then(|| (done * 100 / total).clamp(0, 100)),
        numbers: vec![
            (if drafts { "drafts made" } else { "as wanted" }, number(settled)),
            ("on their way", number(under_way)),
            ("refused", number(refused)),
            ("changed at the marketplace", number(changed)),
            ("failed, tried again", number(failed)),
            ("left as they are", number(left_out)),
        ],
        more: all.len().saturating_sub(SHOWN),
        undo: undo(&report, &all).filter(|_| over),
        lines: all.iter().take(SHOWN).map(|told| line(told, of(told), &names, now)).collect(),
        status,
        over,
    };
    Ok((report, progress))
}

impl Progress {
    fn fragment(&self) -> Fragment {
        Fragment { html: self.to_string(), over: self.over }
    }
}

#[derive(Template)]
#[template(path = "listings/job.html")]
struct Page {
    frame: Frame,
    title: &'static str,
    progress: Progress,
    actor: String,
    created: Moment,
}

fn title(report: &OperationReport) -> &'static str {
    match report.kind.as_str() {
        "draft_listings" => "Making drafts",
        _ => "Changing listings",
    }
}

pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (report, progress) = progress(&app, visitor.tenant(), &id).await?;
    let now = app.cases.services.db().clock().now();
    Ok(page(&Page {
        frame: visitor.frame(Section::Listings, title(&report)),
        title: title(&report),
        created: Moment { at: report.created_at, now },
        actor: visitor.known_as(&report.actor),
        progress,
    }))
}

/// The progress each time it changes.
pub(crate) async fn live(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let tenant = visitor.tenant().clone();
    let first = progress(&app, &tenant, &id).await?.1.fragment();
    let (hub, what) = (app.hub.clone(), format!("listings {} {id}", tenant.as_str()));
    let watcher = visitor.watcher(&app.cases.accounts);
    Ok(hub.watch(watcher, what, first, move || {
        let (app, tenant, id) = (app.clone(), tenant.clone(), id.clone());
        async move { progress(&app, &tenant, &id).await.ok().map(|(_, progress)| progress.fragment()) }
    }))
}
