use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::registry::{IndexError, NotListed};
use crate::{ArtifactError, RegistryError};

/// Why an artifact could not be had, or not be brought to where it should go. `what` is the URL or reference.
#[derive(Debug, Error)]
pub enum FetchError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("no registry is set up; say which one, a folder or an https address, with ENTREPOT_REGISTRY")]
    NoRegistry,
    #[error("{0:?} is no registry's address: give a folder, or an http(s) URL without a query or a user name")]
    BadLocation(String),
    #[error(
        "{what}: plain http is only for this machine, and only when that is allowed; use https, or for development set ENTREPOT_EGRESS_ALLOW_LOOPBACK=1"
    )]
    PlainHttp { what: String },
    #[error("{what} cannot be reached: {problem}; check the address and the network")]
    Unreachable { what: String, problem: String },
    #[error("{what} did not finish within {} s; try again, or look at the registry's load", after.as_secs_f32())]
    TimedOut { what: String, after: Duration },
    #[error("there is no {what}; check the name and the version or tag")]
    NotFound { what: String },
    #[error("{what} asks who you are, or does not let you in; give a user name and password that may do this")]
    Unauthorized { what: String },
    #[error("{what} leads to {to}, another place, and that is not followed; if you mean it, name that address")]
    Redirected { what: String, to: String },
    #[error("{what} leads to {to}, and that is not followed: {why}")]
    Elsewhere { what: String, to: String, why: String },
    #[error("{what} was answered with {status}; try again later, or ask whoever runs the registry")]
    Status { what: String, status: u16 },
    #[error("{what} broke off after {received} bytes ({problem}); try again")]
    Interrupted { what: String, received: usize, problem: String },
    #[error("{what} has more than the {most} bytes allowed here; it is no adapter, or the limit is too low")]
    TooLarge { what: String, most: usize },
    #[error(
        "{what} has {found} bytes, and its registry says {expected}; do not use it, and tell whoever runs the registry"
    )]
    WrongLength { what: String, expected: u64, found: u64 },
    #[error(
        "{what} has the digest {found}, and {expected} was expected; do not use it, and tell whoever runs the registry"
    )]
    DigestMismatch { what: String, expected: String, found: String },
    #[error("{what} says it is {found}; do not use it, and tell whoever runs the registry")]
    NotAsListed { what: String, found: String },
    #[error("{what} is no WebAssembly artifact but {found}; name one that `cargo adapter publish` made")]
    NotWasm { what: String, found: String },
    #[error(
        "{what} exists already with other bytes; raise the version in the manifest (adapter.toml) and build it again"
    )]
    TagTaken { what: String },
    #[error("the tag {tag} is a version, and the artifact is version {version}; use the tag {version}")]
    TagNotVersion { tag: String, version: String },
    #[error("{what} is a digest; publish under a tag")]
    NoTag { what: String },
    #[error("{what} does not keep to the registry protocol: {problem}; ask whoever runs the registry")]
    Protocol { what: String, problem: String },
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
    #[error(transparent)]
    NotListed(#[from] NotListed),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}
