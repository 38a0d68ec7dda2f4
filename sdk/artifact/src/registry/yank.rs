//! Telling people away from a version, and taking it back.

use semver::Version;

use super::error::{NotListed, RegistryError};
use super::folder::Registry;
use super::index::Index;

impl Registry {
    /// The version stays where it is, for those that name it exactly, who are told the reason. One line of text.
    pub fn yank(&self, adapter: &str, version: &Version, reason: &str) -> Result<(), RegistryError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.len() > 500 || reason.chars().any(char::is_control) {
            return Err(RegistryError::NoReason(reason.to_owned()));
        }
        self.mark(adapter, version, Some(reason.to_owned()))
    }

    pub fn unyank(&self, adapter: &str, version: &Version) -> Result<(), RegistryError> {
        self.mark(adapter, version, None)
    }

    fn mark(&self, adapter: &str, version: &Version, yanked: Option<String>) -> Result<(), RegistryError> {
        let _lock = self.lock()?;
        let mut index = self.index_of(adapter)?;
        let Some(entry) = index.versions.iter_mut().find(|entry| entry.version == *version) else {
            let available: Vec<String> = index.versions.iter().map(|entry| entry.version.to_string()).collect();
            let (adapter, wanted) = (adapter.to_owned(), version.to_string());
            return Err(NotListed::Version { adapter, wanted, available: available.join(", ") }.into());
        };
        entry.yanked = yanked;
        self.write(&Index::file(adapter), &index.to_json())
    }
}
