//! How a listing goes on: edited, sent, taken, refused, tried again.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, ListingId};

use super::found::{own_title, words};
use crate::{ScopedTx, StoreError};

/// What a person changes. All of it is written.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    pub status: &'a str,
    pub overrides: &'a str,
    pub category: Option<&'a str>,
    pub fields: &'a str,
    /// The version that was edited.
    pub version: i64,
}

/// What the marketplace took.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'a> {
    pub external_id: &'a str,
    pub url: Option<&'a str>,
    pub channel_status: &'a str,
    pub state: &'a str,
    /// JSON: what it said of it.
    pub issues: &'a str,
}

/// What keeps a listing from being sent, or had it refused.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The hash of what the marketplace refused: just like this it is not sent again. None where it was not asked.
    pub refused: Option<&'a str>,
    /// The marketplace has nothing that was sent since it last took something.
    pub nothing_new_stands: bool,
    /// JSON
    pub issues: &'a str,
    pub why: &'a str,
}

/// A try that failed.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    pub why: &'a str,
    /// When it is tried again.
    pub at: Timestamp,
    /// As a try.
    pub counts: bool,
    /// Nobody answered what became of what is pending there: it is asked about again, not sent again.
    pub keeps_pending: bool,
}

/// What a person takes up again that the rule had ended is the person's from then on.
const EDIT: &str = "UPDATE listings SET status = $3, overrides = $4, category_id = $5, fields = $6, version = version + 1, touches = touches + 1, updated_at = $8, title = $9, words = $10, \
    by_rule = CASE WHEN by_rule = 'ended' AND status <> $3 THEN '' ELSE by_rule END, \
    not_before = CASE WHEN $3 = 'draft' AND external_id IS NULL THEN NULL ELSE CAST($8 AS BIGINT) END, tries = 0, \
    sync_status = CASE WHEN sync_status IN ('sending', 'waiting') THEN sync_status ELSE 'pending' END \
    WHERE tenant_id = $1 AND id = $2 AND version = $7";
/// Before a request: if the answer is lost, this is what was sent.
const SENDING: &str = "UPDATE listings SET sync_status = 'sending', wanted_hash = $3, sent_hash = $3, not_before = $4 \
    WHERE tenant_id = $1 AND id = $2";
/// What changed meanwhile is looked at again: `not_before` was set by whoever changed it.
const ACCEPT: &str = "UPDATE listings SET sync_status = 'synced', accepted_hash = sent_hash, external_id = $3, external_url = $4, \
    channel_status = $5, state = $6, issues = $7, sync_error = NULL, pending = NULL, tries = 0, last_synced_at = $8, not_before = $8, baseline = NULL, gone_at = NULL \
    WHERE tenant_id = $1 AND id = $2";
const SETTLED: &str = "UPDATE listings SET sync_status = CASE WHEN EXISTS (SELECT 1 FROM listing_conflicts c WHERE c.tenant_id = $1 \
    AND c.listing_id = $2 AND c.decision IS NULL) THEN 'conflict' ELSE 'synced' END, wanted_hash = $3, tries = 0, not_before = NULL, gone_at = NULL, \
    sync_error = CASE WHEN by_rule = 'made' AND status = 'draft' AND external_id IS NULL THEN sync_error END, \
    issues = CASE WHEN sync_status = 'blocked' THEN '[]' ELSE issues END, \
    channel_status = CASE WHEN channel_status = 'out-of-stock' AND EXISTS (SELECT 1 FROM listing_variants v WHERE v.tenant_id = $1 \
    AND v.listing_id = $2 AND v.told_stock > 0) THEN 'active' ELSE channel_status END WHERE tenant_id = $1 AND id = $2 AND touches = $4";
/// What was refused there does not stand there: what was sent is again what was taken last.
const BLOCK: &str = "UPDATE listings SET sync_status = 'blocked', wanted_hash = $3, \
    sent_hash = CASE WHEN $7 THEN accepted_hash ELSE sent_hash END, \
    issues = $4, sync_error = $5, pending = NULL, tries = 0, not_before = NULL WHERE tenant_id = $1 AND id = $2 AND touches = $6";
const WAIT: &str = "UPDATE listings SET sync_status = 'waiting', pending = $3, not_before = $4, sync_error = NULL, tries = tries + 1 \
    WHERE tenant_id = $1 AND id = $2";
const FAIL: &str = "UPDATE listings SET sync_status = 'failed', sync_error = $3, not_before = $4, tries = tries + $5, \
    pending = CASE WHEN $6 THEN pending ELSE NULL END \
    WHERE tenant_id = $1 AND id = $2";
