use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Mark, Status, count};
use crate::visitor::Somebody;

#[derive(Template)]
#[template(path = "adapters/audit.html")]
struct Page {
    frame: Frame,
    status: Status,
    entries: String,
    head: Option<String>,
    why: Option<String>,
}

/// Follows the whole log.
pub(crate) async fn handler(State(app): State<AppState>, somebody: Somebody) -> Result<Response, Failure> {
    let verified = app.cases.channels.verify_audit().await?;
    let broken = verified.broken.map(|broken| format!("entry {} does not hold: {}", broken.seq, broken.why));
    let why = broken.or(verified.differs).map(|why| sentence(&why));
    let status = match &why {
        Some(_) => Status::new(Mark::Act, "it does not hold"),
        None => Status::new(Mark::Good, "it holds"),
    };
    Ok(page(&Page {
        frame: somebody.frame(Section::Adapters, "Audit log"),
        entries: count(verified.entries, "entry", "entries"),
        head: verified.head,
        status,
        why,
    }))
}
