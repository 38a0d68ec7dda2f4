//! Products that a channel's rule may list by itself, and what it made of them.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::effective::Filtered;
use entrepot_domain::{ChannelId, ListingId};
use sqlx::types::Json;

use crate::{Lenient, Scoped, ScopedTx, StoreError};

/// A product as a rule sees it, with its listing on the rule's channel.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Candidate {
    pub product_id: String,
    /// Where it comes from.
    pub channel_id: String,
    pub title: String,
    brand: Option<String>,
    product_type: Option<String>,
    tags: Lenient<Vec<String>>,
    pub listing: Option<String>,
    pub status: Option<String>,
    pub by_rule: Option<String>,
    /// Of the candidate; 0 where all products are looked through.
    pub touches: i64,
}

impl Candidate {
    pub fn filtered(&self) -> Filtered<'_> {
        Filtered { brand: self.brand.as_deref(), product_type: self.product_type.as_deref(), tags: &self.tags }
    }
}

/// What a channel's rule did by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct RuledCount {
    /// Listings that it made and that are not ended.
    pub made: i64,
    /// Listings that it ended since the instant that was asked about.
    pub ended: i64,
    /// Listings that it is about to end.
    pub ending: i64,
}

macro_rules! candidates {
    ($from:literal, $touches:literal, $where:literal) => {
        concat!(
            "SELECT p.id AS product_id, p.channel_id, p.title, p.brand, p.product_type, p.tags, l.id AS listing, l.status, l.by_rule, ",
            $touches,
            " AS touches FROM ",
            $from,
            " LEFT JOIN listings l ON l.tenant_id = p.tenant_id AND l.channel_id = $2 AND l.product_id = p.id WHERE p.tenant_id = $1 \
             AND p.deleted_at IS NULL AND p.channel_id <> $2 ",
            $where
        )
    };
}
const ALL: &str = candidates!("products p", "CAST(0 AS BIGINT)", "AND p.id > $3 ORDER BY p.id LIMIT $4");
const OPEN: &str = candidates!(
    "listing_candidates c JOIN products p ON p.tenant_id = c.tenant_id AND p.id = c.product_id",
    "c.touches",
    "AND c.tenant_id = $1 AND c.channel_id = $2 AND c.state = $3 ORDER BY c.product_id LIMIT $4"
);
const HAS_OPEN: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM listing_candidates c JOIN listing_lanes n ON n.tenant_id = c.tenant_id \
    AND n.channel_id = c.channel_id WHERE c.tenant_id = $1 AND c.channel_id = $2 AND n.lists = 1 \
    AND (c.state = 0 OR n.ends_held = 0) LIMIT 1) found";
/// Of products that are gone, or that the rule no longer looks at.
const DROP_GONE: &str = "DELETE FROM listing_candidates WHERE tenant_id = $1 AND channel_id = $2 AND NOT EXISTS (SELECT 1 FROM products p \
    WHERE p.tenant_id = $1 AND p.id = listing_candidates.product_id AND p.deleted_at IS NULL AND p.channel_id <> $2)";
const DROP: &str =
    "DELETE FROM listing_candidates WHERE tenant_id = $1 AND channel_id = $2 AND product_id = $3 AND touches = $4";
const DROP_ALL: &str = "DELETE FROM listing_candidates WHERE tenant_id = $1 AND channel_id = $2";
const TO_END: &str = "UPDATE listing_candidates SET state = 1 WHERE tenant_id = $1 AND channel_id = $2 AND product_id = $3 AND touches = $4";
const OPEN_AGAIN: &str = "UPDATE listing_candidates SET state = 0 WHERE tenant_id = $1 AND channel_id = $2";
const ADD_ALL: &str = "INSERT INTO listing_candidates (tenant_id, channel_id, product_id, state, touches) \
    SELECT tenant_id, $2, id, 0, 1 FROM products WHERE tenant_id = $1 AND deleted_at IS NULL AND channel_id <> $2 \
    ON CONFLICT (tenant_id, channel_id, product_id) DO UPDATE SET state = 0, touches = listing_candidates.touches + 1";
/// For the rules of all other channels.
const ADD: [&str; 2] = change_by_ids!(
    "INSERT INTO listing_candidates (tenant_id, channel_id, product_id, state, touches) \
     SELECT p.tenant_id, n.channel_id, p.id, 0, 1 FROM listing_lanes n JOIN products p ON p.tenant_id = n.tenant_id \
     WHERE n.tenant_id = $1 AND n.lists = 1 AND n.channel_id <> $2 AND p.id",
    "ON CONFLICT (tenant_id, channel_id, product_id) DO UPDATE SET state = 0, touches = listing_candidates.touches + 1"
);
const COUNT: &str = "SELECT \
    (SELECT COUNT(*) FROM listings WHERE tenant_id = $1 AND channel_id = $2 AND by_rule = 'made' AND status <> 'archived') AS made, \
    (SELECT COUNT(*) FROM listings WHERE tenant_id = $1 AND channel_id = $2 AND by_rule = 'ended' AND ruled_at > $3) AS ended, \
    (SELECT COUNT(*) FROM listing_candidates WHERE tenant_id = $1 AND channel_id = $2 AND state = 1) AS ending";
