use entrepot_store::Tx;
use serde_json::Value;

use crate::{AccountError, Accounts};

impl Accounts {
    /// Into the log, in the transaction of what it tells of.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        actor: &str,
        event: &str,
        details: &Value,
    ) -> Result<(), AccountError> {
        Ok(self.services().admission().record_account(tx, actor, event, details).await?)
    }
}
