//! Where a seller's browser comes back to from a shop that posts keys: on to the channel, once there is one.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page, see};
use crate::kit::{Moment, segment};
use crate::visitor::Visitor;

/// What the shop's page says. It is anybody's word, and decides nothing but what is shown.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Word {
    /// 0: the seller did not agree.
    success: Option<String>,
}

#[derive(Template)]
#[template(path = "channels/connection.html")]
struct Page {
    frame: Frame,
    /// The shop's keys may come before the browser, or after it.
    waiting: bool,
    why: String,
    again: String,
    expires: Moment,
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(connection): Path<String>,
    Query(word): Query<Word>,
) -> Result<Response, Failure> {
    let report = app.cases.connections.connection(visitor.tenant(), &connection).await?;
    let channel = report.channel.as_deref().map(|id| format!("/channels/{}", segment(id)));
    let again = channel.clone().unwrap_or_else(|| format!("/channels/new/{}", segment(&report.adapter)));
    let refused = word.success.as_deref() == Some("0");
    let why = match report.state.as_str() {
        "done" => return Ok(see(channel.unwrap_or_else(|| "/channels".to_owned()))),
        "pending" if refused => "The access was not granted in the shop.".to_owned(),
        "expired" => "The shop did not hand over its key in time.".to_owned(),
        "pending" | "working" => String::new(),
        _ => sentence(report.failure.as_deref().unwrap_or("it failed; begin again")),
    };
    let title = if why.is_empty() { "Connecting" } else { "Not connected" };
    Ok(page(&Page {
        frame: visitor.frame(Section::Channels, format!("{title} {}", report.name)),
        waiting: why.is_empty(),
        why,
        again,
        expires: Moment { at: report.expires_at, now: app.cases.services.db().clock().now() },
    }))
}
