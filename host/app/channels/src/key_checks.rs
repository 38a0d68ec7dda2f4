//! What proves a master key, in the database.

use entrepot_store::master_keys::KnownKey;

use entrepot_core::AppError;

use crate::Channels;

impl Channels {
    /// Writes down what proves each master key, once. Rows are never authenticated here: what has no MAC was written by somebody else,
    /// whatever else is missing in the database, for whoever can write it can take anything away.
    pub async fn prepare_database(&self) -> Result<(), AppError> {
        let known = self.services.db().master_keys().await?;
        let of_ours: Vec<KnownKey> = self.services.keys().checks()?.into_iter().map(known_key).collect();
        if of_ours.iter().all(|key| known.contains(key)) {
            return Ok(());
        }
        let mut tx = self.services.db().begin().await?;
        if self.services.admission().take_turns(&mut tx).await? && known.is_empty() {
            tracing::warn!("what proves the master key was missing in the database, and is written anew");
        }
        let (known, now) = (tx.master_keys().await?, self.services.db().clock().now());
        for key in of_ours.iter().filter(|key| !known.contains(key)) {
            tx.put_master_key(key, now).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn known_key((key_id, check_value): (String, String)) -> KnownKey {
    KnownKey { key_id, check_value }
}
