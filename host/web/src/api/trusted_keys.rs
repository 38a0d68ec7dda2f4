//! Publishers' keys that are trusted.

mod list;
mod trust;
mod untrust;

use entrepot_store::trusted_keys::TrustedKey;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::handler, trust::handler)).routes(routes!(untrust::handler))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrustedKeyView {
    publisher: String,
    /// Fingerprint
    key_id: String,
    /// As it is written: entrepot-ed25519:PUBLISHER:…
    public_key: String,
    trusted_by: String,
    trusted_at: i64,
}

impl From<TrustedKey> for TrustedKeyView {
    fn from(key: TrustedKey) -> Self {
        let TrustedKey { publisher, key_id, public_key, trusted_by, trusted_at } = key;
        Self { publisher, key_id, public_key, trusted_by, trusted_at }
    }
}
