use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::TenantOfMine;
use crate::AppState;
use crate::context::Signed;
use crate::problem::Problem;

#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    user: String,
    email: String,
    name: String,
    /// What you are to the host: operator, reviewer
    host_roles: Vec<String>,
    session: String,
    /// For which tenant this session is; null: for none
    tenant: Option<String>,
    /// In that tenant
    role: Option<String>,
    /// An operator in a tenant they are no member of
    visiting: bool,
    /// What this session may do
    scopes: Vec<String>,
    /// Those you belong to
    tenants: Vec<TenantOfMine>,
    /// A second factor is set up
    second_factor: bool,
    recovery_codes_left: i64,
    created_at: i64,
}

/// Who you are, and what you may do
#[utoipa::path(get, path = "/me", tag = "me", security(("scope" = ["me"])), responses((status = 200, body = Me)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Signed(principal, person): Signed,
) -> Result<Json<Me>, Problem> {
    let profile = app.cases.accounts.profile(&person.user).await?;
    Ok(Json(Me {
        second_factor: profile.user.totp.is_some(),
        created_at: profile.user.created_at,
        recovery_codes_left: profile.recovery_codes_left,
        user: profile.user.id,
        email: profile.user.email,
        name: profile.user.name,
        host_roles: person.host_roles.iter().map(ToString::to_string).collect(),
        session: person.session.to_string(),
        tenant: principal.tenant.as_ref().map(ToString::to_string),
        role: person.role.map(|role| role.to_string()),
        visiting: person.visiting,
        scopes: principal.scopes.iter().map(ToString::to_string).collect(),
        tenants: profile.tenants.into_iter().map(TenantOfMine::from).collect(),
    }))
}
