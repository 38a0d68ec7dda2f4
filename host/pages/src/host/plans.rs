use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_domain::plan::{Limit, PlanLimits};
use entrepot_web::Problem;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, see, with_status};
use crate::kit::grouped;
use crate::visitor::Somebody;

/// As people say it.
pub(super) fn label(limit: Limit) -> &'static str {
    match limit {
        Limit::Channels => "Channels",
        Limit::Skus => "SKUs",
        Limit::RequestsPerMinute => "Requests a minute",
        Limit::AiTokensPerMonth => "AI tokens a month",
        Limit::Users => "Members",
    }
}

pub(super) fn limits(limits: &PlanLimits) -> [(Limit, Option<i64>); 5] {
    let PlanLimits { channels, skus, requests_per_minute, ai_tokens_per_month, users } = *limits;
    let values = [channels, skus, requests_per_minute, ai_tokens_per_month, users];
    std::array::from_fn(|at| (Limit::ALL[at], values[at]))
}

pub(super) fn most(limit: Option<i64>) -> String {
    limit.map_or_else(|| "no limit".to_owned(), grouped)
}

struct Line {
    plan: String,
    limits: Vec<(&'static str, String)>,
}

struct Field {
    name: &'static str,
    label: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "host/plans.html")]
struct Page {
    frame: Frame,
    plans: Vec<Line>,
    name: String,
    fields: Vec<Field>,
    problem: Option<String>,
}

async fn page(
    app: &AppState,
    somebody: &Somebody,
    posted: &[(String, String)],
    problem: Option<Problem>,
) -> Result<Response, Failure> {
    let given = |name: &str| posted.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value).to_owned();
    let line = |row: entrepot_store::plans::PlanRow| Line {
        limits: limits(&row.limits.into()).map(|(limit, value)| (label(limit), most(value))).into(),
        plan: row.id,
    };
    let shown = Page {
        frame: somebody.frame(Section::Host, "Plans"),
        plans: app.cases.plans.plans().await?.into_iter().map(line).collect(),
        name: given("plan"),
        fields: Limit::ALL
            .map(|limit| Field { name: limit.as_str(), label: label(limit), value: given(limit.as_str()) })
            .into(),
        problem: problem.as_ref().map(|problem| sentence(problem.detail())),
    };
    Ok(with_status(problem.map_or(StatusCode::OK, |problem| problem.status()), &shown))
}

pub(crate) async fn list(State(app): State<AppState>, somebody: Somebody) -> Result<Response, Failure> {
    page(&app, &somebody, &[], None).await
}

/// An empty field is no limit.
fn changes(posted: &[(String, String)]) -> Result<Vec<(Limit, Option<i64>)>, Problem> {
    let mut changes = Vec::new();
    for limit in Limit::ALL {
        let Some((_, given)) = posted.iter().find(|(name, _)| name == limit.as_str()) else { continue };
        let digits: String = given.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
        let number = digits.parse().map_err(|_| {
            Problem::bad_request(format!("{} is {given:?}; give a number, or nothing for no limit", label(limit)))
        });
        changes.push((limit, if digits.is_empty() { None } else { Some(number?) }));
    }
    Ok(changes)
}

pub(crate) async fn set(
    State(app): State<AppState>,
    somebody: Somebody,
    PostedForm(posted): PostedForm<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let name = posted.iter().find(|(key, _)| key == "plan").map_or("", |(_, value)| value.trim()).to_owned();
    let changes = match changes(&posted) {
        Ok(changes) => changes,
        Err(problem) => return page(&app, &somebody, &posted, Some(problem)).await,
    };
    match app.cases.plans.set(&name, &changes).await {
        Ok(_) => Ok(see("/host/plans")),
        Err(error) => {
            let problem = Problem::from(error);
            if problem.status().is_server_error() {
                return Err(Failure(problem));
            }
            page(&app, &somebody, &posted, Some(problem)).await
        }
    }
}
