//! Taking an adapter out of use.

use serde_json::json;

use crate::audit::{Action, highest_generation};
use crate::grant_head::{GrantHead, of_grants};
use crate::{Admission, AdmissionError};

impl Admission {
    /// Takes an adapter out of use: its next call anywhere is refused.
    pub async fn revoke(&self, adapter: &str, by: &str) -> Result<(), AdmissionError> {
        if self.db().adapters_named(adapter).await?.is_empty() {
            return Err(AdmissionError::Unknown(adapter.to_owned()));
        }
        let mut tx = self.db().begin().await?;
        tx.audit_head().await?;
        let told = highest_generation(tx.audit_of_grants(adapter).await?.as_ref());
        let head = match self.grant_head_in(&mut tx, adapter).await {
            // Not to be told: out of use from now on, whatever it was.
            Err(error) if error.is_changed() => GrantHead::default(),
            head => {
                let head = head?.unwrap_or_default();
                if head.main.is_none() {
                    return Err(AdmissionError::NotApproved(adapter.to_owned()));
                }
                head
            }
        };
        let revoked = tx.newest_generation(adapter).await?.max(head.highest()).max(told);
        self.record(&mut tx, by, Action::Revoke, Some(adapter), &json!({"generation": revoked})).await?;
        self.write_head(&mut tx, &of_grants(adapter), &GrantHead { revoked, ..GrantHead::default() }).await?;
        tx.revoke_grants(adapter, self.db().clock().now()).await?;
        tx.commit().await?;
        tracing::warn!(adapter, by, "adapter revoked");
        Ok(())
    }
}
