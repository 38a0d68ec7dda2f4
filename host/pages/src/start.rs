//! The first page: what stops the day, and what to do about it.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use entrepot_catalog::RunReport;
use entrepot_domain::account::Scope;
use entrepot_store::dead_letters::LetterFilter;

use crate::AppState;
use crate::channels::Line as ChannelLine;
use crate::failure::Failure;
use crate::frame::{Frame, Section, page};
use crate::kit::{Figure, grouped};
use crate::runs::{ChannelNames, Line as RunLine};
use crate::visitor::Visitor;

const RUNS: i64 = 8;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/", get(handler))
}

#[derive(Template)]
#[template(path = "start.html")]
struct Page {
    frame: Frame,
    figures: Vec<Figure>,
    channels: Vec<ChannelLine>,
    runs: Vec<RunLine>,
    may_connect: bool,
}

async fn handler(State(app): State<AppState>, visitor: Visitor) -> Result<Response, Failure> {
    let db = app.cases.services.db();
    let (scoped, now) = (db.tenant(visitor.tenant()), db.clock().now());
    let mut channels = crate::channels::lines(&app, &visitor).await?;
    let letters = scoped.count_letters(&LetterFilter::default()).await?;
    let letters: i64 = letters.iter().map(|of| of.count).sum();
    let rows = scoped.runs(None, None, RUNS).await?;
    let names = ChannelNames::of(&app, &visitor).await?;
    let runs = rows.iter().map(|row| RunLine::new(&RunReport::new(row, now), &names, now)).collect();
    let problems = channels.iter().filter(|channel| channel.problem.is_some()).count() as i64;
    let stuck = crate::listings::stuck(&scoped.count_listings_by_standing("").await?);
    let figure = |number, label, href: &str, urgent| Figure {
        number: grouped(number),
        label,
        href: href.to_owned(),
        urgent: urgent && number > 0,
    };
    let figures = vec![
        figure(problems, "channels need attention", "/channels?show=problems", true),
        figure(letters, "dead letters", "/dead-letters", true),
        figure(stuck, "listings need attention", "/listings?show=stuck", true),
        figure(scoped.count_active_runs().await?, "runs under way", "/runs", false),
    ];
    let may_connect = visitor.may(Scope::WriteChannels);
    channels.sort_by_key(|channel| channel.problem.is_none());
    Ok(page(&Page { frame: visitor.frame(Section::Start, "Start"), figures, channels, runs, may_connect }))
}
