//! Rows from before there were MACs are given theirs: once, by the host that brings the database so far.

use std::collections::BTreeSet;

use entrepot_store::Tx;
use serde_json::{Value, json};

use crate::audit::Action;
use crate::heads::{GrantHead, TRUSTED_KEYS, of_grants};
use crate::review::ALL;
use crate::{Admission, AdmissionError};

/// What there was, for the log: from then on the database is held against it.
#[derive(Debug, Default)]
pub struct Unsealed {
    details: serde_json::Map<String, Value>,
}

impl Unsealed {
    /// What else was sealed.
    pub fn add(&mut self, name: &str, value: impl Into<Value>) {
        self.details.insert(name.to_owned(), value.into());
    }

    fn is_empty(&self) -> bool {
        let empty = |value: &Value| value == 0 || value.as_array().is_some_and(Vec::is_empty);
        self.details.values().all(empty)
    }
}

impl Admission {
    /// Waits for whoever else is changing anything here, until the transaction ends.
    pub async fn take_turns(&self, tx: &mut Tx) -> Result<(), AdmissionError> {
        tx.audit_head().await?;
        Ok(())
    }

    /// Gives adapters, grants and trusted keys what proves them, as they are.
    pub async fn seal_rows(&self, tx: &mut Tx) -> Result<Unsealed, AdmissionError> {
        let mut unsealed = Unsealed::default();
        let mut adapters = Vec::new();
        for row in tx.installed_adapters().await? {
            tx.give_adapter_mac(&row.adapter_id, &row.version, &self.seal_adapter(&row)).await?;
            adapters.push(json!({
                "adapter": row.adapter_id, "version": row.version, "digest": row.digest, "publisher": row.publisher,
                "signer": row.signer,
            }));
        }
        unsealed.add("adapters", adapters);
        let grants = self.seal_grants(tx).await?;
        unsealed.add("grants", grants);
        let keys = tx.trusted_keys().await?;
        if !keys.is_empty() {
            let list: Vec<&str> = keys.iter().map(|key| key.public_key.as_str()).collect();
            self.write_head(tx, TRUSTED_KEYS, &list).await?;
        }
        let key =
            |key: &entrepot_store::trusted_keys::TrustedKey| json!({"publisher": key.publisher, "key_id": key.key_id});
        unsealed.add("trusted_keys", keys.iter().map(key).collect::<Vec<_>>());
        let quarantine = tx.quarantines().await?;
        let rows = quarantine.iter();
        let rows = rows.map(|row| json!({"channel": row.channel_id, "strikes": row.strikes, "until": row.until}));
        unsealed.add("quarantine", rows.collect::<Vec<_>>());
        Ok(unsealed)
    }

    /// Those in force by the rows alone, as they were read before: the newest for all channels, and one that is tried beside it.
    async fn seal_grants(&self, tx: &mut Tx) -> Result<Vec<Value>, AdmissionError> {
        let rows = tx.unrevoked_grants().await?;
        let mut in_force = Vec::new();
        for row in &rows {
            tx.give_grant_mac(&row.adapter_id, row.generation, &self.seal_grant(row)).await?;
        }
        let adapters: BTreeSet<&str> = rows.iter().map(|row| row.adapter_id.as_str()).collect();
        for adapter in adapters {
            let of_it: Vec<_> = rows.iter().filter(|row| row.adapter_id == adapter).collect();
            let main = of_it.iter().find(|row| row.share == ALL);
            let canary = of_it.first().filter(|row| row.share < ALL && main.is_some());
            let oldest = of_it.iter().map(|row| row.generation).min().unwrap_or(1);
            let head = GrantHead {
                main: main.map(|row| row.generation),
                canary: canary.map(|row| (row.generation, row.share)),
                revoked: oldest.saturating_sub(1),
            };
            self.write_head(tx, &of_grants(adapter), &head).await?;
            in_force.extend(main.into_iter().chain(canary).map(|row| {
                json!({
                    "adapter": adapter, "generation": row.generation, "version": row.version, "digest": row.digest,
                    "share": row.share, "grant": row.body.0,
                })
            }));
        }
        Ok(in_force)
    }

    /// An operator says that these master keys are to be gone on with.
    pub async fn adopted(&self, key_ids: &[String], by: &str) -> Result<(), AdmissionError> {
        let mut tx = self.db().begin().await?;
        self.record(&mut tx, by, Action::Adopt, None, &json!({"key_ids": key_ids})).await?;
        Ok(tx.commit().await?)
    }

    /// The log begins to vouch for what was there. Nothing, and there is nothing to vouch for.
    pub async fn record_sealed(&self, tx: &mut Tx, unsealed: Unsealed) -> Result<bool, AdmissionError> {
        if unsealed.is_empty() {
            return Ok(false);
        }
        self.record(tx, "host", Action::Seal, None, &unsealed.details.into()).await?;
        Ok(true)
    }
}
