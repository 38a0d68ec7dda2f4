//! Asking for an account, on hosts where anybody may.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use entrepot_accounts::AccountError;
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::{PostedForm, Trying};
use crate::frame::{Frame, page, with_status};
use crate::visitor::Anybody;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/register", get(form).post(register))
}

#[derive(Template, Default)]
#[template(path = "register.html")]
struct Page {
    frame: Frame,
    email: String,
    name: String,
    problem: Option<String>,
    sent: bool,
}

async fn form(State(app): State<AppState>, anybody: Anybody) -> Result<Response, Failure> {
    if !app.cases.accounts.options().open_registration {
        return Err(AccountError::Closed.into());
    }
    Ok(page(&Page { frame: anybody.frame("Ask for an account"), ..Page::default() }))
}

// No Debug: it holds a password.
#[derive(Deserialize)]
struct Given {
    email: String,
    name: String,
    password: String,
}

/// The same words whether there is such an account already or not.
async fn register(
    State(app): State<AppState>,
    anybody: Anybody,
    _: Trying,
    PostedForm(given): PostedForm<Given>,
) -> Result<Response, Failure> {
    let frame = anybody.frame("Ask for an account");
    match app.cases.accounts.register(given.email.trim(), &given.name, &given.password).await {
        Ok(()) => Ok(page(&Page { frame, sent: true, ..Page::default() })),
        Err(error) if error.is_transient() || matches!(error, AccountError::Closed) => Err(error.into()),
        Err(error) => {
            let problem = Problem::from(error);
            let (email, name) = (given.email, given.name);
            let shown = Page { frame, email, name, problem: Some(sentence(problem.detail())), sent: false };
            Ok(with_status(problem.status(), &shown))
        }
    }
}
