//! Whose signatures are believed, and what has to be signed.

use entrepot_artifact::{Artifact, PublicKey, Rotation};
use entrepot_domain::names::mixed_word;
use entrepot_store::Tx;
use entrepot_store::audit::ChainedRow;
use entrepot_store::trusted_keys::TrustedKey;
use serde_json::json;

use crate::audit::Action;
use crate::grant_head::TRUSTED_KEYS;
use crate::{Admission, AdmissionError, Unfit};

impl Admission {
    /// An error: the list is not what this host wrote.
    pub async fn trusted_keys(&self) -> Result<Vec<TrustedKey>, AdmissionError> {
        Ok(self.keys_and_rows().await?.1)
    }

    /// Whether a key of that fingerprint is trusted now: it may have been when something was installed, and not any more.
    pub async fn trusts(&self, key_id: &str) -> Result<bool, AdmissionError> {
        match self.trusted_keys().await {
            Err(error) if error.is_changed() => Ok(false),
            keys => Ok(keys?.iter().any(|key| key.key_id == key_id)),
        }
    }

    async fn keys_and_rows(&self) -> Result<(Vec<PublicKey>, Vec<TrustedKey>), AdmissionError> {
        match self.keys_and_rows_now().await {
            // Somebody may have trusted a key between two reads.
            Err(error) if error.is_changed() => self.keys_and_rows_now().await,
            found => found,
        }
    }

    async fn keys_and_rows_now(&self) -> Result<(Vec<PublicKey>, Vec<TrustedKey>), AdmissionError> {
        self.follow_log().await?;
        let rows = self.db().trusted_keys().await?;
        let list = self.read_head(self.db().head(TRUSTED_KEYS).await?)?;
        let keys = self.believed(list, &rows, self.db().audit_of_keys().await?).await?;
        Ok((keys, rows))
    }

