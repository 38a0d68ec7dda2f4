//! Taking an installed version away: one that blocks others, or that somebody else put there.

use serde_json::json;

use crate::audit::Action;
use crate::{Admission, AdmissionError};

/// What is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    pub adapter_id: String,
    pub version: String,
    /// Earlier grants of that version; there is no way back to them.
    pub grants: u64,
}

impl Admission {
    /// Refused while it is in use or tried on some channels. The log keeps what it was and what was granted to it.
    pub async fn remove(&self, adapter: &str, version: &str, by: &str) -> Result<Removed, AdmissionError> {
        let mut tx = self.begin_at_the_end().await?;
        let row = self.db().adapter_version(adapter, version).await?;
        let Some(row) = row else {
            self.check_known(adapter).await?;
            return Err(AdmissionError::NoVersion { adapter: adapter.to_owned(), version: version.to_owned() });
        };
        // What is in use by a head that nobody can read is in use by nobody.
        let head = match self.grant_head_in(&mut tx, adapter).await {
            Err(error) if error.is_changed() => None,
            head => head?,
        };
        let head = head.unwrap_or_default();
        for (generation, how, instead) in [
            (head.main, "", "revoke"),
            (head.canary.map(|(generation, _)| generation), " on some channels", "rollback"),
        ] {
            let Some(generation) = generation else { continue };
            if tx.grant(adapter, generation).await?.is_some_and(|row| row.version == version) {
                let instead = format!("{instead} {adapter}");
                return Err(AdmissionError::InUse { adapter: adapter.into(), version: version.into(), how, instead });
            }
        }
        let details = json!({
            "version": version, "publisher": row.publisher, "digest": row.digest, "source": row.source, "signer": row.signer,
            "not_ours": self.check_adapter(&row).err().map(|why| why.to_string()),
        });
        self.record(&mut tx, by, Action::Remove, Some(adapter), &details).await?;
        let grants = tx.forget_grants(adapter, version).await?;
        tx.remove_adapter(adapter, version).await?;
        tx.commit().await?;
        tracing::warn!(adapter, version, by, "adapter version removed");
        Ok(Removed { adapter_id: adapter.to_owned(), version: version.to_owned(), grants })
    }
}
