//! Which grants and keys count. A row alone cannot say so: an old one that was brought back, or a newest one that was taken away, would
//! be in order by itself.

use entrepot_store::heads::Head;
use entrepot_store::{StoreError, Tx};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::earlier_grant_gone;
use crate::grant_head::{GrantHead, of_grants};
use crate::{Admission, AdmissionError};

impl Admission {
    /// What an adapter runs under. `None`: nothing was ever granted.
    pub(crate) async fn grant_head(&self, adapter: &str) -> Result<Option<GrantHead>, AdmissionError> {
        match self.grant_head_now(adapter).await {
            // Somebody may have granted something between two reads.
            Err(error) if error.is_changed() => self.grant_head_now(adapter).await,
            head => head,
        }
    }

    async fn grant_head_now(&self, adapter: &str) -> Result<Option<GrantHead>, AdmissionError> {
        self.follow_log().await?;
        let head: Option<GrantHead> = self.read_head(self.db().head(&of_grants(adapter)).await?)?;
        self.check_head(adapter, head.as_ref(), self.db().audit_of_grants(adapter).await?).await?;
        Ok(head)
    }

    /// An earlier grant of an adapter that has no row any more, though a rollback could lead to it, in words.
    pub async fn missing_grant(&self, adapter: &str) -> Result<Option<String>, AdmissionError> {
        let head = match self.grant_head(adapter).await {
            // It is said of what is in use.
            Err(error) if error.is_changed() => return Ok(None),
            head => head?.unwrap_or_default(),
        };
        let followed = self.followed().lock().await;
        // Read after the log was followed: what is given meanwhile is not missed.
        let found = self.db().generations().await?.into_iter().collect();
        let missing = followed.first_missing(adapter, head.revoked, &found);
        Ok(missing.map(|(generation, version)| earlier_grant_gone(adapter, generation, &version)))
    }

    /// The head from inside the transaction that is about to change it, before it has.
    pub(crate) async fn grant_head_in(&self, tx: &mut Tx, adapter: &str) -> Result<Option<GrantHead>, AdmissionError> {
        let head: Option<GrantHead> = self.read_head(tx.head(&of_grants(adapter)).await?)?;
        self.check_head(adapter, head.as_ref(), tx.audit_of_grants(adapter).await?).await?;
        Ok(head)
    }

    pub(crate) fn read_head<T: DeserializeOwned>(&self, head: Option<Head>) -> Result<Option<T>, AdmissionError> {
        let Some(Head { name, body, mac }) = head else { return Ok(None) };
        let fits = self.row_keys().check("heads", &[name.as_bytes(), body.as_bytes()], Some(&mac));
        fits.map_err(|why| AdmissionError::changed_head(&name, why))?;
        serde_json::from_str(&body).map(Some).map_err(|_| AdmissionError::Damaged(name))
    }

    pub(crate) async fn write_head(&self, tx: &mut Tx, name: &str, body: &impl Serialize) -> Result<(), StoreError> {
        let body = serde_json::to_string(body).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let mac = self.row_keys().seal("heads", &[name.as_bytes(), body.as_bytes()]);
        tx.put_head(&Head { name: name.to_owned(), body, mac }).await
    }
}