const LOOK: &str = "UPDATE listings SET not_before = $3, tries = 0, touches = touches + 1, \
    sync_status = CASE WHEN sync_status IN ('sending', 'waiting') THEN sync_status ELSE 'pending' END \
    WHERE tenant_id = $1 AND id = $2";
const LATER: &str = "UPDATE listings SET not_before = $3 WHERE tenant_id = $1 AND id = $2 AND touches = $4";
const ADOPT: &str = "UPDATE listings SET external_id = $3, by_rule = '', not_before = $4, accepted_hash = NULL, last_synced_at = NULL, baseline = NULL, wanted_hash = NULL, issues = '[]', \
    sync_error = NULL, sync_status = CASE WHEN sync_status = 'blocked' THEN 'pending' ELSE sync_status END WHERE tenant_id = $1 AND id = $2 AND external_id IS NULL";
const GONE: &str = "UPDATE listings SET status = 'archived', sync_status = 'synced', channel_status = 'ended', external_id = NULL, \
    external_url = NULL, wanted_hash = NULL, sent_hash = NULL, accepted_hash = NULL, state = '{}', pending = NULL, issues = '[]', sync_error = $3, tries = 0, \
    not_before = NULL, baseline = NULL, unconfirmed = 0, gone_at = NULL, touches = touches + 1 WHERE tenant_id = $1 AND id = $2";
const BECAUSE: &str = "UPDATE listings SET sync_error = $3 WHERE tenant_id = $1 AND id = $2";
const MAY_BE_GONE: &str = "UPDATE listings SET gone_at = $3 WHERE tenant_id = $1 AND id = $2";
const UNCONFIRMED: &str = "UPDATE listings SET unconfirmed = unconfirmed + 1 WHERE tenant_id = $1 AND channel_id = $2 AND external_id IS NOT NULL";
const CONFIRMED: &str = "UPDATE listings SET unconfirmed = 0 WHERE tenant_id = $1 AND id = $2 AND unconfirmed = $3";
const WITH_EXTERNAL: &str = "SELECT id FROM listings WHERE tenant_id = $1 AND channel_id = $2 AND external_id = $3";
const DELETE: &str = "DELETE FROM listings WHERE tenant_id = $1 AND id = $2 \
    AND (external_id IS NULL OR (status = 'archived' AND channel_status = 'ended')) AND pending IS NULL \
    AND (sent_hash IS NULL OR sent_hash = accepted_hash)";
const DELETE_EVENTS: &str = "DELETE FROM listing_events WHERE tenant_id = $1 AND listing_id = $2";
const DELETE_VARIANTS: &str = "DELETE FROM listing_variants WHERE tenant_id = $1 AND listing_id = $2";
const DELETE_CONFLICTS: &str = "DELETE FROM listing_conflicts WHERE tenant_id = $1 AND listing_id = $2";

impl ScopedTx {
    /// False: somebody else changed it since.
    pub async fn edit_listing(&mut self, id: &ListingId, edit: Edit<'_>) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let Edit { status, overrides, category, fields, version } = edit;
        let (tenant, id, title) = (self.tenant.as_str(), id.as_str(), own_title(overrides));
        let words = words(title.as_deref());
        let done =
            execute!(&mut self.tx, EDIT, tenant, id, status, overrides, category, fields, version, now, &title, words)?;
        Ok(done == 1)
    }

    /// It is about to be sent. Where no answer is noted until `again`, it is sent again. False: it was removed meanwhile.
    pub async fn listing_is_sent(&mut self, id: &ListingId, hash: &str, again: Timestamp) -> Result<bool, StoreError> {
        Ok(execute!(&mut self.tx, SENDING, self.tenant.as_str(), id.as_str(), hash, again)? == 1)
    }

    /// It stands. It is looked at once more: somebody may have changed it while it was on its way.
    pub async fn listing_is_accepted(&mut self, id: &ListingId, accepted: Accepted<'_>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Accepted { external_id, url, channel_status, state, issues } = accepted;
        let tenant = self.tenant.as_str();
        execute!(&mut self.tx, ACCEPT, tenant, id.as_str(), external_id, url, channel_status, state, issues, now)?;
        Ok(())
    }

    /// What stands there is what is wanted. `touches`: as it was looked at; one that came since has it looked at again.
    pub async fn listing_is_settled(&mut self, id: &ListingId, hash: &str, touches: i64) -> Result<(), StoreError> {
        execute!(&mut self.tx, SETTLED, self.tenant.as_str(), id.as_str(), hash, touches)?;
        Ok(())
    }

