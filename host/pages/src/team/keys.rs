//! Keys for programs. A key is shown once, on the page that made it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_accounts::NewKey;
use entrepot_domain::account::Scope;
use entrepot_store::people::api_keys::ApiKeyRow;
use entrepot_web::Problem;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, see, with_status};
use crate::kit::{Mark, Moment, Status};
use crate::visitor::Visitor;

const MOST: i64 = 200;

struct Line {
    id: String,
    name: String,
    prefix: String,
    scopes: String,
    status: Status,
    used: Option<Moment>,
    revocable: bool,
}

#[derive(Template)]
#[template(path = "team/keys.html")]
struct Page {
    frame: Frame,
    keys: Vec<Line>,
    scopes: Vec<&'static str>,
    may_change: bool,
    /// The one that was made just now.
    made: Option<String>,
    name: String,
    problem: Option<String>,
}

#[derive(Default)]
struct Outcome {
    made: Option<String>,
    refused: Option<(String, Problem)>,
}

async fn page(app: &AppState, visitor: &Visitor, outcome: Outcome) -> Result<Response, Failure> {
    let now = app.cases.services.db().clock().now();
    let line = |row: ApiKeyRow| {
        let over = row.expires_at.is_some_and(|at| at <= now);
        let status = match row.revoked_at {
            Some(_) => Status::new(Mark::Over, "revoked"),
            None if over => Status::new(Mark::Over, "expired"),
            None => Status::new(Mark::Good, "in use"),
        };
        Line {
            used: row.last_used_at.map(|at| Moment { at, now }),
            revocable: row.revoked_at.is_none() && !over,
            scopes: row.scopes.0.join(", "),
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            status,
        }
    };
    let keys = app.cases.accounts.api_keys(visitor.tenant(), "", MOST).await?;
    let code = outcome.refused.as_ref().map_or(StatusCode::OK, |(_, problem)| problem.status());
    let problem = outcome.refused.as_ref().map(|(_, problem)| sentence(problem.detail()));
    let grantable = Scope::ALL.iter().filter(|scope| scope.is_of_a_tenant() && visitor.may(**scope));
    let shown = Page {
        frame: visitor.frame(Section::Members, "API keys"),
        keys: keys.into_iter().map(line).collect(),
        scopes: grantable.map(|scope| scope.as_str()).collect(),
        may_change: visitor.may(Scope::WriteMembers),
        made: outcome.made,
        name: outcome.refused.map(|(name, _)| name).unwrap_or_default(),
        problem,
    };
    Ok(with_status(code, &shown))
}

pub(crate) async fn list(State(app): State<AppState>, visitor: Visitor) -> Result<Response, Failure> {
    page(&app, &visitor, Outcome::default()).await
}

/// Fields `name`, `days` and, for each scope, `scope`.
pub(crate) async fn make(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(given): PostedForm<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let one = |name: &str| given.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim());
    let scopes = given.iter().filter(|(key, _)| key == "scope").map(|(_, scope)| scope.parse::<Scope>());
    let scopes: Vec<Scope> =
        scopes.collect::<Result<_, _>>().map_err(|_| Problem::bad_request("choose among the scopes that are shown"))?;
    let days = match one("days") {
        "" => None,
        days => Some(days.parse().map_err(|_| Problem::bad_request(format!("days are a number, not {days:?}")))?),
    };
    let (name, by) = (one("name"), visitor.actor());
    let new = NewKey { name, scopes: &scopes, expires_in_days: days, maker: Some(visitor.principal()), by };
    match app.cases.accounts.make_api_key(visitor.tenant(), new).await {
        Ok(made) => {
            let made = Some(made.key.expose().to_owned());
            page(&app, &visitor, Outcome { made, refused: None }).await
        }
        Err(error) if error.is_transient() => Err(error.into()),
        Err(error) => {
            let refused = Some((name.to_owned(), error.into()));
            page(&app, &visitor, Outcome { made: None, refused }).await
        }
    }
}

pub(crate) async fn revoke(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    app.cases.accounts.revoke_api_key(visitor.tenant(), &key, visitor.actor()).await?;
    Ok(see("/api-keys"))
}
