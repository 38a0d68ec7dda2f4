//! Stock that marketplaces tell of without the product it belongs to.

use entrepot_domain::ChannelId;

use crate::{ScopedTx, StoreError};

const SET: &str = "UPDATE inventory_levels SET available = $5 WHERE tenant_id = $1 AND item_id = $3 AND location_id = $4 \
    AND available <> $5 AND product_id IN (SELECT id FROM products WHERE tenant_id = $1 AND channel_id = $2)";
const KNOWN: &str = "SELECT COUNT(*) FROM inventory_levels WHERE tenant_id = $1 AND item_id = $3 AND location_id = $4 \
    AND product_id IN (SELECT id FROM products WHERE tenant_id = $1 AND channel_id = $2)";
const TOUCH: &str = "UPDATE products SET updated_at = $5 WHERE tenant_id = $1 AND channel_id = $2 AND id IN \
    (SELECT product_id FROM inventory_levels WHERE tenant_id = $1 AND item_id = $3 AND location_id = $4)";
/// The raw item says something else about the stock now. When it comes again it must not pass for unchanged, even if it is the very
/// same: the stock may be back to what it was. And a page that was asked for before now tells of stock that is older.
const OUTDATE: &str = "UPDATE source_items SET content_hash = $5, fetched_at = $6 WHERE tenant_id = $1 AND channel_id = $2 AND product_id IN \
    (SELECT product_id FROM inventory_levels WHERE tenant_id = $1 AND item_id = $3 AND location_id = $4)";
/// No hash of anything.
const OUTDATED: [u8; 32] = [0; 32];

impl ScopedTx {
    /// Sets what is available of an item at a place. False: no such level is known.
    pub async fn set_stock(
        &mut self,
        channel: &ChannelId,
        item_id: &str,
        location_id: &str,
        available: i64,
    ) -> Result<bool, StoreError> {
        let (tenant, channel, now) = (self.tenant.clone(), channel.as_str(), self.clock.now());
        let tenant = tenant.as_str();
        let touched = execute!(&mut self.tx, SET, tenant, channel, item_id, location_id, available)?;
        if touched > 0 {
            execute!(&mut self.tx, TOUCH, tenant, channel, item_id, location_id, now)?;
            execute!(&mut self.tx, OUTDATE, tenant, channel, item_id, location_id, OUTDATED.as_slice(), now)?;
            return Ok(true);
        }
        let known = tx_optional!(&mut self.tx, (i64,), KNOWN, tenant, channel, item_id, location_id)?;
        Ok(known.is_some_and(|(count,)| count > 0))
    }
}