    /// It cannot be sent as it was looked at.
    pub async fn listing_is_blocked(
        &mut self,
        id: &ListingId,
        block: Block<'_>,
        touches: i64,
    ) -> Result<(), StoreError> {
        let Block { refused, nothing_new_stands, issues, why } = block;
        let tenant = self.tenant.as_str();
        execute!(&mut self.tx, BLOCK, tenant, id.as_str(), refused, issues, why, touches, nothing_new_stands)?;
        Ok(())
    }

    /// The marketplace is not finished; asked about again then.
    pub async fn listing_waits(&mut self, id: &ListingId, pending: &str, at: Timestamp) -> Result<(), StoreError> {
        execute!(&mut self.tx, WAIT, self.tenant.as_str(), id.as_str(), pending, at)?;
        Ok(())
    }

    pub async fn listing_failed(&mut self, id: &ListingId, failure: Failure<'_>) -> Result<(), StoreError> {
        let Failure { why, at, counts, keeps_pending } = failure;
        let (tenant, tries) = (self.tenant.as_str(), i64::from(counts));
        execute!(&mut self.tx, FAIL, tenant, id.as_str(), why, at, tries, keeps_pending)?;
        Ok(())
    }

    /// Has it looked at now.
    pub async fn look_at_listing(&mut self, id: &ListingId) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, LOOK, self.tenant.as_str(), id.as_str(), now)?;
        Ok(())
    }

    /// It could not be looked at.
    pub async fn look_at_listing_later(
        &mut self,
        id: &ListingId,
        at: Timestamp,
        touches: i64,
    ) -> Result<(), StoreError> {
        execute!(&mut self.tx, LATER, self.tenant.as_str(), id.as_str(), at, touches)?;
        Ok(())
    }

    /// It stands there already. False: it has an id.
    pub async fn adopt_listing(&mut self, id: &ListingId, external_id: &str) -> Result<bool, StoreError> {
        let now = self.clock.now();
        Ok(execute!(&mut self.tx, ADOPT, self.tenant.as_str(), id.as_str(), external_id, now)? == 1)
    }

    /// The channel leads elsewhere: whether its listings stand there is looked at before anything is written.
    pub async fn listings_are_unconfirmed(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        execute!(&mut self.tx, UNCONFIRMED, self.tenant.as_str(), channel.as_str())?;
        Ok(())
    }

    /// It stands there. False: the channel was led elsewhere once more since `unconfirmed` was read.
    pub async fn listing_is_confirmed(&mut self, id: &ListingId, unconfirmed: i64) -> Result<bool, StoreError> {
        Ok(execute!(&mut self.tx, CONFIRMED, self.tenant.as_str(), id.as_str(), unconfirmed)? == 1)
    }

    /// Why nothing is sent of it, for people.
    pub async fn listing_waits_because(&mut self, id: &ListingId, why: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, BECAUSE, self.tenant.as_str(), id.as_str(), why)?;
        Ok(())
    }

    /// The marketplace says so for the first time, at this instant.
    pub async fn listing_may_be_gone(&mut self, id: &ListingId, at: Timestamp) -> Result<(), StoreError> {
        execute!(&mut self.tx, MAY_BE_GONE, self.tenant.as_str(), id.as_str(), at)?;
        Ok(())
    }

    /// It stands there no longer, and nobody here ended it. Made anew when somebody pushes it.
    pub async fn listing_is_gone(&mut self, id: &ListingId, why: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, GONE, self.tenant.as_str(), id.as_str(), why)?;
        execute!(&mut self.tx, DELETE_CONFLICTS, self.tenant.as_str(), id.as_str())?;
        execute!(&mut self.tx, DELETE_VARIANTS, self.tenant.as_str(), id.as_str())?;
        Ok(())
    }

    /// The listing that stands there under this id.
    pub async fn listing_with_external_id(
        &mut self,
        channel: &ChannelId,
        external_id: &str,
    ) -> Result<Option<String>, StoreError> {
        let (tenant, channel) = (self.tenant.as_str(), channel.as_str());
        Ok(tx_optional!(&mut self.tx, (String,), WITH_EXTERNAL, tenant, channel, external_id)?.map(|(id,)| id))
    }

    /// Forgets one that stands nowhere, or is ended. False: it is on sale, or may be.
    pub async fn delete_listing(&mut self, id: &ListingId) -> Result<bool, StoreError> {
        if execute!(&mut self.tx, DELETE, self.tenant.as_str(), id.as_str())? == 0 {
            return Ok(false);
        }
        execute!(&mut self.tx, DELETE_EVENTS, self.tenant.as_str(), id.as_str())?;
        execute!(&mut self.tx, DELETE_CONFLICTS, self.tenant.as_str(), id.as_str())?;
        execute!(&mut self.tx, DELETE_VARIANTS, self.tenant.as_str(), id.as_str())?;
        Ok(true)
    }
}
