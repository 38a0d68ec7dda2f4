//! The chain of a program's refresh tokens.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RefreshTokenRow {
    pub session_id: String,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub replaced_by: Option<String>,
}

const FIND: &str = "SELECT session_id, expires_at, used_at, replaced_by FROM refresh_tokens WHERE token_hash = $1";
const INSERT: &str =
    "INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
const USE: &str = "UPDATE refresh_tokens SET used_at = $2, replaced_by = $3 WHERE token_hash = $1 AND used_at IS NULL";
const FORGET: &str = "DELETE FROM refresh_tokens WHERE expires_at < $1";

impl Db {
    /// Forgets those that ran out before then.
    pub async fn forget_refresh_tokens(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET, before)?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Tx {
    pub async fn refresh_token(&mut self, hash: &str) -> Result<Option<RefreshTokenRow>, StoreError> {
        Ok(tx_optional!(self, RefreshTokenRow, FIND, hash)?)
    }

    pub async fn insert_refresh_token(
        &mut self,
        hash: &str,
        session: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self, INSERT, hash, session, now, expires_at)?;
        Ok(())
    }

    /// False: somebody has used it.
    pub async fn use_refresh_token(
        &mut self,
        hash: &str,
        now: Timestamp,
        replaced_by: &str,
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, USE, hash, now, replaced_by)? == 1)
    }
}
