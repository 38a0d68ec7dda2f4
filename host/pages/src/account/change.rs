//! Forms of the account's page.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::show::{after, person};
use crate::AppState;
use crate::failure::Failure;
use crate::forms::{PostedForm, Trying};
use crate::frame::see;
use crate::visitor::Somebody;

// No Debug: it holds passwords.
#[derive(Deserialize)]
pub(crate) struct Passwords {
    old: String,
    new: String,
}

pub(crate) async fn password(
    State(app): State<AppState>,
    somebody: Somebody,
    _: Trying,
    PostedForm(given): PostedForm<Passwords>,
) -> Result<Response, Failure> {
    let person = person(&somebody)?;
    let done = app.cases.accounts.change_password(&person.user, &person.session, &given.old, &given.new).await;
    after(&app, &somebody, "password", done, "Your new password counts. You are signed out everywhere else.").await
}

// No Debug: it holds a password.
#[derive(Deserialize)]
pub(crate) struct Address {
    email: String,
    password: String,
}

/// The same words whether another account has that address or not.
pub(crate) async fn email(
    State(app): State<AppState>,
    somebody: Somebody,
    _: Trying,
    PostedForm(given): PostedForm<Address>,
) -> Result<Response, Failure> {
    let person = person(&somebody)?;
    let done = app.cases.accounts.begin_email_change(&person.user, &given.password, &given.email).await;
    let said = "A mail is on its way to the new address. It counts once you open the link in it, within a day.";
    after(&app, &somebody, "email", done, said).await
}

pub(crate) async fn end_session(
    State(app): State<AppState>,
    somebody: Somebody,
    Path(session): Path<String>,
) -> Result<Response, Failure> {
    app.cases.accounts.end_session(&person(&somebody)?.user, &session).await?;
    Ok(see("/me"))
}
