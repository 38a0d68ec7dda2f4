//! Master keys that an operator goes on with, whatever the database was written with.

use entrepot_store::Tx;
use serde_json::json;

use crate::audit::Action;
use crate::{Admission, AdmissionError};

impl Admission {
    /// Waits for whoever else is changing anything here, until the transaction ends. True: the log has entries.
    pub async fn take_turns(&self, tx: &mut Tx) -> Result<bool, AdmissionError> {
        Ok(tx.audit_head().await?.is_some())
    }

    /// An operator says that these master keys are to be gone on with.
    pub async fn adopted(&self, key_ids: &[String], by: &str) -> Result<(), AdmissionError> {
        let mut tx = self.db().begin().await?;
        self.record(&mut tx, by, Action::Adopt, None, &json!({"key_ids": key_ids})).await?;
        Ok(tx.commit().await?)
    }
}
