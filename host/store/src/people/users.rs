//! Accounts, and what they are to the host.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError, Tx};

#[derive(Clone, sqlx::FromRow)]
pub struct UserRow {
    pub id: String,
    pub email: String,
    pub name: String,
    /// PHC string; `None`: none was chosen yet.
    pub password: Option<String>,
    pub verified_at: Option<Timestamp>,
    /// Sealed.
    pub totp: Option<Vec<u8>>,
    /// Sealed: one that is being set up.
    pub totp_new: Option<Vec<u8>>,
    pub disabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// 1: yes.
    pub is_operator: i64,
    pub is_reviewer: i64,
}

impl UserRow {
    /// It can be signed in to.
    pub fn is_active(&self) -> bool {
        self.verified_at.is_some() && self.disabled_at.is_none()
    }
}

macro_rules! users {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.email, u.name, u.password, CAST(u.verified_at AS BIGINT) AS verified_at, u.totp, \
             u.totp_new, CAST(u.disabled_at AS BIGINT) AS disabled_at, CAST(u.created_at AS BIGINT) AS created_at, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM host_roles h WHERE h.user_id = u.id AND h.role = 'operator') THEN 1 ELSE 0 END AS BIGINT) \
             AS is_operator, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM host_roles h WHERE h.user_id = u.id AND h.role = 'reviewer') THEN 1 ELSE 0 END AS BIGINT) \
             AS is_reviewer FROM users u ",
            $rest
        )
    };
}
const FIND: &str = users!("WHERE u.id = $1");
const BY_EMAIL: &str = users!("WHERE u.email = $1");
const LIST: &str = users!("WHERE u.id > $1 ORDER BY u.id LIMIT $2");
const INSERT: &str = "INSERT INTO users (id, email, name, verified_at, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO NOTHING";
/// Whoever asks for an account last, before its address is proved, is the one who can prove it.
const REGISTER: &str = "INSERT INTO users (id, email, name, password, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO UPDATE \
    SET name = excluded.name, password = excluded.password WHERE users.verified_at IS NULL AND users.disabled_at IS NULL";
const SET_PASSWORD: &str = "UPDATE users SET password = $2 WHERE id = $1";
const SET_NAME: &str = "UPDATE users SET name = $2 WHERE id = $1";
const VERIFY: &str = "UPDATE users SET verified_at = COALESCE(verified_at, $2) WHERE id = $1";
const SET_EMAIL: &str = "UPDATE users SET email = $2, verified_at = $3 WHERE id = $1";
const DISABLE: &str = "UPDATE users SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL";
const ENABLE: &str = "UPDATE users SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL";
const DELETE: &str = "DELETE FROM users WHERE id = $1";
const GIVE_ROLE: &str = "INSERT INTO host_roles (user_id, role, given_by, given_at) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, role) DO NOTHING";
const TAKE_ROLE: &str = "DELETE FROM host_roles WHERE user_id = $1 AND role = $2";
const OPERATORS: &str = "SELECT COUNT(*) FROM host_roles h JOIN users u ON u.id = h.user_id \
    WHERE h.role = 'operator' AND u.disabled_at IS NULL";

impl Db {
    pub async fn user(&self, id: &str) -> Result<Option<UserRow>, StoreError> {
        Ok(read_optional!(self, UserRow, FIND, id)?)
    }

    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserRow>, StoreError> {
        Ok(read_optional!(self, UserRow, BY_EMAIL, email)?)
    }

    /// Ordered by id; `after` is the last id of the previous page.
    pub async fn users(&self, after: &str, limit: i64) -> Result<Vec<UserRow>, StoreError> {
        Ok(read_all!(self, UserRow, LIST, after, limit)?)
    }

    /// Operators that are not disabled.
    pub async fn count_operators(&self) -> Result<i64, StoreError> {
        Ok(read_optional!(self, (i64,), OPERATORS)?.map_or(0, |(count,)| count))
    }
}

impl Tx {
    pub async fn user(&mut self, id: &str) -> Result<Option<UserRow>, StoreError> {
        Ok(tx_optional!(self, UserRow, FIND, id)?)
    }

    pub async fn user_by_email(&mut self, email: &str) -> Result<Option<UserRow>, StoreError> {
        Ok(tx_optional!(self, UserRow, BY_EMAIL, email)?)
    }

    pub async fn count_operators(&mut self) -> Result<i64, StoreError> {
        Ok(tx_optional!(self, (i64,), OPERATORS)?.map_or(0, |(count,)| count))
    }

    /// Without a password. False: there is an account of that address.
    pub async fn insert_user(
        &mut self,
        id: &str,
        email: &str,
        name: &str,
        verified_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, INSERT, id, email, name, verified_at, now)? == 1)
    }

    /// An account whose address is not proved yet. An account that was proved stays as it is.
    pub async fn register_user(
        &mut self,
        id: &str,
        email: &str,
        name: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self, REGISTER, id, email, name, password, now)?;
        Ok(())
    }

    pub async fn set_password(&mut self, id: &str, password: &str) -> Result<(), StoreError> {
        execute!(self, SET_PASSWORD, id, password)?;
        Ok(())
    }

    pub async fn set_user_name(&mut self, id: &str, name: &str) -> Result<(), StoreError> {
        execute!(self, SET_NAME, id, name)?;
        Ok(())
    }

    /// Its address is proved.
    pub async fn verify_user(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, VERIFY, id, now)?;
        Ok(())
    }

    /// To an address that is proved. Fails with a conflict where another account has it.
    pub async fn set_email(&mut self, id: &str, email: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, SET_EMAIL, id, email, now)?;
        Ok(())
    }

    /// False: it was disabled already.
    pub async fn disable_user(&mut self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(execute!(self, DISABLE, id, now)? == 1)
    }

    /// False: it was not disabled.
    pub async fn enable_user(&mut self, id: &str) -> Result<bool, StoreError> {
        Ok(execute!(self, ENABLE, id)? == 1)
    }

    /// With its sessions, roles, memberships and tokens.
    pub async fn delete_user(&mut self, id: &str) -> Result<(), StoreError> {
        execute!(self, DELETE, id)?;
        Ok(())
    }

    /// False: they had it already.
    pub async fn give_host_role(
        &mut self,
        user: &str,
        role: &str,
        given_by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, GIVE_ROLE, user, role, given_by, now)? == 1)
    }

    /// False: they had it not.
    pub async fn take_host_role(&mut self, user: &str, role: &str) -> Result<bool, StoreError> {
        Ok(execute!(self, TAKE_ROLE, user, role)? == 1)
    }
}
