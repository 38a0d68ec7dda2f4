use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use entrepot_domain::catalog::Issue;
use entrepot_store::dead_letters::LetterFilter;
use entrepot_web::Problem;

use super::list::whose;
use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Moment, segment};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "dead_letters/show.html")]
struct Page {
    frame: Frame,
    id: String,
    kind: String,
    subject: String,
    channel: String,
    channel_name: String,
    reason: String,
    whose: &'static str,
    code: String,
    version: Option<String>,
    met_by: Option<(String, String)>,
    attempts: i64,
    first: Moment,
    last: Moment,
    issues: Vec<Issue>,
    content: String,
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let db = app.cases.services.db();
    let (scoped, now) = (db.tenant(visitor.tenant()), db.clock().now());
    let filter = LetterFilter { ids: vec![id.clone()], ..LetterFilter::default() };
    let letter = scoped.letters(&filter, "", 1).await?.pop();
    let letter = letter.ok_or_else(|| Problem::not_found(format!("there is no dead letter {id:?}")))?;
    let names = ChannelNames::of(&app, &visitor).await?;
    let content = scoped.letter_content(&letter).await?.unwrap_or_default();
    let issues = serde_json::from_value(content["issues"].clone()).unwrap_or_default();
    let raw = content["raw"].as_str().and_then(|raw| serde_json::from_str::<serde_json::Value>(raw).ok());
    let shown = raw.unwrap_or(content);
    let met_by = letter.met_by.map(|by| {
        let place = if by.starts_with("run_") { "runs" } else { "deliveries" };
        (format!("/{place}/{}", segment(&by)), by)
    });
    Ok(page(&Page {
        frame: visitor.frame(Section::DeadLetters, "Dead letter"),
        channel_name: names.name(&letter.channel_id).to_owned(),
        channel: letter.channel_id,
        reason: sentence(&letter.reason),
        whose: whose(&letter.class, &letter.code),
        first: Moment { at: letter.first_at, now },
        last: Moment { at: letter.last_at, now },
        content: serde_json::to_string_pretty(&shown).unwrap_or_default(),
        id: letter.id,
        kind: letter.kind,
        subject: letter.subject,
        code: letter.code,
        version: letter.version,
        attempts: letter.attempts,
        met_by,
        issues,
    }))
}
