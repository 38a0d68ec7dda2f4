use std::collections::HashMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use entrepot_catalog::RunReport;
use entrepot_domain::account::Scope;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Mark, Moment, Status, grouped};
use crate::runs::status;
use crate::visitor::Visitor;

/// A channel in a list.
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) adapter: String,
    pub(crate) status: Status,
    pub(crate) problem: Option<String>,
    pub(crate) products_shown: String,
    /// Its latest run: status, address, when.
    pub(crate) run: Option<(Status, String, Moment)>,
}

/// All channels, in the order they were made.
pub(crate) async fn lines(app: &AppState, visitor: &Visitor) -> Result<Vec<Line>, Failure> {
    let db = app.cases.services.db();
    let (scoped, now) = (db.tenant(visitor.tenant()), db.clock().now());
    let rows = app.cases.channels.channels(visitor.tenant()).await?;
    let products: HashMap<String, i64> = scoped.count_products_by_channel().await?.into_iter().collect();
    let mut runs: HashMap<String, RunReport> = scoped
        .latest_runs()
        .await?
        .iter()
        .map(|row| RunReport::new(row, now))
        .map(|report| (report.channel.clone(), report))
        .collect();
    let hooks = scoped.all_hooks().await?;
    let mut hooks: HashMap<String, String> =
        hooks.into_iter().filter_map(|row| Some((row.channel_id, row.problem?))).collect();
    let line = |row: entrepot_store::channels::ChannelRow| {
        let run = runs.remove(&row.id).map(|report| {
            let at = report.finished_at.or(report.started_at).unwrap_or(report.created_at);
            (status(&report), format!("/runs/{}", report.run), Moment { at, now })
        });
        let hooks = hooks.remove(&row.id).map(|why| format!("webhooks: {why}"));
        let problem = row.problem.or(hooks).map(|why| sentence(&why));
        let status = match &problem {
            Some(_) => Status::new(Mark::Act, "needs attention"),
            None => Status::new(Mark::Good, "connected"),
        };
        let products = products.get(&row.id).copied().unwrap_or_default();
        let (adapter, products_shown) = (row.adapter_id, grouped(products));
        Line { id: row.id, name: row.name, adapter, status, problem, products_shown, run }
    };
    Ok(rows.into_iter().map(line).collect())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    show: String,
}

#[derive(Template)]
#[template(path = "channels/list.html")]
struct Page {
    frame: Frame,
    channels: Vec<Line>,
    only_problems: bool,
    may_connect: bool,
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let only_problems = filter.show == "problems";
    let mut channels = lines(&app, &visitor).await?;
    channels.retain(|channel| !only_problems || channel.problem.is_some());
    let (frame, may_connect) = (visitor.frame(Section::Channels, "Channels"), visitor.may(Scope::WriteChannels));
    Ok(page(&Page { frame, channels, only_problems, may_connect }))
}
