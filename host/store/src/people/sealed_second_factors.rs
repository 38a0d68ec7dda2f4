//! Sealed second factors, when the master key changes.

use crate::rekey::Marks;
use crate::{Db, StoreError, Tx};

/// What of a person's second factor is sealed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SealedSecondFactor {
    pub id: String,
    pub totp: Option<Vec<u8>>,
    /// Begun, and not confirmed yet.
    pub totp_new: Option<Vec<u8>>,
}

const NOT_UNDER: &str = "SELECT id, totp, totp_new FROM users WHERE id > $1 \
    AND (substr(totp, 1, CAST($3 AS INTEGER)) <> $2 OR substr(totp_new, 1, CAST($3 AS INTEGER)) <> $2) ORDER BY id LIMIT $4";
const RESEAL: &str = "UPDATE users SET totp = $3 WHERE id = $1 AND totp = $2";
const RESEAL_NEW: &str = "UPDATE users SET totp_new = $3 WHERE id = $1 AND totp_new = $2";

impl Db {
    /// People after that one whose second factor is under another key.
    pub async fn second_factors_not_under(
        &self,
        marks: &Marks,
        after: &str,
        limit: i64,
    ) -> Result<Vec<SealedSecondFactor>, StoreError> {
        let length = i64::try_from(marks.sealed.len()).unwrap_or(i64::MAX);
        Ok(read_all!(self, SealedSecondFactor, NOT_UNDER, after, marks.sealed.as_slice(), length, limit)?)
    }
}

impl Tx {
    /// False: it was changed or removed meanwhile. `is_new`: the one that is not confirmed yet.
    pub async fn reseal_second_factor(
        &mut self,
        user: &str,
        is_new: bool,
        before: &[u8],
        sealed: &[u8],
    ) -> Result<bool, StoreError> {
        let sql = if is_new { RESEAL_NEW } else { RESEAL };
        Ok(execute!(self, sql, user, before, sealed)? == 1)
    }
}
