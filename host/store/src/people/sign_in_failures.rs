//! Sign-ins that failed, counted by the minute for each address that was tried.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError, Tx};

const MINUTE: i64 = 60_000;

const ADD: &str = "INSERT INTO sign_in_failures (subject_hash, minute, count) VALUES ($1, $2, 1) \
    ON CONFLICT (subject_hash, minute) DO UPDATE SET count = sign_in_failures.count + 1";
const COUNT: &str = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT), CAST(COALESCE(MIN(minute), 0) AS BIGINT) FROM sign_in_failures \
    WHERE subject_hash = $1 AND minute > $2 AND minute <= $3";
const CLEAR: &str = "DELETE FROM sign_in_failures WHERE subject_hash = $1";
const FORGET: &str = "DELETE FROM sign_in_failures WHERE minute < $1";

/// Of one address, within the time that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    pub count: i64,
    /// When the minute of the first of them began.
    pub first_at: Timestamp,
}

impl Db {
    pub async fn sign_in_failures(
        &self,
        subject: &str,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Failures, StoreError> {
        let row = read_optional!(self, (i64, i64), COUNT, subject, since / MINUTE, now / MINUTE)?;
        Ok(failures(row))
    }

    /// Forgets those from before then.
    pub async fn forget_sign_in_failures(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET, before / MINUTE)?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Tx {
    /// One more, and how many there are with it.
    pub async fn add_sign_in_failure(
        &mut self,
        subject: &str,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Failures, StoreError> {
        execute!(self, ADD, subject, now / MINUTE)?;
        let row = tx_optional!(self, (i64, i64), COUNT, subject, since / MINUTE, now / MINUTE)?;
        Ok(failures(row))
    }

    pub async fn clear_sign_in_failures(&mut self, subject: &str) -> Result<(), StoreError> {
        execute!(self, CLEAR, subject)?;
        Ok(())
    }
}

fn failures(row: Option<(i64, i64)>) -> Failures {
    let (count, first) = row.unwrap_or_default();
    Failures { count, first_at: first * MINUTE }
}
