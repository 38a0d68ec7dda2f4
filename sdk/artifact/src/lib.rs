#![doc = include_str!("../README.md")]

mod address;
mod artifact;
mod digest;
mod error;
mod files;
mod http;
mod keys;
mod limits;
mod manifest;
mod names;
mod oci;
pub mod registry;
mod rotation;
mod sections;
mod sign;
mod signature;
mod source;
mod toolchain;

pub use artifact::Artifact;
pub use digest::sha256_hex;
pub use error::ArtifactError;
pub use files::{read_capped, replace_file};
pub use keys::{KeyError, PublicKey, SecretKey};
pub use limits::{MAX_ARTIFACT_LEN, MAX_MANIFEST_LEN};
pub use manifest::{MANIFEST_SECTION, ManifestHead};
pub use names::{is_adapter_id, is_publisher};
pub use oci::{OciReference, Pushed};
pub use registry::{Registry, RegistryError};
pub use rotation::{Rotation, RotationError};
pub use sign::sign;
pub use signature::{SIGNATURE_SECTION, Signature};
pub use source::{Credentials, FetchError, FetchOptions, Fetched, Location, Pinned, Requirement, Source, SourceError};