const BY_RULE: &str = "UPDATE listings SET by_rule = $3, ruled_at = $4 WHERE tenant_id = $1 AND id = $2";
const HOLD: &str = "UPDATE listing_lanes SET ends_held = $3 WHERE tenant_id = $1 AND channel_id = $2";
const ALLOWED: &str =
    "UPDATE listing_lanes SET ends_held = 0, ends_allowed = $3 WHERE tenant_id = $1 AND channel_id = $2";
const LISTS: &str =
    "UPDATE listing_lanes SET lists = $3, ends_held = 0, ends_allowed = 0 WHERE tenant_id = $1 AND channel_id = $2";
const HELD: &str = "SELECT c.id, c.name, n.ends_held FROM listing_lanes n JOIN channels c ON c.tenant_id = n.tenant_id AND c.id = n.channel_id \
    WHERE n.tenant_id = $1 AND n.ends_held > 0 AND c.removed_at IS NULL ORDER BY c.name";

impl Scoped {
    /// Products of all other channels from after this id, with what is listed of them on this channel.
    pub async fn products_for_rule(
        &self,
        channel: &ChannelId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Candidate>, StoreError> {
        Ok(read_all!(self, Candidate, ALL, self.tenant().as_str(), channel.as_str(), after, limit)?)
    }

    /// Products that the channel's rule is to look at; `ending`: whose listings it is to end.
    pub async fn listing_candidates(
        &self,
        channel: &ChannelId,
        ending: bool,
        limit: i64,
    ) -> Result<Vec<Candidate>, StoreError> {
        let (tenant, state) = (self.tenant().as_str(), i64::from(ending));
        Ok(read_all!(self, Candidate, OPEN, tenant, channel.as_str(), state, limit)?)
    }

    /// Is there anything for the channel's rule to look at?
    pub async fn has_listing_candidates(&self, channel: &ChannelId) -> Result<bool, StoreError> {
        let row = read_optional!(self, (i64,), HAS_OPEN, self.tenant().as_str(), channel.as_str())?;
        Ok(row.is_some_and(|(number,)| number > 0))
    }

    /// `since`: of listings that it ended.
    pub async fn count_by_rule(&self, channel: &ChannelId, since: Timestamp) -> Result<RuledCount, StoreError> {
        let row = read_optional!(self, RuledCount, COUNT, self.tenant().as_str(), channel.as_str(), since)?;
        Ok(row.unwrap_or_default())
    }

    /// Id and name of channels whose rule would end so many listings that a person is asked first, and how many.
    pub async fn held_ends(&self) -> Result<Vec<(String, String, i64)>, StoreError> {
        Ok(read_all!(self, (String, String, i64), HELD, self.tenant().as_str())?)
    }
}

impl ScopedTx {
    /// Has the rules of other channels look at these products of a channel.
    pub(crate) async fn add_listing_candidates(&mut self, from: &ChannelId, ids: &[&str]) -> Result<(), StoreError> {
        execute_forked!(&mut self.tx, ADD, self.tenant.as_str(), from.as_str(), Json(ids))?;
        Ok(())
    }

    /// Whether the rule says by itself what is listed. Every product is looked at, or none any more.
    pub(crate) async fn set_lists(&mut self, channel: &ChannelId, lists: bool) -> Result<(), StoreError> {
        let (tenant, channel) = (self.tenant.as_str(), channel.as_str());
        execute!(&mut self.tx, LISTS, tenant, channel, i64::from(lists))?;
        execute!(&mut self.tx, if lists { ADD_ALL } else { DROP_ALL }, tenant, channel)?;
        Ok(())
    }

    /// Products that are gone are not looked at.
    pub async fn drop_gone_candidates(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        execute!(&mut self.tx, DROP_GONE, self.tenant.as_str(), channel.as_str())?;
        Ok(())
    }

    /// It was looked at. One that changed meanwhile is looked at again.
    pub async fn drop_candidate(&mut self, channel: &ChannelId, of: &Candidate) -> Result<(), StoreError> {
        execute!(&mut self.tx, DROP, self.tenant.as_str(), channel.as_str(), of.product_id.as_str(), of.touches)?;
        Ok(())
    }

    /// Its listing ends as soon as all were looked at.
    pub async fn candidate_is_to_end(&mut self, channel: &ChannelId, of: &Candidate) -> Result<(), StoreError> {
        execute!(&mut self.tx, TO_END, self.tenant.as_str(), channel.as_str(), of.product_id.as_str(), of.touches)?;
        Ok(())
    }

    /// The rule did this by itself: `made` or `ended`.
    pub async fn note_by_rule(&mut self, listing: &ListingId, what: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, BY_RULE, self.tenant.as_str(), listing.as_str(), what, now)?;
        Ok(())
    }

    /// So many listings are not ended before a person says so; 0: none is held back.
    pub async fn hold_ends(&mut self, channel: &ChannelId, number: i64) -> Result<(), StoreError> {
        execute!(&mut self.tx, HOLD, self.tenant.as_str(), channel.as_str(), number)?;
        Ok(())
    }

    /// So many may be ended whatever share that is; none is held back.
    pub async fn set_ends_allowed(&mut self, channel: &ChannelId, number: i64) -> Result<(), StoreError> {
        execute!(&mut self.tx, ALLOWED, self.tenant.as_str(), channel.as_str(), number)?;
        Ok(())
    }

    /// All that are held back are looked at again.
    pub async fn open_candidates_again(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        execute!(&mut self.tx, OPEN_AGAIN, self.tenant.as_str(), channel.as_str())?;
        Ok(())
    }
}
