//! Which master keys there are, and what is still written under each.

use entrepot_store::rekey::{KeyUse, Marks};
use entrepot_vault::KeyRing;
use serde::Serialize;

use entrepot_core::AppError;

use crate::Channels;

/// A master key, and how much of the database needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MasterKeyUse {
    pub key_id: String,
    /// This host writes with it.
    pub in_use: bool,
    /// This host has it.
    pub given: bool,
    /// Since when another one is in its place, in milliseconds since 1970; null: none is.
    pub retired_at: Option<i64>,
    /// Since when the database knows it, in milliseconds since 1970; 0: it does not.
    pub known_since: i64,
    /// Rows with a MAC under it.
    pub rows: i64,
    pub sealed: i64,
    /// Entries of the audit log.
    pub entries: i64,
}

impl MasterKeyUse {
    /// Nothing needs it.
    pub const fn is_free(&self) -> bool {
        self.rows == 0 && self.sealed == 0 && self.entries == 0
    }
}

pub(crate) fn marks(key_id: &str) -> Marks {
    Marks { mac: format!("{key_id}:"), sealed: KeyRing::mark(key_id) }
}

impl Channels {
    /// The one in use first, then those given, then others that the database was once written with.
    pub async fn master_keys(&self) -> Result<Vec<MasterKeyUse>, AppError> {
        let (db, given) = (self.services.db(), self.services.keys().ids());
        let (known, retired) = (db.master_keys().await?, db.retired_master_keys().await?);
        let since = db.master_keys_since().await?;
        let others = known.into_iter().map(|key| key.key_id).filter(|id| !given.contains(id));
        let mut keys = Vec::new();
        for (number, key_id) in given.iter().cloned().chain(others).enumerate() {
            let KeyUse { rows, sealed, entries } = db.key_use(&key_id, &marks(&key_id)).await?;
            let (in_use, given, retired_at) = (number == 0, given.contains(&key_id), retired.get(&key_id).copied());
            let known_since = since.get(&key_id).copied().unwrap_or(0);
            keys.push(MasterKeyUse { key_id, in_use, given, retired_at, known_since, rows, sealed, entries });
        }
        Ok(keys)
    }
}
