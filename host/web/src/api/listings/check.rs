use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use entrepot_domain::effective::Origin;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::view::IssueView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// What would come of a listing if it were sent now
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListingCheck {
    listing: String,
    /// Nothing keeps it from being sent
    ok: bool,
    issues: Vec<IssueView>,
    /// What is cut, mapped or left out on the way
    warnings: Vec<IssueView>,
    /// By field, e.g. `title` or `variants/ID/price`: rule or manual; others are the product's
    #[schema(value_type = BTreeMap<String, String>)]
    origins: BTreeMap<String, Origin>,
    /// The product as buyers would see it; null: it would be refused
    #[schema(value_type = Option<Object>)]
    shown: Option<Value>,
}

/// What the marketplace would refuse, and what buyers would see. Nothing is sent
#[utoipa::path(get, path = "/listings/{listing}/check", tag = "listings", security(("scope" = ["listings:read"])), params(("listing" = String, Path)),
    responses((status = 200, body = ListingCheck), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 502, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(listing): Path<String>,
) -> Result<Json<ListingCheck>, Problem> {
    let report = app.cases.listings.check(&context.tenant, &listing).await?;
    Ok(Json(ListingCheck {
        listing: report.listing,
        ok: report.ok,
        issues: report.issues.into_iter().map(IssueView::from).collect(),
        warnings: report.warnings.into_iter().map(IssueView::from).collect(),
        origins: report.origins,
        shown: report.shown.and_then(|product| serde_json::to_value(product).ok()),
    }))
}
