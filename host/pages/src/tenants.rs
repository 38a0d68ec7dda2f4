//! For which tenant a session is: those that whoever is signed in belongs to.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see};
use crate::visitor::Somebody;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/tenants", get(list).post(choose))
}

struct Line {
    id: String,
    name: String,
    role: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "tenants.html")]
struct Page {
    frame: Frame,
    tenants: Vec<Line>,
}

async fn list(State(app): State<AppState>, somebody: Somebody) -> Result<Response, Failure> {
    let person = somebody.principal.person().ok_or_else(Problem::unauthenticated)?;
    let tenants = app.cases.accounts.profile(&person.user).await?.tenants;
    let now = somebody.principal.tenant.as_ref().map(|tenant| tenant.as_str());
    let line = |of: entrepot_store::people::memberships::MembershipRow| Line {
        chosen: now == Some(of.tenant_id.as_str()),
        id: of.tenant_id,
        name: of.tenant,
        role: of.role,
    };
    let tenants = tenants.into_iter().map(line).collect();
    Ok(page(&Page { frame: somebody.frame(Section::Other, "Tenants"), tenants }))
}

#[derive(Debug, Deserialize)]
struct Choice {
    tenant: String,
}

async fn choose(
    State(app): State<AppState>,
    somebody: Somebody,
    PostedForm(choice): PostedForm<Choice>,
) -> Result<Response, Failure> {
    let person = somebody.principal.person().ok_or_else(Problem::unauthenticated)?;
    app.cases.accounts.switch_tenant(&somebody.principal, person, &choice.tenant, None).await?;
    Ok(see("/"))
}
