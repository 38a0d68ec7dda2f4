//! The signature: what is signed, and how it is written down.
// See docs/decisions/0009-signature-inside-artifact.md

use crate::digest::sha256;
use crate::error::ArtifactError;
use crate::keys::PublicKey;
use crate::manifest::ManifestHead;
use crate::sections;

/// Name of the custom section that holds the signature. It is the last one of the file.
pub const SIGNATURE_SECTION: &str = "entrepot:signature";
/// The first byte of a signature.
const VERSION: u8 = 1;
const DOMAIN: &[u8] = b"entrepot artifact signature 1\n";

/// Who says to have signed an artifact. Laid out as: 1, length of the publisher's name, the name, 32 bytes of public key, 64 bytes
/// of Ed25519 signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    key: PublicKey,
    raw: [u8; 64],
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signature").field("publisher", &self.publisher()).field("key_id", &self.key_id()).finish()
    }
}

impl Signature {
    pub(crate) fn new(key: PublicKey, raw: [u8; 64]) -> Self {
        Self { key, raw }
    }

    pub fn publisher(&self) -> &str {
        self.key.publisher()
    }

    /// 16 hex digits, see [`PublicKey::id`].
    pub fn key_id(&self) -> String {
        self.key.id()
    }

    /// The key it carries, for showing and comparing. Carrying a key earns no trust.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    pub(crate) fn raw(&self) -> &[u8; 64] {
        &self.raw
    }

    pub(crate) fn decode(data: &[u8]) -> Result<Self, ArtifactError> {
        let wrong = ArtifactError::MalformedSignature;
        let (&version, rest) = data.split_first().ok_or(wrong("it is empty"))?;
        if version != VERSION {
            return Err(wrong("it is of a version that is not known here"));
        }
        let (&length, rest) = rest.split_first().ok_or(wrong("it is cut off"))?;
        let (publisher, rest) = rest.split_at_checked(usize::from(length)).ok_or(wrong("it is cut off"))?;
        let (key, raw) = rest.split_first_chunk::<32>().ok_or(wrong("it is cut off"))?;
        let raw = *<&[u8; 64]>::try_from(raw).map_err(|_| wrong("it has the wrong length"))?;
        let publisher = std::str::from_utf8(publisher).map_err(|_| wrong("its publisher is not a name"))?;
        let key = PublicKey::from_parts(publisher, key).map_err(|_| wrong("its publisher or its key is none"))?;
        Ok(Self { key, raw })
    }

    /// The whole section.
    pub(crate) fn section(&self) -> Vec<u8> {
        let publisher = self.publisher().as_bytes();
        // At most 63 bytes: a key has no longer publisher.
        let mut data = vec![VERSION, publisher.len() as u8];
        data.extend_from_slice(publisher);
        data.extend_from_slice(self.key.bytes());
        data.extend_from_slice(&self.raw);
        sections::custom(SIGNATURE_SECTION, &data)
    }
}

/// What is signed. Each part has its length before it, so that no two readings give the same bytes.
pub(crate) fn message(unsigned: &[u8], manifest: &ManifestHead, manifest_text: &str) -> Vec<u8> {
    let version = manifest.version.to_string();
    let (component, text) = (sha256(unsigned), sha256(manifest_text.as_bytes()));
    let parts: [&[u8]; 5] =
        [&component, manifest.id.as_bytes(), manifest.publisher.as_bytes(), version.as_bytes(), &text];
    let mut message = DOMAIN.to_vec();
    for part in parts {
        message.extend_from_slice(&(part.len() as u64).to_be_bytes());
        message.extend_from_slice(part);
    }
    message
}
