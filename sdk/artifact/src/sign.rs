//! Signing an artifact.

use crate::artifact::Artifact;
use crate::error::ArtifactError;
use crate::keys::SecretKey;
use crate::signature::Signature;

/// The artifact with this key's signature at its end. A signature that was there is replaced.
///
/// Errors: what [`Artifact::read`] finds, and [`ArtifactError::PublisherMismatch`] when the manifest names another publisher.
pub fn sign(bytes: impl Into<Vec<u8>>, key: &SecretKey) -> Result<Vec<u8>, ArtifactError> {
    let mut unsigned = bytes.into();
    let artifact = Artifact::read(unsigned.clone())?;
    let public = key.public();
    if public.publisher() != artifact.manifest().publisher {
        let manifest = artifact.manifest().publisher.clone();
        return Err(ArtifactError::PublisherMismatch { manifest, key: public.publisher().to_owned() });
    }
    let signature = Signature::new(public, key.sign(&artifact.message()));
    unsigned.truncate(artifact.unsigned_len());
    unsigned.extend(signature.section());
    // Read again: what is handed out has passed what it will be held against.
    Ok(Artifact::read(unsigned)?.into_bytes())
}
