//! A new password for whoever does not know theirs.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::{PostedForm, Trying};
use crate::frame::{Frame, page, with_status};
use crate::visitor::Anybody;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/lost-password", get(form).post(send))
}

#[derive(Template, Default)]
#[template(path = "lost_password.html")]
struct Page {
    frame: Frame,
    email: String,
    problem: Option<String>,
    sent: bool,
}

async fn form(anybody: Anybody) -> Response {
    page(&Page { frame: anybody.frame("Choose a new password"), ..Page::default() })
}

#[derive(Debug, Deserialize)]
struct Given {
    email: String,
}

/// The same words whether there is such an account or not.
async fn send(
    State(app): State<AppState>,
    anybody: Anybody,
    _: Trying,
    PostedForm(given): PostedForm<Given>,
) -> Result<Response, Failure> {
    let frame = anybody.frame("Choose a new password");
    match app.cases.accounts.begin_reset(given.email.trim()).await {
        Ok(()) => Ok(page(&Page { frame, sent: true, ..Page::default() })),
        Err(error) if error.is_transient() => Err(error.into()),
        Err(error) => {
            let problem = Problem::from(error);
            let shown = Page { frame, email: given.email, problem: Some(sentence(problem.detail())), sent: false };
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
    }
}
