//! Where inputs are kept: `seeds/<target>/` to begin from, `regressions/<target>/` of what once failed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::Target;

/// Seeds and regressions, in the order of their names. A file `*.wat` is compiled; of another, its bytes are the input.
pub fn of(target: &Target) -> Result<Vec<Vec<u8>>> {
    let mut inputs = Vec::new();
    for kind in ["seeds", "regressions"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(kind).join(target.name);
        for path in files(&folder)? {
            // What once failed stays as it was; only seeds are made into more.
            match kind {
                "seeds" => inputs.extend((target.prepare)(read(&path)?)),
                _ => inputs.push(read(&path)?),
            }
        }
    }
    Ok(inputs)
}

pub fn read(path: &Path) -> Result<Vec<u8>> {
    if path.extension().is_some_and(|extension| extension == "wat") {
        return wat::parse_file(path).with_context(|| path.display().to_string());
    }
    fs::read(path).with_context(|| path.display().to_string())
}

/// A folder that is not there holds nothing: not every target has failed once.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}
