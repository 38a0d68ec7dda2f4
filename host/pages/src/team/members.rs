//! Who belongs to the tenant.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_accounts::Invitation;
use entrepot_domain::account::{Scope, TenantRole};
use entrepot_store::people::memberships::MemberRow;
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, see, with_status};
use crate::kit::{Mark, Moment, Status};
use crate::visitor::Visitor;

const MOST: i64 = 200;

struct Line {
    id: String,
    email: String,
    name: String,
    role: String,
    status: Status,
    since: Moment,
}

#[derive(Template)]
#[template(path = "team/members.html")]
struct Page {
    frame: Frame,
    members: Vec<Line>,
    roles: Vec<&'static str>,
    may_change: bool,
    email: String,
    problem: Option<String>,
}

fn status(row: &MemberRow) -> Status {
    match (row.disabled_at, row.accepted_at) {
        (Some(_), _) => Status::new(Mark::Over, "disabled"),
        (_, Some(_)) => Status::new(Mark::Good, "member"),
        _ => Status::new(Mark::Waiting, "invited"),
    }
}

async fn page(app: &AppState, visitor: &Visitor, refused: Option<(String, Problem)>) -> Result<Response, Failure> {
    let now = app.cases.services.db().clock().now();
    let rows = app.cases.accounts.members(visitor.tenant(), "", MOST).await?;
    let line = |row: MemberRow| Line {
        status: status(&row),
        since: Moment { at: row.accepted_at.unwrap_or(row.invited_at), now },
        id: row.user_id,
        email: row.email,
        name: row.name,
        role: row.role,
    };
    let code = refused.as_ref().map_or(StatusCode::OK, |(_, problem)| problem.status());
    let problem = refused.as_ref().map(|(_, problem)| sentence(problem.detail()));
    let shown = Page {
        frame: visitor.frame(Section::Members, "Members"),
        members: rows.into_iter().map(line).collect(),
        roles: TenantRole::ALL.iter().map(|role| role.as_str()).collect(),
        may_change: visitor.may(Scope::WriteMembers),
        email: refused.map(|(email, _)| email).unwrap_or_default(),
        problem,
    };
    Ok(with_status(code, &shown))
}

pub(crate) async fn list(State(app): State<AppState>, visitor: Visitor) -> Result<Response, Failure> {
    page(&app, &visitor, None).await
}

#[derive(Debug, Deserialize)]
pub(crate) struct Given {
    email: String,
    role: String,
}

pub(crate) async fn invite(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(given): PostedForm<Given>,
) -> Result<Response, Failure> {
    let role = given.role.parse().map_err(|_| Problem::bad_request("choose one of the roles"))?;
    let by_name = visitor.name();
    let invitation = Invitation { email: given.email.trim(), role, by: visitor.actor(), by_name: &by_name };
    match app.cases.accounts.invite(visitor.tenant(), invitation).await {
        Ok(_) => Ok(see("/members")),
        Err(error) if error.is_transient() => Err(error.into()),
        Err(error) => page(&app, &visitor, Some((given.email, error.into()))).await,
    }
}

pub(crate) async fn remove(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(user): Path<String>,
) -> Result<Response, Failure> {
    app.cases.accounts.remove_member(visitor.tenant(), &user, visitor.actor()).await?;
    Ok(see("/members"))
}
