use axum::Json;
use axum::extract::State;
use entrepot_linking::ProductReference;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TwoProducts {
    /// prd_…, or CHANNEL:ID with the marketplace's id
    product: String,
    other_product: String,
    /// The marketplace's id of one variant; absent: all that clearly belong together
    variant: Option<String>,
    other_variant: Option<String>,
}

impl TwoProducts {
    fn references(self) -> (ProductReference, ProductReference) {
        let one = ProductReference { product: self.product, variant: self.variant };
        (one, ProductReference { product: self.other_product, variant: self.other_variant })
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedVariants {
    /// So many variants
    changed: u64,
}

/// Link two products
#[utoipa::path(post, path = "/links", tag = "links", security(("scope" = ["catalog:write"])), request_body = TwoProducts,
    responses((status = 200, body = ChangedVariants), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn link(
    State(app): State<AppState>,
    Context(context): Context,
    JsonBody(two): JsonBody<TwoProducts>,
) -> Result<Json<ChangedVariants>, Problem> {
    let (one, other) = two.references();
    Ok(Json(ChangedVariants {
        changed: app.cases.links.link_products(&context.tenant, &one, &other, &context.actor).await?,
    }))
}

/// Unlink two products
#[utoipa::path(post, path = "/links/remove", tag = "links", security(("scope" = ["catalog:write"])), request_body = TwoProducts,
    responses((status = 200, body = ChangedVariants), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn unlink(
    State(app): State<AppState>,
    Context(context): Context,
    JsonBody(two): JsonBody<TwoProducts>,
) -> Result<Json<ChangedVariants>, Problem> {
    let (one, other) = two.references();
    Ok(Json(ChangedVariants {
        changed: app.cases.links.unlink_products(&context.tenant, &one, &other, &context.actor).await?,
    }))
}
