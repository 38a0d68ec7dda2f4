use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_accounts::{Handing, NewUser};
use entrepot_domain::account::HostRole;
use entrepot_store::people::users::UserRow;
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, see, with_status};
use crate::kit::{Mark, Moment, Pager, Status, address};
use crate::visitor::Somebody;

const ON_A_PAGE: i64 = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    after: String,
}

struct Line {
    id: String,
    email: String,
    name: String,
    roles: String,
    status: Status,
    second_factor: bool,
    disabled: bool,
    own: bool,
    made: Moment,
}

#[derive(Template)]
#[template(path = "host/users.html")]
struct Page {
    frame: Frame,
    users: Vec<Line>,
    pager: Pager,
    email: String,
    roles: [&'static str; 2],
    problem: Option<String>,
}

fn roles(row: &UserRow) -> String {
    let roles = [(row.is_operator, "operator"), (row.is_reviewer, "reviewer")];
    let roles: Vec<&str> = roles.into_iter().filter(|(is_one, _)| *is_one == 1).map(|(_, role)| role).collect();
    if roles.is_empty() { "none".to_owned() } else { roles.join(", ") }
}

async fn page(
    app: &AppState,
    somebody: &Somebody,
    after: &str,
    email: String,
    problem: Option<Problem>,
) -> Result<Response, Failure> {
    let now = app.cases.services.db().clock().now();
    let mut rows = app.cases.accounts.users(after, ON_A_PAGE + 1).await?;
    let more = rows.len() as i64 > ON_A_PAGE;
    rows.truncate(ON_A_PAGE as usize);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    let line = |row: UserRow| Line {
        roles: roles(&row),
        status: match (row.disabled_at, row.verified_at) {
            (Some(_), _) => Status::new(Mark::Over, "disabled"),
            (None, None) => Status::new(Mark::Waiting, "has not chosen a password"),
            (None, Some(_)) => Status::new(Mark::Good, "active"),
        },
        second_factor: row.totp.is_some(),
        disabled: row.disabled_at.is_some(),
        own: row.id == somebody.actor(),
        made: Moment { at: row.created_at, now },
        id: row.id,
        email: row.email,
        name: row.name,
    };
    let shown = Page {
        frame: somebody.frame(Section::Host, "Users of the host"),
        users: rows.into_iter().map(line).collect(),
        pager: Pager::new(after, next.as_deref(), |after| address("/host/users", &[("after", after)])),
        email,
        roles: [HostRole::Operator.as_str(), HostRole::Reviewer.as_str()],
        problem: problem.as_ref().map(|problem| sentence(problem.detail())),
    };
    Ok(with_status(problem.map_or(StatusCode::OK, |problem| problem.status()), &shown))
}

pub(crate) async fn list(
    State(app): State<AppState>,
    somebody: Somebody,
    Query(place): Query<Place>,
) -> Result<Response, Failure> {
    page(&app, &somebody, &place.after, String::new(), None).await
}

#[derive(Debug, Deserialize)]
pub(crate) struct New {
    email: String,
    role: String,
}

/// Somebody of the host. A mail has a link to choose a password with.
pub(crate) async fn add(
    State(app): State<AppState>,
    somebody: Somebody,
    PostedForm(given): PostedForm<New>,
) -> Result<Response, Failure> {
    let role = given.role.parse().map_err(|_| Problem::bad_request(format!("{:?} is no role", given.role)))?;
    let new = NewUser {
        email: given.email.trim(),
        name: None,
        host_role: Some(role),
        tenant: None,
        password: None,
        handing: Handing::Mail,
        by: somebody.actor(),
    };
    match app.cases.accounts.add_user(new).await {
        Ok(_) => Ok(see("/host/users")),
        Err(error) if error.is_transient() => Err(error.into()),
        Err(error) => page(&app, &somebody, "", given.email, Some(error.into())).await,
    }
}

pub(crate) async fn act(
    State(app): State<AppState>,
    somebody: Somebody,
    Path((user, action)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (accounts, by) = (&app.cases.accounts, somebody.actor());
    let done = match action.as_str() {
        "disable" => accounts.disable_user(&user, by).await.map(drop),
        "enable" => accounts.enable_user(&user, by).await.map(drop),
        "reset" => accounts.reset_user(&user, Handing::Mail, by).await.map(drop),
        _ => return Err(Problem::not_found("there is nothing at this address").into()),
    };
    match done {
        Ok(()) => Ok(see("/host/users")),
        Err(error) if error.is_transient() => Err(error.into()),
        Err(error) => page(&app, &somebody, "", String::new(), Some(error.into())).await,
    }
}
