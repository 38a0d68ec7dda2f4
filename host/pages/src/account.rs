//! One's own account: password and sessions.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use entrepot_accounts::Person;
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, see, with_status};
use crate::kit::Moment;
use crate::visitor::Somebody;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/me", get(show))
        .route("/me/password", post(change_password))
        .route("/me/sessions/{session}/end", post(end_session))
}

struct Session {
    id: String,
    kind: String,
    agent: String,
    address: String,
    seen: Moment,
    current: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Page {
    frame: Frame,
    email: String,
    name: String,
    second_factor: bool,
    sessions: Vec<Session>,
    problem: Option<String>,
    changed: bool,
}

fn person(somebody: &Somebody) -> Result<&Person, Problem> {
    somebody.principal.person().ok_or_else(Problem::unauthenticated)
}

async fn page(app: &AppState, somebody: &Somebody, outcome: Result<bool, Problem>) -> Result<Response, Failure> {
    let person = person(somebody)?;
    let now = app.cases.services.db().clock().now();
    let sessions = app.cases.accounts.sessions(&person.user).await?.into_iter().map(|row| Session {
        current: row.id == person.session.as_str(),
        seen: Moment { at: row.seen_at, now },
        id: row.id,
        kind: row.kind,
        agent: row.agent,
        address: row.address,
    });
    let code = outcome.as_ref().err().map_or(StatusCode::OK, Problem::status);
    let shown = Page {
        frame: somebody.frame(Section::Other, "Your account"),
        email: person.email.clone(),
        name: person.name.clone(),
        second_factor: app.cases.accounts.profile(&person.user).await?.user.totp.is_some(),
        sessions: sessions.collect(),
        changed: matches!(outcome, Ok(true)),
        problem: outcome.err().map(|problem| sentence(problem.detail())),
    };
    Ok(with_status(code, &shown))
}

async fn show(State(app): State<AppState>, somebody: Somebody) -> Result<Response, Failure> {
    page(&app, &somebody, Ok(false)).await
}

// No Debug: it holds passwords.
#[derive(Deserialize)]
struct Passwords {
    old: String,
    new: String,
}

async fn change_password(
    State(app): State<AppState>,
    somebody: Somebody,
    PostedForm(given): PostedForm<Passwords>,
) -> Result<Response, Failure> {
    let person = person(&somebody)?;
    match app.cases.accounts.change_password(&person.user, &person.session, &given.old, &given.new).await {
        Ok(()) => page(&app, &somebody, Ok(true)).await,
        Err(error) if error.is_transient() => Err(error.into()),
        Err(error) => page(&app, &somebody, Err(error.into())).await,
    }
}

async fn end_session(
    State(app): State<AppState>,
    somebody: Somebody,
    Path(session): Path<String>,
) -> Result<Response, Failure> {
    app.cases.accounts.end_session(&person(&somebody)?.user, &session).await?;
    Ok(see("/me"))
}
