//! An artifact: one file that is a component, says what it is, and may say who made it.

use crate::digest::sha256_hex;
use crate::keys::PublicKey;
use crate::limits::{MAX_ARTIFACT_LEN, MAX_MANIFEST_LEN};
use crate::manifest::{MANIFEST_SECTION, ManifestHead};
use crate::sections::{Section, outermost};
use crate::signature::{SIGNATURE_SECTION, Signature};
use crate::{ArtifactError, signature};

/// Read and taken apart, but not trusted: [`Artifact::verify`] says whether a key vouches for it.
#[derive(Clone)]
pub struct Artifact {
    bytes: Vec<u8>,
    digest: String,
    manifest_text: String,
    manifest: ManifestHead,
    signature: Option<Signature>,
    unsigned_len: usize,
}

impl std::fmt::Debug for Artifact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Artifact")
            .field("manifest", &self.manifest)
            .field("digest", &self.digest)
            .field("signature", &self.signature)
            .finish_non_exhaustive()
    }
}

impl Artifact {
    /// Never panics, whatever the bytes. Only outermost sections count; inner modules are not looked into, nor is the code
    /// checked: that is for whoever compiles it.
    pub fn read(bytes: impl Into<Vec<u8>>) -> Result<Self, ArtifactError> {
        let bytes = bytes.into();
        if bytes.len() > MAX_ARTIFACT_LEN {
            return Err(ArtifactError::TooLarge);
        }
        let sections = outermost(&bytes).map_err(ArtifactError::NotAComponent)?;
        let manifest_text = manifest_text(&sections)?.to_owned();
        let manifest = ManifestHead::parse(&manifest_text)?;
        let (signature, unsigned_len) = signature_of(&sections, &bytes)?;
        if let Some(signature) = &signature
            && signature.publisher() != manifest.publisher
        {
            let (manifest, key) = (manifest.publisher, signature.publisher().to_owned());
            return Err(ArtifactError::PublisherMismatch { manifest, key });
        }
        Ok(Self { digest: sha256_hex(&bytes), manifest_text, manifest, signature, unsigned_len, bytes })
    }

    /// `adapter.toml`, as the publisher wrote it.
    pub fn manifest_text(&self) -> &str {
        &self.manifest_text
    }

    pub fn manifest(&self) -> &ManifestHead {
        &self.manifest
    }

    /// SHA-256 of the whole file, signature included: 64 hex digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What it claims; nobody has checked it.
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// Bytes before the signature; all of them when there is none.
    pub fn unsigned_len(&self) -> usize {
        self.unsigned_len
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether this very key signed these very bytes for the publisher that the manifest names.
    pub fn verify(&self, key: &PublicKey) -> Result<(), ArtifactError> {
        let signature = self.signature.as_ref().ok_or(ArtifactError::Unsigned)?;
        if key.publisher() != self.manifest.publisher {
            let (manifest, key) = (self.manifest.publisher.clone(), key.publisher().to_owned());
            return Err(ArtifactError::PublisherMismatch { manifest, key });
        }
        if signature.public_key() != key {
            return Err(ArtifactError::ForeignKey { expected: key.id(), found: signature.key_id() });
        }
        key.check(&self.message(), signature.raw()).then_some(()).ok_or(ArtifactError::BadSignature)
    }

    /// The one of `keys` that signed it. Keys of other publishers are passed over.
    pub fn verify_any<'a>(&self, keys: &'a [PublicKey]) -> Result<&'a PublicKey, ArtifactError> {
        let signature = self.signature.as_ref().ok_or(ArtifactError::Unsigned)?;
        let Some(key) = keys.iter().find(|key| *key == signature.public_key()) else {
            let ours: Vec<String> =
                keys.iter().filter(|key| key.publisher() == self.manifest.publisher).map(PublicKey::id).collect();
            let expected = if ours.is_empty() { "any known key".to_owned() } else { ours.join(" or ") };
            return Err(ArtifactError::ForeignKey { expected, found: signature.key_id() });
        };
        self.verify(key).map(|()| key)
    }

    /// Whether the file is as it was when its signer signed it, whoever that is. It says nothing about trust: anyone can sign.
    pub fn check_intact(&self) -> Result<(), ArtifactError> {
        let signature = self.signature.as_ref().ok_or(ArtifactError::Unsigned)?;
        self.verify(signature.public_key())
    }

    pub(crate) fn message(&self) -> Vec<u8> {
        let unsigned = self.bytes.get(..self.unsigned_len).unwrap_or_default();
        signature::message(unsigned, &self.manifest, &self.manifest_text)
    }
}

fn manifest_text<'a>(sections: &[Section<'a>]) -> Result<&'a str, ArtifactError> {
    let mut found = named(sections, MANIFEST_SECTION);
    let (_, data) = found.next().ok_or(ArtifactError::NoManifest)?;
    if found.next().is_some() {
        return Err(ArtifactError::TwoManifests);
    }
    if data.len() > MAX_MANIFEST_LEN {
        return Err(ArtifactError::ManifestTooLong(data.len()));
    }
    std::str::from_utf8(data).map_err(|_| ArtifactError::Manifest("it is not UTF-8 text".to_owned()))
}

fn signature_of(sections: &[Section<'_>], bytes: &[u8]) -> Result<(Option<Signature>, usize), ArtifactError> {
    let mut found = named(sections, SIGNATURE_SECTION);
    let Some((section, data)) = found.next() else {
        return Ok((None, bytes.len()));
    };
    if found.next().is_some() {
        return Err(ArtifactError::TwoSignatures);
    }
    if section.end != bytes.len() {
        return Err(ArtifactError::SignatureNotLast);
    }
    let signature = Signature::decode(data)?;
    // Lengths can be spelled in several ways; with one spelling only, one signed artifact is one file.
    if bytes.get(section.start..) != Some(&signature.section()[..]) {
        return Err(ArtifactError::MalformedSignature("its section is not in the usual spelling"));
    }
    Ok((Some(signature), section.start))
}

fn named<'s, 'a>(sections: &'s [Section<'a>], name: &'s str) -> impl Iterator<Item = (&'s Section<'a>, &'a [u8])> {
    sections.iter().filter_map(move |section| match section.custom {
        Some((found, data)) if found == name.as_bytes() => Some((section, data)),
        _ => None,
    })
}
