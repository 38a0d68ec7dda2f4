//! Who is signed in, on which device.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError, Tx};

/// A session that counts, with what its person may do now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionPrincipal {
    pub id: String,
    pub user_id: String,
    pub email: String,
    pub name: String,
    /// browser, api
    pub kind: String,
    /// Of a tenant in use; `None`: for none.
    pub tenant_id: Option<String>,
    pub tenant_name: Option<String>,
    /// In that tenant; `None`: no member, or not any more.
    pub role: Option<String>,
    /// 1: an operator who is no member of the tenant, as the audit log says.
    pub visiting: i64,
    /// 1: it was begun with one.
    pub second_factor: i64,
    pub is_operator: i64,
    pub is_reviewer: i64,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionRow {
    pub id: String,
    pub kind: String,
    pub address: String,
    pub agent: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    pub id: &'a str,
    /// Of a browser.
    pub token_hash: Option<&'a str>,
    pub user: &'a str,
    pub tenant: Option<&'a str>,
    pub kind: &'a str,
    pub second_factor: bool,
    pub address: &'a str,
    pub agent: &'a str,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

macro_rules! principals {
    ($which:literal) => {
        concat!(
            "SELECT s.id, s.user_id, u.email, u.name, s.kind, t.id AS tenant_id, t.name AS tenant_name, m.role, s.visiting, s.second_factor, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM host_roles h WHERE h.user_id = u.id AND h.role = 'operator') THEN 1 ELSE 0 END AS BIGINT) \
             AS is_operator, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM host_roles h WHERE h.user_id = u.id AND h.role = 'reviewer') THEN 1 ELSE 0 END AS BIGINT) \
             AS is_reviewer, s.created_at, s.seen_at, s.expires_at FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL \
             LEFT JOIN tenants t ON t.id = s.tenant_id AND t.state = 'active' \
             LEFT JOIN memberships m ON m.tenant_id = t.id AND m.user_id = u.id AND m.accepted_at IS NOT NULL \
             WHERE s.ended_at IS NULL AND s.expires_at > $2 AND ",
            $which
        )
    };
}
const BY_TOKEN: &str = principals!("s.token_hash = $1");
const BY_ID: &str = principals!("s.id = $1");
const LIST: &str = "SELECT id, kind, address, agent, created_at, seen_at, expires_at FROM sessions WHERE user_id = $1 AND ended_at IS NULL \
    AND expires_at > $2 ORDER BY id DESC LIMIT 200";
/// Ended ones, too.
const ALL: &str =
    "SELECT id, kind, address, agent, created_at, seen_at, expires_at FROM sessions WHERE user_id = $1 ORDER BY id";
const INSERT: &str = "INSERT INTO sessions (id, token_hash, user_id, tenant_id, kind, second_factor, address, agent, created_at, seen_at, \
    expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)";
const SEEN: &str =
    "UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE id = $1 AND ended_at IS NULL AND seen_at < $2";
const SET_TENANT: &str = "UPDATE sessions SET tenant_id = $2, visiting = $3 WHERE id = $1 AND ended_at IS NULL";
const WITH_SECOND_FACTOR: &str = "UPDATE sessions SET second_factor = 1 WHERE id = $1";
const END: &str =
    "UPDATE sessions SET ended_at = $3, ended_why = $4 WHERE id = $1 AND user_id = $2 AND ended_at IS NULL";
const END_BY_TOKEN: &str =
    "UPDATE sessions SET ended_at = $2, ended_why = $3 WHERE token_hash = $1 AND ended_at IS NULL";
const END_ALL: &str =
    "UPDATE sessions SET ended_at = $3, ended_why = $4 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL";
const FORGET: &str = "DELETE FROM sessions WHERE (ended_at IS NOT NULL AND ended_at < $1) OR expires_at < $1";

impl Db {
    /// `None`: there is no such session, it has ended, or its person is disabled.
    pub async fn session_by_token(&self, hash: &str, now: Timestamp) -> Result<Option<SessionPrincipal>, StoreError> {
        Ok(read_optional!(self, SessionPrincipal, BY_TOKEN, hash, now)?)
    }

    /// Likewise.
    pub async fn session(&self, id: &str, now: Timestamp) -> Result<Option<SessionPrincipal>, StoreError> {
        Ok(read_optional!(self, SessionPrincipal, BY_ID, id, now)?)
    }

    /// Those that count, newest first.
    pub async fn sessions(&self, user: &str, now: Timestamp) -> Result<Vec<SessionRow>, StoreError> {
        Ok(read_all!(self, SessionRow, LIST, user, now)?)
    }

    /// All that are kept, ended ones too.
    pub async fn kept_sessions(&self, user: &str) -> Result<Vec<SessionRow>, StoreError> {
        Ok(read_all!(self, SessionRow, ALL, user)?)
    }

    /// Forgets what ended, or ran out, before then.
    pub async fn forget_sessions(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET, before)?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Tx {
    pub async fn insert_session(&mut self, new: &NewSession<'_>) -> Result<(), StoreError> {
        let NewSession { id, token_hash, user, tenant, kind, second_factor, address, agent, now, expires_at } = *new;
        let second = i64::from(second_factor);
        execute!(self, INSERT, id, token_hash, user, tenant, kind, second, address, agent, now, expires_at)?;
        Ok(())
    }

    pub async fn session(&mut self, id: &str, now: Timestamp) -> Result<Option<SessionPrincipal>, StoreError> {
        Ok(tx_optional!(self, SessionPrincipal, BY_ID, id, now)?)
    }

    /// That it is used, and until when it counts.
    pub async fn session_seen(&mut self, id: &str, now: Timestamp, expires_at: Timestamp) -> Result<(), StoreError> {
        execute!(self, SEEN, id, now, expires_at)?;
        Ok(())
    }

    pub async fn set_session_tenant(&mut self, id: &str, tenant: &str, visiting: bool) -> Result<(), StoreError> {
        execute!(self, SET_TENANT, id, tenant, i64::from(visiting))?;
        Ok(())
    }

    /// Its person has just shown one.
    pub async fn session_with_second_factor(&mut self, id: &str) -> Result<(), StoreError> {
        execute!(self, WITH_SECOND_FACTOR, id)?;
        Ok(())
    }

    /// False: it is none of theirs, or has ended.
    pub async fn end_session(&mut self, id: &str, user: &str, now: Timestamp, why: &str) -> Result<bool, StoreError> {
        Ok(execute!(self, END, id, user, now, why)? == 1)
    }

    /// Of whoever holds that cookie.
    pub async fn end_session_by_token(&mut self, hash: &str, now: Timestamp, why: &str) -> Result<bool, StoreError> {
        Ok(execute!(self, END_BY_TOKEN, hash, now, why)? == 1)
    }

    /// All of them but `except`, which may be empty.
    pub async fn end_sessions(
        &mut self,
        user: &str,
        except: &str,
        now: Timestamp,
        why: &str,
    ) -> Result<u64, StoreError> {
        Ok(execute!(self, END_ALL, user, except, now, why)?)
    }
}