    /// Believes a publisher's key (`entrepot-ed25519:PUBLISHER:…`), or a rotation statement of a key that is believed already
    /// (`entrepot-rotation:…`), which puts the new key in the place of the old one.
    pub async fn trust(&self, text: &str, by: &str) -> Result<TrustedKey, AdmissionError> {
        let text = text.trim();
        if text.starts_with("entrepot-rotation:") {
            return self.rotate(text, by).await;
        }
        let key: PublicKey = text.parse().map_err(|error| AdmissionError::Key(format!("{error}")))?;
        // It is shown beside others, and read by people.
        if let Some(word) = mixed_word(key.publisher()) {
            return Err(AdmissionError::Key(format!(
                "its publisher mixes letters of several scripts in one word: {word}"
            )));
        }
        let row = self.row(&key, by);
        let mut tx = self.db().begin().await?;
        tx.audit_head().await?;
        let mut details = json!({"publisher": row.publisher, "key_id": row.key_id, "public_key": row.public_key});
        let believed = self.believed_in(&mut tx).await;
        let anew = believed.as_ref().is_err_and(AdmissionError::is_changed);
        let mut keys = if anew { self.begin_anew(&mut tx, by).await? } else { believed? };
        keys.retain(|known| *known != key);
        keys.push(key);
        if anew {
            let key = |key: &PublicKey| json!({"publisher": key.publisher(), "key_id": key.id()});
            details["list"] = keys.iter().map(key).collect();
        }
        self.record(&mut tx, by, Action::Trust, None, &details).await?;
        self.write_keys(&mut tx, &keys).await?;
        tx.trust_key(&row).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Somebody changed the list past this host. If it was rows only, the list itself counts; else whoever was on it has to be trusted
    /// once more.
    async fn begin_anew(&self, tx: &mut Tx, by: &str) -> Result<Vec<PublicKey>, AdmissionError> {
        let head: Option<Vec<String>> = match self.read_head(tx.head(TRUSTED_KEYS).await?) {
            Err(error) if error.is_changed() => None,
            head => head?,
        };
        let mut keys: Vec<PublicKey> = head.iter().flatten().filter_map(|text| text.parse().ok()).collect();
        // The list itself may be one from earlier.
        let told = self.told_keys(tx.audit_of_keys().await?).unwrap_or_default();
        keys.retain(|key| told.contains(&(key.publisher().to_owned(), key.id())));
        for row in tx.trusted_keys().await? {
            if !keys.iter().any(|key| key.id() == row.key_id) {
                tx.remove_key(&row.key_id, self.db().clock().now()).await?;
            }
        }
        for key in &keys {
            tx.trust_key(&self.row(key, by)).await?;
        }
        Ok(keys)
    }

    async fn write_keys(&self, tx: &mut Tx, keys: &[PublicKey]) -> Result<(), AdmissionError> {
        let list: Vec<String> = keys.iter().map(ToString::to_string).collect();
        Ok(self.write_head(tx, TRUSTED_KEYS, &list).await?)
    }

    pub(crate) async fn believed_in(&self, tx: &mut Tx) -> Result<Vec<PublicKey>, AdmissionError> {
        let rows = tx.trusted_keys().await?;
        let list = self.read_head(tx.head(TRUSTED_KEYS).await?)?;
        self.believed(list, &rows, tx.audit_of_keys().await?).await
    }

    /// The keys of the list, which has to be what the log says, and to name just those that have rows; and the rows say of them what they
    /// are.
    async fn believed(
        &self,
        list: Option<Vec<String>>,
        rows: &[TrustedKey],
        told: Vec<ChainedRow>,
    ) -> Result<Vec<PublicKey>, AdmissionError> {
        let has_head = list.is_some();
        let parsed = list.iter().flatten().map(|key| key.parse());
        let keys: Vec<PublicKey> =
            parsed.collect::<Result<_, _>>().map_err(|_| AdmissionError::Damaged("a trusted key".to_owned()))?;
        self.check_keys(&keys, has_head, told).await?;
        let changed = |id: &str, publisher: &str, why| {
            let what = format!("the list of trusted keys (the row of the key {id} of {publisher})");
            Err(AdmissionError::changed_keys(what, why))
        };
        for key in &keys {
            let (id, publisher) = (key.id(), key.publisher());
            match rows.iter().find(|row| row.key_id == id) {
                None => return changed(&id, publisher, Unfit::Gone),
                Some(row) if row.public_key != key.to_string() || row.publisher != publisher => {
                    return changed(&id, publisher, Unfit::Changed);
                }
                Some(_) => {}
            }
        }
        match rows.iter().find(|row| !keys.iter().any(|key| key.id() == row.key_id)) {
            Some(row) => changed(&row.key_id, &row.publisher, Unfit::Missing),
            None => Ok(keys),
        }
    }

    async fn rotate(&self, text: &str, by: &str) -> Result<TrustedKey, AdmissionError> {
        let wrong = |error: &dyn std::fmt::Display| AdmissionError::Key(error.to_string());
        let rotation = Rotation::parse(text).map_err(|error| wrong(&error))?;
        let mut tx = self.db().begin().await?;
        tx.audit_head().await?;
        let mut keys = self.believed_in(&mut tx).await?;
        let old = keys.iter().find(|key| *key == rotation.old_key()).ok_or_else(|| {
            AdmissionError::Key(format!(
                "it is signed by the key {} of {}, which is not trusted here",
                rotation.old_key().id(),
                rotation.publisher()
            ))
        })?;
        let new = rotation.verify(old).map_err(|error| wrong(&error))?;
        let row = self.row(new, by);
        let details =
            json!({"publisher": row.publisher, "old_key_id": old.id(), "key_id": row.key_id, "statement": text});
        self.record(&mut tx, by, Action::Rotate, None, &details).await?;
        tx.trust_key(&row).await?;
        let old = old.id();
        tx.remove_key(&old, self.db().clock().now()).await?;
        let new = new.clone();
        keys.retain(|key| key.id() != old && *key != new);
        keys.push(new);
        self.write_keys(&mut tx, &keys).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Believes a key no longer. What it signed and was approved stays in use until it is revoked.
    pub async fn untrust(&self, key_id: &str, by: &str) -> Result<(), AdmissionError> {
        let mut tx = self.db().begin().await?;
        tx.audit_head().await?;
        let mut keys = self.believed_in(&mut tx).await?;
        self.record(&mut tx, by, Action::Untrust, None, &json!({"key_id": key_id})).await?;
        if !tx.remove_key(key_id, self.db().clock().now()).await? {
            return Err(AdmissionError::Key(format!("no trusted key has the id {key_id:?}")));
        }
        keys.retain(|key| key.id() != key_id);
        self.write_keys(&mut tx, &keys).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Believes nobody any longer, whatever the list has become. The ids of those that were on it.
    pub async fn untrust_all(&self, by: &str) -> Result<Vec<String>, AdmissionError> {
        let mut tx = self.db().begin().await?;
        tx.audit_head().await?;
        let damaged = match self.believed_in(&mut tx).await {
            Err(error) if error.is_changed() => Some(error.to_string()),
            believed => believed.map(|_| None)?,
        };
        let given_up: Vec<String> = tx.trusted_keys().await?.into_iter().map(|row| row.key_id).collect();
        let details = json!({"list": [], "given_up": given_up, "damaged": damaged});
        self.record(&mut tx, by, Action::Untrust, None, &details).await?;
        for key_id in &given_up {
            tx.remove_key(key_id, self.db().clock().now()).await?;
        }
        self.write_keys(&mut tx, &[]).await?;
        tx.commit().await?;
        tracing::warn!(keys = given_up.len(), by, "the list of trusted keys was given up");
        Ok(given_up)
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

    /// The fingerprint of the trusted key that signed the artifact. None: it is unsigned, and may be.
    pub(crate) async fn signer(&self, artifact: &Artifact, remote: bool) -> Result<Option<String>, AdmissionError> {
        let publisher = artifact.manifest().publisher.as_str();
        let (keys, _) = self.keys_and_rows().await?;
        let keys: Vec<PublicKey> = keys.into_iter().filter(|key| key.publisher() == publisher).collect();
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
            None if remote => Err(AdmissionError::Unsigned(
                "what comes from a registry has to be signed by a trusted key; sign it with `cargo adapter sign`"
                    .to_owned(),
            )),
            None if self.require_signatures() => Err(AdmissionError::Unsigned(
                "this host takes only what a trusted key has signed (ENTREPOT_REQUIRE_SIGNATURES), and this is not signed; sign it \
                 with `cargo adapter sign`"
                    .to_owned(),
            )),
            None => Ok(None),
        }
    }
}
