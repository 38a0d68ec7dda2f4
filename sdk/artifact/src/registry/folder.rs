//! A registry in a local folder: reading files of it without ever leaving it, and changing it one at a time.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::error::{NotListed, RegistryError};
use super::index::{About, Index};
use super::keys::PublisherKeys;
use crate::files::{read_capped, replace_file};
use crate::{is_adapter_id, is_publisher};

/// Bytes; far more than the index of an adapter with thousands of versions.
pub(crate) const MAX_INDEX_LEN: usize = 4 << 20;
/// Held while something changes. Not part of the format.
const LOCK: &str = ".lock";

/// A registry folder that has a `registry.toml`.
#[derive(Clone, Debug)]
pub struct Registry {
    /// Without links, so that what is below can be compared with it.
    root: PathBuf,
    about: About,
}

impl Registry {
    pub fn open(folder: &Path) -> Result<Self, RegistryError> {
        let not_one = |_| RegistryError::NotARegistry(folder.to_owned());
        let root = fs::canonicalize(folder).map_err(not_one)?;
        let text = read_capped(&root.join(About::FILE), MAX_INDEX_LEN).map_err(not_one)?;
        Ok(Self { root, about: About::parse(&text)? })
    }

    pub fn name(&self) -> &str {
        &self.about.name
    }

    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// None when the registry does not have the adapter.
    pub fn index(&self, adapter: &str) -> Result<Option<Index>, RegistryError> {
        if !is_adapter_id(adapter) {
            return Ok(None);
        }
        let bytes = self.read(&Index::file(adapter), MAX_INDEX_LEN)?;
        Ok(bytes.map(|bytes| Index::parse(adapter, &bytes)).transpose()?)
    }

    pub(super) fn index_of(&self, adapter: &str) -> Result<Index, RegistryError> {
        self.index(adapter)?.ok_or_else(|| NotListed::Adapter(adapter.to_owned()).into())
    }

    /// The keys a publisher signs with, as the registry knows them. They say what to compare with, not whom to trust.
    pub fn keys(&self, publisher: &str) -> Result<Option<PublisherKeys>, RegistryError> {
        if !is_publisher(publisher) {
            return Ok(None);
        }
        let bytes = self.read(&PublisherKeys::file(publisher), MAX_INDEX_LEN)?;
        Ok(bytes.map(|bytes| PublisherKeys::parse(publisher, &bytes)).transpose()?)
    }

    /// A file of the registry; none when there is none. A link that leads out is an error.
    pub(crate) fn read(&self, file: &str, most: usize) -> Result<Option<Vec<u8>>, RegistryError> {
        let path = self.root.join(file);
        let failed = |source: io::Error| RegistryError::Io { path: path.clone(), source };
        let real = match fs::canonicalize(&path) {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if !real.starts_with(&self.root) {
            return Err(RegistryError::LeadsOut { file: file.to_owned() });
        }
        read_capped(&real, most).map(Some).map_err(failed)
    }

    pub(super) fn write(&self, file: &str, bytes: &[u8]) -> Result<(), RegistryError> {
        let path = self.root.join(file);
        let failed = |source| RegistryError::Io { path: path.clone(), source };
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(failed)?;
        if !fs::canonicalize(folder).map_err(failed)?.starts_with(&self.root) {
            return Err(RegistryError::LeadsOut { file: file.to_owned() });
        }
        replace_file(&path, bytes).map_err(failed)
    }

    /// Two who publish at once would each write an index without the other's version.
    pub(super) fn lock(&self) -> Result<File, RegistryError> {
        let path = self.root.join(LOCK);
        let failed = |source| RegistryError::Io { path: path.clone(), source };
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }
}
