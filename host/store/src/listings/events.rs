//! What happened to listings, for people.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Id, ListingEventId, ListingId};

use crate::{Scoped, ScopedTx, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListingEvent {
    pub id: String,
    pub kind: String,
    pub actor: String,
    /// JSON.
    pub detail: String,
    pub at: Timestamp,
}

const NOTE: &str = "INSERT INTO listing_events (tenant_id, listing_id, id, kind, actor, detail, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST: &str = "SELECT id, kind, actor, detail, at FROM listing_events WHERE tenant_id = $1 AND listing_id = $2 \
    AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4";

impl Scoped {
    /// Newest first, from before `before`.
    pub async fn listing_events(
        &self,
        listing: &ListingId,
        before: &str,
        limit: i64,
    ) -> Result<Vec<ListingEvent>, StoreError> {
        Ok(read_all!(self, ListingEvent, LIST, self.tenant().as_str(), listing.as_str(), before, limit)?)
    }
}

impl ScopedTx {
    pub async fn note_listing(
        &mut self,
        listing: &ListingId,
        kind: &str,
        actor: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let id = ListingEventId::make(now);
        execute!(&mut self.tx, NOTE, self.tenant.as_str(), listing.as_str(), id.as_str(), kind, actor, detail, now)?;
        Ok(())
    }
}
