//! Trying again: first how many and which, then an operation.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::list::{Filter, Reason, reasons};
use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see};
use crate::kit::{count, segment};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "dead_letters/replay.html")]
struct Page {
    frame: Frame,
    all: String,
    nothing: bool,
    reasons: Vec<Reason>,
    /// As hidden fields.
    filter: Vec<(&'static str, String)>,
    back: String,
}

pub(crate) async fn plan(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let letters = app.cases.dead_letters.resolve_filter(visitor.tenant(), &filter.replay()).await?;
    let counts = app.cases.services.db().tenant(visitor.tenant()).count_letters(&letters).await?;
    let all: i64 = counts.iter().map(|of| of.count).sum();
    Ok(page(&Page {
        frame: visitor.frame(Section::DeadLetters, "Try again"),
        all: count(all, "dead letter", "dead letters"),
        nothing: all == 0,
        reasons: reasons(&app, &visitor, &filter).await?,
        back: filter.at("/dead-letters", ""),
        filter: filter.parts().into_iter().map(|(name, value)| (name, value.to_owned())).collect(),
    }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    #[serde(flatten)]
    filter: Filter,
    /// One of them alone.
    id: String,
}

pub(crate) async fn start(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(wanted): PostedForm<Wanted>,
) -> Result<Response, Failure> {
    let mut replay = wanted.filter.replay();
    replay.filter.ids = Some(wanted.id).filter(|id| !id.is_empty()).into_iter().collect();
    let started = app.cases.dead_letters.start_replay(visitor.tenant(), &replay, &visitor.context.actor).await?;
    Ok(see(format!("/operations/{}", segment(started.id.as_str()))))
}
