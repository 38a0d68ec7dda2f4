//! Which version is meant.

use super::error::NotListed;
use super::index::{Index, IndexVersion};
use crate::source::Requirement;

/// The highest version that fits. Yanked versions and pre-releases are taken only when they are named exactly, yanked ones also where
/// that is insisted on; a requirement may also name a pre-release of its own, as cargo's do.
pub fn choose<'a>(index: &'a Index, wanted: &Requirement, yanked_too: bool) -> Result<&'a IndexVersion, NotListed> {
    let fits = |entry: &&IndexVersion| match wanted {
        Requirement::Highest => entry.version.pre.is_empty(),
        Requirement::Exactly(version) => entry.version == *version,
        Requirement::Matching(requirement) => requirement.matches(&entry.version),
    };
    let fitting = || index.versions.iter().filter(fits);
    let any = yanked_too || matches!(wanted, Requirement::Exactly(_));
    let highest = fitting().filter(|entry| any || entry.yanked.is_none()).max_by(|a, b| a.version.cmp(&b.version));
    if let Some(entry) = highest {
        return Ok(entry);
    }
    let (adapter, wanted) = (index.adapter.clone(), wanted.to_string());
    match fitting().max_by(|a, b| a.version.cmp(&b.version)) {
        Some(IndexVersion { version, yanked: Some(reason), .. }) => {
            Err(NotListed::Yanked { adapter, wanted, version: version.clone(), reason: reason.clone() })
        }
        _ => Err(NotListed::Version { adapter, wanted, available: available(index) }),
    }
}

fn available(index: &Index) -> String {
    let versions: Vec<String> = index.versions.iter().map(|entry| entry.version.to_string()).collect();
    if versions.is_empty() { "none".to_owned() } else { versions.join(", ") }
}
