#![doc = include_str!("../README.md")]
// See docs/decisions/0002-frozen-interface-versions.md

mod compat;
mod frozen;
mod versions;

pub use compat::breaks;
pub use frozen::{RECORD, Released};
pub use versions::{Pair, folders, pairs};

use std::path::Path;

use anyhow::{Result, ensure};
use semver::Version;

/// All that is wrong with `wit/`, in words; nothing when it is as it should be.
pub fn problems(wit: &Path) -> Result<Vec<String>> {
    let released = Released::read(wit)?;
    let mut wrong = released.problems(wit)?;
    for pair in pairs(&folders(wit)?) {
        // Before a break can be judged, both have to be readable: an error of the parser says where.
        wrong.extend(breaks(wit, &pair)?);
    }
    Ok(wrong)
}

/// Records the folder `version` as released. It must be new, and break nothing that it says it is compatible with.
pub fn release(wit: &Path, version: &Version) -> Result<()> {
    ensure!(folders(wit)?.contains(version), "there is no folder wit/{version}");
    let mut released = Released::read(wit)?;
    ensure!(!released.contains(version), "{version} is released already; what is released is never changed");
    let wrong = problems(wit)?;
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    released.add(wit, version)?;
    released.write(wit)
}
