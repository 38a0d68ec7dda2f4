use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_accounts::{AddedUser, Handing, NewUser};
use entrepot_domain::account::{HostRole, TenantRole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Asker;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddUser {
    email: String,
    name: Option<String>,
    /// What they are to the host: operator, reviewer
    #[schema(value_type = Option<String>)]
    role: Option<HostRole>,
    /// Name or id of a tenant
    tenant: Option<String>,
    /// What they are to it: owner, seller, viewer
    #[serde(rename = "as")]
    #[schema(value_type = Option<String>)]
    tenant_role: Option<TenantRole>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AddedUserView {
    user: String,
    email: String,
}

impl From<AddedUser> for AddedUserView {
    fn from(added: AddedUser) -> Self {
        Self { user: added.user.to_string(), email: added.email }
    }
}

/// Add an account, or give one that is there another role. Who has no password gets a link to choose one by mail
#[utoipa::path(post, path = "/users", tag = "users", security(("scope" = ["users:write"])), request_body = AddUser,
    responses((status = 201, body = AddedUserView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    JsonBody(given): JsonBody<AddUser>,
) -> Result<(StatusCode, Json<AddedUserView>), Problem> {
    let tenant = match (given.tenant.as_deref(), given.tenant_role) {
        (Some(tenant), Some(role)) => Some((tenant, role)),
        (None, None) => None,
        _ => return Err(Problem::refused("`tenant` and `as` belong together: give both, or neither")),
    };
    if tenant.is_none() && given.role.is_none() {
        return Err(Problem::refused("an account needs a `role` of the host, or a `tenant` and what they are `as`"));
    }
    let new = NewUser {
        email: &given.email,
        name: given.name.as_deref(),
        host_role: given.role,
        tenant,
        password: None,
        handing: Handing::Mail,
        by: &principal.actor,
    };
    Ok((StatusCode::CREATED, Json(app.cases.accounts.add_user(new).await?.into())))
}
