use axum::Json;
use axum::extract::State;
use entrepot_linking::LinkReport;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkView {
    link: String,
    members: Vec<LinkMemberView>,
    /// Why they are linked
    pairs: Vec<PairView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkMemberView {
    channel: String,
    product: String,
    variant: String,
    /// Title and options; null: it is gone, and keeps its place
    name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PairView {
    products: Vec<String>,
    variants: Vec<String>,
    /// The batch that made it; null: by hand
    batch: Option<String>,
    made_by: String,
    made_at: i64,
}

impl From<LinkReport> for LinkView {
    fn from(report: LinkReport) -> Self {
        let members = report.members.into_iter().map(|member| LinkMemberView {
            channel: member.channel,
            product: member.product,
            variant: member.variant,
            name: member.name,
        });
        let pairs = report.pairs.into_iter().map(|pair| PairView {
            products: pair.products.into(),
            variants: pair.variants.into(),
            batch: pair.batch,
            made_by: pair.made_by,
            made_at: pair.made_at,
        });
        Self { link: report.link, members: members.collect(), pairs: pairs.collect() }
    }
}

/// What a product is linked to, and why
#[utoipa::path(get, path = "/products/{product}/links", tag = "links", security(("scope" = ["catalog:read"])), params(("product" = String, Path)),
    responses((status = 200, body = Vec<LinkView>), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(product): Path<String>,
) -> Result<Json<Vec<LinkView>>, Problem> {
    let links = app.cases.links.links_of(&context.tenant, &product).await?;
    Ok(Json(links.into_iter().map(LinkView::from).collect()))
}
