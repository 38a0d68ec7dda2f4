//! Who belongs to the tenant.

mod change;
mod invite;
mod list;
mod remove;

use entrepot_store::people::memberships::MemberRow;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::handler, invite::handler))
        .routes(routes!(change::handler, remove::handler))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MemberView {
    user: String,
    email: String,
    name: String,
    /// owner, seller, viewer
    role: String,
    /// The user or key who asked them in
    invited_by: String,
    invited_at: i64,
    /// Null: invited, and not there yet
    accepted_at: Option<i64>,
    /// The account cannot be signed in to
    disabled: bool,
}

impl From<MemberRow> for MemberView {
    fn from(row: MemberRow) -> Self {
        Self {
            user: row.user_id,
            email: row.email,
            name: row.name,
            role: row.role,
            invited_by: row.invited_by,
            invited_at: row.invited_at,
            accepted_at: row.accepted_at,
            disabled: row.disabled_at.is_some(),
        }
    }
}
