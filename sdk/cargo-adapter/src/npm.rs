//! An adapter that npm builds: its `build` script writes `target/adapters/<id>.wasm`, manifest and all.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use entrepot_artifact::{Artifact, MAX_ARTIFACT_LEN, read_capped};

use crate::component::Surface;
use crate::manifest::Manifest;
use crate::output::{Built, Order, write};

const PACKAGE: &str = "package.json";

/// Where the package is, if the order is about one. A folder with both is a crate, unless its package.json is named.
pub(crate) fn folder(order: &Order) -> Result<Option<PathBuf>> {
    let folder = match (&order.manifest_path, &order.package) {
        (Some(path), _) if path.file_name().is_some_and(|name| name == PACKAGE) => {
            let path = fs::canonicalize(path).with_context(|| path.display().to_string())?;
            path.parent().map(Path::to_owned)
        }
        (None, None) => {
            let here = std::env::current_dir()?;
            (here.join(PACKAGE).is_file() && !here.join("Cargo.toml").is_file()).then_some(here)
        }
        _ => None,
    };
    Ok(folder)
}

pub(crate) fn build(folder: PathBuf, out: Option<&Path>) -> Result<Built> {
    let manifest = Manifest::read(&folder.join("adapter.toml"))?;
    if !folder.join("node_modules").is_dir() {
        npm(&folder, &["install", "--no-audit", "--no-fund"])?;
    }
    npm(&folder, &["run", "build"])?;
    let name = format!("{}.wasm", manifest.id);
    let mut path = folder.join("target/adapters").join(&name);
    let bytes = read_capped(&path, MAX_ARTIFACT_LEN)
        .with_context(|| format!("`npm run build` has to write {}", path.display()))?;
    let artifact = Artifact::read(bytes).with_context(|| path.display().to_string())?;
    ensure!(artifact.manifest_text() == manifest.text, "{} carries another manifest than adapter.toml", path.display());
    let surface = Surface::of(artifact.bytes())?;
    if let Some(out) = out {
        path = out.join(&name);
        write(&path, artifact.bytes())?;
    }
    Ok(Built { id: manifest.id, size: artifact.bytes().len(), world: manifest.world, folder, path, surface })
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<()> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut command = Command::new(program);
    // What it prints is for the reader of stderr: stdout belongs to the caller's result.
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).stdout(std::io::stderr());
    let status = command.status().context("npm cannot be started; adapters in JavaScript need Node.js")?;
    ensure!(status.success(), "npm {} failed in {}", arguments.join(" "), folder.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_known_by_its_file() -> Result<()> {
        let here = tempfile::tempdir()?;
        let path = here.path().join(PACKAGE);
        let order = |path: &Path| Order { manifest_path: Some(path.to_owned()), ..Order::default() };
        assert!(folder(&order(&path)).is_err(), "it is not there");
        fs::write(&path, "{}")?;
        assert_eq!(folder(&order(&path))?, Some(fs::canonicalize(here.path())?));
        assert_eq!(folder(&order(&here.path().join("Cargo.toml")))?, None);
        assert_eq!(folder(&Order { package: Some("x".into()), ..Order::default() })?, None);
        Ok(())
    }
}
