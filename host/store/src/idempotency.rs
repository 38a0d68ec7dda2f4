//! Answers that were given to requests with an idempotency key.

use entrepot_domain::clock::Timestamp;

use crate::{Db, Scoped, ScopedTx, StoreError};

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KnownRequest {
    /// What authenticates address and body.
    pub request: String,
    /// `None`: it is under way.
    pub status: Option<i64>,
    pub media: Option<String>,
    pub location: Option<String>,
    pub body: Option<Vec<u8>>,
}

/// An answer to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewAnswer<'a> {
    pub status: i64,
    pub media: Option<&'a str>,
    pub location: Option<&'a str>,
    pub body: &'a [u8],
}

const CLAIM: &str = "INSERT INTO idempotency_keys (tenant_id, idempotency_key, request, claimed_by, expires_at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, idempotency_key) DO UPDATE SET request = excluded.request, \
    claimed_by = excluded.claimed_by, expires_at = excluded.expires_at, status = NULL, media = NULL, location = NULL, body = NULL \
    WHERE idempotency_keys.expires_at <= $6";
const FIND: &str = "SELECT request, status, media, location, body FROM idempotency_keys \
    WHERE tenant_id = $1 AND idempotency_key = $2";
const ANSWER: &str = "UPDATE idempotency_keys SET status = $4, media = $5, location = $6, body = $7, expires_at = $8 \
    WHERE tenant_id = $1 AND idempotency_key = $2 AND claimed_by = $3";
const RELEASE: &str =
    "DELETE FROM idempotency_keys WHERE tenant_id = $1 AND idempotency_key = $2 AND claimed_by = $3 AND status IS NULL";
const FORGET_ONE: &str = "DELETE FROM idempotency_keys WHERE tenant_id = $1 AND idempotency_key = $2 AND request = $3";
const FORGET: &str = "DELETE FROM idempotency_keys WHERE expires_at <= $1";

impl Db {
    /// Forgets what is over. How many.
    pub async fn forget_idempotency_keys(&self) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET, self.clock().now())?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Scoped {
    pub async fn known_request(&self, key: &str) -> Result<Option<KnownRequest>, StoreError> {
        Ok(read_optional!(self, KnownRequest, FIND, self.tenant().as_str(), key)?)
    }
}

impl ScopedTx {
    /// False: the key is another request's.
    pub async fn claim_request(
        &mut self,
        key: &str,
        request: &str,
        by: &str,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        Ok(execute!(&mut self.tx, CLAIM, tenant, key, request, by, until, now)? == 1)
    }

    pub async fn known_request(&mut self, key: &str) -> Result<Option<KnownRequest>, StoreError> {
        Ok(tx_optional!(&mut self.tx, KnownRequest, FIND, self.tenant.as_str(), key)?)
    }

    /// What is known of the key, if it is still this.
    pub async fn forget_request(&mut self, key: &str, request: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, FORGET_ONE, self.tenant.as_str(), key, request)?;
        Ok(())
    }

    pub async fn keep_answer(
        &mut self,
        key: &str,
        by: &str,
        answer: &NewAnswer<'_>,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let NewAnswer { status, media, location, body } = *answer;
        execute!(&mut self.tx, ANSWER, self.tenant.as_str(), key, by, status, media, location, body, until)?;
        Ok(())
    }

    /// Nothing came of it that is worth keeping: the same may be tried again.
    pub async fn release_request(&mut self, key: &str, by: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, RELEASE, self.tenant.as_str(), key, by)?;
        Ok(())
    }
}
