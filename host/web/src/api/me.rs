//! One's own account.

mod change;
mod delete;
mod email;
mod get;
mod password;
mod sessions;
mod totp;

use entrepot_store::people::memberships::MembershipRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get::handler, change::handler))
        .routes(routes!(delete::handler))
        .routes(routes!(password::handler))
        .routes(routes!(email::handler))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(totp::begin))
        .routes(routes!(totp::confirm))
        .routes(routes!(totp::remove))
}

/// A tenant that somebody belongs to
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantOfMine {
    id: String,
    name: String,
    /// owner, seller, viewer
    role: String,
}

impl From<MembershipRow> for TenantOfMine {
    fn from(row: MembershipRow) -> Self {
        Self { id: row.tenant_id, name: row.tenant, role: row.role }
    }
}

/// That it is really you
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnPassword {
    password: String,
}
