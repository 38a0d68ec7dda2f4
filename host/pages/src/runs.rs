//! Runs: what is imported, how far it is, how it ended.

mod list;
mod progress;
mod show;

use std::collections::HashMap;

use axum::Router;
use axum::routing::{get, post};
use entrepot_catalog::RunReport;
use entrepot_domain::run::RunState;
use entrepot_store::Scoped;

use crate::AppState;
use crate::failure::Failure;
use crate::kit::{Mark, Status};
use crate::visitor::Visitor;

pub(crate) use list::Line;
pub(crate) use progress::scope;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/runs", get(list::handler))
        .route("/runs/{run}", get(show::handler))
        .route("/runs/{run}/cancel", post(show::cancel))
        .route("/live/runs/{run}", get(show::live))
}

/// Of a run, in a word.
pub(crate) fn status(report: &RunReport) -> Status {
    let (mark, word) = match report.state {
        RunState::Queued => (Mark::Waiting, "queued"),
        RunState::Stalled => (Mark::Act, "stalled"),
        RunState::Running if report.stalled_since.is_some() => (Mark::Act, "stalled"),
        RunState::Running if report.waits_until.is_some() => (Mark::Waiting, "waiting"),
        RunState::Running => (Mark::Busy, "running"),
        RunState::Completed => (Mark::Good, "completed"),
        RunState::Incomplete => (Mark::Act, "incomplete"),
        RunState::Failed => (Mark::Act, "failed"),
        RunState::Cancelled => (Mark::Over, "cancelled"),
    };
    Status::new(mark, word)
}

/// What channels are called, by id.
pub(crate) struct ChannelNames(HashMap<String, String>);

impl ChannelNames {
    pub(crate) async fn of(app: &AppState, visitor: &Visitor) -> Result<Self, Failure> {
        let rows = app.cases.channels.channels(visitor.tenant()).await?;
        Ok(Self(rows.into_iter().map(|row| (row.id, row.name)).collect()))
    }

    /// As they are stored, in one look: for a list that says nothing else of its channels.
    pub(crate) async fn stored(scoped: &Scoped) -> Result<Self, Failure> {
        let rows = scoped.channels().await?;
        Ok(Self(rows.into_iter().map(|row| (row.id, row.name)).collect()))
    }

    /// The id, of a channel that is removed.
    pub(crate) fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.0.get(id).map_or(id, String::as_str)
    }

    /// For a filter, by name.
    pub(crate) fn sorted(&self) -> Vec<(String, String)> {
        let mut all: Vec<_> = self.0.iter().map(|(id, name)| (id.clone(), name.clone())).collect();
        all.sort_by(|one, other| one.1.cmp(&other.1));
        all
    }
}
