//! The outbox: what is to be sent, and how far it is.

use entrepot_domain::clock::Timestamp;
use serde_json::{Map, Value};
use sqlx::types::Json;

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MailRow {
    pub id: String,
    pub recipient: String,
    pub template: String,
    pub data: Json<Map<String, Value>>,
    /// waiting, sending, sent, dropped, in_doubt, failed
    pub state: String,
    pub tries: i64,
    pub failure: Option<String>,
    pub created_at: Timestamp,
}

/// What is said of mails that are not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailCounts {
    pub waiting: i64,
    pub in_doubt: i64,
    pub failed: i64,
    /// Of the oldest that waits; 0: none does.
    pub oldest_at: Timestamp,
}

const INSERT: &str = "INSERT INTO mails (id, recipient, template, data, state, not_before, created_at) \
    VALUES ($1, $2, $3, $4, 'waiting', $5, $5)";
const DUE: &str = "SELECT id, recipient, template, data, state, tries, failure, created_at FROM mails \
    WHERE state = 'waiting' AND not_before <= $1 ORDER BY not_before, id LIMIT $2";
const TO: &str = "SELECT id, recipient, template, data, state, tries, failure, created_at FROM mails WHERE recipient = $1 ORDER BY id";
const SINCE: &str = "SELECT COUNT(*) FROM mails WHERE recipient = $1 AND created_at > $2";
/// An id is found in no other mail's data.
const VOID_OF: &str = "UPDATE mails SET state = 'dropped', ended_at = $3 WHERE state = 'waiting' AND template = $1 AND CAST(data AS TEXT) LIKE $2";
const FORGET_TO: &str = "DELETE FROM mails WHERE recipient = $1";
const CLAIM: &str = "UPDATE mails SET state = 'sending', tries = tries + 1, not_before = $3 \
    WHERE id = $1 AND state = 'waiting' AND tries = $2";
const WAIT: &str =
    "UPDATE mails SET state = 'waiting', not_before = $2, failure = $3 WHERE id = $1 AND state = 'sending'";
const END: &str = "UPDATE mails SET state = $2, failure = $3, ended_at = $4 WHERE id = $1 AND state = 'sending'";
const DOUBT: &str = "UPDATE mails SET state = 'in_doubt', ended_at = $2, \
    failure = 'the host ended while it was being sent' WHERE state = 'sending' AND not_before < $1";
const SENDING: &str = "SELECT COUNT(*) FROM mails WHERE state = 'sending' AND not_before < $1";
const FORGET: &str = "DELETE FROM mails WHERE ended_at < $1";
const COUNTS: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN state IN ('waiting', 'sending') THEN 1 ELSE 0 END), 0) AS BIGINT), \
    CAST(COALESCE(SUM(CASE WHEN state = 'in_doubt' THEN 1 ELSE 0 END), 0) AS BIGINT), \
    CAST(COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT), \
    CAST(COALESCE(MIN(CASE WHEN state = 'waiting' THEN created_at END), 0) AS BIGINT) FROM mails";

impl Db {
    /// Those whose time has come, those that wait longest first.
    pub async fn due_mails(&self, now: Timestamp, limit: i64) -> Result<Vec<MailRow>, StoreError> {
        Ok(read_all!(self, MailRow, DUE, now, limit)?)
    }

    /// Those to that address that are kept.
    pub async fn mails_to(&self, recipient: &str) -> Result<Vec<MailRow>, StoreError> {
        Ok(read_all!(self, MailRow, TO, recipient)?)
    }

    pub async fn mail_counts(&self) -> Result<MailCounts, StoreError> {
        let row = read_optional!(self, (i64, i64, i64, i64), COUNTS)?.unwrap_or_default();
        let (waiting, in_doubt, failed, oldest_at) = row;
        Ok(MailCounts { waiting, in_doubt, failed, oldest_at })
    }

    /// Those whose sending began before then and never ended. How many.
    pub async fn doubt_mails(&self, begun_before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        // Mostly there are none, and then nothing is written.
        if read_optional!(self, (i64,), SENDING, begun_before)?.is_none_or(|(count,)| count == 0) {
            return Ok(0);
        }
        let mut tx = self.begin().await?;
        let doubted = execute!(&mut tx, DOUBT, begun_before, now)?;
        tx.commit().await?;
        Ok(doubted)
    }

    /// Forgets what was sent or given up before then.
    pub async fn forget_mails(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET, before)?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Tx {
    pub async fn insert_mail(
        &mut self,
        id: &str,
        recipient: &str,
        template: &str,
        data: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self, INSERT, id, recipient, template, Json(data), now)?;
        Ok(())
    }

    /// Mails to that address that were asked for after then.
    pub async fn count_mails_since(&mut self, recipient: &str, since: Timestamp) -> Result<i64, StoreError> {
        Ok(tx_optional!(self, (i64,), SINCE, recipient, since)?.map_or(0, |(count,)| count))
    }

    /// Those of the template that name this id and were not sent yet are not sent any more.
    pub async fn void_mails(&mut self, template: &str, id: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, VOID_OF, template, format!("%{id}%"), now)?;
        Ok(())
    }

    pub async fn forget_mails_to(&mut self, recipient: &str) -> Result<(), StoreError> {
        execute!(self, FORGET_TO, recipient)?;
        Ok(())
    }

    /// Makes it ours, before anything is sent. False: another host has it.
    pub async fn claim_mail(&mut self, id: &str, tries: i64, now: Timestamp) -> Result<bool, StoreError> {
        Ok(execute!(self, CLAIM, id, tries, now)? == 1)
    }

    /// Nothing was sent: once more at that time.
    pub async fn mail_waits(&mut self, id: &str, not_before: Timestamp, why: &str) -> Result<(), StoreError> {
        execute!(self, WAIT, id, not_before, why)?;
        Ok(())
    }

    /// sent, dropped, `in_doubt` or failed.
    pub async fn end_mail(
        &mut self,
        id: &str,
        state: &str,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self, END, id, state, why, now)?;
        Ok(())
    }
}
