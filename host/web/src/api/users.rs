//! All accounts of the host, as operators look after them.

mod add;
mod disable;
mod list;
mod reset;

use entrepot_store::people::users::UserRow;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::handler, add::handler))
        .routes(routes!(disable::disable))
        .routes(routes!(disable::enable))
        .routes(routes!(reset::handler))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct UserView {
    id: String,
    email: String,
    name: String,
    /// operator, reviewer
    host_roles: Vec<&'static str>,
    /// The address was proved
    verified: bool,
    disabled: bool,
    second_factor: bool,
    created_at: i64,
}

impl From<UserRow> for UserView {
    fn from(row: UserRow) -> Self {
        let roles = [(row.is_operator, "operator"), (row.is_reviewer, "reviewer")];
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            host_roles: roles.into_iter().filter(|(is_one, _)| *is_one == 1).map(|(_, role)| role).collect(),
            verified: row.verified_at.is_some(),
            disabled: row.disabled_at.is_some(),
            second_factor: row.totp.is_some(),
            created_at: row.created_at,
        }
    }
}
