//! `/account/…`: where the links of mails lead. A page with a form, for programs that look after mails open links, too.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use entrepot_accounts::{AccountError, Purpose};
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::{PostedForm, Trying};
use crate::frame::{Frame, with_status};
use crate::visitor::Anybody;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/account/{purpose}", get(show).post(submit))
}

/// What is still to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Done,
    /// The link counts no more.
    Over,
}

#[derive(Template)]
#[template(path = "mail_link.html")]
struct Page {
    frame: Frame,
    purpose: Purpose,
    stage: Stage,
    token: String,
    name: String,
    problem: Option<String>,
}

impl Page {
    fn title(&self) -> &'static str {
        match (self.stage, self.purpose) {
            (Stage::Open, Purpose::Verify) => "Confirm your address",
            (Stage::Open, Purpose::Reset) => "Choose a new password",
            (Stage::Open, Purpose::Invite) => "Accept the invitation",
            (Stage::Open, Purpose::Change) => "Confirm your new address",
            (Stage::Done, _) => "Done",
            (Stage::Over, _) => "This link is over",
        }
    }

    fn lead(&self) -> &'static str {
        match (self.stage, self.purpose) {
            (Stage::Open, Purpose::Verify) => "Give the password that you chose with your account.",
            (Stage::Open, Purpose::Reset) => "You are signed out everywhere.",
            (Stage::Open, Purpose::Invite) => {
                "If you have an account already, leave the fields empty. Otherwise say what others know you by, and choose a password."
            }
            (Stage::Open, Purpose::Change) => "Your account has this address from then on.",
            (Stage::Done, Purpose::Verify) => "Your account is ready. Sign in with your address and your password.",
            (Stage::Done, Purpose::Reset) => "Your new password counts from now on. Sign in with it.",
            (Stage::Done, Purpose::Invite) => "You belong to the tenant from now on. Sign in to work for it.",
            (Stage::Done, Purpose::Change) => "Your account has the new address from now on.",
            (Stage::Over, Purpose::Reset) => "Links to choose a password with count once, for an hour.",
            (Stage::Over, Purpose::Invite) => {
                "Ask whoever invited you for another one. Invitations count once, for a week."
            }
            (Stage::Over, Purpose::Verify | Purpose::Change) => {
                "Such links count once, for a day. Ask for another one."
            }
        }
    }

    /// What is filled in, by name.
    fn asks(&self, field: &str) -> bool {
        match field {
            "old" => self.purpose == Purpose::Verify,
            "new" => matches!(self.purpose, Purpose::Reset | Purpose::Invite),
            _ => self.purpose == Purpose::Invite,
        }
    }

    fn open(&self) -> bool {
        self.stage == Stage::Open
    }

    /// Where a new link is asked for.
    fn anew(&self) -> bool {
        self.stage == Stage::Over && self.purpose == Purpose::Reset
    }
}

// No Debug: it holds what a mail alone holds.
#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

// No Debug: it holds a password.
#[derive(Deserialize)]
struct Given {
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

fn purpose(name: &str) -> Result<Purpose, Problem> {
    let known = Purpose::ALL.into_iter().find(|purpose| purpose.as_str() == name);
    known.ok_or_else(|| Problem::not_found("there is nothing at this address; open the link of the mail as it is"))
}

fn page(anybody: &Anybody, status: StatusCode, mut page: Page) -> Response {
    page.frame = anybody.frame(page.title());
    with_status(status, &page)
}

async fn show(anybody: Anybody, Path(name): Path<String>, Query(link): Query<Link>) -> Result<Response, Failure> {
    let (purpose, token) = (purpose(&name)?, link.token);
    // Nothing is looked up: a link alone tells nobody whether it counts.
    let stage = if token.is_empty() { Stage::Over } else { Stage::Open };
    let shown = Page { frame: Frame::default(), purpose, stage, token, name: String::new(), problem: None };
    Ok(page(&anybody, StatusCode::OK, shown))
}

async fn submit(
    State(app): State<AppState>,
    anybody: Anybody,
    Path(name): Path<String>,
    _: Trying,
    PostedForm(given): PostedForm<Given>,
) -> Result<Response, Failure> {
    let (accounts, purpose) = (&app.cases.accounts, purpose(&name)?);
    let Given { token, name, password } = given;
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let done = match purpose {
        Purpose::Verify => accounts.verify(&token, &password).await,
        Purpose::Reset => accounts.finish_reset(&token, &password).await,
        Purpose::Invite => {
            accounts.accept_invitation(&token, filled(&name).as_deref(), filled(&password).as_deref()).await
        }
        Purpose::Change => accounts.finish_email_change(&token).await,
    };
    let (status, stage, problem) = match done {
        Ok(()) => (StatusCode::OK, Stage::Done, None),
        Err(error @ (AccountError::Password(_) | AccountError::Refused(_))) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Stage::Open, Some(sentence(&error.to_string())))
        }
        Err(error @ AccountError::Link) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Stage::Over, Some(sentence(&error.to_string())))
        }
        Err(error) => return Err(error.into()),
    };
    Ok(page(&anybody, status, Page { frame: Frame::default(), purpose, stage, token, name, problem }))
}
