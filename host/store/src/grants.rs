//! What was granted to adapters. Which of it counts, a [`head`](crate::heads) says.

use entrepot_domain::clock::Timestamp;
use serde_json::Value;
use sqlx::types::Json;

use crate::lenient::Lenient;
use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GrantRow {
    pub adapter_id: String,
    pub generation: i64,
    pub version: String,
    pub digest: String,
    pub body: Lenient<Value>,
    /// Percent of the adapter's channels it was given for.
    pub share: i64,
    pub approved_by: String,
    pub approved_at: Timestamp,
    /// Over all of it. None: it is from before there were any.
    pub mac: Option<String>,
}

macro_rules! grants {
    ($condition:literal) => {
        concat!(
            "SELECT adapter_id, generation, version, digest, body, CAST(share AS BIGINT) AS share, approved_by, \
             CAST(approved_at AS BIGINT) AS approved_at, mac FROM grants WHERE ",
            $condition
        )
    };
}

const FIND: &str = grants!("adapter_id = $1 AND generation = $2");
const HISTORY: &str = grants!(
    "adapter_id = $1 AND generation > $2 AND generation < $3 AND share = 100 ORDER BY generation DESC LIMIT 100"
);
const NEWEST: &str = "SELECT COALESCE(MAX(generation), 0) FROM grants WHERE adapter_id = $1";
const GENERATIONS: &str = "SELECT adapter_id, generation FROM grants";
const INSERT: &str = "INSERT INTO grants (adapter_id, generation, version, digest, body, share, approved_by, approved_at, mac) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
/// For people who look: what counts is the head.
const REVOKE: &str = "UPDATE grants SET revoked_at = $2 WHERE adapter_id = $1 AND revoked_at IS NULL";
const END_CANARIES: &str =
    "UPDATE grants SET revoked_at = $2 WHERE adapter_id = $1 AND revoked_at IS NULL AND share < 100";
const FORGET: &str = "DELETE FROM grants WHERE adapter_id = $1 AND version = $2";
const STATE_REVOKED: &str = "UPDATE adapters SET state = 'revoked' WHERE adapter_id = $1 AND state = 'approved'";
const STATE_APPROVED: &str = "UPDATE adapters SET state = 'approved' WHERE adapter_id = $1 AND version = $2";

impl Db {
    pub async fn grant(&self, adapter: &str, generation: i64) -> Result<Option<GrantRow>, StoreError> {
        Ok(read_sound!(self, GrantRow, "grants", FIND, adapter, generation)?.pop())
    }

    /// Of all adapters, revoked ones too.
    pub async fn generations(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(read_sound!(self, (String, i64), "grants", GENERATIONS)?)
    }
}

impl Tx {
    pub async fn grant(&mut self, adapter: &str, generation: i64) -> Result<Option<GrantRow>, StoreError> {
        Ok(tx_sound!(self, GrantRow, "grants", FIND, adapter, generation)?.pop())
    }

    /// At most a hundred of those between two generations that were for all channels, newest first.
    pub async fn grants_between(
        &mut self,
        adapter: &str,
        after: i64,
        before: i64,
    ) -> Result<Vec<GrantRow>, StoreError> {
        Ok(tx_sound!(self, GrantRow, "grants", HISTORY, adapter, after, before)?)
    }

    /// Of all adapters, revoked ones too.
    pub async fn generations(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(tx_sound!(self, (String, i64), "grants", GENERATIONS)?)
    }

    /// The highest generation that has a row; 0: there is none.
    pub async fn newest_generation(&mut self, adapter: &str) -> Result<i64, StoreError> {
        Ok(tx_optional!(self, (i64,), NEWEST, adapter)?.map_or(0, |(generation,)| generation))
    }

    /// Marks every grant of an adapter as ended.
    pub async fn revoke_grants(&mut self, adapter: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, REVOKE, adapter, now)?;
        execute!(self, STATE_REVOKED, adapter)?;
        Ok(())
    }

    /// Marks what is tried beside the main grant as ended.
    pub async fn end_canary(&mut self, adapter: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, END_CANARIES, adapter, now)?;
        Ok(())
    }

    /// Records what was approved. Whatever was tried before is over.
    pub async fn insert_grant(&mut self, row: &GrantRow) -> Result<(), StoreError> {
        let GrantRow { adapter_id, generation, version, digest, body, share, approved_by, approved_at, mac } = row;
        self.end_canary(adapter_id, *approved_at).await?;
        execute!(
            self,
            INSERT,
            adapter_id,
            generation,
            version,
            digest,
            Json(&body.0),
            share,
            approved_by,
            approved_at,
            mac.as_deref()
        )?;
        execute!(self, STATE_APPROVED, adapter_id, version)?;
        Ok(())
    }

    /// The version goes, and with it what was granted to it; the log keeps that.
    pub async fn forget_grants(&mut self, adapter: &str, version: &str) -> Result<u64, StoreError> {
        Ok(execute!(self, FORGET, adapter, version)?)
    }
}
