use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_core::plans::PlanReport;
use entrepot_domain::TenantId;
use entrepot_domain::plan::Limit;
use entrepot_web::Problem;
use serde::Deserialize;

use super::plans::{label, limits, most};
use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see, with_status};
use crate::kit::{Choice, Moment, grouped, segment};
use crate::visitor::{Somebody, Visitor};

struct Line {
    href: String,
    name: String,
    id: String,
    made: Moment,
}

#[derive(Template)]
#[template(path = "host/tenants.html")]
struct All {
    frame: Frame,
    tenants: Vec<Line>,
    name: String,
    problem: Option<String>,
}

/// What a tenant may have, and has.
struct Use {
    label: &'static str,
    used: Option<String>,
    most: String,
    /// Of what it may have; `None`: there is no limit, or it is not counted here.
    percent: Option<i64>,
}

#[derive(Template)]
#[template(path = "host/tenant.html")]
struct One {
    frame: Frame,
    id: String,
    name: String,
    plan: String,
    uses: Vec<Use>,
    /// To choose from; none: whoever looks does not choose.
    plans: Vec<Choice>,
}

fn uses(report: &PlanReport) -> Vec<Use> {
    let used = |limit| match limit {
        Limit::Channels => Some(report.used.channels),
        Limit::Skus => Some(report.used.skus),
        Limit::RequestsPerMinute | Limit::AiTokensPerMonth | Limit::Users => None,
    };
    let line = |(limit, value): (Limit, Option<i64>)| Use {
        label: label(limit),
        used: used(limit).map(grouped),
        most: most(value),
        percent: used(limit).zip(value).map(|(used, most)| used.saturating_mul(100) / most.max(1)),
    };
    limits(&report.limits).map(line).into()
}

async fn all(app: &AppState, somebody: &Somebody, name: String, problem: Option<Problem>) -> Result<Response, Failure> {
    let now = app.cases.services.db().clock().now();
    let tenants = app.cases.accounts.tenants().await?.into_iter().map(|row| Line {
        href: format!("/host/tenants/{}", segment(&row.id)),
        made: Moment { at: row.created_at, now },
        name: row.name,
        id: row.id,
    });
    let shown = All {
        frame: somebody.frame(Section::Host, "Tenants of the host"),
        tenants: tenants.collect(),
        name,
        problem: problem.as_ref().map(|problem| sentence(problem.detail())),
    };
    Ok(with_status(problem.map_or(StatusCode::OK, |problem| problem.status()), &shown))
}

pub(crate) async fn list(State(app): State<AppState>, somebody: Somebody) -> Result<Response, Failure> {
    all(&app, &somebody, String::new(), None).await
}

#[derive(Debug, Deserialize)]
pub(crate) struct New {
    name: String,
}

pub(crate) async fn add(
    State(app): State<AppState>,
    somebody: Somebody,
    PostedForm(new): PostedForm<New>,
) -> Result<Response, Failure> {
    match app.cases.accounts.add_tenant(new.name.trim(), somebody.actor()).await {
        Ok(row) => Ok(see(format!("/host/tenants/{}", segment(&row.id)))),
        Err(error) if error.is_transient() => Err(error.into()),
        Err(error) => all(&app, &somebody, new.name, Some(error.into())).await,
    }
}

pub(crate) async fn show(
    State(app): State<AppState>,
    somebody: Somebody,
    Path(tenant): Path<String>,
) -> Result<Response, Failure> {
    let row = app.cases.accounts.tenant(&tenant).await?;
    let report = app.cases.plans.plan_of(&TenantId::from(row.id.as_str())).await?;
    let plans = app.cases.plans.plans().await?.into_iter().map(|plan| Choice {
        chosen: plan.id == report.plan,
        label: plan.id.clone(),
        value: plan.id,
    });
    let frame = somebody.frame(Section::Host, row.name.clone());
    let (uses, plans) = (uses(&report), plans.collect());
    Ok(page(&One { frame, id: row.id, name: row.name, plan: report.plan, uses, plans }))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Assigned {
    plan: String,
}

pub(crate) async fn assign(
    State(app): State<AppState>,
    _: Somebody,
    Path(tenant): Path<String>,
    PostedForm(assigned): PostedForm<Assigned>,
) -> Result<Response, Failure> {
    let row = app.cases.accounts.tenant(&tenant).await?;
    app.cases.plans.assign(&TenantId::from(row.id.as_str()), &assigned.plan).await?;
    Ok(see(format!("/host/tenants/{}", segment(&row.id))))
}

/// The plan of the tenant whose goods are shown.
pub(crate) async fn own(State(app): State<AppState>, visitor: Visitor) -> Result<Response, Failure> {
    let report = app.cases.plans.plan_of(visitor.tenant()).await?;
    let row = app.cases.accounts.tenant(visitor.tenant().as_str()).await?;
    let frame = visitor.frame(Section::Other, "Plan");
    Ok(page(&One {
        frame,
        id: row.id,
        name: row.name,
        plan: report.plan.clone(),
        uses: uses(&report),
        plans: Vec::new(),
    }))
}
