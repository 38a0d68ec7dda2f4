use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use entrepot_catalog::RunReport;
use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use serde::Deserialize;

use super::{ChannelNames, scope, status};
use crate::AppState;
use crate::failure::Failure;
use crate::frame::{Frame, Section, page};
use crate::kit::{Choice, Moment, Pager, Status, address, grouped};
use crate::visitor::Visitor;

const SHOWN: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    channel: String,
    before: String,
}

/// A run in a list.
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) channel: String,
    pub(crate) channel_name: String,
    pub(crate) scope: String,
    pub(crate) status: Status,
    pub(crate) at: Moment,
    pub(crate) fetched: String,
    pub(crate) changed: String,
    pub(crate) dead_letters: i64,
    pub(crate) why: Option<String>,
}

impl Line {
    pub(crate) fn new(report: &RunReport, names: &ChannelNames, now: Timestamp) -> Self {
        let at = report.finished_at.or(report.started_at).unwrap_or(report.created_at);
        Self {
            id: report.run.clone(),
            channel: report.channel.clone(),
            channel_name: names.name(&report.channel).to_owned(),
            scope: scope(report),
            status: status(report),
            at: Moment { at, now },
            fetched: grouped(report.fetched),
            changed: grouped(report.created + report.updated + report.deleted),
            dead_letters: report.dead_letters,
            why: report.failure.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "runs/list.html")]
struct Page {
    frame: Frame,
    channels: Vec<Choice>,
    filtered: bool,
    runs: Vec<Line>,
    pager: Pager,
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let names = ChannelNames::of(&app, &visitor).await?;
    let scoped = app.cases.services.db().tenant(visitor.tenant());
    let channel = Some(ChannelId::from(filter.channel.as_str())).filter(|_| !filter.channel.is_empty());
    let before = Some(filter.before.as_str()).filter(|before| !before.is_empty());
    let mut rows = scoped.runs(channel.as_ref(), before, SHOWN + 1).await?;
    let more = rows.len() > SHOWN as usize;
    rows.truncate(SHOWN as usize);
    let now = app.cases.services.db().clock().now();
    let runs: Vec<Line> = rows.iter().map(|row| Line::new(&RunReport::new(row, now), &names, now)).collect();
    let next = runs.last().filter(|_| more).map(|last| last.id.clone());
    let at = |before: &str| address("/runs", &[("channel", &filter.channel), ("before", before)]);
    Ok(page(&Page {
        frame: visitor.frame(Section::Runs, "Runs"),
        channels: Choice::all("All channels", &filter.channel, names.sorted()),
        filtered: !filter.channel.is_empty(),
        pager: Pager::new(&filter.before, next.as_deref(), at),
        runs,
    }))
}
