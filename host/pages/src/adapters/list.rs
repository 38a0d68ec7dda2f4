use askama::Template;
use axum::extract::State;
use axum::response::Response;
use entrepot_adapters::Listed;
use entrepot_domain::account::Scope;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Mark, Moment, Status, address, segment};
use crate::visitor::Somebody;

struct Line {
    href: String,
    adapter: String,
    name: String,
    version: String,
    publisher: String,
    status: Status,
    problem: Option<String>,
    signed: bool,
    installed: Moment,
    /// Where it waits for somebody to decide.
    review: Option<String>,
}

#[derive(Template)]
#[template(path = "adapters/list.html")]
struct Page {
    frame: Frame,
    adapters: Vec<Line>,
    may_install: bool,
    may_review: bool,
}

pub(super) fn status(listed: &Listed) -> Status {
    let mark = match (&listed.problem, listed.share, listed.row.state.as_str()) {
        (Some(_), ..) => Mark::Act,
        (_, Some(100), _) => Mark::Good,
        (_, Some(_), _) => Mark::Busy,
        (.., "pending") => Mark::Act,
        _ => Mark::Over,
    };
    Status::new(mark, listed.state())
}

pub(crate) async fn handler(State(app): State<AppState>, somebody: Somebody) -> Result<Response, Failure> {
    let now = app.cases.services.db().clock().now();
    let line = |listed: Listed| {
        let (status, row) = (status(&listed), listed.row);
        let pending = row.state == "pending" && listed.problem.is_none();
        let path = format!("/adapters/{}", segment(&row.adapter_id));
        let review = pending.then(|| address(&format!("{path}/approve"), &[("version", &row.version)]));
        Line {
            href: address(&path, &[("version", &row.version)]),
            name: row.manifest["name"].as_str().unwrap_or(&row.adapter_id).to_owned(),
            problem: listed.problem.as_deref().map(sentence),
            signed: row.signer.is_some(),
            installed: Moment { at: row.installed_at, now },
            adapter: row.adapter_id,
            version: row.version,
            publisher: row.publisher,
            status,
            review,
        }
    };
    let adapters = app.cases.services.admission().adapters().await?.into_iter().map(line).collect();
    let may = |scope| somebody.principal.may(scope);
    let (may_install, may_review) = (may(Scope::WriteAdapters), may(Scope::ReadAudit));
    Ok(page(&Page { frame: somebody.frame(Section::Adapters, "Adapters"), adapters, may_install, may_review }))
}
