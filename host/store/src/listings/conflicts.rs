//! Fields of listings that were changed at the marketplace, and what was decided about them.

use entrepot_domain::ListingId;
use entrepot_domain::clock::Timestamp;
use sqlx::types::Json;

use crate::{Scoped, ScopedTx, StoreError};

/// A field that was changed there.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ConflictRow {
    pub listing_id: String,
    pub field: String,
    /// JSON: as it stands there.
    pub theirs: String,
    /// JSON: as it is wanted here.
    pub ours: String,
    pub seen_at: Timestamp,
    /// How often within a day it was seen to be changed there.
    pub times: i64,
    /// ours, theirs, withdrawn; `None`: open.
    pub decision: Option<String>,
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
}

/// What a list of conflicts is narrowed to. Empty: all.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConflictFilter<'a> {
    pub channel: &'a str,
    pub listing: &'a str,
    /// Decided ones, too.
    pub decided: bool,
}

/// Seen again after so long, it counts anew.
const DAY_MS: i64 = 24 * 60 * 60_000;

const OF: [&str; 2] = select_by_ids!(
    "listing_id, field, theirs, ours, seen_at, times, decision, decided_by, decided_at",
    "listing_conflicts",
    "tenant_id = $1 AND $2 = $2",
    "listing_id",
    "ORDER BY listing_id, field"
);
const LIST: &str = "SELECT c.listing_id, c.field, c.theirs, c.ours, c.seen_at, c.times, c.decision, c.decided_by, c.decided_at \
    FROM listing_conflicts c JOIN listings l ON l.tenant_id = c.tenant_id AND l.id = c.listing_id \
    WHERE c.tenant_id = $1 AND ($2 = '' OR l.channel_id = $2) AND ($3 = '' OR c.listing_id = $3) AND (c.decision IS NULL OR $4 = 1) \
    AND (c.listing_id > $5 OR (c.listing_id = $5 AND c.field > $6)) ORDER BY c.listing_id, c.field LIMIT $7";
const PUT: &str = "INSERT INTO listing_conflicts (tenant_id, listing_id, field, theirs, ours, seen_at, times, decision, decided_by, decided_at) \
    VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9) ON CONFLICT (tenant_id, listing_id, field) DO UPDATE SET \
    theirs = excluded.theirs, ours = excluded.ours, seen_at = excluded.seen_at, \
    times = CASE WHEN listing_conflicts.decision IS NULL THEN listing_conflicts.times \
    WHEN listing_conflicts.seen_at > $10 THEN listing_conflicts.times + 1 ELSE 1 END, \
    decision = excluded.decision, decided_by = excluded.decided_by, decided_at = excluded.decided_at";
const DECIDE: &str = "UPDATE listing_conflicts SET decision = $4, decided_by = $5, decided_at = $6 \
    WHERE tenant_id = $1 AND listing_id = $2 AND field = $3 AND decision IS NULL AND seen_at = $7";
const DROP_ALL: &str = "DELETE FROM listing_conflicts WHERE tenant_id = $1 AND listing_id = $2 AND decision IS NULL";
const BASELINE: &str = "UPDATE listings SET baseline = $3 WHERE tenant_id = $1 AND id = $2";
/// Whatever stands there, what is wanted is sent.
const SEND_ANEW: &str = "UPDATE listings SET accepted_hash = NULL, sent_hash = NULL, not_before = $3, touches = touches + 1 \
    WHERE tenant_id = $1 AND id = $2 AND pending IS NULL";
/// What is wanted stands there already.
const TAKEN: &str = "UPDATE listings SET accepted_hash = $3, sent_hash = $3 WHERE tenant_id = $1 AND id = $2";
const UNTOLD: &str = "UPDATE listing_variants SET told_price = NULL, told_before = NULL \
    WHERE tenant_id = $1 AND listing_id = $2 AND variant_id = $3";
const TOLD_PRICE: &str = "UPDATE listing_variants SET told_price = $4, currency = $5, told_before = NULL \
    WHERE tenant_id = $1 AND listing_id = $2 AND variant_id = $3";
