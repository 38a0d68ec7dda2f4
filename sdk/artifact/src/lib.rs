#![doc = include_str!("../README.md")]

mod address;
mod artifact;
mod digest;
mod error;
mod files;
mod http;
mod keys;
mod manifest;
mod oci;
pub mod registry;
mod rotation;
mod sections;
mod signature;
mod source;
mod toolchain;

pub use artifact::{Artifact, LARGEST};
pub use digest::sha256_hex;
pub use error::ArtifactError;
pub use files::{read_capped, replace_file};
pub use keys::{KeyError, PublicKey, SecretKey};
pub use manifest::{LONGEST_MANIFEST, MANIFEST_SECTION, ManifestHead, is_adapter_id, is_publisher};
pub use oci::{OciReference, Pushed};
pub use registry::{Registry, RegistryError};
pub use rotation::{Rotation, RotationError};
pub use signature::{SIGNATURE_SECTION, Signature, sign};
pub use source::{Credentials, FetchError, FetchOptions, Fetched, Location, Pinned, Requirement, Source, SourceError};
