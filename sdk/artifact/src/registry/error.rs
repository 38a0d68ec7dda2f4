use std::path::PathBuf;

use semver::Version;
use thiserror::Error;

use super::index::IndexError;
use crate::{ArtifactError, RotationError};

/// Why a registry cannot be read, or a change of it was refused. After an error nothing of the registry has changed that a
/// reader would see.
#[derive(Debug, Error)]
pub enum RegistryError {
    #[error("{} is no registry: there is no registry.toml in it; make one with the lines `format = 1` and `name = \"…\"`", .0.display())]
    NotARegistry(PathBuf),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("{file} leads out of the registry and is not read; remove the link")]
    LeadsOut { file: String },
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error("the artifact is not signed; sign it with `cargo adapter sign`, or publish it with --allow-unsigned")]
    Unsigned,
    #[error(
        "{adapter} {version} is published already with other bytes ({published}, this is {found}); raise the version in the manifest (adapter.toml) and build it again"
    )]
    OtherBytes { adapter: String, version: Version, published: String, found: String },
    #[error(
        "{adapter} {version} is lower than {highest}, which is published; say --allow-lower if you mean it, for instance to mend an older line"
    )]
    Lower { adapter: String, version: Version, highest: Version },
    #[error(
        "{adapter} belongs to the publisher {owner:?} in this registry, not to {found:?}; give the adapter another id"
    )]
    OtherPublisher { adapter: String, owner: String, found: String },
    #[error(
        "{publisher} has other keys in this registry ({known}), not {found}; give the rotation statement with --rotation, as `cargo adapter key rotate` printed it"
    )]
    UnknownKey { publisher: String, known: String, found: String },
    #[error(transparent)]
    Rotation(#[from] RotationError),
    #[error(transparent)]
    NotListed(#[from] NotListed),
    #[error("{0:?} is no reason; say in a line why nobody should use the version")]
    NoReason(String),
}

/// A registry does not list what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotListed {
    #[error("the registry has no adapter {0:?}; look at the names in its index folder")]
    Adapter(String),
    #[error("{adapter} has no version that fits {wanted}; there is {available}")]
    Version { adapter: String, wanted: String, available: String },
    #[error(
        "every version of {adapter} that fits {wanted} was yanked ({reason}); name one exactly if you need it: {adapter}@{version}"
    )]
    Yanked { adapter: String, wanted: String, version: Version, reason: String },
}