const IN_CONFLICT: &str = "UPDATE listings SET sync_status = 'conflict', not_before = NULL, sync_error = NULL, tries = 0 \
    WHERE tenant_id = $1 AND id = $2 AND touches = $3";

impl Scoped {
    /// Of these listings, decided ones too.
    pub async fn conflicts_of(&self, listings: &[&str]) -> Result<Vec<ConflictRow>, StoreError> {
        if listings.is_empty() {
            return Ok(Vec::new());
        }
        Ok(read_all_forked!(self, ConflictRow, OF, self.tenant().as_str(), "", Json(listings))?)
    }

    /// Ordered by listing and field, from after these.
    pub async fn conflicts(
        &self,
        filter: ConflictFilter<'_>,
        after: (&str, &str),
        limit: i64,
    ) -> Result<Vec<ConflictRow>, StoreError> {
        let ConflictFilter { channel, listing, decided } = filter;
        let (tenant, decided) = (self.tenant().as_str(), i64::from(decided));
        Ok(read_all!(self, ConflictRow, LIST, tenant, channel, listing, decided, after.0, after.1, limit)?)
    }
}

impl ScopedTx {
    /// Seen now. `decided`: the decision and who made it; `None`: it is open.
    pub async fn put_conflict(
        &mut self,
        listing: &ListingId,
        field: &str,
        (theirs, ours): (&str, &str),
        decided: Option<(&str, &str)>,
    ) -> Result<(), StoreError> {
        let (now, tenant) = (self.clock.now(), self.tenant.as_str());
        let (decision, by) = decided.unzip();
        let at = decision.map(|_| now);
        let recent = now - DAY_MS;
        execute!(&mut self.tx, PUT, tenant, listing.as_str(), field, theirs, ours, now, decision, by, at, recent)?;
        Ok(())
    }

    /// False: it is not open, or something else was seen there since.
    pub async fn decide_conflict(
        &mut self,
        listing: &ListingId,
        (field, seen_at): (&str, Timestamp),
        decision: &str,
        by: &str,
    ) -> Result<bool, StoreError> {
        let (now, tenant) = (self.clock.now(), self.tenant.as_str());
        Ok(execute!(&mut self.tx, DECIDE, tenant, listing.as_str(), field, decision, by, now, seen_at)? == 1)
    }

    /// It is ended: nothing is left to decide.
    pub async fn drop_conflicts(&mut self, listing: &ListingId) -> Result<(), StoreError> {
        execute!(&mut self.tx, DROP_ALL, self.tenant.as_str(), listing.as_str())?;
        Ok(())
    }

    pub async fn set_baseline(&mut self, listing: &ListingId, baseline: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, BASELINE, self.tenant.as_str(), listing.as_str(), baseline)?;
        Ok(())
    }

    /// What is wanted is sent, whatever was sent before.
    pub async fn send_listing_anew(&mut self, listing: &ListingId) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, SEND_ANEW, self.tenant.as_str(), listing.as_str(), now)?;
        Ok(())
    }

    /// What is wanted, by its hash, stands there already.
    pub async fn listing_is_taken_over(&mut self, listing: &ListingId, hash: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, TAKEN, self.tenant.as_str(), listing.as_str(), hash)?;
        Ok(())
    }

    /// A variant's price as it stands there; `None`: what was told does not stand there any more.
    pub async fn note_price_there(
        &mut self,
        listing: &ListingId,
        variant: &str,
        price: Option<&entrepot_domain::Money>,
    ) -> Result<(), StoreError> {
        let (tenant, id) = (self.tenant.as_str(), listing.as_str());
        match price {
            Some(price) => execute!(&mut self.tx, TOLD_PRICE, tenant, id, variant, price.minor, &price.currency)?,
            None => execute!(&mut self.tx, UNTOLD, tenant, id, variant)?,
        };
        Ok(())
    }

    /// Nothing of it is sent before somebody decides.
    pub async fn listing_is_in_conflict(&mut self, listing: &ListingId, touches: i64) -> Result<(), StoreError> {
        execute!(&mut self.tx, IN_CONFLICT, self.tenant.as_str(), listing.as_str(), touches)?;
        Ok(())
    }
}
