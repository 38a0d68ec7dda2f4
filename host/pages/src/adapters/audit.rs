use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use entrepot_store::StoreError;
use entrepot_store::audit::AuditRow;
use futures_util::{TryStreamExt, stream};

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

/// The whole log, an entry a line, oldest first.
pub(crate) async fn export(State(app): State<AppState>, _: Somebody) -> Result<Response, Failure> {
    let db = app.cases.services.db().clone();
    // What fails at once is a page that says so; later, the file is cut off.
    let first = db.audit_page(0).await?;
    let pages = stream::try_unfold((Some(first), db), |(page, db)| async move {
        let Some(page) = page.filter(|page| !page.is_empty()) else { return Ok(None) };
        let last = page.last().map_or(0, |row| row.seq);
        let next = db.audit_page(last).await?;
        Ok::<_, StoreError>(Some((lines(&page), (Some(next), db))))
    });
    let body = Body::from_stream(pages.inspect_err(|error| tracing::error!("the audit log was cut off: {error}")));
    let headers = [
        (header::CONTENT_TYPE, "application/jsonl"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    Ok((headers, body).into_response())
}

fn lines(page: &[AuditRow]) -> String {
    page.iter().filter_map(|row| serde_json::to_string(row).ok()).map(|line| line + "\n").collect()
}
