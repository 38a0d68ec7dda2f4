//! Webhook deliveries of a channel: what came, what came of it, working on it once more.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use entrepot_store::deliveries::{DeliveryRow, WhichDeliveries};
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see};
use crate::kit::{Choice, Mark, Moment, Pager, Status, address, segment};
use crate::visitor::Visitor;

const SHOWN: i64 = 50;
const STATES: [&str; 3] = ["pending", "done", "dead"];

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/channels/{channel}/deliveries", get(list))
        .route("/channels/{channel}/deliveries/replay", post(replay))
        .route("/deliveries/{delivery}", get(show))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filter {
    state: String,
    before: String,
}

struct Line {
    id: String,
    topic: String,
    status: Status,
    why: Option<String>,
    attempts: i64,
    received: Moment,
}

impl Line {
    fn new(row: DeliveryRow, now: Timestamp) -> Self {
        Self {
            status: status(&row.state),
            why: row.failure.or(row.note).as_deref().map(sentence),
            received: Moment { at: row.received_at, now },
            id: row.id,
            topic: row.topic,
            attempts: row.attempts,
        }
    }
}

fn status(state: &str) -> Status {
    let mark = match state {
        "done" => Mark::Good,
        "dead" => Mark::Act,
        _ => Mark::Waiting,
    };
    Status::new(mark, state)
}

#[derive(Template)]
#[template(path = "deliveries/list.html")]
struct List {
    frame: Frame,
    channel: String,
    channel_name: String,
    states: Vec<Choice>,
    filtered: bool,
    deliveries: Vec<Line>,
    /// How many were refused of late, and why.
    refused: Vec<(i64, String, Moment)>,
    pager: Pager,
}

async fn list(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let db = app.cases.services.db();
    let (scoped, now, id) = (db.tenant(visitor.tenant()), db.clock().now(), ChannelId::from(row.id.as_str()));
    let mut rows = scoped.deliveries(&id, &filter.state, &filter.before, SHOWN + 1).await?;
    let more = rows.len() > SHOWN as usize;
    rows.truncate(SHOWN as usize);
    let next = rows.last().filter(|_| more).map(|last| last.id.clone());
    let path = format!("/channels/{}/deliveries", segment(&row.id));
    let at = |before: &str| address(&path, &[("state", &filter.state), ("before", before)]);
    let refused = scoped.refused(&id).await?;
    Ok(page(&List {
        frame: visitor.frame(Section::Channels, format!("Webhooks of {}", row.name)),
        states: Choice::all("Any state", &filter.state, STATES.map(|state| (state, state))),
        filtered: !filter.state.is_empty(),
        pager: Pager::new(&filter.before, next.as_deref(), at),
        deliveries: rows.into_iter().map(|row| Line::new(row, now)).collect(),
        refused: refused
            .into_iter()
            .map(|row| (row.number, sentence(&row.reason), Moment { at: row.last_at, now }))
            .collect(),
        channel_name: row.name,
        channel: row.id,
    }))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    /// Empty: those that are dead.
    #[serde(default)]
    id: String,
}

async fn replay(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    PostedForm(wanted): PostedForm<Wanted>,
) -> Result<Response, Failure> {
    let (which, on) = match wanted.id.as_str() {
        "" => (WhichDeliveries::Dead, format!("/channels/{}/deliveries", segment(&channel))),
        id => (WhichDeliveries::These(vec![id.to_owned()]), format!("/deliveries/{}", segment(id))),
    };
    app.cases.deliveries.replay_deliveries(visitor.tenant(), &channel, &which).await?;
    Ok(see(on))
}

#[derive(Template)]
#[template(path = "deliveries/show.html")]
struct Show {
    frame: Frame,
    line: Line,
    channel: String,
    delivery_id: String,
    occurred: Option<Moment>,
    processed: Option<Moment>,
    headers: Vec<(String, String)>,
    body: String,
    events: String,
}

async fn show(State(app): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let db = app.cases.services.db();
    let (scoped, now) = (db.tenant(visitor.tenant()), db.clock().now());
    let (row, content) = (scoped.delivery(&id).await?, scoped.delivery_content(&id).await?);
    let (row, content) = row.zip(content).ok_or(AppError::NoDelivery(id))?;
    let body = serde_json::from_slice::<serde_json::Value>(&content.body);
    let body = body.and_then(|body| serde_json::to_string_pretty(&body));
    Ok(page(&Show {
        frame: visitor.frame(Section::Channels, "Webhook delivery"),
        channel: row.channel_id.clone(),
        delivery_id: row.delivery_id.clone(),
        occurred: row.occurred_at.map(|at| Moment { at, now }),
        processed: row.processed_at.map(|at| Moment { at, now }),
        headers: content.headers,
        body: body.unwrap_or_else(|_| String::from_utf8_lossy(&content.body).into_owned()),
        events: serde_json::to_string_pretty(&content.events).unwrap_or_default(),
        line: Line::new(row, now),
    }))
}
