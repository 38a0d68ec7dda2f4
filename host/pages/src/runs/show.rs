use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use entrepot_catalog::RunReport;
use entrepot_domain::{RunId, TenantId};
use entrepot_store::runs::HeldBack;
use entrepot_web::Problem;

use super::progress::Progress;
use super::scope;
use crate::AppState;
use crate::failure::Failure;
use crate::frame::{Frame, Section, page, see};
use crate::kit::{Moment, address, segment};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "runs/show.html")]
struct Page {
    frame: Frame,
    id: String,
    channel: String,
    channel_name: String,
    scope: String,
    created: Moment,
    started: Option<Moment>,
    finished: Option<Moment>,
    progress: Progress,
    /// It can be stopped.
    under_way: bool,
    held_back: Option<HeldBack>,
    dead_letters: Option<String>,
    drift: Vec<(&'static str, i64)>,
    spent: Vec<(&'static str, String)>,
}

async fn report(app: &AppState, tenant: &TenantId, run: &str) -> Result<RunReport, Failure> {
    let db = app.cases.services.db();
    let row = db.tenant(tenant).run(&RunId::from(run)).await?;
    let row = row.ok_or_else(|| Problem::not_found(format!("there is no run {run:?}")))?;
    Ok(RunReport::new(&row, db.clock().now()))
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(run): Path<String>,
) -> Result<Response, Failure> {
    let report = report(&app, visitor.tenant(), &run).await?;
    let now = app.cases.services.db().clock().now();
    let channel = app.cases.channels.shown_channel(visitor.tenant(), &report.channel).await;
    let moment = |at| Moment { at, now };
    let drift = report.drift;
    let drift = [("created", drift.created), ("updated", drift.updated), ("deleted", drift.deleted)];
    let all: i64 = report.spent_us.parts().iter().map(|(_, time)| time).sum();
    let share = |time: i64| format!("{:.0} %", time as f64 / all.max(1) as f64 * 100.0);
    let spent = report.spent_us.parts().map(|(name, time)| (name, share(time)));
    let letters = address("/dead-letters", &[("channel", &report.channel)]);
    Ok(page(&Page {
        frame: visitor.frame(Section::Runs, "Run"),
        id: report.run.clone(),
        channel_name: channel.map_or_else(|_| report.channel.clone(), |row| row.name),
        channel: report.channel.clone(),
        scope: scope(&report),
        created: moment(report.created_at),
        started: report.started_at.map(moment),
        finished: report.finished_at.map(moment),
        progress: Progress::new(&report, now),
        under_way: !report.state.is_final(),
        dead_letters: (report.dead_letters > 0).then_some(letters),
        drift: drift.into_iter().filter(|(_, number)| *number > 0).collect(),
        spent: if all > 0 { spent.into_iter().collect() } else { Vec::new() },
        held_back: report.held_back,
    }))
}

/// The progress each time it changes.
pub(crate) async fn live(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(run): Path<String>,
) -> Result<Response, Failure> {
    let tenant = visitor.tenant().clone();
    let now = app.cases.services.db().clock().now();
    let first = Progress::new(&report(&app, &tenant, &run).await?, now).fragment();
    let what = format!("run {} {run}", tenant.as_str());
    let hub = app.hub.clone();
    let watcher = visitor.watcher(&app.cases.accounts);
    Ok(hub.watch(watcher, what, first, move || {
        let (app, tenant, run) = (app.clone(), tenant.clone(), run.clone());
        async move {
            let now = app.cases.services.db().clock().now();
            report(&app, &tenant, &run).await.ok().map(|report| Progress::new(&report, now).fragment())
        }
    }))
}

pub(crate) async fn cancel(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(run): Path<String>,
) -> Result<Response, Failure> {
    app.cases.imports.cancel_run(visitor.tenant(), &RunId::from(run.as_str())).await?;
    Ok(see(format!("/runs/{}", segment(&run))))
}
