//! Proofs that somebody reads a mailbox, each good once.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EmailTokenRow {
    pub user_id: String,
    /// verify, reset, invite, change
    pub purpose: String,
    pub email: String,
    /// Of an invitation.
    pub tenant_id: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub struct NewEmailToken<'a> {
    pub hash: &'a str,
    pub user: &'a str,
    pub purpose: &'a str,
    pub email: &'a str,
    pub tenant: Option<&'a str>,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

const FIND: &str = "SELECT e.user_id, e.purpose, e.email, e.tenant_id FROM email_tokens e JOIN users u ON u.id = e.user_id \
    WHERE e.token_hash = $1 AND e.purpose = $2 AND e.used_at IS NULL AND e.expires_at > $3 AND u.disabled_at IS NULL";
const INSERT: &str = "INSERT INTO email_tokens (token_hash, user_id, purpose, email, tenant_id, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const USE: &str = "UPDATE email_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
const VOID: &str = "UPDATE email_tokens SET used_at = $3 WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL";
const FORGET: &str = "DELETE FROM email_tokens WHERE expires_at < $1";

impl Db {
    /// One that counts.
    pub async fn email_token(
        &self,
        hash: &str,
        purpose: &str,
        now: Timestamp,
    ) -> Result<Option<EmailTokenRow>, StoreError> {
        Ok(read_optional!(self, EmailTokenRow, FIND, hash, purpose, now)?)
    }

    /// Forgets those that ran out before then.
    pub async fn forget_email_tokens(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET, before)?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Tx {
    pub async fn insert_email_token(&mut self, new: &NewEmailToken<'_>) -> Result<(), StoreError> {
        let NewEmailToken { hash, user, purpose, email, tenant, now, expires_at } = *new;
        execute!(self, INSERT, hash, user, purpose, email, tenant, now, expires_at)?;
        Ok(())
    }

    /// False: somebody has used it, or it ran out.
    pub async fn use_email_token(&mut self, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(execute!(self, USE, hash, now)? == 1)
    }

    /// None of them counts any more.
    pub async fn void_email_tokens(&mut self, user: &str, purpose: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, VOID, user, purpose, now)?;
        Ok(())
    }
}
