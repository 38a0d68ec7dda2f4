use thiserror::Error;

use crate::limits::MAX_ARTIFACT_LEN;

/// Why bytes are not an artifact, or not the artifact of the key they were held against.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArtifactError {
    #[error("the file has more than {} MiB, which no adapter needs; is it the right file?", MAX_ARTIFACT_LEN >> 20)]
    TooLarge,
    #[error("not a WebAssembly component: {0}; build one with `cargo adapter build`")]
    NotAComponent(&'static str),
    #[error("the artifact carries no manifest; build it with `cargo adapter build`")]
    NoManifest,
    #[error("the artifact carries more than one manifest; build it again with `cargo adapter build`")]
    TwoManifests,
    #[error("the manifest has {0} bytes, more than the 256 KiB a manifest may have")]
    ManifestTooLong(usize),
    #[error("the manifest is not right: {0}")]
    Manifest(String),
    #[error("the artifact carries more than one signature; sign it again with `cargo adapter sign`")]
    TwoSignatures,
    #[error("something follows the signature, which has to be last; sign the artifact again with `cargo adapter sign`")]
    SignatureNotLast,
    #[error("the signature cannot be read: {0}; sign the artifact again with `cargo adapter sign`")]
    MalformedSignature(&'static str),
    #[error("the artifact is not signed; sign it with `cargo adapter sign`")]
    Unsigned,
    #[error("the manifest names the publisher {manifest:?} and the key belongs to {key:?}; they have to be the same")]
    PublisherMismatch { manifest: String, key: String },
    #[error(
        "the artifact is signed by the key {found}, not by {expected}; if the publisher changed keys, ask for the rotation statement"
    )]
    ForeignKey { expected: String, found: String },
    #[error("the signature does not fit the bytes: the artifact was changed after it was signed; get it again")]
    BadSignature,
}
