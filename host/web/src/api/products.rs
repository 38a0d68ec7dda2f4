//! The canonical catalogue.

mod get;
mod list;

use std::collections::HashMap;

use entrepot_store::links::MemberRow;
use entrepot_store::products::StoredProduct;
use entrepot_store::{Scoped, StoreError};
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
    /// What its variants are linked to in other channels
    links: Vec<LinkedVariant>,
    /// The canonical product, as `entrepot products export` writes it
    #[serde(flatten)]
    #[schema(value_type = Object)]
    product: entrepot_domain::catalog::Product,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkedVariant {
    link: String,
    /// The marketplace's id of this product's variant
    variant: String,
    channel: String,
    product: String,
    other_variant: String,
}

impl ProductView {
    /// Products with their links, one query for all.
    async fn all(scoped: &Scoped, stored: Vec<StoredProduct>) -> Result<Vec<Self>, StoreError> {
        let ids: Vec<&str> = stored.iter().map(|stored| stored.id.as_str()).collect();
        let members = scoped.link_members(&ids).await?;
        let mut links: HashMap<&str, Vec<&MemberRow>> = HashMap::new();
        for row in &members {
            links.entry(&row.link_id).or_default().push(row);
        }
        let mut of: HashMap<&str, Vec<LinkedVariant>> = HashMap::new();
        for own in &members {
            let others = links.get(own.link_id.as_str()).into_iter().flatten().filter(|other| **other != own);
            of.entry(&own.product_id).or_default().extend(others.map(|other| LinkedVariant {
                link: own.link_id.clone(),
                variant: own.variant_id.clone(),
                channel: other.channel_id.clone(),
                product: other.product_id.clone(),
                other_variant: other.variant_id.clone(),
            }));
        }
        let views = stored.into_iter().map(|stored| Self {
            links: of.remove(stored.id.as_str()).unwrap_or_default(),
            id: stored.id.to_string(),
            channel: stored.channel_id.to_string(),
            product: stored.product,
        });
        Ok(views.collect())
    }
}
