//! Listings that are to be looked at: something of their product, or of what stands at the marketplace, changed.

use entrepot_domain::ChannelId;
use sqlx::types::Json;

use crate::{Scoped, ScopedTx, StoreError};

/// Products whose listings are to be looked at: something of them changed.
const TOUCH: [&str; 2] = change_by_ids!(
    "UPDATE listings SET touches = touches + 1, tries = 0, not_before = CASE WHEN sync_status IN ('sending', 'waiting') THEN not_before \
     ELSE $2 END WHERE tenant_id = $1 AND (status <> 'draft' OR external_id IS NOT NULL) AND product_id",
    ""
);
/// Likewise, of products by the marketplace's ids.
const TOUCH_BY_SOURCE: [&str; 2] = change_by_ids!(
    "UPDATE listings SET touches = touches + 1, tries = 0, not_before = CASE WHEN sync_status IN ('sending', 'waiting') THEN not_before \
     ELSE $4 END WHERE tenant_id = $1 AND (status <> 'draft' OR external_id IS NOT NULL) AND product_id IN (SELECT id FROM products WHERE tenant_id = $1 AND \
     channel_id = $2 AND source_id",
    ")"
);
/// Listings that stand there under these ids of the marketplace: something of them was changed there, perhaps by us.
const TOUCH_THERE: [&str; 2] = change_by_ids!(
    "UPDATE listings SET touches = touches + 1, not_before = CASE WHEN sync_status IN ('sending', 'waiting') THEN not_before \
     WHEN not_before IS NULL THEN $4 ELSE not_before END WHERE tenant_id = $1 AND channel_id = $2 AND external_id",
    ""
);

/// Listings of what is linked with these products: a change of SKU may have them share other stock that is counted here.
const TOUCH_LINKED: [&str; 2] = change_by_ids!(
    "UPDATE listings SET touches = touches + 1, tries = 0, not_before = CASE WHEN sync_status IN ('sending', 'waiting') THEN not_before \
     ELSE $2 END WHERE tenant_id = $1 AND (status <> 'draft' OR external_id IS NOT NULL) \
     AND EXISTS (SELECT 1 FROM stock_items i WHERE i.tenant_id = $1) AND product_id IN (SELECT m.product_id FROM link_members o \
     JOIN link_members m ON m.tenant_id = o.tenant_id AND m.link_id = o.link_id AND m.product_id <> o.product_id \
     WHERE o.tenant_id = $1 AND o.product_id",
    ")"
);

/// Products that are nothing but what a listing put there.
const OWN: [&str; 2] = select_by_ids!(
    "p.id, l.id AS listing, l.product_id AS origin",
    "products p JOIN listings l ON l.tenant_id = p.tenant_id AND l.channel_id = p.channel_id AND l.external_id = p.source_id",
    "p.tenant_id = $1 AND $2 = $2",
    "p.id",
    ""
);

/// A product that came in from a channel where one of our own listings put it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OwnListing {
    pub id: String,
    pub listing: String,
    /// The product that is listed.
    pub origin: String,
}

impl Scoped {
    /// Those of these products that are our own listings.
    pub async fn own_listings(&self, products: &[&str]) -> Result<Vec<OwnListing>, StoreError> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        Ok(read_all_forked!(self, OwnListing, OWN, self.tenant().as_str(), "", Json(products))?)
    }
}

impl ScopedTx {
    /// Has the listings of these products looked at: something of them changed.
    pub async fn touch_listings(&mut self, products: &[&str]) -> Result<(), StoreError> {
        if products.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        execute_forked!(&mut self.tx, TOUCH, self.tenant.as_str(), now, Json(products))?;
        execute_forked!(&mut self.tx, TOUCH_LINKED, self.tenant.as_str(), now, Json(products))?;
        Ok(())
    }

    /// Has listings looked at that stand in the channel under these ids.
    pub(crate) async fn touch_listings_there(
        &mut self,
        channel: &ChannelId,
        external: &[&str],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute_forked!(&mut self.tx, TOUCH_THERE, self.tenant.as_str(), channel.as_str(), Json(external), now)?;
        Ok(())
    }

    /// Likewise, of a channel's products by the marketplace's ids.
    pub(crate) async fn touch_listings_of(
        &mut self,
        channel: &ChannelId,
        sources: &[String],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute_forked!(&mut self.tx, TOUCH_BY_SOURCE, self.tenant.as_str(), channel.as_str(), Json(sources), now)?;
        Ok(())
    }
}
