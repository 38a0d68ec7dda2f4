//! What is ordered, and what comes out: the same for a crate and for a package of npm.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::component::Surface;

/// What to build, and where it goes.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The crate's or the workspace's Cargo.toml, or a package.json; the current folder's when none.
    pub manifest_path: Option<PathBuf>,
    /// Which package; needed in a workspace with several and no package at `manifest_path`.
    pub package: Option<String>,
    /// The folder for `<id>.wasm`; `target/adapters` of the workspace when none.
    pub out: Option<PathBuf>,
}

/// A component on disk.
#[derive(Debug)]
pub struct Built {
    pub id: String,
    /// Where its adapter.toml is.
    pub folder: PathBuf,
    pub path: PathBuf,
    pub size: usize,
    /// What it was built for, by its manifest.
    pub world: String,
    pub surface: Surface,
}

/// Beside its place first: a host that watches the folder never reads half a file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let beside = path.with_extension("wasm.new");
    fs::write(&beside, bytes).with_context(|| beside.display().to_string())?;
    fs::rename(&beside, path).with_context(|| path.display().to_string())
}
