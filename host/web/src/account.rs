//! `/account/…`: where the links of mails lead. A page with a form, and nothing else: no script, no style, nothing that a link alone would
//! do, for programs that look after mails open links, too.

mod page;

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use entrepot_accounts::{AccountError, Purpose};
use serde::Deserialize;

use crate::AppState;
use crate::body;
use crate::clients::Trying;
use crate::problem::Problem;
use page::Page;

/// Bytes of a form.
const MAX_FORM_LEN: usize = 16 << 10;
const FORM_TIME: Duration = Duration::from_secs(10);

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/account/{purpose}", get(show).post(submit))
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

struct Form {
    token: String,
    name: String,
    password: String,
}

fn purpose(name: &str) -> Result<Purpose, Problem> {
    let known = Purpose::ALL.into_iter().find(|purpose| purpose.as_str() == name);
    known.ok_or_else(|| Problem::not_found("there is nothing at this address; open the link of the mail as it is"))
}

async fn show(Path(name): Path<String>, Query(link): Query<Link>) -> Result<Response, Problem> {
    Ok(shown(StatusCode::OK, &Page::form(purpose(&name)?, &link.token, None)))
}

async fn submit(
    State(app): State<AppState>,
    Path(name): Path<String>,
    Trying(_): Trying,
    request: Request,
) -> Result<Response, Problem> {
    let purpose = purpose(&name)?;
    let bytes = body::whole(request.into_body(), MAX_FORM_LEN, FORM_TIME).await?;
    let form = read(&bytes).ok_or_else(|| Problem::bad_request("the form cannot be read; open the link anew"))?;
    let accounts = &app.cases.accounts;
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let done = match purpose {
        Purpose::Verify => accounts.verify(&form.token, &form.password).await,
        Purpose::Reset => accounts.finish_reset(&form.token, &form.password).await,
        Purpose::Invite => {
            let (name, password) = (given(&form.name), given(&form.password));
            accounts.accept_invitation(&form.token, name.as_deref(), password.as_deref()).await
        }
        Purpose::Change => accounts.finish_email_change(&form.token).await,
    };
    match done {
        Ok(()) => Ok(shown(StatusCode::OK, &Page::done(purpose))),
        Err(error @ (AccountError::Password(_) | AccountError::Refused(_))) => {
            Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, &Page::form(purpose, &form.token, Some(&error.to_string()))))
        }
        Err(error @ AccountError::Link) => Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, &Page::over(&error.to_string()))),
        Err(error) => Err(error.into()),
    }
}

fn read(bytes: &[u8]) -> Option<Form> {
    let mut form = Form { token: String::new(), name: String::new(), password: String::new() };
    for (name, value) in url::form_urlencoded::parse(bytes) {
        match name.as_ref() {
            "token" => form.token = value.into_owned(),
            "name" => form.name = value.into_owned(),
            "password" => form.password = value.into_owned(),
            _ => return None,
        }
    }
    (!form.token.is_empty()).then_some(form)
}

fn shown(status: StatusCode, page: &Page) -> Response {
    (status, Html(page.html())).into_response()
}
