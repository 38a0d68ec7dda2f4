use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use entrepot_sync::ProductReference;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ACTOR;
use crate::AppState;
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
    fn read(body: Result<Json<Self>, JsonRejection>) -> Result<(ProductReference, ProductReference), Problem> {
        let Json(two) = body.map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
        let one = ProductReference { product: two.product, variant: two.variant };
        Ok((one, ProductReference { product: two.other_product, variant: two.other_variant }))
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedVariants {
    /// So many variants
    changed: u64,
}

/// Link two products
#[utoipa::path(post, path = "/links", tag = "links", request_body = TwoProducts,
    responses((status = 200, body = ChangedVariants), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn link(
    State(app): State<AppState>,
    body: Result<Json<TwoProducts>, JsonRejection>,
) -> Result<Json<ChangedVariants>, Problem> {
    let (one, other) = TwoProducts::read(body)?;
    Ok(Json(ChangedVariants { changed: app.sync.link_products(&app.tenant, &one, &other, ACTOR).await? }))
}

/// Unlink two products
#[utoipa::path(post, path = "/links/remove", tag = "links", request_body = TwoProducts,
    responses((status = 200, body = ChangedVariants), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn unlink(
    State(app): State<AppState>,
    body: Result<Json<TwoProducts>, JsonRejection>,
) -> Result<Json<ChangedVariants>, Problem> {
    let (one, other) = TwoProducts::read(body)?;
    Ok(Json(ChangedVariants { changed: app.sync.unlink_products(&app.tenant, &one, &other, ACTOR).await? }))
}
