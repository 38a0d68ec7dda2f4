//! Passwords are hashed off the async threads, a few at a time, and not many wait for it: a flood of sign-ins costs neither memory nor the
//! processors that imports need.
// See docs/decisions/0061-passwords.md

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use entrepot_domain::Secret;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::AccountError;

/// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Requests that wait for their turn; more are told to come again.
pub const QUEUE: usize = 64;

#[derive(Clone)]
pub(crate) struct Hasher {
    work: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    argon2: Argon2<'static>,
    /// Of a password that nobody has: verified where there is no account.
    dummy: Arc<str>,
}

/// A place in the queue.
pub(crate) struct Turn(#[expect(dead_code, reason = "given back when dropped")] OwnedSemaphorePermit);

impl Hasher {
    pub(crate) fn new(at_once: usize) -> Result<Self, AccountError> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(internal)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let at_once = at_once.max(1);
        // It verifies no password: its output is all zeros.
        let dummy = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$AAAAAAAAAAAAAAAAAAAAAA${}", "A".repeat(43));
        Ok(Self {
            work: Arc::new(Semaphore::new(at_once)),
            queue: Arc::new(Semaphore::new(at_once + QUEUE)),
            argon2,
            dummy: dummy.into(),
        })
    }

    /// Before anything is asked of the database: whoever finds no place has cost nothing.
    pub(crate) fn queue(&self) -> Result<Turn, AccountError> {
        self.queue.clone().try_acquire_owned().map(Turn).map_err(|_| AccountError::Busy)
    }

    /// The PHC string of a new password.
    pub(crate) async fn hash(&self, _turn: &Turn, password: Secret) -> Result<String, AccountError> {
        let argon2 = self.argon2.clone();
        self.blocking(move || {
            let salt = rand::random::<[u8; 16]>();
            let hash = argon2.hash_password_with_salt(password.expose().as_bytes(), &salt).map_err(internal)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// `known`: a PHC string. Without one, or without a password that could be one, it takes as long and is false.
    pub(crate) async fn verify(
        &self,
        _turn: &Turn,
        password: Option<Secret>,
        known: Option<String>,
    ) -> Result<bool, AccountError> {
        let (argon2, dummy) = (self.argon2.clone(), self.dummy.clone());
        self.blocking(move || {
            let password_given = password.is_some();
            let password = password.unwrap_or_else(|| Secret::new("no password"));
            let hash = known.as_deref().unwrap_or(&dummy);
            let fits = argon2.verify_password(password.expose().as_bytes(), hash).is_ok();
            Ok(fits && password_given && known.is_some())
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, AccountError> {
        let permit = self.work.clone().acquire_owned().await.map_err(|_| AccountError::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            // Whoever asked may have gone: the place is given back when the work ends, not before.
            let _permit = permit;
            work()
        });
        done.await.map_err(|error| AccountError::Internal(format!("hashing a password failed: {error}")))?
    }
}

fn internal(error: impl std::fmt::Display) -> AccountError {
    AccountError::Internal(format!("hashing a password failed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_hash_and_nothing_fits_the_dummy() {
        let hasher = Hasher::new(1).expect("a hasher");
        let turn = hasher.queue().expect("a place");
        let hash = hasher.hash(&turn, Secret::new("correct horse")).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let verify = async |password: Option<&str>, known: Option<&str>| {
            hasher.verify(&turn, password.map(Secret::new), known.map(str::to_owned)).await.expect("verified")
        };
        assert!(verify(Some("correct horse"), Some(&hash)).await);
        assert!(!verify(Some("correct house"), Some(&hash)).await);
        assert!(!verify(None, Some(&hash)).await && !verify(Some("no password"), None).await);
        assert!(!verify(None, None).await && !verify(Some(""), Some(&hasher.dummy)).await);
    }

    #[tokio::test]
    async fn the_dummy_is_a_hash_and_takes_as_long() {
        let hasher = Hasher::new(1).expect("a hasher");
        assert!(argon2::password_hash::phc::PasswordHash::new(&hasher.dummy).is_ok());
        let mut turns = Vec::new();
        while let Ok(turn) = hasher.queue() {
            turns.push(turn);
        }
        assert_eq!(turns.len(), QUEUE + 1, "and no more wait");
    }
}
