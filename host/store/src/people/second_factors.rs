//! Second factors: the secret that codes are made from, and codes for whoever lost it.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError, Tx};

const BEGIN: &str = "UPDATE users SET totp_new = $2 WHERE id = $1";
/// Only what was looked at: another may have been begun meanwhile.
const CONFIRM: &str =
    "UPDATE users SET totp = totp_new, totp_new = NULL, totp_step = $3 WHERE id = $1 AND totp_new = $2";
const REMOVE: &str = "UPDATE users SET totp = NULL, totp_new = NULL, totp_step = 0 WHERE id = $1";
const TAKE_STEP: &str = "UPDATE users SET totp_step = $2 WHERE id = $1 AND totp_step < $2";
const FORGET_CODES: &str = "DELETE FROM recovery_codes WHERE user_id = $1";
const PUT_CODE: &str = "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)";
const TAKE_CODE: &str =
    "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL";
const LEFT: &str = "SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL";

impl Db {
    /// Recovery codes that were not used.
    pub async fn recovery_codes_left(&self, user: &str) -> Result<i64, StoreError> {
        Ok(read_optional!(self, (i64,), LEFT, user)?.map_or(0, |(count,)| count))
    }
}

impl Tx {
    /// It counts once a code of it was shown to work.
    pub async fn begin_totp(&mut self, user: &str, sealed: &[u8]) -> Result<(), StoreError> {
        execute!(self, BEGIN, user, sealed)?;
        Ok(())
    }

    /// `sealed`: the one that the code was of. False: another was begun meanwhile.
    pub async fn confirm_totp(&mut self, user: &str, sealed: &[u8], step: i64) -> Result<bool, StoreError> {
        Ok(execute!(self, CONFIRM, user, sealed, step)? == 1)
    }

    /// With its recovery codes.
    pub async fn remove_totp(&mut self, user: &str) -> Result<(), StoreError> {
        execute!(self, REMOVE, user)?;
        execute!(self, FORGET_CODES, user)?;
        Ok(())
    }

    /// False: a code of this step, or of a later one, was taken already.
    pub async fn take_totp_step(&mut self, user: &str, step: i64) -> Result<bool, StoreError> {
        Ok(execute!(self, TAKE_STEP, user, step)? == 1)
    }

    /// In the place of those that were there.
    pub async fn put_recovery_codes(&mut self, user: &str, hashes: &[String]) -> Result<(), StoreError> {
        execute!(self, FORGET_CODES, user)?;
        for hash in hashes {
            execute!(self, PUT_CODE, user, hash)?;
        }
        Ok(())
    }

    /// False: there is no such code, or it was used.
    pub async fn take_recovery_code(&mut self, user: &str, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(execute!(self, TAKE_CODE, user, hash, now)? == 1)
    }
}
