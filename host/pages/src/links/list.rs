use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use entrepot_linking::LinkBatchReport;
use serde::Deserialize;

use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see};
use crate::kit::{Mark, Moment, Pager, Status, address, grouped, segment};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

const SHOWN: i64 = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    before: String,
}

struct Line {
    id: String,
    channel: String,
    others: String,
    status: Status,
    proposals: String,
    open: String,
    applied: String,
    made: Moment,
}

#[derive(Template)]
#[template(path = "links/list.html")]
struct Page {
    frame: Frame,
    channels: Vec<(String, String)>,
    batches: Vec<Line>,
    pager: Pager,
}

pub(super) fn status(batch: &LinkBatchReport) -> Status {
    match batch.state.as_str() {
        "proposing" => Status::new(Mark::Busy, "finding matches"),
        "undone" => Status::new(Mark::Over, "undone"),
        _ if batch.count("proposed") > 0 => Status::new(Mark::Act, "to be reviewed"),
        _ if batch.count("accepted") > 0 => Status::new(Mark::Act, "to be applied"),
        _ if batch.applied_at.is_some() => Status::new(Mark::Good, "applied"),
        _ => Status::new(Mark::Over, "nothing accepted"),
    }
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let names = ChannelNames::of(&app, &visitor).await?;
    let now = app.cases.services.db().clock().now();
    let mut batches = app.cases.links.link_batches(visitor.tenant(), &filter.before, SHOWN + 1).await?;
    let more = batches.len() > SHOWN as usize;
    batches.truncate(SHOWN as usize);
    let next = batches.last().filter(|_| more).map(|last| last.batch.clone());
    let line = |batch: LinkBatchReport| Line {
        status: status(&batch),
        channel: names.name(&batch.channel).to_owned(),
        others: batch.others.iter().map(|id| names.name(id)).collect::<Vec<_>>().join(", "),
        proposals: grouped(batch.proposals),
        open: grouped(batch.count("proposed")),
        applied: grouped(batch.count("applied")),
        made: Moment { at: batch.made_at, now },
        id: batch.batch,
    };
    Ok(page(&Page {
        frame: visitor.frame(Section::Links, "Links"),
        channels: names.sorted(),
        pager: Pager::new(&filter.before, next.as_deref(), |before| address("/links", &[("before", before)])),
        batches: batches.into_iter().map(line).collect(),
    }))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    channel: String,
    /// Empty: all others.
    #[serde(default)]
    with: String,
}

pub(crate) async fn propose(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(wanted): PostedForm<Wanted>,
) -> Result<Response, Failure> {
    let with: Vec<String> = Some(wanted.with).filter(|with| !with.is_empty()).into_iter().collect();
    let actor = &visitor.context.actor;
    let started = app.cases.links.start_proposing(visitor.tenant(), &wanted.channel, &with, actor).await?;
    Ok(see(format!("/operations/{}", segment(started.id.as_str()))))
}
