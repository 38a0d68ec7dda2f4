//! The files that say what there is: `registry.toml` and `index/<adapter-id>.json`.

use jiff::Timestamp;
use semver::Version;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digest::of_sha256;
use crate::{MAX_ARTIFACT_LEN, is_adapter_id};

/// `registry.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Of the folder; 1.
    pub format: u32,
    pub name: String,
}

/// `index/<adapter-id>.json`: one adapter, all its versions, the lowest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    pub adapter: String,
    pub publisher: String,
    pub versions: Vec<IndexVersion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexVersion {
    pub version: Version,
    /// The interface it was built against.
    pub world: String,
    /// `sha256:` and 64 hex digits, of the whole file.
    pub digest: String,
    /// Bytes.
    pub size: u64,
    pub published_at: Timestamp,
    /// From the top of the registry: `artifacts/<adapter-id>/<version>.wasm`.
    pub file: String,
    /// Why nobody should take it; null when nothing is wrong with it.
    #[serde(deserialize_with = "Option::deserialize")]
    pub yanked: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file} of the registry is not right: {problem}")]
pub struct IndexError {
    pub file: String,
    pub problem: String,
}

impl IndexError {
    pub(crate) fn new(file: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { file: file.into(), problem: problem.into() }
    }
}

impl About {
    pub(crate) const FILE: &str = "registry.toml";

    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        let wrong = |problem: String| IndexError::new(Self::FILE, problem);
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8 text".to_owned()))?;
        let about: Self = toml::from_str(text).map_err(|error| wrong(error.message().to_owned()))?;
        if about.format != 1 {
            return Err(wrong(format!("format {} is not known here; take a newer Entrepot", about.format)));
        }
        Ok(about)
    }
}

impl Index {
    pub(crate) fn file(adapter: &str) -> String {
        format!("index/{adapter}.json")
    }

    /// `adapter` is the id whose file this is. Unknown keys are errors, and so is a path other than the one there is.
    pub fn parse(adapter: &str, bytes: &[u8]) -> Result<Self, IndexError> {
        let wrong = |problem: String| IndexError::new(Self::file(adapter), problem);
        let index: Self = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        if index.adapter != adapter || !is_adapter_id(adapter) {
            return Err(wrong(format!("it is about {:?}", index.adapter)));
        }
        for (at, entry) in index.versions.iter().enumerate() {
            let version = &entry.version;
            if index.versions[..at].iter().any(|other| other.version == *version) {
                return Err(wrong(format!("{version} is listed twice")));
            }
            // With one possible place for each version, no path of an index leads anywhere else.
            let place = IndexVersion::place(adapter, version);
            if entry.file != place {
                return Err(wrong(format!("{version} has the file {:?}; it has to be {place}", entry.file)));
            }
            if of_sha256(&entry.digest).is_none() {
                return Err(wrong(format!("{version} has a digest that is not sha256: and 64 hex digits")));
            }
            if entry.size > MAX_ARTIFACT_LEN as u64 {
                return Err(wrong(format!("{version} has {} bytes, more than an artifact may have", entry.size)));
            }
        }
        Ok(index)
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        json(self)
    }

    pub fn find(&self, version: &Version) -> Option<&IndexVersion> {
        self.versions.iter().find(|entry| entry.version == *version)
    }
}

impl IndexVersion {
    pub(crate) fn place(adapter: &str, version: &Version) -> String {
        format!("artifacts/{adapter}/{version}.wasm")
    }
}

/// One way to write them, so that a change shows as that change only.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}
