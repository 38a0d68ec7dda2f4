//! When what is known of a product came. Earlier versions are not kept, only when.

use entrepot_domain::ProductId;
use entrepot_domain::clock::Timestamp;

use crate::{Scoped, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ProductTimes {
    /// It came in first.
    pub created_at: Timestamp,
    /// It was last written.
    pub updated_at: Timestamp,
    /// What was last different of it came.
    pub fetched_at: Timestamp,
    /// It was last made of that, perhaps by another version of the adapter.
    pub processed_at: Option<Timestamp>,
    /// The run that was under way when it came; `None`: it came by a webhook, or the run is forgotten.
    pub run: Option<String>,
}

const TIMES: &str = "SELECT p.created_at, p.updated_at, s.fetched_at, s.processed_at, \
    (SELECT r.id FROM runs r WHERE r.tenant_id = p.tenant_id AND r.channel_id = p.channel_id AND r.started_at <= s.fetched_at \
    AND (r.finished_at IS NULL OR r.finished_at >= s.fetched_at) ORDER BY r.id DESC LIMIT 1) AS run \
    FROM products p JOIN source_items s ON s.tenant_id = p.tenant_id AND s.channel_id = p.channel_id AND s.source_id = p.source_id \
    WHERE p.tenant_id = $1 AND p.id = $2";

impl Scoped {
    pub async fn product_times(&self, id: &ProductId) -> Result<Option<ProductTimes>, StoreError> {
        Ok(read_optional!(self, ProductTimes, TIMES, self.tenant().as_str(), id.as_str())?)
    }
}
