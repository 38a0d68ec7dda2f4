//! What listings tell of the stock of goods.

use std::collections::{BTreeMap, HashMap};

use entrepot_core::AppError;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::listings::ListingRow;
use serde::Serialize;

use crate::Listings;
use crate::send::rule_of;

/// A variant on sale, and how many of it are told of.
#[derive(Clone, Debug, Serialize)]
pub struct ListedStock {
    pub listing: String,
    pub channel: String,
    pub product: String,
    pub variant: String,
    /// How many the channel's rule keeps back.
    pub kept_back: i64,
    /// More than these are not told of by the channel's rule.
    pub at_most: Option<i64>,
    /// How many are to be told of, by the channel's rule; none: it is not counted.
    pub wanted: Option<i64>,
    pub told: Option<i64>,
    pub told_at: Option<Timestamp>,
    /// pending, blocked, sending, waiting, synced, failed, conflict
    pub sync_status: String,
}

impl Listings {
    /// Of variants, each by its product and its own id.
    pub async fn listed_stock(
        &self,
        tenant: &TenantId,
        goods: &[(String, String)],
    ) -> Result<Vec<ListedStock>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let products: Vec<&str> = goods.iter().map(|(product, _)| product.as_str()).collect();
        let mut of_channel: BTreeMap<String, Vec<ListingRow>> = BTreeMap::new();
        for row in scoped.listings_of_products(&products).await? {
            of_channel.entry(row.channel_id.clone()).or_default().push(row);
        }
        let mut told = Vec::new();
        for (channel, rows) in of_channel {
            let rule = rule_of(&scoped.listing_lane(&ChannelId::from(channel.as_str())).await?)?;
            for of in self.load(&scoped, rows).await? {
                let wanted = of.under(&rule)?;
                let known: HashMap<&str, _> = of.listed.iter().map(|of| (of.variant_id.as_str(), of)).collect();
                let product = &of.row.product_id;
                let is_meant = |variant: &str| goods.iter().any(|(of, one)| of == product && one == variant);
                for (listed, offer) in wanted.offers().filter(|(listed, _)| is_meant(&listed.variant_id)) {
                    let known = known.get(listed.variant_id.as_str());
                    told.push(ListedStock {
                        listing: of.row.id.clone(),
                        channel: channel.clone(),
                        product: of.row.product_id.clone(),
                        variant: listed.variant_id.clone(),
                        kept_back: rule.stock.as_ref().map_or(0, |stock| stock.buffer),
                        at_most: rule.stock.as_ref().and_then(|stock| stock.cap),
                        wanted: offer.stock,
                        told: known.and_then(|known| known.told_stock),
                        told_at: known.and_then(|known| known.told_at),
                        sync_status: of.row.sync_status.clone(),
                    });
                }
            }
        }
        Ok(told)
    }
}
