//! Whose signatures are believed, and what has to be signed.

use entrepot_artifact::{Artifact, PublicKey, Rotation};
use entrepot_store::trusted_keys::TrustedKey;
use serde_json::json;

use crate::audit::Action;
use crate::{Admission, AdmissionError};

impl Admission {
    pub async fn trusted_keys(&self) -> Result<Vec<TrustedKey>, AdmissionError> {
        Ok(self.db().trusted_keys().await?)
    }

    /// Believes a publisher's key (`entrepot-ed25519:PUBLISHER:…`), or a rotation statement of a key that is believed already
    /// (`entrepot-rotation:…`), which puts the new key in the place of the old one.
    pub async fn trust(&self, text: &str, by: &str) -> Result<TrustedKey, AdmissionError> {
        let text = text.trim();
        if text.starts_with("entrepot-rotation:") {
            return self.rotate(text, by).await;
        }
        let key: PublicKey = text.parse().map_err(|error| AdmissionError::Key(format!("{error}")))?;
        let row = self.row(&key, by);
        let mut tx = self.db().begin().await?;
        let details = json!({"publisher": row.publisher, "key_id": row.key_id, "public_key": row.public_key});
        self.record(&mut tx, by, Action::Trust, None, &details).await?;
        tx.trust_key(&row).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn rotate(&self, text: &str, by: &str) -> Result<TrustedKey, AdmissionError> {
        let wrong = |error: &dyn std::fmt::Display| AdmissionError::Key(error.to_string());
        let rotation = Rotation::parse(text).map_err(|error| wrong(&error))?;
        let keys = self.public_keys().await?;
        let old = keys.iter().find(|key| *key == rotation.old_key()).ok_or_else(|| {
            AdmissionError::Key(format!(
                "it is signed by the key {} of {}, which is not trusted here",
                rotation.old_key().id(),
                rotation.publisher()
            ))
        })?;
        let new = rotation.verify(old).map_err(|error| wrong(&error))?;
        let row = self.row(new, by);
        let mut tx = self.db().begin().await?;
        let details =
            json!({"publisher": row.publisher, "old_key_id": old.id(), "key_id": row.key_id, "statement": text});
        self.record(&mut tx, by, Action::Rotate, None, &details).await?;
        tx.trust_key(&row).await?;
        tx.remove_key(&old.id(), self.db().clock().now()).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Believes a key no longer. What it signed and was approved stays in use until it is revoked.
    pub async fn untrust(&self, key_id: &str, by: &str) -> Result<(), AdmissionError> {
        let mut tx = self.db().begin().await?;
        self.record(&mut tx, by, Action::Untrust, None, &json!({"key_id": key_id})).await?;
        if !tx.remove_key(key_id, self.db().clock().now()).await? {
            return Err(AdmissionError::Key(format!("no trusted key has the id {key_id:?}")));
        }
        tx.commit().await?;
        Ok(())
    }

    fn row(&self, key: &PublicKey, by: &str) -> TrustedKey {
        TrustedKey {
            publisher: key.publisher().to_owned(),
            key_id: key.id(),
            public_key: key.to_string(),
            trusted_by: by.to_owned(),
            trusted_at: self.db().clock().now(),
        }
    }

    async fn public_keys(&self) -> Result<Vec<PublicKey>, AdmissionError> {
        let rows = self.db().trusted_keys().await?;
        rows.iter()
            .map(|row| row.public_key.parse().map_err(|_| AdmissionError::Damaged(format!("the key {}", row.key_id))))
            .collect()
    }

    /// The fingerprint of the trusted key that signed the artifact. None: it is unsigned, and may be.
    pub(crate) async fn signer(&self, artifact: &Artifact, remote: bool) -> Result<Option<String>, AdmissionError> {
        let publisher = artifact.manifest().publisher.as_str();
        let keys: Vec<PublicKey> =
            self.public_keys().await?.into_iter().filter(|key| key.publisher() == publisher).collect();
        match artifact.signature() {
            Some(signature) => {
                artifact.check_intact()?;
                let key_id = signature.key_id();
                let known = artifact.verify_any(&keys).map_err(|_| AdmissionError::ForeignKey {
                    publisher: publisher.to_owned(),
                    key_id: key_id.clone(),
                    key: signature.public_key().to_string(),
                })?;
                Ok(Some(known.id()))
            }
            // A publisher who signs does not stop: unsigned bytes in its name are somebody else's.
            None if !keys.is_empty() => Err(AdmissionError::Unsigned(format!(
                "{publisher} signs its adapters (a key of it is trusted here), and this one is not signed"
            ))),
            None if remote || self.require_signatures() => Err(AdmissionError::Unsigned(
                "what comes from a registry has to be signed by a trusted key; sign it with `cargo adapter sign`"
                    .to_owned(),
            )),
            None => Ok(None),
        }
    }
}
