//! What stands under an earlier master key, written anew under the one in use.
// See docs/decisions/0065-changing-the-master-key.md

use entrepot_store::rekey::Marks;
use serde_json::json;

use crate::audit::Action;
use crate::rekeyed::Rekeyed;
use crate::{Admission, AdmissionError};

impl Admission {
    /// Grants, installed versions and heads.
    pub async fn rekey_rows(&self, marks: &Marks) -> Result<Rekeyed, AdmissionError> {
        let (mut tx, mut rekeyed) = (self.db().begin().await?, Rekeyed::default());
        // Nobody grants, installs or trusts anything meanwhile.
        tx.audit_head().await?;
        for row in tx.grants_not_under(marks).await? {
            match self.granted(&row) {
                Ok(_) => tx.sign_grant(&row, &self.seal_grant(&row)).await?,
                Err(error) if error.is_changed() => rekeyed.unfit += 1,
                Err(error) => return Err(error),
            }
            rekeyed.done += 1;
        }
        for row in tx.adapters_not_under(marks).await? {
            match self.check_adapter(&row) {
                Ok(()) => tx.sign_adapter(&row, &self.seal_adapter(&row)).await?,
                Err(_) => rekeyed.unfit += 1,
            }
            rekeyed.done += 1;
        }
        for mut head in tx.heads_not_under(marks).await? {
            let parts: [&[u8]; 2] = [head.name.as_bytes(), head.body.as_bytes()];
            match self.row_keys().check("heads", &parts, Some(&head.mac)) {
                Ok(()) => {
                    head.mac = self.row_keys().seal("heads", &parts);
                    tx.put_head(&head).await?;
                }
                Err(_) => rekeyed.unfit += 1,
            }
            rekeyed.done += 1;
        }
        rekeyed.done -= rekeyed.unfit;
        tx.commit().await?;
        Ok(rekeyed)
    }

    /// Another master key is begun with.
    pub async fn record_rekey_begun(&self, key_id: &str, by: &str) -> Result<(), AdmissionError> {
        let mut tx = self.db().begin().await?;
        self.record(&mut tx, by, Action::Rekey, None, &json!({"to": key_id, "state": "begun"})).await?;
        Ok(tx.commit().await?)
    }

    /// Nothing that can be used is left under other master keys: they are not sealed with any more.
    pub async fn record_rekey_done(&self, key_id: &str, by: &str, rekeyed: Rekeyed) -> Result<(), AdmissionError> {
        let Rekeyed { done, unfit } = rekeyed;
        let details = json!({"to": key_id, "state": "done", "rewritten": done, "unfit": unfit});
        let mut tx = self.db().begin().await?;
        self.record(&mut tx, by, Action::Rekey, None, &details).await?;
        tx.retire_other_master_keys(key_id, self.db().clock().now()).await?;
        Ok(tx.commit().await?)
    }
}
