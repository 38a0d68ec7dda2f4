//! Installing and approving.

use bytes::Bytes;
use entrepot_domain::grants::{Grant, Manifest};
use entrepot_runtime::Artifact;
use entrepot_store::adapters::NewAdapter;

use crate::{Admission, AdmissionError, artifact};

/// What was installed; it waits for approval.
#[derive(Clone, Debug)]
pub struct Installed {
    pub adapter_id: String,
    pub version: String,
    pub digest: String,
    /// The very same artifact was there already.
    pub already: bool,
}

impl Admission {
    /// Checks the artifact whole, compiles it in a process of its own, and keeps it. Nothing of it runs before it is approved.
    pub async fn install(&self, bytes: impl Into<Bytes>) -> Result<Installed, AdmissionError> {
        let bytes = bytes.into();
        // The largest artifact takes a moment to be read.
        let check = tokio::task::spawn_blocking(move || {
            let artifact = Artifact::check(bytes)?;
            let manifest = artifact::manifest(artifact.bytes())?;
            let digest = artifact::digest(artifact.bytes());
            Ok::<_, AdmissionError>((artifact, manifest, digest))
        });
        let (artifact, manifest, digest) =
            check.await.map_err(|_| AdmissionError::Damaged("the artifact".into()))??;
        let adapter = self.sandbox().load(&artifact, &Default::default()).await?;
        check_exports(&manifest, adapter.exports())?;
        let installed = |already| Installed {
            adapter_id: manifest.id.clone(),
            version: manifest.version.clone(),
            digest: digest.clone(),
            already,
        };
        if let Some(known) = self.db().adapter_version(&manifest.id, &manifest.version).await? {
            if known.digest == digest {
                return Ok(installed(true));
            }
            return Err(AdmissionError::OtherBytes {
                adapter: manifest.id,
                version: manifest.version,
                digest: known.digest,
            });
        }
        let body = serde_json::to_value(&manifest).map_err(|_| AdmissionError::Damaged(manifest.id.clone()))?;
        let new = NewAdapter {
            adapter_id: &manifest.id,
            version: &manifest.version,
            digest: &digest,
            publisher: &manifest.publisher,
            manifest: &body,
            imports: adapter.imports(),
            exports: adapter.exports(),
            artifact: artifact.bytes(),
        };
        let mut tx = self.db().begin().await?;
        tx.insert_adapter(&new, self.db().clock().now()).await?;
        tx.commit().await?;
        tracing::info!(adapter = manifest.id, version = manifest.version, digest, "adapter installed");
        Ok(installed(false))
    }

    /// Grants what the version installed last asks for, and puts it in use.
    pub async fn approve(&self, adapter: &str, by: &str) -> Result<Grant, AdmissionError> {
        let row = self.db().adapter(adapter).await?.ok_or_else(|| AdmissionError::Unknown(adapter.to_owned()))?;
        let manifest: Manifest =
            serde_json::from_value(row.manifest.0).map_err(|_| AdmissionError::Damaged(adapter.to_owned()))?;
        let grant = Grant::as_requested(&manifest, row.digest.clone());
        let body = serde_json::to_value(&grant).map_err(|_| AdmissionError::Damaged(adapter.to_owned()))?;
        let mut tx = self.db().begin().await?;
        tx.insert_grant(adapter, &row.version, &row.digest, &body, by, self.db().clock().now()).await?;
        tx.commit().await?;
        tracing::info!(adapter, version = row.version, by, "adapter approved");
        Ok(grant)
    }
}

/// A rule for an operation that the component does not have is a mistake of its publisher.
fn check_exports(manifest: &Manifest, exports: &[String]) -> Result<(), AdmissionError> {
    for operation in manifest.egress.iter().flat_map(|rule| &rule.operations) {
        let name = operation.as_str();
        if !exports.iter().any(|export| export.rsplit('/').next() == Some(name)) {
            return Err(AdmissionError::NotExported { operation: name.to_owned() });
        }
    }
    Ok(())
}
