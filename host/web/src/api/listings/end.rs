use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::ListingView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// Take a listing off; it stays ended until it is published again
#[utoipa::path(post, path = "/listings/{listing}/end", tag = "listings", security(("scope" = ["listings:write"])), params(("listing" = String, Path)),
    responses((status = 202, body = ListingView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(listing): Path<String>,
) -> Result<(StatusCode, Json<ListingView>), Problem> {
    app.cases.listings.end(&context, &listing).await?;
    Ok((StatusCode::ACCEPTED, Json(app.cases.listings.show(&context.tenant, &listing).await?.into())))
}
