//! Signing in and out with a browser.

use askama::Template;
use axum::Router;
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use entrepot_accounts::{AccountError, Door, SessionKind, SignIn};
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, is_local, see, with_status};
use crate::visitor::{Anybody, Recognised};

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/sign-in", get(form).post(sign_in)).route("/sign-out", post(sign_out))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Way {
    next: String,
}

#[derive(Template, Default)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    email: String,
    next: String,
    problem: Option<String>,
    /// The account has a second factor.
    code_needed: bool,
    /// Anybody may ask for an account.
    open: bool,
}

fn page(app: &AppState, anybody: &Anybody, status: StatusCode, page: Page) -> Response {
    let open = app.cases.accounts.options().open_registration;
    with_status(status, &Page { frame: anybody.frame("Sign in"), open, ..page })
}

async fn form(State(app): State<AppState>, anybody: Anybody, Query(way): Query<Way>) -> Response {
    page(&app, &anybody, StatusCode::OK, Page { next: way.next, ..Page::default() })
}

// No Debug: it holds a password.
#[derive(Deserialize)]
struct Given {
    email: String,
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(State(app): State<AppState>, anybody: Anybody, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let client = app.visitors.count_try(&parts)?;
    let before = app.visitors.token(&parts.headers);
    let PostedForm(given) = PostedForm::<Given>::from_request(Request::from_parts(parts, body), &app).await?;
    let code = Some(given.code.trim()).filter(|code| !code.is_empty());
    let wanted = SignIn {
        email: given.email.trim(),
        password: &given.password,
        code,
        tenant: None,
        kind: SessionKind::Browser,
        replaces: before.as_deref(),
    };
    match app.cases.accounts.sign_in(wanted, &client).await {
        Ok(signed_in) => {
            let Door::Browser(token) = signed_in.door else { return Err(Problem::internal().into()) };
            let cookie = app.visitors.signed_in(token.expose()).ok_or_else(Problem::internal)?;
            let on = if is_local(&given.next) { given.next.as_str() } else { "/" };
            Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), see(on)).into_response())
        }
        Err(error) if error.is_transient() => Err(error.into()),
        Err(error) => {
            let code_needed = matches!(error, AccountError::SecondFactorNeeded | AccountError::SecondFactorWrong);
            let problem = match &error {
                AccountError::SecondFactorNeeded if code.is_none() => {
                    "Give the code of your authenticator, too.".to_owned()
                }
                error => sentence(&error.to_string()),
            };
            let status = Problem::from(error).status();
            let (email, next) = (given.email, given.next);
            let shown = Page { email, next, problem: Some(problem), code_needed, ..Page::default() };
            Ok(page(&app, &anybody, status, shown))
        }
    }
}

async fn sign_out(
    State(app): State<AppState>,
    recognised: Recognised,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if let Some(person) = recognised.0.as_ref().and_then(|principal| principal.person())
        && app.visitors.token(&headers).is_some()
    {
        app.cases.accounts.end_session(&person.user, person.session.as_str()).await?;
    }
    let cookie = app.visitors.signed_out().map(|cookie| AppendHeaders([(header::SET_COOKIE, cookie)]));
    Ok((cookie, see("/sign-in")).into_response())
}
