//! Keys for programs.

use entrepot_domain::clock::Timestamp;
use sqlx::types::Json;

use crate::{Db, Lenient, Scoped, ScopedTx, StoreError, Tx};

/// A key as its tenant sees it. The secret is not kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ApiKeyRow {
    pub id: String,
    pub name: String,
    pub prefix: String,
    pub scopes: Lenient<Vec<String>>,
    pub made_by_name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// A key that counts, with what its maker may do now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyPrincipal {
    pub tenant_id: String,
    pub id: String,
    pub name: String,
    pub secret_hash: String,
    pub scopes: Json<Vec<String>>,
    /// `None`: a command made it.
    pub made_by: Option<String>,
    /// The maker's role in the tenant.
    pub role: Option<String>,
    /// 1: the maker is one, and not disabled.
    pub is_operator: i64,
    pub is_reviewer: i64,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug)]
pub struct NewApiKey<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub prefix: &'a str,
    pub secret_hash: &'a str,
    pub scopes: &'a [String],
    pub made_by: Option<&'a str>,
    pub made_by_name: &'a str,
    pub expires_at: Option<Timestamp>,
}

const BY_PREFIX: &str = "SELECT k.tenant_id, k.id, k.name, k.secret_hash, k.scopes, k.made_by, m.role, \
    CAST(CASE WHEN EXISTS (SELECT 1 FROM host_roles h WHERE h.user_id = u.id AND h.role = 'operator') THEN 1 ELSE 0 END AS BIGINT) \
    AS is_operator, \
    CAST(CASE WHEN EXISTS (SELECT 1 FROM host_roles h WHERE h.user_id = u.id AND h.role = 'reviewer') THEN 1 ELSE 0 END AS BIGINT) \
    AS is_reviewer, k.last_used_at FROM api_keys k JOIN tenants t ON t.id = k.tenant_id AND t.state = 'active' \
    LEFT JOIN users u ON u.id = k.made_by AND u.disabled_at IS NULL \
    LEFT JOIN memberships m ON m.tenant_id = k.tenant_id AND m.user_id = u.id AND m.accepted_at IS NOT NULL \
    WHERE k.prefix = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)";
macro_rules! keys {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, prefix, scopes, made_by_name, CAST(created_at AS BIGINT) AS created_at, \
     CAST(last_used_at AS BIGINT) AS last_used_at, CAST(expires_at AS BIGINT) AS expires_at, CAST(revoked_at AS BIGINT) AS revoked_at \
     FROM api_keys \
             WHERE tenant_id = $1 ",
            $rest
        )
    };
}
const LIST: &str = keys!("AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3");
const FIND: &str = keys!("AND (id = $2 OR prefix = $2)");
/// Of all tenants.
const MADE_BY: &str = "SELECT id, name, prefix, scopes, made_by_name, CAST(created_at AS BIGINT) AS created_at, \
     CAST(last_used_at AS BIGINT) AS last_used_at, CAST(expires_at AS BIGINT) AS expires_at, CAST(revoked_at AS BIGINT) AS revoked_at \
     FROM api_keys \
    WHERE made_by = $1 ORDER BY id";
const FORGET_MAKER: &str = "UPDATE api_keys SET made_by_name = made_by WHERE made_by = $1";
const INSERT: &str = "INSERT INTO api_keys (tenant_id, id, name, prefix, secret_hash, scopes, made_by, made_by_name, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const REVOKE: &str =
    "UPDATE api_keys SET revoked_at = $3 WHERE tenant_id = $1 AND (id = $2 OR prefix = $2) AND revoked_at IS NULL";
const USED: &str = "UPDATE api_keys SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)";

impl Db {
    /// `None`: there is no such key, it was revoked or has run out, or its tenant is out of use.
    pub async fn key_by_prefix(&self, prefix: &str, now: Timestamp) -> Result<Option<KeyPrincipal>, StoreError> {
        Ok(read_optional!(self, KeyPrincipal, BY_PREFIX, prefix, now)?)
    }
}

impl Db {
    /// Keys that somebody made, of all tenants.
    pub async fn keys_made_by(&self, user: &str) -> Result<Vec<ApiKeyRow>, StoreError> {
        Ok(read_all!(self, ApiKeyRow, MADE_BY, user)?)
    }
}

impl Tx {
    /// Keys keep their maker's id, and not the name. They open nothing once the account is gone.
    pub async fn forget_maker(&mut self, user: &str) -> Result<(), StoreError> {
        execute!(self, FORGET_MAKER, user)?;
        Ok(())
    }
}

impl Scoped {
    /// Newest first; `before` is the last id of the previous page.
    pub async fn api_keys(&self, before: &str, limit: i64) -> Result<Vec<ApiKeyRow>, StoreError> {
        Ok(read_all!(self, ApiKeyRow, LIST, self.tenant().as_str(), before, limit)?)
    }

    /// By id or prefix.
    pub async fn api_key(&self, key: &str) -> Result<Option<ApiKeyRow>, StoreError> {
        Ok(read_optional!(self, ApiKeyRow, FIND, self.tenant().as_str(), key)?)
    }
}

impl ScopedTx {
    pub async fn insert_api_key(&mut self, new: &NewApiKey<'_>) -> Result<(), StoreError> {
        let NewApiKey { id, name, prefix, secret_hash, scopes, made_by, made_by_name, expires_at } = *new;
        let (tenant, now, scopes) = (self.tenant.as_str(), self.clock.now(), Json(scopes));
        execute!(
            &mut self.tx,
            INSERT,
            tenant,
            id,
            name,
            prefix,
            secret_hash,
            scopes,
            made_by,
            made_by_name,
            now,
            expires_at
        )?;
        Ok(())
    }

    /// By id or prefix. False: there is no such key, or it was revoked.
    pub async fn revoke_api_key(&mut self, key: &str) -> Result<bool, StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        Ok(execute!(&mut self.tx, REVOKE, tenant, key, now)? == 1)
    }

    pub async fn api_key_used(&mut self, id: &str) -> Result<(), StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        execute!(&mut self.tx, USED, tenant, id, now)?;
        Ok(())
    }
}
