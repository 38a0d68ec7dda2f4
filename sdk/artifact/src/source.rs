//! Where an artifact is: what people write, and getting it from there.
// See docs/decisions/0010-artifact-downloads-bypass-egress.md

mod error;
mod listed;
mod location;
mod lookup;
mod options;
mod requirement;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

use crate::files::read_capped;
use crate::{Artifact, MAX_ARTIFACT_LEN, OciReference, is_adapter_id, sha256_hex};

pub use error::FetchError;
pub use location::Location;
pub use options::{Credentials, FetchOptions};
pub use requirement::Requirement;

/// What names an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    /// `registry:NAME`, `registry:NAME@1.2.3`, `registry:NAME@^1.2`; which registry, the options say.
    Registry {
        adapter: String,
        wanted: Requirement,
    },
    /// `oci://host[:port]/repository:tag`, or `@sha256:…` instead of the tag.
    Oci(OciReference),
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{text:?} names no artifact: {problem}; write a file's path, registry:NAME[@VERSION] or oci://HOST/REPOSITORY:TAG"
)]
pub struct SourceError {
    pub text: String,
    pub problem: String,
}

/// An artifact's bytes, and where exactly they came from. The digest has been held against what the source said; the signature is
/// for whoever knows whom to trust.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, 64 hex digits.
    pub digest: String,
    /// For people: what was asked for, and where.
    pub source: String,
    /// Why its registry tells people away from it.
    pub yanked: Option<String>,
    pub pinned: Pinned,
}

/// What leads to the same bytes again, although versions were published or tags moved since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// A [`Source`] that is exact: a file, `registry:NAME@1.2.3`, `oci://HOST/REPOSITORY@sha256:…`.
    pub reference: String,
    /// As the registry lists it; none for files and OCI, where the manifest alone knows.
    pub version: Option<semver::Version>,
}

impl Source {
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let wrong = |problem: &str| SourceError { text: text.to_owned(), problem: problem.to_owned() };
        if let Some(rest) = text.strip_prefix("registry:") {
            let (adapter, wanted) = match rest.split_once('@') {
                Some((adapter, wanted)) => (adapter, wanted.parse().map_err(|error: String| wrong(&error))?),
                None => (rest, Requirement::Highest),
            };
            if !is_adapter_id(adapter) {
                return Err(wrong("an adapter's name is 2 to 63 of a-z, 0-9 and -, beginning with a letter"));
            }
            return Ok(Self::Registry { adapter: adapter.to_owned(), wanted });
        }
        if text.starts_with("oci://") {
            return text.parse().map(Self::Oci).map_err(|problem: String| wrong(&problem));
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(wrong(&format!(
                "{scheme}:// is not a way to get one; a registry's address is an option of its own"
            )));
        }
        if text.trim().is_empty() {
            return Err(wrong("it is empty"));
        }
        Ok(Self::File(PathBuf::from(text)))
    }

    /// Errors say what happened and what to do. At most [`FetchOptions::most_bytes`] are ever held.
    pub async fn fetch(&self, options: &FetchOptions) -> Result<Fetched, FetchError> {
        match self {
            Self::File(path) => {
                let what = path.display().to_string();
                let bytes = read_capped(path, options.most_bytes.min(MAX_ARTIFACT_LEN)).map_err(|error| match error
                    .kind()
                {
                    std::io::ErrorKind::FileTooLarge => FetchError::TooLarge { what, most: options.most_bytes },
                    _ => FetchError::File { path: path.clone(), source: error },
                })?;
                let reference = std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()).display().to_string();
                Ok(Fetched {
                    digest: sha256_hex(&bytes),
                    source: format!("the file {}", path.display()),
                    yanked: None,
                    pinned: Pinned { reference, version: None },
                    bytes,
                })
            }
            Self::Registry { adapter, wanted } => {
                let location = options.registry.as_ref().ok_or(FetchError::NoRegistry)?;
                let index = location.index(adapter, options).await?;
                let entry = crate::registry::choose(&index, wanted, options.allow_yanked)?;
                let bytes = location.artifact(entry, options).await?;
                let what = format!("{adapter} {} of {location}", entry.version);
                listed::check(&index, entry, &Artifact::read(bytes.as_slice())?, &what)?;
                Ok(Fetched {
                    digest: sha256_hex(&bytes),
                    source: what,
                    yanked: entry.yanked.clone(),
                    pinned: Pinned {
                        reference: format!("registry:{adapter}@{}", entry.version),
                        version: Some(entry.version.clone()),
                    },
                    bytes,
                })
            }
            Self::Oci(reference) => reference.pull(options).await,
        }
    }
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        Self::parse(text)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Registry { adapter, wanted: Requirement::Highest } => write!(f, "registry:{adapter}"),
            Self::Registry { adapter, wanted } => write!(f, "registry:{adapter}@{wanted}"),
            Self::Oci(reference) => reference.fmt(f),
        }
    }
}
