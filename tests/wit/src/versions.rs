//! The folders of `wit/`, and which of them have to fit which.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use semver::{Comparator, Op, Version, VersionReq};

/// The newer one says by its number that what was made for the older one works with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub older: Version,
    pub newer: Version,
}

/// Lowest first. Every folder is a version; files beside them are not.
pub fn folders(wit: &Path) -> Result<Vec<Version>> {
    let mut versions = Vec::new();
    for entry in fs::read_dir(wit).with_context(|| wit.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            versions.push(name.parse().with_context(|| format!("the folder wit/{name} is not named after a version"))?);
        }
    }
    versions.sort();
    Ok(versions)
}

/// Each version and the one before it, where the numbers promise that it fits: 0.1.0 and 0.1.1, 1.0.0 and 1.2.0. A version that may
/// break (0.2.0 after 0.1.1) is held against none: the host then offers both.
pub fn pairs(versions: &[Version]) -> Vec<Pair> {
    let fits = |older: &Version, newer: &Version| {
        let (major, minor, patch) = (older.major, Some(older.minor), Some(older.patch));
        let caret = Comparator { op: Op::Caret, major, minor, patch, pre: older.pre.clone() };
        VersionReq { comparators: vec![caret] }.matches(newer)
    };
    let next = versions.windows(2).filter_map(|two| match two {
        [older, newer] if fits(older, newer) => Some(Pair { older: older.clone(), newer: newer.clone() }),
        _ => None,
    });
    next.collect()
}
