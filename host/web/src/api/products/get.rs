use axum::Json;
use axum::extract::State;
use entrepot_domain::ProductId;

use super::ProductView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// One product
#[utoipa::path(get, path = "/products/{product}", tag = "products", security(("scope" = ["catalog:read"])), params(("product" = String, Path)),
    responses((status = 200, body = ProductView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(product): Path<String>,
) -> Result<Json<ProductView>, Problem> {
    let scoped = app.cases.services.db().tenant(&context.tenant);
    let stored = scoped.product(&ProductId::from(product.as_str())).await?;
    let view = ProductView::all(&scoped, stored.into_iter().collect()).await?.pop();
    view.map(Json).ok_or_else(|| Problem::not_found(format!("there is no product {product:?}")))
}
