//! What becomes of deliveries.

use std::collections::BTreeMap;

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use sqlx::types::Json;

use crate::{Db, ScopedTx, StoreError};

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What came of it.
    Done(String),
    /// Why it failed, when it is tried again, and whether that counts as an attempt.
    Again { failure: String, not_before: Timestamp, counts: bool },
    /// Why it will not be tried again by itself: a stable reason, and words.
    Dead { code: &'static str, failure: String },
}

/// Which deliveries are to be worked on again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichDeliveries {
    These(Vec<String>),
    Dead,
    All,
}

const DONE: [&str; 2] = change_by_ids!(
    "UPDATE webhook_deliveries SET state = 'done', failure = NULL, note = $4 ->> id, processed_at = $5 \
     WHERE tenant_id = $1 AND channel_id = $2 AND id",
    "AND state = 'pending'"
);
const AGAIN: &str = "UPDATE webhook_deliveries SET attempts = attempts + $3, not_before = $4, failure = $5 \
    WHERE tenant_id = $1 AND id = $2 AND state = 'pending'";
const DEAD: &str = "UPDATE webhook_deliveries SET state = 'dead', attempts = attempts + 1, failure = $3, processed_at = $4, code = $5 \
    WHERE tenant_id = $1 AND id = $2 AND state = 'pending'";
const ALL_DEAD: &str = "UPDATE webhook_deliveries SET state = 'dead', failure = $3, processed_at = $4, code = 'channel-removed' \
    WHERE tenant_id = $1 AND channel_id = $2 AND state = 'pending'";
const SAY: &str =
    "UPDATE webhook_deliveries SET failure = $3 WHERE tenant_id = $1 AND channel_id = $2 AND state = 'pending'";
const AFRESH_IN: &str = "UPDATE webhook_deliveries SET state = 'pending', attempts = 0, not_before = 0, failure = NULL, \
    code = NULL, note = NULL, processed_at = NULL WHERE tenant_id = $1 AND channel_id = $2 AND ($3 = '' OR state = $3)";
const AFRESH: [&str; 2] = change_by_ids!(
    "UPDATE webhook_deliveries SET state = 'pending', attempts = 0, not_before = 0, failure = NULL, code = NULL, note = NULL, \
     processed_at = NULL WHERE tenant_id = $1 AND channel_id = $2 AND id",
    ""
);
const SETTLE: &str = "UPDATE webhook_deliveries SET state = 'done', failure = NULL, code = NULL, note = $4, processed_at = $5 \
    WHERE tenant_id = $1 AND channel_id = $2 AND state = 'dead' AND code = $3";
const FORGET: &str = "DELETE FROM webhook_deliveries WHERE received_at < $1 AND state <> 'pending'";

impl Db {
    /// Forgets deliveries that came before then and are done or dead. What waits was acknowledged to its marketplace, which will not send it
    /// again.
    pub async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET, before)?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl ScopedTx {
    /// Notes how tries of pending deliveries ended.
    pub async fn settle_deliveries(
        &mut self,
        channel: &ChannelId,
        outcomes: &[(&str, Outcome)],
    ) -> Result<(), StoreError> {
        let (now, tenant) = (self.clock.now(), self.tenant.as_str());
        let mut done = BTreeMap::new();
        for (id, outcome) in outcomes {
            match outcome {
                Outcome::Done(note) => {
                    done.insert(*id, note);
                }
                Outcome::Again { failure, not_before, counts } => {
                    execute!(&mut self.tx, AGAIN, tenant, *id, i64::from(*counts), not_before, failure)?;
                }
                Outcome::Dead { code, failure } => {
                    execute!(&mut self.tx, DEAD, tenant, *id, failure, now, *code)?;
                }
            }
        }
        // Usually all of them.
        let ids: Vec<&str> = done.keys().copied().collect();
        execute_forked!(&mut self.tx, DONE, tenant, channel.as_str(), Json(ids), Json(&done), now)?;
        Ok(())
    }

    /// Nobody will ever work on these.
    pub async fn bury_deliveries(&mut self, channel: &ChannelId, why: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, ALL_DEAD, self.tenant.as_str(), channel.as_str(), why, now)?;
        Ok(())
    }

    /// What was given up for this reason is done by something else.
    pub async fn settle_dead_deliveries(
        &mut self,
        channel: &ChannelId,
        code: &str,
        note: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, SETTLE, self.tenant.as_str(), channel.as_str(), code, note, now)?;
        Ok(())
    }

    /// Says at all that are pending what they wait for.
    pub async fn explain_deliveries(&mut self, channel: &ChannelId, why: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, SAY, self.tenant.as_str(), channel.as_str(), why)?;
        Ok(())
    }

    /// Puts deliveries back to where they were when they came. The number of them.
    pub async fn refresh_deliveries(
        &mut self,
        channel: &ChannelId,
        which: &WhichDeliveries,
    ) -> Result<u64, StoreError> {
        let (tenant, channel) = (self.tenant.as_str(), channel.as_str());
        Ok(match which {
            WhichDeliveries::These(ids) => execute_forked!(&mut self.tx, AFRESH, tenant, channel, Json(ids))?,
            WhichDeliveries::Dead => execute!(&mut self.tx, AFRESH_IN, tenant, channel, "dead")?,
            WhichDeliveries::All => execute!(&mut self.tx, AFRESH_IN, tenant, channel, "")?,
        })
    }
}
