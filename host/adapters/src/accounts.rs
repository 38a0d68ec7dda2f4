//! What happens to accounts and tenants, in the same log as what happens to adapters: reviewers read one.

use entrepot_store::Tx;
use serde_json::{Value, json};

use crate::audit::Action;
use crate::{Admission, AdmissionError};

impl Admission {
    /// Adds an entry in the transaction of what it tells of. `details` names people by their ids alone: an entry cannot be erased.
    pub async fn record_account(
        &self,
        tx: &mut Tx,
        actor: &str,
        event: &str,
        details: &Value,
    ) -> Result<(), AdmissionError> {
        self.record(tx, actor, Action::Account, None, &json!({"event": event, "of": details})).await
    }
}
