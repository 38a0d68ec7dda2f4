//! The canonical catalogue.

mod get;
mod list;

use entrepot_store::products::StoredProduct;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::handler)).routes(routes!(get::handler))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductView {
    id: String,
    channel: String,
    /// The canonical product, as `entrepot products export` writes it
    #[serde(flatten)]
    #[schema(value_type = Object)]
    product: entrepot_domain::catalog::Product,
}

impl From<StoredProduct> for ProductView {
    fn from(stored: StoredProduct) -> Self {
        Self { id: stored.id.to_string(), channel: stored.channel_id.to_string(), product: stored.product }
    }
}
